//! What the payload of a JSON web token says about how far it reaches.
//!
//! In: a token taken apart. Out: claims. Nothing is verified and nothing is looked up; names are hints and stay hints.

use super::admin_words::{administration, only_reads};
use super::jwt::{decode, variant};
use super::quote::quoted;
use super::{directory_token, json, lifetime, service_account};
use crate::model::{Claims, Level, Verb, Verbs};
use serde_json::{Map, Value};

const READ: Verbs = Verbs::of(&[Verb::Read]);
pub(super) const CHANGE: Verbs = Verbs::of(&[Verb::Read, Verb::Write, Verb::Delete]);
pub(super) const ADMINISTER: Verbs =
    Verbs::of(&[Verb::Read, Verb::Write, Verb::Delete, Verb::Admin]);

/// Reads what a token says of itself.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let jwt = decode(value)?;
    let members = jwt.members();
    let mut claims = Claims {
        issued: json::number(members, "iat").or_else(|| json::number(members, "nbf")),
        expires: json::number(members, "exp"),
        sample: is_sample(members),
        ..Claims::default()
    };
    match variant(&jwt) {
        "supabase-service-role" => supabase_service_role(&mut claims),
        "supabase-anon" => supabase_anon(&mut claims),
        "kubernetes-service-account" => service_account::read(members, &mut claims),
        "auth0-management" => auth0(members, &mut claims),
        "azure" => directory_token::read(members, &mut claims),
        "github-actions-oidc" => workload(members, ["repository", "ref"], &mut claims),
        "vercel-oidc" => {
            claims.kind = Some("vercel-oidc-token");
            claims.level = Some(Level::Project);
            workload(members, ["project", "environment"], &mut claims);
        }
        "turso" => turso(members, &mut claims),
        "jfrog" => jfrog(members, &mut claims),
        "onepassword-connect" => onepassword(members, &mut claims),
        "infisical" => {
            claims.kind = Some("infisical-identity-token");
            claims
                .evidence
                .push("its payload says it is a machine identity of Infisical".to_owned());
        }
        "google-id" => claims
            .evidence
            .push("its payload says who somebody is; it opens no Google interface".to_owned()),
        _ => generic(members, &mut claims),
    }
    if !jwt.signed {
        claims.evidence.push("it is not signed".to_owned());
    }
    lifetime::note(&mut claims);
    Some(claims)
}

/// The token of the jwt.io page, and the keys that a local Supabase ships with.
fn is_sample(members: &Map<String, Value>) -> bool {
    let john = json::text(members, "sub") == "1234567890"
        && json::text(members, "name").eq_ignore_ascii_case("john doe");
    john || json::text(members, "iss") == "supabase-demo"
}

/// Makes the sentence about one claim.
pub(super) fn says(claim: &str, value: &str) -> String {
    format!("its payload says {claim} {}", quoted(value))
}

fn supabase_service_role(claims: &mut Claims) {
    claims.kind = Some("supabase-service-role-jwt");
    claims.level = Some(Level::Project);
    claims.verbs = Some(ADMINISTER);
    claims
        .evidence
        .push("its payload says role `service_role`, which bypasses row-level security".to_owned());
}

fn supabase_anon(claims: &mut Claims) {
    claims.kind = Some("supabase-anon-jwt");
    claims.level = Some(Level::Public);
    claims.verbs = Some(READ);
    claims
        .evidence
        .push("its payload says role `anon`, which is made to be public".to_owned());
}

fn auth0(members: &Map<String, Value>, claims: &mut Claims) {
    claims.kind = Some("auth0-management-token");
    claims.level = Some(Level::Account);
    claims.reaches = Some("the users and applications of an Auth0 tenant".to_owned());
    let scopes = json::text(members, "scope");
    let starts = |start: &str| scopes.split(' ').any(|scope| scope.starts_with(start));
    let mut verbs = READ;
    for (start, verb) in [
        ("create:", Verb::Write),
        ("update:", Verb::Write),
        ("delete:", Verb::Delete),
        ("create:users", Verb::Admin),
        ("update:users", Verb::Admin),
        ("create:client_grants", Verb::Admin),
        ("create:role_members", Verb::Admin),
    ] {
        if starts(start) {
            verbs = verbs.and(Verbs::of(&[verb]));
        }
    }
    claims.verbs = Some(verbs);
    claims
        .evidence
        .push("its payload says it is for the management interface of an Auth0 tenant".to_owned());
    let count = scopes.split(' ').filter(|scope| !scope.is_empty()).count();
    claims
        .evidence
        .push(format!("its payload names {count} scopes"));
}

fn workload(members: &Map<String, Value>, keys: [&str; 2], claims: &mut Claims) {
    for key in keys {
        let value = json::text(members, key);
        if !value.is_empty() {
            claims.evidence.push(says(key, value));
        }
    }
}

fn turso(members: &Map<String, Value>, claims: &mut Claims) {
    claims.kind = Some("turso-database-token");
    let (verbs, word) = match json::text(members, "a") {
        "ro" => (READ, "`ro`: it only reads"),
        _ => (CHANGE, "`rw`: it reads and changes everything"),
    };
    claims.verbs = Some(verbs);
    claims
        .evidence
        .push(format!("its payload says access {word}"));
    claims.level = if members.contains_key("gid") {
        claims
            .evidence
            .push("its payload names a group of databases".to_owned());
        Some(Level::Project)
    } else {
        members.contains_key("id").then_some(Level::Resource)
    };
    if members.contains_key("p") {
        claims
            .evidence
            .push("its payload narrows it to chosen permissions".to_owned());
    }
}

