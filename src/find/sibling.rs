//! Names that stand in a sibling of the value: `{"name": "X", "value": "v"}`, `variable "X" { default = "v" }`.
//!
//! In: text, the key beside the value, and where the value starts. Out: where the name stands. It reads a bounded
//! number of bytes in both directions.

use super::beside::{is_name_byte, run_before, skip_marks};
use super::lexer;
use crate::model::Span;

/// How far the label of a block may stand before its value.
const WINDOW: usize = 400;

/// What may open a value in front of a sibling, the longest such value, what stands between them, the longest key and
/// what stands behind that before its mark.
const OPENED: usize = 8;
const VALUE: usize = 2048;
const GAP: usize = 40;
const KEY: usize = 20;
const MARK: usize = 4;

/// Names that say nothing; the name stands in a sibling: `{"name": "X", "value": "v"}`.
const VALUES: [&[u8]; 8] = [
    b"value",
    b"val",
    b"default",
    b"defaultvalue",
    b"default_value",
    b"content",
    b"text",
    b"data",
];
/// Names of such siblings.
const NAMES: [&[u8]; 7] = [
    b"name",
    b"key",
    b"variable",
    b"id",
    b"field",
    b"var",
    b"header",
];

/// Whether a name says nothing, so that a sibling has to.
pub fn says_nothing(name: &[u8]) -> bool {
    is_one_of(&VALUES, name)
}

fn is_one_of(words: &[&[u8]], name: &[u8]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// What a sibling says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub name: Option<Span>,
    /// The part of the text that decided, or more; `None` where that is not known.
    pub read: Option<Span>,
}

/// The name in a sibling of `key`, whose value starts behind `start`.
pub fn name_of(text: &[u8], key: Span, start: usize) -> Told {
    let mut until = Some(start);
    let name = before(text, key.start, &mut until)
        .or_else(|| block_label(text, key))
        .or_else(|| option_before(text, key))
        .or_else(|| behind(text, start, &mut until));
    let from = key.start.saturating_sub(WINDOW);
    Told {
        name,
        read: until.map(|until| Span::new(from, until)),
    }
}

/// The literal behind a mark; what was read for it is read.
fn literal_after(text: &[u8], mark: usize, until: &mut Option<usize>) -> Option<lexer::Literal> {
    let found = lexer::literal_after(text, mark);
    let end = lexer::read_until(text, mark, found.as_ref());
    *until = until.zip(end).map(|(until, end)| until.max(end));
    found
}

/// `add_argument("--NAME", default="v")`: the option of the same call.
fn option_before(text: &[u8], name: Span) -> Option<Span> {
    if name.of(text) != b"default" {
        return None;
    }
    let floor = name.start.saturating_sub(WINDOW);
    let before = &text[floor..name.start];
    let dashes = memchr::memmem::rfind(before, b"--")?;
    let open = dashes.checked_sub(1).map(|at| before[at]);
    let length = before[dashes + 2..]
        .iter()
        .take_while(|byte| is_name_byte(**byte))
        .count();
    let same_call = !before[dashes..].contains(&b')');
    (matches!(open, Some(b'"' | b'\'')) && length > 2 && same_call)
        .then(|| Span::new(floor + dashes + 2, floor + dashes + 2 + length))
}

/// `variable "NAME" { default = "v" }`: the label of the block.
fn block_label(text: &[u8], name: Span) -> Option<Span> {
    if name.of(text) != b"default" {
        return None;
    }
    let floor = name.start.saturating_sub(WINDOW);
    let before = &text[floor..name.start];
    let keyword = b"variable \"";
    let label = memchr::memmem::rfind(before, keyword)? + keyword.len();
    let length = before[label..].iter().position(|byte| *byte == b'"')?;
    let open = !before[label..].windows(2).any(|two| two == b"\n}");
    open.then(|| Span::new(floor + label, floor + label + length))
}

/// The value of a `name` right behind: `{"value": "v", "name": "X"}`.
fn behind(text: &[u8], start: usize, until: &mut Option<usize>) -> Option<Span> {
    let opened = text[start..text.len().min(start + OPENED)]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'"'))
        .count();
    let start = start + opened;
    let rest = &text[start..text.len().min(start + VALUE)];
    let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\n'));
    let read = start + length.map_or(VALUE, |length| length + GAP + KEY + MARK);
    *until = until.map(|until| until.max(read));
    let close = start + length?;
    let gap = text[close..text.len().min(close + GAP)]
        .iter()
        .take_while(|byte| matches!(byte, b'"' | b',') || byte.is_ascii_whitespace())
        .count();
    let from = close + gap;
    let is_name = |byte: &&u8| is_name_byte(**byte);
    let length = text[from..text.len().min(from + KEY)]
        .iter()
        .take_while(is_name)
        .count();
    let key = &text[from..from + length];
    let mark = text
        .get(from + length..)?
        .iter()
        .take(MARK)
        .position(|byte| *byte == b':')?;
    if gap < 2 || !is_one_of(&NAMES, key) {
        return None;
    }
    let found = literal_after(text, from + length + mark, until)?;
    found
        .span
        .of(text)
        .iter()
        .all(|byte| is_name_byte(*byte))
        .then_some(found.span)
}

/// The value of the nearest `name` or `key` before, in the same element or object.
fn before(text: &[u8], before: usize, until: &mut Option<usize>) -> Option<Span> {
    let floor = before.saturating_sub(240);
    let mut at = before;
    while at > floor {
        at -= 1;
        if matches!(text[at], b'}' | b'<') && text.get(at + 1) != Some(&b'/') && before - at > 80 {
            return None;
        }
        if !matches!(text[at], b':' | b'=') {
            continue;
        }
        let end = skip_marks(text, at + 1, floor);
        let key = run_before(text, end, floor);
        if !is_one_of(&NAMES, key.of(text)) {
            continue;
        }
        let found = literal_after(text, at, until)?;
        let fits =
            found.span.end <= before && found.span.of(text).iter().all(|byte| is_name_byte(*byte));
        return fits.then_some(found.span);
    }
    None
}
