//! Cloudflare Tunnel tokens: base64 of a JSON object with account, tunnel and the tunnel's secret.
//!
//! In: a whole token. Out: the account and the tunnel, which are no secrets.

use serde_json::{Map, Value};

use super::quote::quoted;
use super::{base64, json};
use crate::model::Claims;

/// The longest decoded token.
const LONGEST: usize = 1024;

/// The members of a decoded token; `None` where it is none.
pub fn members(decoded: &[u8]) -> Option<Map<String, Value>> {
    if !decoded.starts_with(b"{") || decoded.len() > LONGEST {
        return None;
    }
    let members = json::object(decoded)?;
    let account = json::text(&members, "a");
    let fits = account.len() == 32
        && account.bytes().all(|byte| byte.is_ascii_hexdigit())
        && json::text(&members, "t").len() == 36
        && !json::text(&members, "s").is_empty();
    fits.then_some(members)
}

/// Reads which tunnel of which account a token runs.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let members = members(&base64::decode(value, LONGEST)?)?;
    let tunnel = &json::text(&members, "t")
        .get(..8)
        .unwrap_or_default()
        .to_owned();
    Some(Claims {
        evidence: vec![
            format!(
                "its content names a tunnel that begins with {}",
                quoted(tunnel)
            ),
            "it names no expiry".to_owned(),
        ],
        reaches: Some("the traffic of one tunnel".to_owned()),
        ..Claims::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    fn token(account: &str, tunnel: &str, secret: &str) -> Vec<u8> {
        let inner = serde_json::json!({ "a": account, "t": tunnel, "s": secret });
        BASE64_STANDARD.encode(inner.to_string()).into_bytes()
    }

    #[test]
    fn objects_of_other_things_are_none() {
        let tunnel = "0f0e0d0c-1111-4222-8333-444455556666";
        assert!(claims(&token("acme", tunnel, "c2VjcmV0")).is_none());
        assert!(claims(&token(&"ab".repeat(16), tunnel, "")).is_none());
        assert!(claims(b"e30=").is_none());
    }

    proptest! {
        #[test]
        fn only_the_start_of_the_tunnel_is_told(
            account in "[0-9a-f]{32}",
            tunnel in "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
            secret in "[A-Za-z0-9]{44}",
        ) {
            let read = claims(&token(&account, &tunnel, &secret)).unwrap();
            let told = read.evidence.join(" ");
            prop_assert!(told.contains(&tunnel[..8]));
            prop_assert!(!told.contains(&secret[..8]) && !told.contains(&account));
        }
    }
}
