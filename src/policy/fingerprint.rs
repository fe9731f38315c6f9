//! Fingerprints: the same secret is the same finding wherever it moves, and no fingerprint gives a guess a footing.
//!
//! `v1:` is keyed over kind and secret. A value below 80 bits of estimated entropy is never hashed: `p1:` is keyed over
//! kind, path, key path and ordinal instead, so it is bound to the place (decision 11).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::Sighting;

/// The key used where a repository has no salt of its own; the summary says so.
const APPLICATION_SALT: &[u8] = b"tokenleash: no salt of the repository's own";

/// The least estimated entropy, in bits, of a value that may be hashed.
const LEAST_BITS: f64 = 80.0;

/// A fingerprint and whether it is bound to the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub text: String,
    pub bound_to_place: bool,
}

/// Makes the fingerprint of a sighting under a repository's salt.
pub fn of_sighting(sighting: &Sighting, salt: Option<&str>) -> Fingerprint {
    let kind = sighting.kind.map_or("generic", |kind| kind.id);
    if is_guessable(sighting) {
        let key_path = sighting
            .beside
            .key_path
            .as_deref()
            .or(sighting.beside.name.as_deref())
            .unwrap_or_default();
        let ordinal = sighting.ordinal.to_string();
        let parts: [&[u8]; 4] = [
            kind.as_bytes(),
            sighting.path.as_bytes(),
            key_path.as_bytes(),
            ordinal.as_bytes(),
        ];
        return Fingerprint {
            text: format!("p1:{}", keyed(salt, &parts)),
            bound_to_place: true,
        };
    }
    let text = sighting
        .secret
        .expose(|value| format!("v1:{}", keyed(salt, &[kind.as_bytes(), value])));
    Fingerprint {
        text,
        bound_to_place: false,
    }
}

/// Makes the fingerprint of a finding about the guard itself, from its rule and what it is about.
pub fn of_parts(salt: Option<&str>, parts: &[&[u8]]) -> String {
    format!("v1:{}", keyed(salt, parts))
}

fn keyed(salt: Option<&str>, parts: &[&[u8]]) -> String {
    let key = salt.map_or(APPLICATION_SALT, str::as_bytes);
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    let digest = mac.finalize().into_bytes();
    digest[..16]
        .iter()
        .fold(String::with_capacity(32), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Whether a value could be found by trying: no kind, a password in a URL, or simply short.
fn is_guessable(sighting: &Sighting) -> bool {
    let Some(kind) = sighting.kind else {
        return true;
    };
    if kind.code.starts_with("url/") || kind.code.starts_with("basic/") {
        return true;
    }
    sighting
        .secret
        .expose(|value| estimated_bits(value, kind.public_prefix(value).len()))
        < LEAST_BITS
}

/// Estimates entropy from above: the length behind the public prefix times the bits of the alphabet that it uses,
/// but no more than its distinct bytes can carry.
fn estimated_bits(value: &[u8], public: usize) -> f64 {
    let hidden = &value[public.min(value.len())..];
    let distinct = hidden.iter().collect::<BTreeSet<_>>().len();
    if distinct < 2 {
        return 0.0;
    }
    let any = |test: fn(&u8) -> bool| hidden.iter().any(test);
    let mut alphabet: f64 = 0.0;
    if any(u8::is_ascii_digit) {
        alphabet += 10.0;
    }
    if hidden.iter().all(u8::is_ascii_hexdigit) {
        alphabet = 16.0;
    } else {
        if any(u8::is_ascii_lowercase) {
            alphabet += 26.0;
        }
        if any(u8::is_ascii_uppercase) {
            alphabet += 26.0;
        }
    }
    hidden.len() as f64 * alphabet.max(2.0).log2().min((distinct as f64).log2() + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_repetitive_values_carry_few_bits() {
        assert!(estimated_bits(b"hunter2", 0) < LEAST_BITS);
        assert!(estimated_bits(&[b'a'; 60], 0) < LEAST_BITS);
        let mixed: Vec<u8> = (0..36u8).map(|i| b'a' + i * 7 % 26).collect();
        assert!(estimated_bits(&mixed, 0) > LEAST_BITS);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = of_parts(Some("salt"), &[b"ab", b"c"]);
        let other = of_parts(Some("salt"), &[b"a", b"bc"]);
        assert_ne!(one, other);
        assert_ne!(one, of_parts(None, &[b"ab", b"c"]));
        assert_eq!(one.len(), 3 + 32);
    }
}
