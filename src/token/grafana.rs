//! Grafana: the checksum of service-account tokens, and the JSON inside cloud policy tokens and old API keys.
//!
//! In: a whole value. Out: whether the checksum is right; organisation, policy and region. Permissions are not inside.

use super::{base64, crc32::crc32, json, quote::quoted};
use crate::model::{ChecksumState, Claims, Level};
use serde_json::Value;

const BODY: usize = 32;
const PREFIX: &[u8] = b"glsa_";
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Says whether the eight hex digits at the end are right.
pub fn check(value: &[u8]) -> ChecksumState {
    match signed(value) {
        Some(signed) if value[signed.len() + 1..] == checksum(signed) => ChecksumState::Valid,
        _ => ChecksumState::Invalid,
    }
}

/// Puts the right eight hex digits in; a value of another shape stays as it is.
pub fn put(mut value: Vec<u8>) -> Vec<u8> {
    if let Some(right) = signed(&value).map(checksum) {
        value.truncate(PREFIX.len() + BODY + 1);
        value.extend_from_slice(&right);
    }
    value
}

/// Reads a cloud policy token or an old API key.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let encoded = value.strip_prefix(b"glc_").unwrap_or(value);
    let object = json::object(&base64::decode(encoded, json::LONGEST)?)?;
    if !object.contains_key("k") {
        return None;
    }
    let mut claims = Claims::default();
    if let Some(id) = json::number(&object, "id") {
        claims.kind = Some("grafana-api-key-legacy");
        claims
            .evidence
            .push(format!("its content names organisation {id}"));
        claims.evidence.push(
            "it is an old API key; its role stands on the server and it names no expiry".to_owned(),
        );
        return Some(claims);
    }
    let organization = json::text(&object, "o");
    if organization.is_empty() {
        return None;
    }
    claims.kind = Some("grafana-cloud-token");
    claims.level = Some(Level::Scoped);
    claims.evidence.push(format!(
        "its content names Grafana Cloud organisation {}",
        quoted(organization)
    ));
    let name = json::text(&object, "n");
    if !name.is_empty() {
        claims.evidence.push(format!(
            "its content names policy and token {}",
            quoted(name)
        ));
    }
    let region = object
        .get("m")
        .and_then(|meta| meta.get("r"))
        .and_then(Value::as_str);
    if let Some(region) = region {
        claims
            .evidence
            .push(format!("its content names region {}", quoted(region)));
    }
    Some(claims)
}

/// What the checksum is taken over: prefix and body.
fn signed(value: &[u8]) -> Option<&[u8]> {
    let whole = PREFIX.len() + BODY;
    (value.len() == whole + 1 + 8 && value.starts_with(PREFIX) && value[whole] == b'_')
        .then(|| &value[..whole])
}

fn checksum(signed: &[u8]) -> [u8; 8] {
    let mut text = [0; 8];
    for (at, byte) in crc32(signed).to_le_bytes().into_iter().enumerate() {
        text[2 * at] = DIGITS[usize::from(byte >> 4)];
        text[2 * at + 1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    #[test]
    fn the_vector_is_valid() {
        let value = format!("{}{}_d8dc8af3", "glsa_", "A".repeat(32)).into_bytes();
        assert_eq!(check(&value), ChecksumState::Valid);
        assert_eq!(put(value.clone()), value);
        assert_eq!(check(&value[1..]), ChecksumState::Invalid);
    }

    #[test]
    fn a_cloud_token_names_its_organisation() {
        let inner = r#"{"o":"1234","n":"deploy-ci","k":"hidden","m":{"r":"eu"}}"#;
        let value = format!("{}{}", "glc_", BASE64_STANDARD.encode(inner));
        let claims = claims(value.as_bytes()).unwrap();
        assert_eq!(claims.kind, Some("grafana-cloud-token"));
        assert_eq!(claims.evidence.len(), 3);
        assert!(!claims.evidence.concat().contains("hidden"));
    }

    #[test]
    fn an_old_key_is_told_apart() {
        let value = BASE64_STANDARD.encode(r#"{"k":"hidden","n":"x","id":1}"#);
        assert_eq!(
            claims(value.as_bytes()).unwrap().kind,
            Some("grafana-api-key-legacy")
        );
        assert!(claims(BASE64_STANDARD.encode("{}").as_bytes()).is_none());
    }
}
