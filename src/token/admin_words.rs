//! The general test for administration in a token's scopes, roles, groups and permissions.
//!
//! In: the members of a payload. Out: the word that says administration, and whether all scopes only read.
//! It knows words, not issuers.

use serde_json::{Map, Value};

/// The claims that carry scopes, roles or groups.
const CARRIERS: [&str; 11] = [
    "scope",
    "scopes",
    "scp",
    "permissions",
    "perms",
    "role",
    "roles",
    "group",
    "groups",
    "authorities",
    "user_roles",
];

/// The claims whose bare `true` means administration.
const FLAGS: [&str; 4] = ["admin", "is_admin", "isadmin", "is_superuser"];

/// The words that mean administration by themselves.
const WORDS: [&str; 17] = [
    "admin",
    "administrator",
    "administrators",
    "admins",
    "owner",
    "superuser",
    "superadmin",
    "super_admin",
    "root",
    "service_role",
    "cluster-admin",
    "system:masters",
    "full_access",
    "*",
    "*:*",
    "all",
    "write:*",
];

/// The most words of one token that are looked at.
const MOST_WORDS: usize = 512;

/// The claim and the word in it that mean administration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administration {
    pub claim: String,
    /// One of our own words, never the token's text.
    pub word: &'static str,
}

/// Finds the first claim that says administration.
pub fn administration(members: &Map<String, Value>) -> Option<Administration> {
    for (claim, value) in members {
        let lower = claim.to_ascii_lowercase();
        if FLAGS.contains(&lower.as_str()) && value.as_bool() == Some(true) {
            return Some(Administration {
                claim: claim.clone(),
                word: "true",
            });
        }
    }
    words(members).into_iter().find_map(|(claim, word)| {
        meaning(word).map(|word| Administration {
            claim: claim.to_owned(),
            word,
        })
    })
}

/// Whether the token names scopes, and every one of them only reads.
pub fn only_reads(members: &Map<String, Value>) -> bool {
    let words: Vec<_> = words(members)
        .into_iter()
        .filter(|(claim, _)| matches!(*claim, "scope" | "scopes" | "scp" | "permissions"))
        .collect();
    !words.is_empty()
        && words
            .iter()
            .all(|(_, word)| reads(&word.to_ascii_lowercase()))
}

fn reads(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let parts: Vec<_> = name.split([':', '.', '_', '-']).collect();
    parts
        .first()
        .is_some_and(|first| matches!(*first, "read" | "readonly" | "view" | "list"))
        || parts
            .last()
            .is_some_and(|last| matches!(*last, "read" | "readonly" | "ro"))
        || matches!(name, "openid" | "profile" | "email")
}

/// Every word of the carrying claims, with its claim.
fn words(members: &Map<String, Value>) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (claim, value) in members {
        let lower = claim.to_ascii_lowercase();
        let spaced = lower.starts_with("https://")
            && ["/roles", "/role", "/permissions", "/groups"]
                .iter()
                .any(|end| lower.ends_with(end));
        if spaced || CARRIERS.contains(&lower.as_str()) {
            collect(claim, value, &mut found);
        }
        // Keycloak puts its roles one level down.
        if lower == "realm_access"
            && let Some(roles) = value.get("roles")
        {
            collect(claim, roles, &mut found);
        }
    }
    found
}

fn collect<'a>(claim: &'a str, value: &'a Value, found: &mut Vec<(&'a str, &'a str)>) {
    let mut texts = Vec::new();
    match value {
        Value::String(one) => texts.push(one.as_str()),
        Value::Array(many) => texts.extend(many.iter().filter_map(Value::as_str)),
        _ => {}
    }
    let room = MOST_WORDS.saturating_sub(found.len());
    found.extend(
        texts
            .into_iter()
            .flat_map(|text| text.split([' ', ',', '\t', '\n']))
            .filter(|word| !word.is_empty())
            .take(room)
            .map(|word| (claim, word)),
    );
}

fn meaning(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    if lower.ends_with("/.default") || lower == ".default" {
        return Some(".default");
    }
    if lower == "cloud-platform" || lower.ends_with("/auth/cloud-platform") {
        return Some("cloud-platform");
    }
    let bare = lower.strip_prefix("role_").unwrap_or(&lower);
    WORDS.iter().copied().find(|known| *known == bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::json::object;

    fn word(payload: &str) -> Option<&'static str> {
        administration(&object(payload.as_bytes()).unwrap()).map(|found| found.word)
    }

    #[test]
    fn administration_is_found_wherever_issuers_put_it() {
        for (payload, expected) in [
            (r#"{"scope":"read:a Admin"}"#, "admin"),
            (r#"{"scp":["x","*"]}"#, "*"),
            (r#"{"ROLES":["ROLE_ADMIN"]}"#, "admin"),
            (r#"{"realm_access":{"roles":["owner"]}}"#, "owner"),
            (
                r#"{"https://shop.example/roles":["superuser"]}"#,
                "superuser",
            ),
            (r#"{"is_admin":true}"#, "true"),
            (r#"{"groups":["system:masters"]}"#, "system:masters"),
            (
                r#"{"scope":"https://www.googleapis.com/auth/cloud-platform"}"#,
                "cloud-platform",
            ),
            (r#"{"scp":"https://graph.example/.default"}"#, ".default"),
        ] {
            assert_eq!(word(payload), Some(expected), "{payload}");
        }
    }

    #[test]
    fn a_word_inside_another_is_not_meant() {
        for payload in [
            r#"{"scope":"administer-nothing badmin"}"#,
            r#"{"name":"admin"}"#,
            r#"{"admin":false}"#,
            r#"{"admin":"no"}"#,
            "{}",
        ] {
            assert_eq!(word(payload), None, "{payload}");
        }
    }

    #[test]
    fn scopes_that_only_read_are_known() {
        let reads = |payload: &str| only_reads(&object(payload.as_bytes()).unwrap());
        assert!(reads(r#"{"scope":"read:users openid repo:read"}"#));
        assert!(reads(
            r#"{"scope":"https://www.googleapis.com/auth/drive.readonly"}"#
        ));
        assert!(!reads(r#"{"scope":"read:users write:users"}"#));
        assert!(!reads(r#"{"roles":["reader"]}"#));
        assert!(!reads("{}"));
    }
}