fn jfrog(members: &Map<String, Value>, claims: &mut Claims) {
    claims.kind = Some("jfrog-access-token-jwt");
    let scope = json::text(members, "scp");
    let has = |word: &str| scope.split(' ').any(|one| one.starts_with(word));
    if has("applied-permissions/admin") {
        claims.level = Some(Level::Org);
        claims.verbs = Some(ADMINISTER.and(Verbs::of(&[Verb::Mint])));
        claims
            .evidence
            .push("its payload says scope `applied-permissions/admin`".to_owned());
    } else if has("applied-permissions/user") {
        claims.level = Some(Level::Account);
        claims.evidence.push(
            "its payload says scope `applied-permissions/user`: all that its user may do"
                .to_owned(),
        );
    } else if has("applied-permissions/groups") || has("member-of-groups:") {
        claims.level = Some(Level::Scoped);
        claims
            .evidence
            .push("its payload says it may do what chosen groups may do".to_owned());
    }
}

fn onepassword(members: &Map<String, Value>, claims: &mut Claims) {
    claims.kind = Some("onepassword-connect-token");
    let vaults = members
        .get("1password.com/vts")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    claims.level = Some(if vaults == 1 {
        Level::Resource
    } else {
        Level::Scoped
    });
    claims
        .evidence
        .push(format!("its payload opens {vaults} vaults"));
}

/// Applies the general test, for issuers that we know nothing better of.
pub(super) fn generic(members: &Map<String, Value>, claims: &mut Claims) {
    if let Some(found) = administration(members) {
        claims.level = Some(Level::Account);
        claims.verbs = Some(ADMINISTER);
        claims.reaches = Some("the service that trusts its issuer".to_owned());
        claims.evidence.push(format!(
            "its payload says {} `{}`",
            quoted(&found.claim),
            found.word
        ));
    } else if only_reads(members) {
        claims.verbs = Some(READ);
        claims
            .evidence
            .push("every scope in its payload only reads".to_owned());
    }
    let issuer = json::text(members, "iss");
    if !issuer.is_empty() && claims.kind.is_none() {
        claims.evidence.push(says("issuer", issuer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::jwt::tests::token;

    fn read(payload: &str) -> Claims {
        claims(&token(payload)).unwrap()
    }

    #[test]
    fn supabase_service_role_reaches_the_whole_project() {
        let read =
            read(r#"{"iss":"supabase","ref":"a","role":"service_role","iat":0,"exp":315360000}"#);
        assert_eq!(
            (read.level, read.verbs),
            (Some(Level::Project), Some(ADMINISTER))
        );
        assert_eq!(
            read.evidence,
            [
                "its payload says role `service_role`, which bypasses row-level security",
                "it lives for 3650 days from its issue"
            ]
        );
        assert!(!read.sample);
    }

    #[test]
    fn published_samples_are_samples() {
        assert!(read(r#"{"iss":"supabase-demo","role":"service_role"}"#).sample);
        assert!(read(r#"{"sub":"1234567890","name":"John Doe","admin":true}"#).sample);
        assert!(!read(r#"{"sub":"1234567890"}"#).sample);
    }

    #[test]
    fn an_anonymous_key_is_public() {
        let read = read(r#"{"iss":"supabase","ref":"a","role":"anon"}"#);
        assert_eq!(read.level, Some(Level::Public));
    }

    #[test]
    fn the_issuers_own_words_set_level_and_verbs() {
        for (payload, level, verbs) in [
            (r#"{"a":"ro","id":"1"}"#, Some(Level::Resource), Some(READ)),
            (
                r#"{"a":"rw","gid":"1"}"#,
                Some(Level::Project),
                Some(CHANGE),
            ),
            (
                r#"{"scp":"applied-permissions/user"}"#,
                Some(Level::Account),
                None,
            ),
            (
                r#"{"scp":"member-of-groups:readers"}"#,
                Some(Level::Scoped),
                None,
            ),
            (
                r#"{"1password.com/vts":[{"u":"x","a":1}]}"#,
                Some(Level::Resource),
                None,
            ),
            (
                r#"{"aud":"https://a.auth0.com/api/v2/","scope":"read:users"}"#,
                Some(Level::Account),
                Some(READ),
            ),
            (
                r#"{"iss":"https://sts.windows.net/1/","scp":"user_impersonation"}"#,
                Some(Level::Account),
                None,
            ),
            (
                r#"{"iss":"https://oidc.vercel.com/a","project":"shop"}"#,
                Some(Level::Project),
                None,
            ),
            (r#"{"scope":"read:users"}"#, None, Some(READ)),
            (
                r#"{"roles":["admin"]}"#,
                Some(Level::Account),
                Some(ADMINISTER),
            ),
            (r#"{"scope":"write:users"}"#, None, None),
        ] {
            let read = read(payload);
            assert_eq!((read.level, read.verbs), (level, verbs), "{payload}");
        }
    }

    #[test]
    fn jfrog_administrators_may_mint() {
        let read = read(r#"{"scp":"applied-permissions/admin","exp":5}"#);
        assert!(read.verbs.unwrap().has(Verb::Mint));
    }
}
