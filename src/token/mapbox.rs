//! Mapbox tokens: secret, public or temporary, and whose.
//!
//! In: a whole token. Out: its sort, its user, and of temporary ones scopes and expiry.

use super::quote::quoted;
use super::{base64, json};
use crate::model::{Claims, Level, Verb, Verbs};

/// Reads the prefix and the JSON in the middle.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let mut parts = value.split(|b| *b == b'.');
    let (prefix, middle, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let members = json::object(&base64::decode(middle, 4096)?)?;
    let (kind, level, evidence) = match prefix {
        b"sk" => (
            "mapbox-secret-token",
            Level::Scoped,
            "its prefix says it is secret; its scopes stand on the server",
        ),
        b"pk" => (
            "mapbox-public-token",
            Level::Public,
            "its prefix says it is made to be public",
        ),
        b"tk" => (
            "mapbox-temporary-token",
            Level::Scoped,
            "its prefix says it lives for an hour at most",
        ),
        _ => return None,
    };
    let mut claims = Claims {
        kind: Some(kind),
        level: Some(level),
        expires: json::number(&members, "exp"),
        evidence: vec![evidence.to_owned()],
        ..Claims::default()
    };
    let user = json::text(&members, "u");
    if !user.is_empty() {
        claims
            .evidence
            .push(format!("its content names user {}", quoted(user)));
    }
    let scopes = json::texts(&members, "scopes");
    if !scopes.is_empty() {
        if scopes.iter().all(|scope| scope.ends_with(":read")) {
            claims.verbs = Some(Verbs::of(&[Verb::Read]));
        }
        claims.evidence.push(format!(
            "its content names {} scopes, the first {}",
            scopes.len(),
            quoted(scopes[0])
        ));
    }
    Some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn read(prefix: &str, content: &str) -> Option<Claims> {
        let middle = BASE64_URL_SAFE_NO_PAD.encode(content);
        claims(format!("{prefix}.{middle}.{}", "s".repeat(22)).as_bytes())
    }

    #[test]
    fn the_prefix_decides() {
        assert_eq!(
            read("pk", r#"{"u":"ann","a":"x"}"#).unwrap().level,
            Some(Level::Public)
        );
        assert_eq!(
            read("sk", r#"{"u":"ann","a":"x"}"#).unwrap().kind,
            Some("mapbox-secret-token")
        );
        let short = read("tk", r#"{"u":"ann","exp":9,"scopes":["styles:read"]}"#).unwrap();
        assert_eq!(
            (short.expires, short.verbs),
            (Some(9), Some(Verbs::of(&[Verb::Read])))
        );
        assert!(read("xk", "{}").is_none());
        assert!(claims(b"sk.x").is_none());
    }
}
