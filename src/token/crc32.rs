//! The checksum that GitHub, npm and Vercel put at the end: CRC-32 of the body in base 62.
//!
//! In: a whole value, prefix included. Out: whether its last six characters are right, or a value in which they are.

use crate::model::ChecksumState;

/// Digits first, then upper case: the order that the vendors' samples show.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The number of characters that the checksum takes.
const LENGTH: usize = 6;

/// CRC-32 (IEEE) of `bytes`.
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// Writes `number` in base 62, padded to six characters.
pub fn base62(mut number: u32) -> [u8; LENGTH] {
    let mut text = [b'0'; LENGTH];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    text
}

/// Says whether the last six characters are the checksum of what stands between the first `_` and them.
pub fn check(value: &[u8]) -> ChecksumState {
    match split(value) {
        Some((body, checksum)) if base62(crc32(&value[body..checksum])) == value[checksum..] => {
            ChecksumState::Valid
        }
        _ => ChecksumState::Invalid,
    }
}

/// Puts the right checksum at the end; a value without room for one stays as it is.
pub fn put(mut value: Vec<u8>) -> Vec<u8> {
    if let Some((body, checksum)) = split(&value) {
        let right = base62(crc32(&value[body..checksum]));
        value[checksum..].copy_from_slice(&right);
    }
    value
}

/// Where the body and the checksum start.
fn split(value: &[u8]) -> Option<(usize, usize)> {
    let body = value.iter().position(|b| *b == b'_')? + 1;
    let checksum = value.len().checked_sub(LENGTH)?;
    (checksum > body).then_some((body, checksum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_numbers_come_out() {
        assert_eq!(crc32(b"hello"), 907_060_870);
        assert_eq!(&base62(907_060_870), b"0zNvy2");
        assert_eq!(crc32(&[b'A'; 30]), 830_433_819);
        assert_eq!(crc32(&[b'0'; 30]), 2_011_552_642);
        assert_eq!(crc32(&[b'A'; 50]), 1_481_570_612);
    }

    #[test]
    fn the_vectors_of_three_issuers_are_valid() {
        for (prefix, byte, count, checksum) in [
            ("gh", "A", 30, "0uCPlr"),
            ("np", "0", 30, "2C8GjS"),
            ("vc", "A", 50, "1cGWCC"),
        ] {
            let value = format!("{prefix}p_{}{checksum}", byte.repeat(count));
            assert_eq!(check(value.as_bytes()), ChecksumState::Valid);
            assert_eq!(put(value.clone().into_bytes()), value.into_bytes());
        }
    }

    #[test]
    fn a_value_without_room_is_invalid_and_stays() {
        for short in [&b""[..], b"ghp", b"ghp_123456", b"no underscore"] {
            assert_eq!(check(short), ChecksumState::Invalid);
            assert_eq!(put(short.to_vec()), short);
        }
    }
}
