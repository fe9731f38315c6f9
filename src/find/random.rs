//! Whether bytes look made by a machine: pairs of letters that words hardly have, and letters that turn into digits.
//!
//! In: a value. Out: a judgement from the value alone. The pairs were counted over the identifiers and words of 53
//! public repositories; the 220 commonest are 89 % of all pairs there and a third of those of random letters.

/// For each first letter, the second letters that make a common pair, `a` lowest.
const COMMON: [u32; 26] = [
    0x11e_b94e, 0x10_4911, 0x1a_4d95, 0x16_4919, 0x1ef_b97f, 0x4931, 0x6_2111, 0x8_4111,
    0x22e_f87f, 0x0, 0x4_0110, 0x11c_4919, 0x4_d111, 0x3c_e17d, 0x7e_fc4f, 0x1e_c911, 0x10_0000,
    0x13e_7d5d, 0x11c_c995, 0x11e_d9b5, 0xe_b912, 0x111, 0x111, 0x8_8000, 0x8000, 0x10,
];

/// What the pairs of a value say: points for chance, points for words.
fn points(value: &[u8]) -> (usize, usize) {
    let (mut chance, mut words) = (0, 0);
    for (at, two) in value.windows(2).enumerate() {
        let (first, second) = (two[0], two[1]);
        let camel = value.get(at + 2).is_some_and(u8::is_ascii_lowercase);
        let letters = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
        let mixed = (first.is_ascii_alphabetic() && second.is_ascii_digit())
            || (first.is_ascii_digit() && second.is_ascii_alphabetic());
        if letters && first.is_ascii_lowercase() && second.is_ascii_uppercase() {
            chance += if camel { 2 } else { 9 };
        } else if letters && is_common(first, second) {
            words += 10;
        } else if letters {
            chance += 10;
        } else if mixed {
            chance += 8;
        }
    }
    (chance, words)
}

fn is_common(first: u8, second: u8) -> bool {
    let number = |byte: u8| usize::from(byte.to_ascii_lowercase().saturating_sub(b'a'));
    COMMON
        .get(number(first))
        .is_some_and(|row| row >> number(second).min(31) & 1 == 1)
}

/// Whether a value looks made by a machine, not written.
pub fn looks_random(value: &[u8]) -> bool {
    let (chance, words) = points(value);
    chance >= 24 && chance * 10 >= (chance + words) * 4
}

/// Shannon's entropy in bits per byte.
pub fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let length = value.len().max(1) as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_and_noise_is_not() {
        for words in [
            "accessTokenKey2",
            "authorization_code",
            "my-service-account",
            "correcthorsebattery",
            "PasswordResetForm",
            "application/json",
        ] {
            assert!(!looks_random(words.as_bytes()), "{words}");
        }
        for made in [
            "x9Kq2mZ7vB",
            "qzxkvjwhgf",
            "f3a90c1d77be42a8",
            "Wq8zPk3Tn1Lx",
        ] {
            assert!(looks_random(made.as_bytes()), "{made}");
        }
    }
}
