//! JSON web tokens: taken apart, never verified, and told apart by what only one issuer writes.
//!
//! In: a whole token, a vendor's prefix before it allowed. Out: header and payload as JSON, and the variant.
//! What the payload says about breadth stands in `jwt_claims`.

use std::sync::LazyLock;

use super::{base64, json};
use serde_json::{Map, Value};

/// The longest token that is taken apart.
pub const LONGEST: usize = 16 * 1024;

/// How far from the start a token may begin, behind a vendor's prefix.
const LONGEST_PREFIX: usize = 48;

/// A token taken apart. Claim values may be private: it has no `Debug`.
pub struct Jwt {
    pub header: Value,
    pub payload: Value,
    /// Whether a signature stands there and the header names an algorithm; nothing verifies it.
    pub signed: bool,
}

impl Jwt {
    /// The payload's members.
    pub fn members(&self) -> &Map<String, Value> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        self.payload.as_object().unwrap_or(&NONE)
    }
}

/// Takes a token apart; `None` unless header and payload are JSON objects and the header names an algorithm.
pub fn decode(value: &[u8]) -> Option<Jwt> {
    if value.len() > LONGEST {
        return None;
    }
    let mut parts = after_prefix(value)?.split(|b| *b == b'.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let header = json::object(&base64::decode(header, LONGEST)?)?;
    let payload = json::object(&base64::decode(payload, LONGEST)?)?;
    let algorithm = header.get("alg")?.as_str()?;
    let signed = !signature.is_empty() && !algorithm.eq_ignore_ascii_case("none");
    Some(Jwt {
        header: Value::Object(header),
        payload: Value::Object(payload),
        signed,
    })
}

/// Drops a vendor's prefix such as `glcbt-`: up to a `-` or `_` before the first `eyJ`.
fn after_prefix(value: &[u8]) -> Option<&[u8]> {
    let window = &value[..value.len().min(LONGEST_PREFIX)];
    let start = window.windows(3).position(|three| three == b"eyJ")?;
    let joined = start == 0 || matches!(value[start - 1], b'-' | b'_');
    joined.then(|| &value[start..])
}

/// Names the issuer's kind of token, by claims that only that issuer writes.
pub fn variant(jwt: &Jwt) -> &'static str {
    let members = jwt.members();
    let issuer = json::text(members, "iss");
    let audience = json::texts(members, "aud");
    let has = |key: &str| members.contains_key(key);
    let supabase = issuer.starts_with("supabase") || has("ref");
    match json::text(members, "role") {
        "service_role" if supabase => return "supabase-service-role",
        "anon" if supabase => return "supabase-anon",
        _ => {}
    }
    if is_kubernetes(members, issuer) {
        "kubernetes-service-account"
    } else if audience.iter().any(|one| one.ends_with("/api/v2/")) {
        "auth0-management"
    } else if host(issuer) == "sts.windows.net"
        || host(issuer).starts_with("login.microsoftonline.")
    {
        "azure"
    } else if host(issuer).starts_with("token.actions.") {
        "github-actions-oidc"
    } else if host(issuer) == "oidc.vercel.com" {
        "vercel-oidc"
    } else if has("1password.com/vts") {
        "onepassword-connect"
    } else if is_jfrog(members, issuer) {
        "jfrog"
    } else if has("identityId") && (has("identityAccessTokenId") || has("clientSecretId")) {
        "infisical"
    } else if matches!(json::text(members, "a"), "rw" | "ro")
        && (has("id") || has("gid") || has("p"))
    {
        "turso"
    } else if host(issuer) == "accounts.google.com" {
        "google-id"
    } else {
        "generic"
    }
}

fn is_kubernetes(members: &Map<String, Value>, issuer: &str) -> bool {
    issuer == "kubernetes/serviceaccount"
        || members.get("kubernetes.io").is_some_and(Value::is_object)
        || json::text(members, "sub").starts_with("system:serviceaccount:")
}

