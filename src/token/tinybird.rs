//! Tinybird tokens: `p.`, base64url of a JSON object, a signature.
//!
//! In: a whole token. Out: the region it is of. User, token number and scopes stand there as numbers only.

use super::quote::quoted;
use super::{base64, json};
use crate::model::Claims;

/// Reads the object in the middle.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let rest = value.strip_prefix(b"p.")?;
    let end = rest.iter().position(|byte| *byte == b'.')?;
    let members = json::object(&base64::decode(&rest[..end], 1024)?)?;
    if json::text(&members, "u").is_empty() || json::text(&members, "id").is_empty() {
        return None;
    }
    let mut claims = Claims::default();
    let host = json::text(&members, "host");
    if !host.is_empty() {
        claims
            .evidence
            .push(format!("its content names region {}", quoted(host)));
    }
    claims.evidence.push("it names no expiry".to_owned());
    Some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    fn token(inner: &str) -> Vec<u8> {
        format!("p.{}.s", BASE64_URL_SAFE_NO_PAD.encode(inner)).into_bytes()
    }

    #[test]
    fn an_object_without_user_is_none() {
        assert!(claims(&token(r#"{"id":"1"}"#)).is_none());
        assert!(claims(b"p.eyJ").is_none());
    }

    proptest! {
        #[test]
        fn the_region_is_read(host in "[a-z]{2,8}_[a-z]{2,8}") {
            let inner = serde_json::json!({ "u": "7a", "id": "9b", "host": host });
            let read = claims(&token(&inner.to_string())).unwrap();
            prop_assert_eq!(&read.evidence[0], &format!("its content names region `{host}`"));
        }
    }
}
