//! Algolia's secured keys: base64 of an HMAC in 64 hexadecimal digits and the restrictions that it signs.
//!
//! In: a whole key. Out: its restrictions and its end. Such a key is made from a search key for one visitor, so it can
//! do no more than search.

use super::base64;
use super::quote::quoted;
use crate::model::Claims;

/// The digits of the HMAC.
const DIGITS: usize = 64;
/// The longest restrictions.
const LONGEST: usize = 8 * 1024;
/// What a restriction may be called; one of them must stand there.
const RESTRICTIONS: [&str; 6] = [
    "validUntil",
    "restrictIndices",
    "filters",
    "userToken",
    "restrictSources",
    "hitsPerPage",
];

/// The restrictions in a decoded key; `None` where it is none.
pub fn restrictions(decoded: &[u8]) -> Option<&str> {
    let (digest, query) = decoded.split_at_checked(DIGITS)?;
    let is_hex = digest
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let query = std::str::from_utf8(query).ok().filter(|_| is_hex)?;
    query
        .split('&')
        .filter_map(|part| part.split_once('='))
        .any(|(name, _)| RESTRICTIONS.contains(&name))
        .then_some(query)
}

/// Reads what narrows a secured key.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let decoded = base64::decode(value, LONGEST)?;
    let mut claims = Claims::default();
    for (name, setting) in restrictions(&decoded)?
        .split('&')
        .filter_map(|part| part.split_once('='))
    {
        match name {
            "validUntil" => claims.expires = setting.parse().ok(),
            "restrictIndices" => claims
                .evidence
                .push(format!("it searches only indices {}", quoted(setting))),
            "filters" | "userToken" | "restrictSources" => claims
                .evidence
                .push(format!("`{name}` in it narrows what is found")),
            _ => {}
        }
    }
    if claims.expires.is_none() {
        claims.evidence.push("it names no expiry".to_owned());
    }
    Some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    fn key(query: &str) -> Vec<u8> {
        BASE64_STANDARD.encode("0a".repeat(32) + query).into_bytes()
    }

    #[test]
    fn indices_and_end_are_read() {
        let read = claims(&key("validUntil=1900000000&restrictIndices=products")).unwrap();
        assert_eq!(read.expires, Some(1_900_000_000));
        assert_eq!(read.evidence, ["it searches only indices `products`"]);
    }

    #[test]
    fn other_queries_and_plain_hashes_are_none() {
        assert!(claims(&key("a=b")).is_none());
        assert!(claims(&key("")).is_none());
        assert!(claims(b"0a0a").is_none());
    }

    proptest! {
        #[test]
        fn an_end_comes_out_as_it_went_in(end in 0i64..4_000_000_000, filters in "[a-z_:]{0,20}") {
            let read = claims(&key(&format!("filters={filters}&validUntil={end}"))).unwrap();
            prop_assert_eq!(read.expires, Some(end));
        }
    }
}
