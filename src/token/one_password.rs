//! 1Password service-account tokens: base64 JSON with a key inside.
//!
//! In: a whole token. Out: the sign-in address. Which vaults it opens stands on the server; no key is ever said.

use super::quote::quoted;
use super::{base64, json};
use crate::model::{Claims, Level};

/// Reads the JSON behind the prefix.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let encoded = value.strip_prefix(b"ops_")?;
    let members = json::object(&base64::decode(encoded, json::LONGEST)?)?;
    let address = json::text(&members, "signInAddress");
    if address.is_empty() {
        return None;
    }
    Some(Claims {
        kind: Some("onepassword-service-account-token"),
        level: Some(Level::Scoped),
        evidence: vec![
            format!("its content signs in at {}", quoted(address)),
            "it holds the key that opens its vaults; which ones stands on the server".to_owned(),
        ],
        ..Claims::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    #[test]
    fn only_the_address_is_said() {
        let inner =
            r#"{"signInAddress":"acme.1password.example","secretKey":"hidden","email":"x"}"#;
        let read =
            claims(format!("ops{}{}", "_", BASE64_STANDARD.encode(inner)).as_bytes()).unwrap();
        assert_eq!(
            read.evidence[0],
            "its content signs in at `acme.1password.example`"
        );
        assert!(!read.evidence.concat().contains("hidden"));
        assert!(claims(format!("ops_{}", BASE64_STANDARD.encode("{}")).as_bytes()).is_none());
    }
}
