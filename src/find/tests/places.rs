//! Values that the block, the file or the state around them names.

use super::*;

/// The kinds in a text in which `{value}` stands for a value of `kind`.
fn ids_of(path: &str, text: &str, kind: &str) -> Vec<&'static str> {
    let rules = RuleSet::builtin();
    let kind = rules.kind(kind).unwrap();
    let text = expanded(text, kind, 7);
    proof::ids(&found_in(path, &text))
}

#[test]
fn a_block_names_its_keys() {
    for (path, text, kind) in [
        (
            "main.tf",
            "provider \"cloudflare\" {\n  api_token = \"{value}\"\n}\n",
            "cloudflare-api-token-legacy",
        ),
        (
            "main.tf",
            "provider \"hcloud\" {\n  token = \"{value}\"\n}\n",
            "hetzner-cloud-token",
        ),
        (
            "main.tf",
            "provider \"mongodbatlas\" {\n  public_key  = \"abcdefgh\"\n  private_key = \"{value}\"\n}\n",
            "atlas-api-private-key",
        ),
        (
            "config.ts",
            "export default { heroku: { apiKey: '{value}' } };\n",
            "heroku-api-key-legacy",
        ),
        (
            "m.py",
            "manager = scaleway.Client(secret_key=\"{value}\")\n",
            "scaleway-secret-key",
        ),
        (
            "deploy.sh",
            "git push https://heroku:{value}@git.heroku.com/app.git\n",
            "heroku-api-key-legacy",
        ),
        (
            ".netrc",
            "machine api.heroku.com\n  login a@acme.io\n  password {value}\n",
            "heroku-api-key-legacy",
        ),
    ] {
        assert!(ids_of(path, text, kind).contains(&kind), "{text}");
    }
}

#[test]
fn another_block_names_nothing() {
    let text = "provider \"acme\" {\n  token = \"{value}\"\n}\n";
    assert_eq!(ids_of("main.tf", text, "hetzner-cloud-token"), ["generic"]);
}

/// A state with one resource of a type and its attributes.
fn state(kind: &str, attributes: &str) -> String {
    format!(
        "{{\"version\": 4, \"resources\": [{{\"mode\": \"managed\", \"type\": \"{kind}\", \"name\": \"x\", \
         \"instances\": [{{\"attributes\": {{{attributes}}}}}]}}]}}"
    )
}

#[test]
fn a_state_names_its_attributes_by_the_resource() {
    for (resource, attributes, kind) in [
        (
            "cloudflare_api_token",
            "\"name\": \"ci\", \"value\": \"{value}\"",
            "cloudflare-api-token-legacy",
        ),
        (
            "azuread_application_password",
            "\"value\": \"{value}\"",
            "entra-client-secret",
        ),
        (
            "github_actions_secret",
            "\"secret_name\": \"RAILWAY_API_TOKEN\", \"plaintext_value\": \"{value}\"",
            "railway-account-token",
        ),
        (
            "random_password",
            "\"length\": 24, \"result\": \"{alnum:24}\"",
            "generic",
        ),
    ] {
        let known = if kind == "generic" {
            "npm-granular-token"
        } else {
            kind
        };
        let text = state(resource, attributes);
        assert_eq!(ids_of("terraform.tfstate", &text, known), [kind], "{text}");
        let elsewhere = ids_of("plain.json", &text, known);
        assert!(!elsewhere.contains(&kind), "{text}");
    }
}

#[test]
fn the_outputs_of_a_state_are_named_by_their_keys() {
    let text =
        "{\"outputs\": {\"railway_api_token\": {\"value\": \"{value}\", \"sensitive\": true}}}";
    let found = ids_of("prod.tfstate.backup", text, "railway-account-token");
    assert_eq!(found, ["railway-account-token"]);
}

#[test]
fn pairs_join_over_a_file_and_name_every_half() {
    for (text, keeps, halves) in [
        (
            "AUTH0_DOMAIN=acme7.eu.auth0.com\nAUTH0_CLIENT_ID={alnum:32}\nAUTH0_CLIENT_SECRET={value}\n",
            "auth0-client-secret",
            2,
        ),
        (
            "AZURE_TENANT_ID={uuid}\nAZURE_CLIENT_ID={uuid}\nAZURE_CLIENT_SECRET={value}\n",
            "entra-client-secret",
            2,
        ),
        (
            "CLOUDFLARE_EMAIL=ops@acme-corp.io\nCLOUDFLARE_API_KEY={value}\n",
            "cloudflare-global-api-key-legacy",
            1,
        ),
        (
            "TWILIO_AUTH_TOKEN={value}\nTWILIO_ACCOUNT_SID=AC{hex:32}\n",
            "twilio-auth-token",
            1,
        ),
        (
            "ALGOLIA_APP_ID={upperalnum:10}\nALGOLIA_ADMIN_KEY={value}\n",
            "algolia-admin-key",
            1,
        ),
        (
            "GOOGLE_CLIENT_ID={digit:12}-{loweralnum:32}.apps.googleusercontent.com\nGOOGLE_CLIENT_SECRET={value}\n",
            "google-oauth-client-secret",
            1,
        ),
    ] {
        let rules = RuleSet::builtin();
        let text = expanded(text, rules.kind(keeps).unwrap(), 5);
        let found = found_in(".env", &text);
        let [sighting] = &found.sightings[..] else {
            panic!("{text}: {:?}", proof::ids(&found));
        };
        assert_eq!(sighting.kind.map(|kind| kind.id), Some(keeps));
        assert_eq!(sighting.other_halves.len(), halves, "{keeps}");
        assert_eq!(sighting.recognised, Recognised::Pair, "{keeps}");
    }
}

#[test]
fn a_secret_that_names_itself_counts_without_its_other_half() {
    for kind in ["google-oauth-client-secret", "supabase-secret-key"] {
        let rules = RuleSet::builtin();
        let text = expanded("X={value}\n", rules.kind(kind).unwrap(), 5);
        let found = found_in(".env", &text);
        assert_eq!(proof::ids(&found), [kind]);
        assert!(found.sightings[0].claims.is_none(), "{kind}");
    }
}

#[test]
fn keys_name_a_value_however_many_stand_before_it() {
    let rules = RuleSet::builtin();
    let kind = rules.kind("railway-project-token").unwrap();
    for count in [0, 10, 100, 1000] {
        let lines: String = (0..count)
            .map(|line| format!("  a{line}:\n    token: abcdefgh-{line:06}-x\n"))
            .collect();
        let text = format!("all:\n{lines}railway:\n  name: app\n  token: {{value}}\n");
        let text = expanded(&text, kind, 7);
        let ids = proof::ids(&found_in("values.yaml", &text));
        assert!(ids.contains(&kind.id), "{count}: {ids:?}");
    }
}
