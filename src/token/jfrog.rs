//! JFrog's reference tokens: base64 of `reftkn:01:`, the time of expiry and a random name.
//!
//! In: a whole token. Out: its end. What it stands for is kept on the server.

use super::base64;
use crate::model::Claims;

/// What every decoded token starts with.
pub const START: &[u8] = b"reftkn:";
/// The longest decoded token.
const LONGEST: usize = 256;

/// Reads when a reference token ends; zero means never.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let decoded = base64::decode(value, LONGEST)?;
    let rest = decoded.strip_prefix(START)?;
    let mut parts = rest.splitn(3, |byte| *byte == b':');
    let (_version, end, name) = (parts.next()?, parts.next()?, parts.next()?);
    let end: i64 = std::str::from_utf8(end).ok()?.parse().ok()?;
    let named = name.len() >= 16 && name.iter().all(u8::is_ascii_alphanumeric);
    named.then(|| {
        let mut claims = Claims::default();
        match end {
            0 => claims
                .evidence
                .push("its content says it never ends".to_owned()),
            end => claims.expires = Some(end),
        }
        claims
            .evidence
            .push("the token it stands for, with its scopes, is kept on the server".to_owned());
        claims
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    fn token(end: &str, name: &str) -> Vec<u8> {
        BASE64_STANDARD
            .encode(format!("reftkn:01:{end}:{name}"))
            .into_bytes()
    }

    #[test]
    fn zero_never_ends() {
        let read = claims(&token("0000000000", &"Zq9".repeat(8))).unwrap();
        assert_eq!(read.expires, None);
        assert_eq!(read.evidence[0], "its content says it never ends");
    }

    #[test]
    fn other_contents_are_none() {
        assert!(claims(&token("soon", &"a".repeat(24))).is_none());
        assert!(claims(&token("0", "short")).is_none());
        assert!(claims(b"cmVmdGtu").is_none());
    }

    proptest! {
        #[test]
        fn the_end_comes_out_as_it_went_in(end in 1i64..9_999_999_999, name in "[A-Za-z0-9]{22}") {
            let read = claims(&token(&format!("{end:010}"), &name)).unwrap();
            prop_assert_eq!(read.expires, Some(end));
        }
    }
}
