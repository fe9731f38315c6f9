//! AWS: the account number inside a key id, and what Bedrock keys say of themselves.
//!
//! In: a key id or a Bedrock key. Out: account and sort of key. Whether the key is a root user's is not inside.

use super::base64;
use super::quote::quoted_bytes;
use crate::model::{Claims, Level};

/// The bits of the first six bytes that hold the account number.
const ACCOUNT_BITS: u64 = 0x7fff_ffff_ff80;

/// What the first four letters of a key id say.
fn sort(key_id: &[u8]) -> Option<&'static str> {
    match key_id.get(..4)? {
        b"AKIA" => Some("a long-lived key of a user or of the root user"),
        b"ASIA" => Some("a temporary key; it is of use only with its session token"),
        b"ABIA" => Some("a service bearer token"),
        b"ACCA" => Some("a context-specific credential"),
        b"AIDA" => Some("the id of a user, no key"),
        b"AROA" => Some("the id of a role, no key"),
        _ => None,
    }
}

/// The account number inside a key id; keys from before 2019 hold none.
pub fn account(key_id: &[u8]) -> Option<u64> {
    let body = key_id.get(4..)?;
    if !matches!(body.len(), 10..=28) || matches!(body[0], b'I' | b'J') {
        return None;
    }
    let mut bits = 0u64;
    for character in &body[..10] {
        let five = match character {
            b'A'..=b'Z' => character - b'A',
            b'2'..=b'7' => character - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u64::from(five);
    }
    // Ten characters are 50 bits; the number sits in the first 48.
    Some((bits >> 2 & ACCOUNT_BITS) >> 7)
}

/// Reads a key id, or a Bedrock key.
pub fn claims(value: &[u8]) -> Option<Claims> {
    if let Some(encoded) = value.strip_prefix(b"ABSK") {
        return bedrock_long(&base64::decode(encoded, 1024)?);
    }
    if let Some(encoded) = value.strip_prefix(b"bedrock-api-key-") {
        return bedrock_short(&base64::decode(encoded, 16 * 1024)?);
    }
    let mut claims = Claims {
        // The vendor's documentation ends every key id of an example so.
        sample: value.ends_with(b"EXAMPLE"),
        ..Claims::default()
    };
    claims
        .evidence
        .push(format!("its first letters say it is {}", sort(value)?));
    if let Some(account) = account(value) {
        claims
            .evidence
            .push(format!("its id holds account number {account:012}"));
    }
    Some(claims)
}

/// `BedrockAPIKey-<suffix>-at-<account>:<secret>`.
fn bedrock_long(text: &[u8]) -> Option<Claims> {
    let colon = text.iter().position(|b| *b == b':')?;
    let name = &text[..colon];
    let at = name.windows(4).rposition(|four| four == b"-at-")?;
    let account = &name[at + 4..];
    account.iter().all(u8::is_ascii_digit).then(|| Claims {
        evidence: vec![format!(
            "its content names account {}, and it is long-lived",
            quoted_bytes(account)
        )],
        reaches: Some("what Bedrock offers, on the account's bill".to_owned()),
        ..Claims::default()
    })
}

/// A presigned URL; only date, region and life are said.
fn bedrock_short(url: &[u8]) -> Option<Claims> {
    let url = std::str::from_utf8(url).ok()?;
    let parameter = |name: &str| {
        url.split(['?', '&'])
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    let issued = parameter("X-Amz-Date").and_then(compact_time);
    let seconds = parameter("X-Amz-Expires").and_then(|text| text.parse::<i64>().ok());
    if issued.is_none() && seconds.is_none() {
        return None;
    }
    let mut claims = Claims {
        level: Some(Level::Scoped),
        issued,
        expires: issued
            .zip(seconds)
            .map(|(at, life)| at.saturating_add(life)),
        ..Claims::default()
    };
    if let Some(seconds) = seconds {
        claims
            .evidence
            .push(format!("its content says it lives for {seconds} seconds"));
    }
    Some(claims)
}

/// `20260102T030405Z`.
fn compact_time(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to);
    super::lifetime::unix(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(9, 11)?,
        part(11, 13)?,
        part(13, 15)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    fn key(letters: &str, rest: &str) -> Vec<u8> {
        format!("{letters}{rest:A<16}").into_bytes()
    }

    #[test]
    fn the_vector_gives_its_account() {
        let value = key(concat!("AK", "IA"), "RZPUZDIKAA");
        assert_eq!(account(&value), Some(123_456_789_012));
        let claims = claims(&value).unwrap();
        assert_eq!(
            claims.evidence[1],
            "its id holds account number 123456789012"
        );
        assert!(!claims.sample);
    }

    #[test]
    fn old_keys_and_other_text_hold_no_account() {
        assert_eq!(account(&key(concat!("AK", "IA"), "IRZPUZDIKA")), None);
        assert_eq!(account(&key(concat!("AK", "IA"), "0189")), None);
        assert_eq!(account(b"AKIA"), None);
        assert!(claims(b"XXXXRZPUZDIKAA").is_none());
        assert!(claims(b"").is_none());
    }

    #[test]
    fn the_example_of_the_documentation_is_a_sample() {
        let value = key(
            concat!("AK", "IA"),
            &format!("{}{}", "IOSFODNN7", "EXAMPLE"),
        );
        assert!(claims(&value).unwrap().sample);
    }

    #[test]
    fn bedrock_keys_say_account_and_life() {
        let long = format!(
            "ABSK{}",
            BASE64_STANDARD.encode("BedrockAPIKey-ab12-at-123456789012:hidden")
        );
        let read = claims(long.as_bytes()).unwrap();
        assert!(
            read.evidence[0].contains("`123456789012`") && !read.evidence[0].contains("hidden")
        );
        let url = "host/?Action=x&X-Amz-Date=19700102T000000Z&X-Amz-Expires=60";
        let short = format!("bedrock-api-key-{}", BASE64_STANDARD.encode(url));
        let read = claims(short.as_bytes()).unwrap();
        assert_eq!((read.issued, read.expires), (Some(86_400), Some(86_460)));
    }
}
