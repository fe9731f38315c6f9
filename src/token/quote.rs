//! The one way in which a value read from a credential gets into a sentence of ours.
//!
//! In: a claim value that is no secret (a role, a host, an account). Out: at most 60 characters of a small alphabet,
//! with long unbroken runs cut, so that a token put where a name belongs does not come out whole. It decides nothing.

/// The most characters that are quoted.
pub const LONGEST: usize = 60;

/// An unbroken run of letters and digits from this length on is more likely a key than a name.
const KEY_LIKE_RUN: usize = 20;

/// How much of such a run stays.
const KEPT_OF_RUN: usize = 4;

/// Quotes a claim value: back-ticks around what may be shown of it.
pub fn quoted(value: &str) -> String {
    let mut shown = String::with_capacity(LONGEST);
    for piece in pieces(&value[..floor(value, 4 * LONGEST)]) {
        if piece.len() >= KEY_LIKE_RUN && piece.bytes().all(|b| b.is_ascii_alphanumeric()) {
            shown.push_str(&piece[..KEPT_OF_RUN]);
            shown.push_str("...");
        } else {
            shown.extend(piece.chars().map(allowed));
        }
    }
    let end = floor(&shown, LONGEST);
    format!("`{}`", &shown[..end])
}

/// Quotes bytes; what is not UTF-8 shows as `?`.
pub fn quoted_bytes(value: &[u8]) -> String {
    quoted(&String::from_utf8_lossy(
        &value[..value.len().min(4 * LONGEST)],
    ))
}

fn allowed(character: char) -> char {
    if character.is_ascii_alphanumeric() || "._:/@ -".contains(character) {
        character
    } else {
        '?'
    }
}

/// The greatest character boundary that is not above `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut end = at.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Splits into runs of letters and digits, and what stands between them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let inside = first.is_ascii_alphanumeric();
        let end = rest
            .find(|c: char| c.is_ascii_alphanumeric() != inside)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_stay_as_they_are() {
        assert_eq!(quoted("service_role"), "`service_role`");
        assert_eq!(
            quoted("ci@shop.iam.example.com"),
            "`ci@shop.iam.example.com`"
        );
    }

    #[test]
    fn a_key_in_the_place_of_a_name_does_not_come_out() {
        let key = format!("{}{}", "gh", "p_") + &"Zq9".repeat(12);
        let shown = quoted(&key);
        assert!(!shown.contains(&"Zq9".repeat(2)), "{shown}");
    }

    proptest! {
        #[test]
        fn only_the_small_alphabet_comes_out(text in "\\PC{0,300}") {
            let shown = quoted(&text);
            prop_assert!(shown.len() <= LONGEST + 2);
            prop_assert!(shown[1..shown.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/@ -?".contains(&b)));
        }
    }
}
