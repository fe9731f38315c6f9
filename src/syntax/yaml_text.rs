//! Places inside YAML text that the parser's positions do not say.
//!
//! In: the text and positions counted in characters. Out: bytes; where a scalar's content starts behind its anchor and tag,
//! and which bytes a block scalar's content covers.

use crate::model::Span;

const STEP: usize = 64;

/// Turns positions in characters into positions in bytes.
pub(super) struct Characters<'t> {
    text: &'t str,
    /// The byte of every 64th character; empty where each character is one byte.
    steps: Vec<usize>,
}

impl<'t> Characters<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let steps = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STEP)
                .map(|(at, _)| at)
                .collect()
        };
        Characters { text, steps }
    }

    /// The byte at which the character with this number starts.
    pub(super) fn byte(&self, character: usize) -> usize {
        if self.steps.is_empty() {
            return character.min(self.text.len());
        }
        let Some(&start) = self.steps.get(character / STEP) else {
            return self.text.len();
        };
        self.text[start..]
            .char_indices()
            .nth(character % STEP)
            .map_or(self.text.len(), |(at, _)| start + at)
    }
}

/// Where a node's content starts, behind its anchor, its tag, and the blanks and comments after them.
pub(super) fn behind_properties(text: &str, span: Span) -> usize {
    let bytes = &text.as_bytes()[..span.end];
    let mut at = span.start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' => at = past(bytes, at, |b| b == b'\n'),
            b'!' if bytes.get(at + 1) == Some(&b'<') => at = past(bytes, at, |b| b == b'>') + 1,
            b'&' | b'!' => {
                at = past(bytes, at, |b| {
                    b.is_ascii_whitespace() || matches!(b, b',' | b'[' | b']' | b'{' | b'}')
                });
            }
            _ => break,
        }
    }
    at.min(span.end)
}

fn past(bytes: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> usize {
    (from..bytes.len())
        .find(|&at| stop(bytes[at]))
        .unwrap_or(bytes.len())
}

/// The content of a block scalar: from the first character behind the indentation to the last that is no blank.
pub(super) fn block_content(text: &str, span: Span) -> Span {
    let written = &text[span.start..span.end];
    let end = span.start + written.trim_end().len();
    Span::new(end - written.trim().len(), end)
}

/// The start of the line behind a block scalar's header.
pub(super) fn behind_header(text: &str, span: Span) -> usize {
    let written = &text[span.start..span.end];
    span.start
        + written
            .find('\n')
            .map_or(written.len(), |newline| newline + 1)
}

/// The span without the blanks at its end.
pub(super) fn without_trailing_blanks(text: &str, span: Span) -> Span {
    let written = &text[span.start..span.end];
    Span::new(span.start, span.start + written.trim_end().len())
}

/// The end of a quoted scalar, behind its closing quote; the parser counts a comment behind it in.
pub(super) fn quoted_end(text: &str, span: Span) -> usize {
    let bytes = &text.as_bytes()[..span.end];
    let Some(&quote) = bytes.get(span.start) else {
        return span.end;
    };
    let mut at = span.start + 1;
    while let Some(&byte) = bytes.get(at) {
        let doubled = quote == b'\'' && bytes.get(at + 1) == Some(&quote);
        at += match byte {
            b'\\' if quote == b'"' => 2,
            _ if byte == quote && doubled => 2,
            _ if byte == quote => return at + 1,
            _ => 1,
        };
    }
    span.end
}
