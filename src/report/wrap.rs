//! Fits text into columns.
//!
//! In: clean text. Out: lines that fit. It must not break a mask.

/// A space that no line is broken at; turned back into a plain one when the line is done.
const GLUE: char = '\u{a0}';

/// The columns that a character takes on a terminal.
fn column_count(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x64B..=0x65F | 0x20D0..=0x20FF => 0,
        0x1100..=0x115E
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// The columns that a text takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.chars().map(column_count).sum()
}

/// Keeps the start of `text` that fits into `width` columns, and shows a cut.
pub fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut kept = take(text, width.saturating_sub(1)).0.to_owned();
    kept.push('…');
    kept
}

/// Like `fit`, but ends after a word where that costs little.
pub fn fit_words(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = take(text, width.saturating_sub(2)).0;
    match kept.rsplit_once(' ') {
        Some((words, rest)) if rest.chars().count() < 16 && !words.trim().is_empty() => {
            format!("{words} …")
        }
        _ => fit(text, width),
    }
}

/// Keeps the end of `text` that fits into `width` columns, and shows a cut.
pub fn fit_left(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let mut from = text.len();
    for (at, c) in text.char_indices().rev() {
        if column_count(c) > left {
            break;
        }
        left -= column_count(c);
        from = at;
    }
    format!("…{}", &text[from..])
}

/// Splits off what fits into `width` columns.
fn take(text: &str, width: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += column_count(c);
        if used > width {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// Breaks `text` at spaces into lines of at most `width` columns. `mask` is never broken; another word is, where it
/// is longer than a line.
pub fn wrap(text: &str, width: usize, mask: &str) -> Vec<String> {
    let width = width.max(8);
    let glued = if mask.contains(' ') {
        text.replace(mask, &mask.replace(' ', &GLUE.to_string()))
    } else {
        text.to_owned()
    };
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in glued.split(' ').filter(|word| !word.is_empty()) {
        let word = word.replace(GLUE, " ");
        let mut rest = word.as_str();
        if !line.is_empty() && columns(&line) + 1 + columns(rest) > width {
            lines.push(std::mem::take(&mut line));
        }
        let may_break = mask.is_empty() || !rest.contains(mask);
        while may_break && columns(rest) > width {
            let (piece, after) = take(rest, width);
            lines.push(piece.to_owned());
            rest = after;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(rest);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit() {
        let lines = wrap("one two three four", 9, "");
        assert_eq!(lines, ["one two", "three", "four"]);
        assert_eq!(wrap("abcdefghijkl", 8, ""), ["abcdefgh", "ijkl"]);
        assert!(wrap("", 8, "").is_empty());
    }

    #[test]
    fn a_mask_stays_whole() {
        let lines = wrap("value (36 characters) here", 16, "(36 characters)");
        assert_eq!(lines, ["value", "(36 characters)", "here"]);
        assert_eq!(wrap("ab…xyzw-12345", 8, "ab…xyzw-12345").len(), 1);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(columns("日本"), 4);
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit_words("one two three", 11), "one two …");
        assert_eq!(fit_left("日本語", 5), "…本語");
    }
}
