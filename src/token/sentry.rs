//! Sentry organisation tokens: base64 JSON between two underscores.
//!
//! In: a whole token. Out: the organisation and the time of issue. Such a token only serves builds of that organisation.

use super::quote::quoted;
use super::{base64, json};
use crate::model::Claims;

/// Reads the JSON in the middle; the vendor refuses a token without `iat`, and so does this.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let rest = value.strip_prefix(b"sntrys_")?;
    let end = rest.iter().position(|b| *b == b'_')?;
    if rest[end + 1..].contains(&b'_') {
        return None;
    }
    let members = json::object(&base64::decode(&rest[..end], 4096)?)?;
    let issued = json::number(&members, "iat")?;
    let mut claims = Claims {
        issued: Some(issued),
        ..Claims::default()
    };
    let organization = json::text(&members, "org");
    if !organization.is_empty() {
        claims.evidence.push(format!(
            "its content names organisation {}",
            quoted(organization)
        ));
    }
    claims
        .evidence
        .push("its only permission is `org:ci`: releases and source maps".to_owned());
    Some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    fn read(inner: &str, end: &str) -> Option<Claims> {
        claims(format!("sntrys{}{}_{end}", "_", BASE64_STANDARD.encode(inner)).as_bytes())
    }

    #[test]
    fn organisation_and_issue_are_read() {
        let inner = r#"{"iat":1700000000.5,"url":"x","region_url":"y","org":"acme"}"#;
        let read = read(inner, &"r".repeat(43)).unwrap();
        assert_eq!(read.issued, Some(1_700_000_000));
        assert_eq!(read.evidence[0], "its content names organisation `acme`");
    }

    #[test]
    fn without_an_issue_or_with_another_underscore_it_is_none() {
        assert!(read(r#"{"org":"acme"}"#, "r").is_none());
        assert!(read(r#"{"iat":1}"#, "r_r").is_none());
    }
}
