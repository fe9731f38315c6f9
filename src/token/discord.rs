//! Discord bot tokens: base64 of the bot's number, a time, a signature.
//!
//! In: a whole token. Out: the bot's number, which is public. Its permissions stand in each server.

use super::base64;
use super::quote::quoted;
use crate::model::Claims;

/// How many digits the number of a bot has.
const DIGITS: std::ops::RangeInclusive<usize> = 17..=20;

/// Whether decoded bytes are the number of a bot.
pub fn is_number(decoded: &[u8]) -> bool {
    DIGITS.contains(&decoded.len()) && decoded.iter().all(u8::is_ascii_digit)
}

/// Reads the number in the first part.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let mut parts = value.split(|byte| *byte == b'.');
    let number = base64::decode(parts.next()?, 32)?;
    let (time, signature) = (parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && time.len() >= 5 && signature.len() >= 27;
    let shown = String::from_utf8_lossy(&number);
    (whole && is_number(&number)).then(|| Claims {
        evidence: vec![format!("its content names bot {}", quoted(&shown[..6]))],
        ..Claims::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    fn token(first: &str) -> Vec<u8> {
        let first = BASE64_URL_SAFE_NO_PAD.encode(first);
        format!("{first}.{}.{}", "Zq9".repeat(2), "aB3".repeat(9)).into_bytes()
    }

    #[test]
    fn a_word_in_the_place_of_the_number_is_none() {
        assert!(claims(&token("deploy-the-website")).is_none());
        assert!(claims(&token("12345")).is_none());
        assert!(claims(b"MTIz").is_none());
    }

    proptest! {
        #[test]
        fn every_number_is_read(number in "[1-9][0-9]{16,19}") {
            let read = claims(&token(&number)).unwrap();
            prop_assert!(read.evidence[0].contains(&number[..6]));
        }
    }
}
