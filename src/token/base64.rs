//! Base64 as people paste it: standard or URL alphabet, with or without padding, wrapped over lines.
//!
//! In: text and a limit on the decoded bytes. Out: the bytes, or nothing. It must not read past the limit.

use ::base64::Engine;
use ::base64::alphabet::STANDARD;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Trailing bits are tolerated: several issuers do not clear them.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Decodes `text` into at most `limit` bytes; `None` where it is no base64 or would be longer.
///
/// White space and the two-byte escapes `\n` and `\r` between the characters are skipped; padding may be missing.
pub fn decode(text: &[u8], limit: usize) -> Option<Vec<u8>> {
    let most = limit.saturating_mul(4) / 3 + 4;
    let mut characters = Vec::with_capacity(text.len().min(most));
    let mut padded = false;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let character = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'\\' if matches!(text.get(at), Some(b'n' | b'r')) => {
                at += 1;
                continue;
            }
            b'=' => {
                padded = true;
                continue;
            }
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        if padded || characters.len() >= most {
            return None;
        }
        characters.push(character);
    }
    let bytes = TOLERANT.decode(&characters).ok()?;
    (bytes.len() <= limit).then_some(bytes)
}

/// Whether decoded bytes read as text: UTF-8, not empty, and no control character but tab and line ends.
pub fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && std::str::from_utf8(bytes).is_ok_and(|text| {
            text.chars()
                .all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    #[test]
    fn every_spelling_gives_the_same_bytes() {
        let bytes = [0xfbu8, 0xff, 0xbf, 0x01];
        for text in ["+/+/AQ==", "-_-_AQ", " +/+\n/A\\nQ= = ", "+/-_AQ="] {
            assert_eq!(decode(text.as_bytes(), 10).unwrap(), bytes, "{text}");
        }
    }

    #[test]
    fn the_limit_holds_to_the_byte() {
        let text = BASE64_STANDARD.encode([7u8; 30]);
        assert!(decode(text.as_bytes(), 30).is_some());
        assert!(decode(text.as_bytes(), 29).is_none());
    }

    #[test]
    fn what_is_no_base64_gives_nothing() {
        for text in ["A", "AB!D", "AA==AA", "\\x41"] {
            assert!(decode(text.as_bytes(), 100).is_none(), "{text}");
        }
    }

    #[test]
    fn text_is_told_from_binary() {
        assert!(is_text(b"user:pass\n"));
        assert!(!is_text(b""));
        assert!(!is_text(&[0, 1, 2]));
        assert!(!is_text(&[0xff, 0xfe]));
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes(bytes: Vec<u8>) {
            prop_assert_eq!(decode(BASE64_STANDARD.encode(&bytes).as_bytes(), bytes.len()), Some(bytes.clone()));
            prop_assert_eq!(decode(BASE64_URL_SAFE_NO_PAD.encode(&bytes).as_bytes(), bytes.len()), Some(bytes));
        }
    }
}
