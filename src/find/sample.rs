//! Plausible text for kinds that code recognises, made at run time: no such text stands in the source.
//!
//! In: a recogniser's name and a seed. Out: the same text for the same seed; empty for an unknown name.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use crate::rules::shape;
use crate::rules::template::{self, Random};

/// Makes a text for `code`, `family/variant`.
pub fn sample(code: &str, seed: u64) -> String {
    let mut random = Random::new(seed ^ 0x5eed);
    match code.split_once('/') {
        Some(("jwt", variant)) => jwt(variant, &mut random),
        Some(("pem", format)) => pem(format, &mut random),
        Some(("url", variant)) => url(variant, &mut random),
        Some(("json", variant)) => json(variant, &mut random),
        Some(("azure", variant)) => azure(variant, &mut random),
        Some(("kubeconfig", variant)) => kubeconfig(variant, &mut random),
        Some(("basic", _)) => basic(&mut random),
        Some(("encoded", variant)) => encoded(variant, &mut random),
        _ => String::new(),
    }
}

fn filled(template: &str, random: &mut Random) -> String {
    shape::parse(template)
        .map(|segments| template::fill(&segments, random))
        .unwrap_or_default()
}

fn jwt(variant: &str, random: &mut Random) -> String {
    let id = filled("{uuid}", random);
    let payload = match variant {
        "supabase-service-role" => r#"{"iss":"supabase","ref":"qwzkvjtrbxnmplsdfghy","role":"service_role","iat":1700000000,"exp":2015575600}"#.to_owned(),
        "supabase-anon" => r#"{"iss":"supabase","ref":"qwzkvjtrbxnmplsdfghy","role":"anon","iat":1700000000,"exp":2015575600}"#.to_owned(),
        "kubernetes-service-account" => r#"{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:kube-system:deployer"}"#.to_owned(),
        "auth0-management" => r#"{"iss":"https://acme.eu.auth0.com/","aud":"https://acme.eu.auth0.com/api/v2/","scope":"read:users update:users","exp":1900000000}"#.to_owned(),
        "azure" => r#"{"aud":"https://management.azure.com","iss":"https://sts.windows.net/0/","idtyp":"app","exp":1900000000}"#.to_owned(),
        "github-actions-oidc" => ["{\"iss\":\"https://token.actions.", "githubusercontent.com\",\"sub\":\"repo:acme/app:ref:refs/heads/main\",\"exp\":1900000000}"].concat(),
        "vercel-oidc" => r#"{"iss":"https://oidc.vercel.com","sub":"owner:acme:project:app","exp":1900000000}"#.to_owned(),
        "turso" => format!(r#"{{"a":"rw","id":"{id}","iat":1700000000}}"#),
        "jfrog" => format!(r#"{{"iss":"jfac@{id}","scp":"applied-permissions/admin","exp":1900000000}}"#),
        "onepassword-connect" => r#"{"1password.com/vts":[{"u":"vault","a":496}],"iat":1700000000}"#.to_owned(),
        "infisical" => format!(r#"{{"identityId":"{id}","identityAccessTokenId":"{id}","exp":1900000000}}"#),
        "google-id" => r#"{"iss":"https://accounts.google.com","sub":"110169484474386276334","exp":1900000000}"#.to_owned(),
        _ => format!(r#"{{"sub":"{id}","scope":"read write","iat":1700000000}}"#),
    };
    let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    format!(
        "{header}.{}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(payload),
        filled("{b64url:43}", random)
    )
}

fn pem(format: &str, random: &mut Random) -> String {
    let label = match format {
        "rsa" => "RSA PRIVATE KEY",
        "ec" => "EC PRIVATE KEY",
        "dsa" => "DSA PRIVATE KEY",
        "openssh" => "OPENSSH PRIVATE KEY",
        "pgp" => "PGP PRIVATE KEY BLOCK",
        "encrypted" => "ENCRYPTED PRIVATE KEY",
        "putty" => return putty(random),
        _ => "PRIVATE KEY",
    };
    let mut body: Vec<u8> = match format {
        "openssh" => b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none".to_vec(),
        _ => vec![0x30, 0x82, 0x02, 0x5c],
    };
    body.extend((0..300).map(|_| random.number() as u8));
    let encoded = BASE64_STANDARD.encode(body);
    let lines: Vec<&str> = (0..encoded.len())
        .step_by(64)
        .map(|at| &encoded[at..encoded.len().min(at + 64)])
        .collect();
    let edge = |word: &str| format!("-----{word} {label}-----");
    format!("{}\n{}\n{}", edge("BEGIN"), lines.join("\n"), edge("END"))
}

fn putty(random: &mut Random) -> String {
    let line = |random: &mut Random| filled("{b64:64}", random);
    let (public, private) = (line(random), line(random));
    let head = ["PuTTY-User-", "Key-File-2: ssh-rsa"].concat();
    let mac = filled("{hex:40}", random);
    format!(
        "{head}\nEncryption: none\nComment: key\nPublic-Lines: 1\n{public}\nPrivate-Lines: 1\n{private}\nPrivate-MAC: {mac}\n"
    )
}

fn url(variant: &str, random: &mut Random) -> String {
    let password = filled("{alnum:24}", random);
    match variant {
        "userinfo" => format!("https://deploy:{password}@files.acme-corp.io/drop"),
        "git-token" => format!("https://deploy:{password}@github.com/acme/app.git"),
        "other-database" => format!("neo4j://neo4j:{password}@graph.acme-corp.io:7687"),
        scheme => format!("{scheme}://app:{password}@db.acme-corp.io:5432/app"),
    }
}

fn json(variant: &str, random: &mut Random) -> String {
    match variant {
        "gcp-service-account" => {
            let key = pem("pkcs8", random).replace('\n', "\\n");
            let id = filled("{hex:40}", random);
            format!(
                "{{\n  \"type\": \"service_account\",\n  \"project_id\": \"acme-prod\",\n  \"private_key_id\": \"{id}\",\n  \
                 \"private_key\": \"{key}\\n\",\n  \"client_email\": \"deploy@acme-prod.iam.gserviceaccount.com\"\n}}"
            )
        }
        "gcp-authorized-user" => format!(
            "{{\n  \"client_id\": \"{}.apps.googleusercontent.com\",\n  \"client_secret\": \"{}\",\n  \"refresh_token\": \"1//{}\",\n  \
             \"type\": \"authorized_user\"\n}}",
            filled("{digit:12}-{loweralnum:32}", random),
            filled("d-{alnum:24}", random),
            filled("0{b64url:96}", random)
        ),
        _ => format!(
            "{{\"auths\": {{\"ghcr.io\": {{\"auth\": \"{}\"}}}}}}",
            BASE64_STANDARD.encode(format!("deploy:{}", filled("{alnum:24}", random)))
        ),
    }
}

fn azure(variant: &str, random: &mut Random) -> String {
    let key = |length: usize, random: &mut Random| {
        let bytes: Vec<u8> = (0..length).map(|_| random.number() as u8).collect();
        BASE64_STANDARD.encode(bytes)
    };
    let percent = |text: String| {
        text.replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D")
    };
    let host = "acmeprod.blob.core.windows.net";
    match variant {
        "storage-connection-string" => format!(
            "DefaultEndpointsProtocol=https;AccountName=acmeprod;AccountKey={};EndpointSuffix=core.windows.net",
            key(64, random)
        ),
        "service-bus-connection-string" => format!(
            "Endpoint=sb://acmeprod.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={}",
            key(32, random)
        ),
        "cosmos-connection-string" => {
            format!(
                "AccountEndpoint=https://acmeprod.documents.azure.com:443/;AccountKey={};",
                key(64, random)
            )
        }
        "iot-connection-string" => format!(
            "HostName=acmeprod.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey={}",
            key(32, random)
        ),
        "sql-connection-string" => format!(
            "Server=tcp:acmeprod.database.windows.net,1433;Initial Catalog=app;User ID=app;Password={};Encrypt=True;",
            filled("{alnum:20}", random)
        ),
        "sas-account" => format!(
            "https://{host}/?sv=2024-11-04&ss=bfqt&srt=sco&sp=rwdlacup&se=2027-01-01T00:00:00Z&spr=https&sig={}",
            percent(key(32, random))
        ),
        "sas-service" => format!(
            "https://{host}/backup/a.zip?sv=2024-11-04&sr=b&sp=r&se=2027-01-01T00:00:00Z&sig={}",
            percent(key(32, random))
        ),
        "sas-user-delegation" => format!(
            "https://{host}/backup?sv=2024-11-04&sr=c&sp=rl&skoid={}&sktid={}&ske=2027-01-01T00:00:00Z&se=2027-01-01T00:00:00Z&sig={}",
            filled("{uuid}", random),
            filled("{uuid}", random),
            percent(key(32, random))
        ),
        "logic-app-url" => format!(
            "https://prod-07.westeurope.logic.azure.com:443/workflows/{}/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={}",
            filled("{hex:32}", random),
            filled("{b64url:43}", random)
        ),
        _ => String::new(),
    }
}

fn kubeconfig(variant: &str, random: &mut Random) -> String {
    let user = match variant {
        "token" => format!("    token: {}", filled("{alnum:40}", random)),
        _ => format!(
            "    client-key-data: {}",
            BASE64_STANDARD.encode(pem("rsa", random))
        ),
    };
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: prod\n  cluster:\n    server: https://k8s.acme-corp.io\nusers:\n- name: admin\n  user:\n{user}\n"
    )
}

fn basic(random: &mut Random) -> String {
    BASE64_STANDARD.encode(format!("deploy:{}", filled("{alnum:24}", random)))
}

fn encoded(variant: &str, random: &mut Random) -> String {
    let plain = match variant {
        "jfrog-reference" => filled("reftkn:01:0000000000:{alnum:22}", random).into_bytes(),
        "atlassian-data-center" => {
            let mut bytes = filled("{digit:12}:", random).into_bytes();
            bytes.extend((0..20).map(|_| random.number() as u8 | 0x80));
            bytes
        }
        "algolia-secured" => {
            filled("{hex:64}filters=user_42&validUntil=1900000000", random).into_bytes()
        }
        "cloudflare-tunnel" => {
            let (account, tunnel) = (filled("{hex:32}", random), filled("{uuid}", random));
            let secret = filled("{alnum:44}", random);
            format!(r#"{{"a":"{account}","t":"{tunnel}","s":"{secret}"}}"#).into_bytes()
        }
        "discord-bot" => {
            let number = BASE64_URL_SAFE_NO_PAD.encode(filled("1{digit:18}", random));
            return number + &filled(".{alnum:6}.{b64url:38}", random);
        }
        _ => Vec::new(),
    };
    BASE64_STANDARD.encode(plain)
}
