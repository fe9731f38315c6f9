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

/// A mixed word with dashes in it from this length on is likewise.
const KEY_LIKE_WORD: usize = 24;

/// Quotes a claim value: back-ticks around what may be shown of it.
pub fn quoted(value: &str) -> String {
    let mut shown = String::with_capacity(LONGEST);
    for word in pieces(&value[..floor(value, 4 * LONGEST)], in_word) {
        if is_mixed(word) {
            shown.push_str(&word[..KEPT_OF_RUN]);
            shown.push_str("...");
            continue;
        }
        for piece in pieces(word, |c| c.is_ascii_alphanumeric()) {
            if piece.len() >= KEY_LIKE_RUN && piece.bytes().all(|b| b.is_ascii_alphanumeric()) {
                shown.push_str(&piece[..KEPT_OF_RUN]);
                shown.push_str("...");
            } else {
                shown.extend(piece.chars().map(allowed));
            }
        }
    }
    let end = floor(&shown, LONGEST);
    format!("`{}`", &shown[..end])
}

fn in_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '_'
}

/// Names seldom hold upper case, lower case and digits at once over such a length; keys nearly always do.
fn is_mixed(word: &str) -> bool {
    let any = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
    word.len() >= KEY_LIKE_WORD
        && word.chars().all(in_word)
        && any(u8::is_ascii_uppercase)
        && any(u8::is_ascii_lowercase)
        && any(u8::is_ascii_digit)
}

/// Quotes bytes; what is not UTF-8 shows as `?`.
pub fn quoted_bytes(value: &[u8]) -> String {
    quoted(&String::from_utf8_lossy(
        &value[..value.len().min(4 * LONGEST)],
    ))
}

fn allowed(character: char) -> char {
    if character.is_ascii_alphanumeric() || "._:/@! -".contains(character) {
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

/// Splits into runs that pass the test, and what stands between them.
fn pieces(text: &str, test: fn(char) -> bool) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let inside = test(rest.chars().next()?);
        let end = rest.find(|c: char| test(c) != inside).unwrap_or(rest.len());
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
        let dashed = "Zq9kLm-4_".repeat(4);
        assert_eq!(quoted(&format!("a/{dashed}/b")), "`a/Zq9k.../b`");
    }

    proptest! {
        #[test]
        fn only_the_small_alphabet_comes_out(text in "\\PC{0,300}") {
            let shown = quoted(&text);
            prop_assert!(shown.len() <= LONGEST + 2);
            prop_assert!(shown[1..shown.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/@! -?".contains(&b)));
        }
    }
}
