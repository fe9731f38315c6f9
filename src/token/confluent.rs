//! The end of a Confluent API secret: CRC-32 of the 54 characters before it, in base64.
//!
//! In: a whole value. Out: whether the end is right, or a value in which it is.

use super::crc32::crc32;
use crate::model::ChecksumState;
use ::base64::Engine;
use ::base64::prelude::BASE64_STANDARD_NO_PAD;

const PREFIX: &[u8] = b"cflt";
const BODY: usize = 54;
const CHECKSUM: usize = 6;

/// Says whether the last six characters are right.
pub fn check(value: &[u8]) -> ChecksumState {
    match body(value) {
        Some(body) if value[PREFIX.len() + BODY..] == checksum(body)[..] => ChecksumState::Valid,
        _ => ChecksumState::Invalid,
    }
}

/// Puts the right last six characters in; a value of another shape stays as it is.
pub fn put(mut value: Vec<u8>) -> Vec<u8> {
    if let Some(right) = body(&value).map(checksum) {
        value.truncate(PREFIX.len() + BODY);
        value.extend_from_slice(&right);
    }
    value
}

fn body(value: &[u8]) -> Option<&[u8]> {
    let after = value.strip_prefix(PREFIX)?;
    (after.len() == BODY + CHECKSUM).then(|| &after[..BODY])
}

/// Four bytes without padding are exactly six characters.
fn checksum(body: &[u8]) -> Vec<u8> {
    BASE64_STANDARD_NO_PAD
        .encode(crc32(body).to_le_bytes())
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_is_valid() {
        let value = format!("{}{}FZQbVQ", "cflt", "A".repeat(54)).into_bytes();
        assert_eq!(check(&value), ChecksumState::Valid);
        assert_eq!(put(value.clone()), value);
    }

    #[test]
    fn another_shape_is_invalid_and_stays() {
        let value = format!("{}{}", "cflt", "A".repeat(10)).into_bytes();
        assert_eq!(check(&value), ChecksumState::Invalid);
        assert_eq!(put(value.clone()), value);
    }
}
