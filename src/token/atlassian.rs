//! Personal access tokens of Jira and Confluence Data Center: base64 of twelve digits, a colon and 20 random bytes.
//!
//! In: a whole token. Out: that it is one; nothing of it says who owns it or when it ends.

use super::base64;
use crate::model::Claims;

/// The digits of the token's number.
const DIGITS: usize = 12;
/// All bytes: number, colon, random bytes.
const LENGTH: usize = DIGITS + 1 + 20;

/// Whether decoded bytes have the form.
pub fn is_token(decoded: &[u8]) -> bool {
    decoded.len() == LENGTH
        && decoded[DIGITS] == b':'
        && decoded[..DIGITS].iter().all(u8::is_ascii_digit)
        && !decoded[DIGITS + 1..].iter().all(u8::is_ascii_graphic)
}

/// Says what the form shows.
pub fn claims(value: &[u8]) -> Option<Claims> {
    is_token(&base64::decode(value, LENGTH)?).then(|| Claims {
        evidence: vec![
            "its content is a token number and 20 random bytes, as Data Center makes them"
                .to_owned(),
        ],
        reaches: Some("whatever its owner may on one Jira or Confluence server".to_owned()),
        ..Claims::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    #[test]
    fn text_behind_the_colon_is_a_login_and_no_token() {
        let login = BASE64_STANDARD.encode("123456789012:abcdefghijklmnopqrst");
        assert!(claims(login.as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn number_and_random_bytes_are_a_token(number in "[0-9]{12}", mut random: [u8; 20]) {
            random[7] = 0x80;
            let value = BASE64_STANDARD.encode([format!("{number}:").as_bytes(), &random].concat());
            prop_assert_eq!(value.len(), 44);
            prop_assert!(claims(value.as_bytes()).is_some());
            prop_assert!(claims(&value.as_bytes()[4..]).is_none());
        }
    }
}
