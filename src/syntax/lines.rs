//! What the formats of plain lines share: the lines with their places, and values with quotes around them.
//!
//! In: text. Out: lines without their line ends, scalars with spans. It knows no format.

use super::tree::{Node, NodeKind, Scalar, ScalarType};
use crate::model::Span;

/// The end of the line that `at` stands in, before its line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let carriage = end > 0 && rest[end - 1] == b'\r';
    at + end - usize::from(carriage)
}

/// The start of the line after the one that `at` stands in.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    at + memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1)
}

/// The span without blanks at its ends.
pub(super) fn trimmed(text: &str, span: Span) -> Span {
    let written = &text[span.start..span.end];
    let start = span.end - written.trim_start().len();
    Span::new(
        start,
        start + written[start - span.start..].trim_end().len(),
    )
}

/// A scalar node for a value; `whole` has the quotes, `content` has not.
pub(super) fn scalar(whole: Span, content: Span, text: String, quoted: bool) -> Node {
    Node::new(
        whole,
        NodeKind::Scalar(Scalar {
            text,
            span: content,
            quoted,
            scalar_type: ScalarType::Text,
        }),
    )
}

/// The span up to a `#` or one of `marks` that follows a blank: what comes after is a comment.
pub(super) fn without_comment(text: &str, span: Span, marks: &[u8]) -> Span {
    let bytes = &text.as_bytes()[..span.end];
    let mark = (span.start..span.end)
        .find(|&at| marks.contains(&bytes[at]) && at > 0 && bytes[at - 1].is_ascii_whitespace());
    trimmed(text, Span::new(span.start, mark.unwrap_or(span.end)))
}
