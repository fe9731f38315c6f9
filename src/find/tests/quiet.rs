//! What real repositories hold that looks like a credential and is none.

use super::*;

fn recognised_in(path: &str, text: &str) -> Vec<&'static str> {
    let found = found_in(path, text);
    let kinds = found.sightings.iter().filter_map(|sighting| sighting.kind);
    kinds.map(|kind| kind.id).collect()
}

#[test]
fn placeholders_of_connection_strings_are_no_keys() {
    for key in [
        "XYZ",
        "SERVICE_ACCOUNT_KEY_LITERAL",
        "abc123abc123abc123==",
        "Zm9vYmFyYmF6cXV4",
    ] {
        for text in [
            "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={};EndpointSuffix=core.windows.net",
            "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={}",
            "AccountEndpoint=https://acme.documents.azure.com:443/;AccountKey={};",
        ] {
            let text = format!("conn = \"{}\"\n", text.replace("{}", key));
            assert!(recognised_in("a.cs", &text).is_empty(), "{text}");
        }
    }
}

#[test]
fn program_text_is_no_login_file() {
    let text = "const credentials = {\n  type: 'authorized_user',\n  client_id: ID,\n  \
                refresh_token: tokens.refresh_token ?? undefined, // keep\n};\n";
    assert!(recognised_in("oauth2.ts", text).is_empty());
}

#[test]
fn guessed_passwords_are_no_login() {
    for password in [
        "super_secret_pw",
        "hunter2",
        "password",
        "passwd",
        "s3cr3t",
        "changeme",
        "P@ssw0rd1",
        "test123",
        "MySecretPassword",
    ] {
        let text = format!("DATABASE_URL=postgres://admin:{password}@prod.acme.io:5432/app\n");
        assert!(recognised_in(".env", &text).is_empty(), "{text}");
        let text = format!("url: https://deploy:{password}@ci.acme.io/job\n");
        assert!(recognised_in("ci.yml", &text).is_empty(), "{text}");
    }
    for password in ["MyRealPass918x", "Vq7secret0Lm2", "Tr0ub4dor&3x"] {
        let text = format!("DATABASE_URL=postgres://admin:{password}@prod.acme.io:5432/app\n");
        assert_eq!(recognised_in(".env", &text).len(), 1, "{text}");
    }
}

#[test]
fn parts_of_longer_names_are_no_tokens() {
    let text = "query_id: portal-api-3c0abb98-90bd-4e80-a495-ac268acc493e\n";
    assert!(recognised_in("openapi.yaml", text).is_empty());
    let text = "{\"args\": [\"-e\", \"GITHUB_PERSONAL_ACCESS_TOKEN\", \"ghcr.io/github/github-mcp-server:sha-45e90ae\"]}";
    assert!(found_in("mcp.json", text).sightings.is_empty());
}

#[test]
fn tokens_without_claims_are_samples() {
    use base64::Engine;
    let part = |text: &str| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
    let token = |payload: &str| {
        format!(
            "{}.{}.{}",
            part("{\"alg\":\"HS256\"}"),
            part(payload),
            part("no signature, only text")
        )
    };
    assert!(found_in("a.ts", &token("{}")).sightings.is_empty());
    assert!(recognised_in("a.ts", &token("{\"sub\":\"foo\"}")).is_empty());
    assert_eq!(
        recognised_in("a.ts", &token("{\"sub\":\"foo\",\"exp\":1900000000}")).len(),
        1
    );
}
