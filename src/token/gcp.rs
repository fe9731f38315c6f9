//! Google credential files: service accounts, a person's own login, and files that hold no secret.
//!
//! In: the JSON of a whole file. Out: project, account and what the account's name hints at; roles are not inside.

use super::json;
use super::quote::quoted;
use crate::model::{Claims, Level, Verb, Verbs};

/// Parts of an account's name that hint at wide roles.
const WIDE_NAMES: [&str; 5] = ["terraform", "owner", "admin", "deploy", "editor"];

/// Reads a credential file.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let members = json::object(value)?;
    let mut claims = Claims::default();
    match json::text(&members, "type") {
        "service_account" => {
            let email = json::text(&members, "client_email");
            let project = json::text(&members, "project_id");
            claims.kind = Some("gcp-service-account-json");
            if !email.is_empty() {
                claims.evidence.push(format!(
                    "it is the key of service account {}",
                    quoted(email)
                ));
            }
            if !project.is_empty() {
                claims
                    .evidence
                    .push(format!("it belongs to project {}", quoted(project)));
            }
            hint(email, &mut claims);
        }
        "authorized_user" => {
            claims.kind = Some("gcp-adc-user-json");
            claims.level = Some(Level::Account);
            claims
                .evidence
                .push("it is a person's own login, with all that this person may do".to_owned());
        }
        "impersonated_service_account" => claims
            .evidence
            .push("it takes on a service account, with another credential inside".to_owned()),
        "external_account" => {
            claims.level = Some(Level::Public);
            claims
                .evidence
                .push("it names an outside identity and holds no secret".to_owned());
        }
        _ => return None,
    }
    Some(claims)
}

fn hint(email: &str, claims: &mut Claims) {
    let name = email.split('@').next().unwrap_or_default();
    let change = Verbs::of(&[Verb::Read, Verb::Write, Verb::Delete]);
    if email.ends_with("-compute@developer.gserviceaccount.com")
        || email.ends_with("@appspot.gserviceaccount.com")
    {
        claims.level = Some(Level::Project);
        claims.verbs = Some(change);
        claims.reaches = Some("the whole project".to_owned());
        claims.evidence.push(
            "it is a default account, which edits the whole project unless that was taken away"
                .to_owned(),
        );
    } else if name.starts_with("firebase-adminsdk") {
        claims.level = Some(Level::Project);
        claims.verbs = Some(change.and(Verbs::of(&[Verb::Admin])));
        claims
            .evidence
            .push("it is the Firebase administrator of the project".to_owned());
    } else if name
        .split(['-', '_', '.'])
        .any(|part| WIDE_NAMES.contains(&part.to_ascii_lowercase().as_str()))
    {
        claims
            .evidence
            .push("accounts of such a name usually have wide roles".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(email: &str) -> Claims {
        let text =
            format!(r#"{{"type":"service_account","project_id":"shop","client_email":"{email}"}}"#);
        claims(text.as_bytes()).unwrap()
    }

    #[test]
    fn default_and_firebase_accounts_reach_the_project() {
        for email in [
            "12-compute@developer.gserviceaccount.com",
            "shop@appspot.gserviceaccount.com",
        ] {
            assert_eq!(account(email).level, Some(Level::Project));
        }
        let firebase = account("firebase-adminsdk-x1@shop.iam.gserviceaccount.com");
        assert!(firebase.verbs.unwrap().has(Verb::Admin));
    }

    #[test]
    fn other_names_are_hints_only() {
        let terraform = account("terraform@shop.iam.gserviceaccount.com");
        assert_eq!((terraform.level, terraform.evidence.len()), (None, 3));
        assert_eq!(
            account("web@shop.iam.gserviceaccount.com").evidence.len(),
            2
        );
    }

    #[test]
    fn the_other_types_are_told_apart() {
        let read = |kind: &str| claims(format!(r#"{{"type":"{kind}"}}"#).as_bytes());
        assert_eq!(read("authorized_user").unwrap().level, Some(Level::Account));
        assert_eq!(read("external_account").unwrap().level, Some(Level::Public));
        assert!(read("impersonated_service_account").is_some());
        assert!(read("other").is_none());
    }
}
