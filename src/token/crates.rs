//! The last character of a trusted-publishing token of the crates registry: the XOR of the 31 before it.
//!
//! In: a whole value. Out: whether that character is right, or a value in which it is. It finds about 61 of 62 typos.

use crate::model::ChecksumState;

const PREFIX: &[u8] = b"cio_tp_";
const BODY: usize = 31;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Says whether the last character is right.
pub fn check(value: &[u8]) -> ChecksumState {
    match body(value) {
        Some(body) if value.last() == Some(&character(body)) => ChecksumState::Valid,
        _ => ChecksumState::Invalid,
    }
}

/// Puts the right last character in; a value of another shape stays as it is.
pub fn put(mut value: Vec<u8>) -> Vec<u8> {
    if let Some(right) = body(&value).map(character)
        && let Some(last) = value.last_mut()
    {
        *last = right;
    }
    value
}

fn body(value: &[u8]) -> Option<&[u8]> {
    let after = value.strip_prefix(PREFIX)?;
    (after.len() == BODY + 1).then(|| &after[..BODY])
}

fn character(body: &[u8]) -> u8 {
    let mixed = body.iter().fold(0u8, |mixed, byte| mixed ^ byte);
    ALPHABET[usize::from(mixed) % ALPHABET.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_are_valid() {
        for (byte, last) in [("A", "D"), ("0", "w")] {
            let value = format!("cio_{}{}{last}", "tp_", byte.repeat(31)).into_bytes();
            assert_eq!(check(&value), ChecksumState::Valid);
            assert_eq!(put(value.clone()), value);
        }
    }

    #[test]
    fn a_wrong_last_character_or_shape_is_invalid() {
        let value = format!("cio_{}{}", "tp_", "A".repeat(32)).into_bytes();
        assert_eq!(check(&value), ChecksumState::Invalid);
        assert_eq!(check(&put(value.clone())), ChecksumState::Valid);
        assert_eq!(check(&value[..20]), ChecksumState::Invalid);
        assert_eq!(put(value[..20].to_vec()), &value[..20]);
    }
}
