//! What may be shown of a value (decision 10): its public prefix, and its last four characters where enough stay hidden.
//!
//! In: a value and its kind. Out: a text that holds no more than that.

use crate::model::TokenKind;

/// How many random characters must stay hidden before the last four are shown.
const HIDDEN: usize = 24;

/// The mask of a value.
pub fn mask(value: &[u8], kind: Option<&TokenKind>) -> String {
    let characters = String::from_utf8_lossy(value).chars().count();
    let prefix = kind.map_or("", |kind| kind.public_prefix(value));
    let shown = prefix.len();
    let shaped = kind.is_some_and(|kind| !kind.shapes.is_empty());
    if !shaped || !value.starts_with(prefix.as_bytes()) {
        return format!("…({characters} characters)");
    }
    let tail = value
        .len()
        .checked_sub(4)
        .filter(|from| *from >= shown + HIDDEN);
    match tail {
        Some(from) if value[from..].iter().all(u8::is_ascii_alphanumeric) => {
            format!("{prefix}…{}", String::from_utf8_lossy(&value[from..]))
        }
        _ if prefix.is_empty() => format!("…({characters} characters)"),
        _ => format!("{prefix}…"),
    }
}