fn is_jfrog(members: &Map<String, Value>, issuer: &str) -> bool {
    let scope = json::text(members, "scp");
    ["jfrt@", "jfac@", "jfxr@", "jffe@"]
        .iter()
        .any(|start| issuer.starts_with(start))
        || scope.contains("applied-permissions/")
        || scope.contains("member-of-groups:")
}

/// The host of an issuer, whether or not it is written as a URL.
fn host(issuer: &str) -> &str {
    let rest = issuer.strip_prefix("https://").unwrap_or(issuer);
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;

    /// Builds a token with this payload.
    pub fn token(payload: &str) -> Vec<u8> {
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let header = part(r#"{"alg":"HS256","typ":"JWT"}"#);
        format!("{header}.{}.{}", part(payload), "s".repeat(43)).into_bytes()
    }

    fn variant_of(payload: &str) -> &'static str {
        variant(&decode(&token(payload)).unwrap())
    }

    #[test]
    fn each_issuer_is_known_by_its_own_claims() {
        for (payload, expected) in [
            (
                r#"{"iss":"supabase","ref":"abc","role":"service_role"}"#,
                "supabase-service-role",
            ),
            (r#"{"iss":"supabase-demo","role":"anon"}"#, "supabase-anon"),
            (
                r#"{"iss":"kubernetes/serviceaccount"}"#,
                "kubernetes-service-account",
            ),
            (
                r#"{"kubernetes.io":{"namespace":"a"}}"#,
                "kubernetes-service-account",
            ),
            (
                r#"{"aud":["https://shop.eu.auth0.com/api/v2/","x"]}"#,
                "auth0-management",
            ),
            (r#"{"iss":"https://sts.windows.net/1/"}"#, "azure"),
            (
                r#"{"iss":"https://login.microsoftonline.com/1/v2.0"}"#,
                "azure",
            ),
            (
                r#"{"iss":"https://token.actions.githubusercontent.com"}"#,
                "github-actions-oidc",
            ),
            (r#"{"iss":"https://oidc.vercel.com/acme"}"#, "vercel-oidc"),
            (r#"{"a":"rw","id":"1"}"#, "turso"),
            (r#"{"iss":"jfrt@01","scp":"x"}"#, "jfrog"),
            (r#"{"scp":"applied-permissions/admin"}"#, "jfrog"),
            (r#"{"1password.com/vts":[]}"#, "onepassword-connect"),
            (
                r#"{"identityId":"1","identityAccessTokenId":"2"}"#,
                "infisical",
            ),
            (r#"{"iss":"https://accounts.google.com"}"#, "google-id"),
            (r#"{"role":"service_role"}"#, "generic"),
            ("{}", "generic"),
        ] {
            assert_eq!(variant_of(payload), expected, "{payload}");
        }
    }

    #[test]
    fn a_vendors_prefix_may_stand_before_it() {
        for prefix in ["glcbt-", "ghs_123_"] {
            let value = [prefix.as_bytes(), &token("{}")].concat();
            assert!(decode(&value).is_some());
        }
        assert!(decode(&[b"x".as_slice(), &token("{}")].concat()).is_none());
    }

    #[test]
    fn what_is_no_token_does_not_decode() {
        let whole = token("{}");
        let text = String::from_utf8(whole.clone()).unwrap();
        for bad in [
            String::new(),
            "eyJ".to_owned(),
            "eyJ.eyJ.".to_owned(),
            format!("{text}.x"),
            text.replacen("eyJ", "eyX", 1),
            text.rsplit_once('.').unwrap().0.to_owned(),
        ] {
            assert!(decode(bad.as_bytes()).is_none());
        }
        let mut long = whole;
        long.resize(LONGEST + 1, b's');
        assert!(decode(&long).is_none());
    }

    #[test]
    fn an_empty_signature_is_no_signature() {
        let value = token("{}");
        let cut = value.len() - 43;
        assert!(decode(&value).unwrap().signed);
        assert!(!decode(&value[..cut]).unwrap().signed);
    }
}
