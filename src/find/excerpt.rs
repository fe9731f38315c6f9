//! Builds the line that people see: what stands before the value, then its mask; never a copy of the line.
//!
//! In: the line, where the value stands, its mask. Out: an `Excerpt`. Every other run of credential bytes becomes `…`.

use crate::model::Excerpt;

/// The longest excerpt, in characters.
const LONGEST: usize = 120;
/// From how many bytes on a run of credential bytes is hidden.
const RUN: usize = 8;

/// Builds the excerpt of a line that stands before a value; `name` is the one run that stays readable.
pub fn excerpt(before: &[u8], name: Option<&[u8]>, mask: &str) -> Excerpt {
    let text = String::from_utf8_lossy(before);
    let name = name.map(|name| String::from_utf8_lossy(name).into_owned());
    let mut head = String::new();
    for run in runs(text.trim_start()) {
        let bare = run.trim_end_matches('=').trim_start_matches('-');
        let readable = name.as_deref() == Some(bare) && is_plain_name(bare);
        if run.chars().all(is_credential) && run.len() >= RUN && !readable {
            head.push('…');
        } else {
            head.extend(run.chars().filter(|letter| !is_hidden(*letter)));
        }
    }
    let room = LONGEST.saturating_sub(mask.chars().count());
    let length = head.chars().count();
    if length > room {
        head = std::iter::once('…')
            .chain(head.chars().skip(length + 1 - room.max(1)))
            .collect();
    }
    let start = head.chars().count();
    Excerpt {
        text: head + mask,
        mask_start: start,
        mask_len: mask.chars().count(),
    }
}

/// A name as programs have them: words of letters, with few digits.
fn is_plain_name(run: &str) -> bool {
    run.len() <= 80 && run.bytes().filter(u8::is_ascii_digit).count() <= 4
}

/// Cuts a text into runs of credential characters and what stands between.
fn runs(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut inside = None;
    for (at, letter) in text.char_indices() {
        let now = is_credential(letter);
        if inside.is_some_and(|before| before != now) {
            out.push(&text[start..at]);
            start = at;
        }
        inside = Some(now);
    }
    out.push(&text[start..]);
    out
}

fn is_credential(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || matches!(
            letter,
            '_' | '-' | '+' | '/' | '=' | '.' | '~' | '$' | '!' | '%' | '@' | '#'
        )
        || !letter.is_ascii() && letter.is_alphanumeric()
}

/// Control and direction characters.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
}
