//! Edits of text by the nodes that stand in it: comments, layout and line ends of everything else stay.
//!
//! In: a text, and nodes of its tree. Out: bytes to replace, or why that place is not edited. It writes no file, and
//! whoever asks parses the result again: a place that reads otherwise than it looks is then refused.

use super::edit_layout::{in_flow, write_lines};
use super::tree::{Entry, Node, NodeKind};
use crate::model::Span;

/// Why a place is not edited, in words that follow "left:".
pub type Refused = &'static str;

const BEHIND_ALIAS: Refused = "it stands behind an alias, which other places share";
const ANCHORED: Refused = "it carries an anchor or a tag, which other places may share";
const TWICE: Refused = "a key stands twice in the same map, and only one of the two counts";
const MERGED: Refused = "a merge key brings part of it from elsewhere";
pub(super) const NO_MAP: Refused = "the place is written in a form that is not edited";

/// Bytes that give way to a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextEdit {
    pub span: Span,
    pub insert: String,
}

impl TextEdit {
    /// Replaces a span.
    pub fn replace(span: Span, insert: impl Into<String>) -> Self {
        TextEdit {
            span,
            insert: insert.into(),
        }
    }

    fn insert(at: usize, insert: impl Into<String>) -> Self {
        TextEdit::replace(Span::new(at, at), insert)
    }
}

/// What is put behind a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A plain value; quoted by the writer where flow style asks for it.
    Value(String),
    Map(Vec<(String, Written)>),
}

impl Written {
    /// A map of plain values.
    pub fn map<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let pairs = pairs.into_iter();
        Written::Map(
            pairs
                .map(|(key, value)| (key.into(), Written::Value(value.into())))
                .collect(),
        )
    }
}

/// Applies edits, equal ones once; `None` where two of them touch or one lies outside the text.
pub fn apply<'e>(text: &[u8], edits: impl IntoIterator<Item = (Span, &'e str)>) -> Option<Vec<u8>> {
    let mut edits: Vec<(Span, &str)> = edits.into_iter().collect();
    edits.sort();
    edits.dedup();
    let mut out = Vec::with_capacity(text.len() + 256);
    let mut at = 0;
    let mut last: Option<Span> = None;
    for (span, insert) in edits {
        let touches = last.is_some_and(|last| span.start < last.end || span == last);
        if touches || span.end > text.len() {
            return None;
        }
        out.extend_from_slice(&text[at..span.start]);
        out.extend_from_slice(insert.as_bytes());
        at = span.end;
        last = Some(span);
    }
    out.extend_from_slice(&text[at..]);
    Some(out)
}

/// The value behind a key of a map, where it stands there once, by itself.
pub fn child<'d>(map: &'d Node, key: &str) -> Result<Option<&'d Entry>, Refused> {
    let mut found = own_entries(map)?.iter().filter(|entry| entry.key == key);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(TWICE),
        (found, None) => Ok(found),
    }
}

/// The entries of a map that is written out where it stands.
pub fn own_entries(map: &Node) -> Result<&[Entry], Refused> {
    plain(map)?;
    let entries = map.as_map().ok_or(NO_MAP)?;
    if entries.iter().any(|entry| entry.merge) {
        return Err(MERGED);
    }
    Ok(entries)
}

/// Refuses a node that is, or may be, shared with another place.
pub fn plain(node: &Node) -> Result<(), Refused> {
    if matches!(node.kind, NodeKind::Alias(_)) {
        return Err(BEHIND_ALIAS);
    }
    if node.anchor.is_some() || node.tag.is_some() {
        return Err(ANCHORED);
    }
    Ok(())
}

/// Text with the means to edit it.
#[derive(Clone, Copy)]
pub struct Page<'t> {
    pub(super) text: &'t [u8],
}

impl<'t> Page<'t> {
    /// Takes the text that the nodes' spans count in.
    pub fn new(text: &'t [u8]) -> Self {
        Page { text }
    }

    /// Puts a new key into a map: behind the entry `behind` where that is named and fits, else as its last or first.
    pub fn add(
        &self,
        map: &Node,
        behind: Option<&Entry>,
        key: &str,
        value: &Written,
    ) -> Result<TextEdit, Refused> {
        let entries = own_entries(map)?;
        if entries.iter().any(|entry| entry.key == key) {
            return Err(TWICE);
        }
        if self.is_flow(map) {
            return self.add_in_flow(map, entries, key, value);
        }
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Err(NO_MAP);
        };
        let indent = self.indent(first)?;
        let mut lines = Vec::new();
        write_lines(key, value, &indent, self.step(map), &mut lines);
        let place = [behind, Some(last)]
            .into_iter()
            .flatten()
            .find(|entry| self.ends_on_its_line(entry));
        if let Some(entry) = place {
            let at = self.line_end(self.entry_end(entry));
            let text: String = lines
                .iter()
                .map(|line| format!("{}{line}", self.newline(at)))
                .collect();
            return Ok(TextEdit::insert(at, text));
        }
        let at = self.line_start(first.key_span.start);
        let own_line = self.text[at..self.key_start(first)]
            .iter()
            .all(|byte| matches!(byte, b' ' | b'\t'));
        if !own_line {
            return Err(NO_MAP);
        }
        let text: String = lines
            .iter()
            .map(|line| format!("{line}{}", self.newline(at)))
            .collect();
        Ok(TextEdit::insert(at, text))
    }

    fn add_in_flow(
        &self,
        map: &Node,
        entries: &[Entry],
        key: &str,
        value: &Written,
    ) -> Result<TextEdit, Refused> {
        let written = format!("{key}: {}", in_flow(value));
        match entries.last() {
            Some(last) if last.value.span.is_empty() => Err(NO_MAP),
            Some(last) => Ok(TextEdit::insert(
                self.entry_end(last),
                format!(", {written}"),
            )),
            None => Ok(TextEdit::replace(map.span, format!("{{{written}}}"))),
        }
    }

    /// Takes an entry out of its map; the last one leaves `{}`, so that the key still says "nothing".
    pub fn remove(&self, parent: &Entry, key: &str) -> Result<Vec<TextEdit>, Refused> {
        let map = &parent.value;
        let entries = own_entries(map)?;
        let at = entries
            .iter()
            .position(|entry| entry.key == key)
            .ok_or(NO_MAP)?;
        let entry = &entries[at];
        if self.is_flow(map) {
            let span = match (at.checked_sub(1), entries.get(at + 1)) {
                (Some(before), _) => {
                    Span::new(self.entry_end(&entries[before]), self.entry_end(entry))
                }
                (None, Some(next)) => Span::new(self.key_start(entry), self.key_start(next)),
                (None, None) => return Ok(vec![TextEdit::replace(map.span, "{}")]),
            };
            return Ok(vec![TextEdit::replace(span, "")]);
        }
        let line = self.whole_lines(entry)?;
        let mut edits = vec![TextEdit::replace(line, "")];
        if entries.len() == 1 {
            let colon = self.behind_colon(parent)?;
            edits.insert(0, TextEdit::insert(colon, " {}"));
        }
        Ok(edits)
    }

    /// Takes a key and its value out of a map that keeps other entries.
    pub fn remove_entry(&self, entry: &Entry) -> Result<TextEdit, Refused> {
        self.whole_lines(entry)
            .map(|span| TextEdit::replace(span, ""))
    }

    /// Takes a key away with the whole map below it, which holds one entry.
    pub fn remove_with_key(&self, parent: &Entry) -> Result<TextEdit, Refused> {
        let entries = own_entries(&parent.value)?;
        let [only] = entries else {
            return Err(NO_MAP);
        };
        if self.is_flow(&parent.value) {
            return self.remove_entry(parent);
        }
        let colon = self.behind_colon(parent)?;
        let first = self.line_start(parent.key_span.start);
        let starts_line = self.text[first..self.key_start(parent)]
            .iter()
            .all(|byte| *byte == b' ');
        let last = self.whole_lines(only)?;
        // Comments between the two lines are somebody's words, so such a map stays.
        let adjacent = self.text[colon..last.start]
            .iter()
            .all(u8::is_ascii_whitespace);
        if !starts_line || !adjacent {
            return Err(NO_MAP);
        }
        // Of the empty lines around it one is enough.
        let before = &self.text[..first];
        let is_below_empty =
            before.is_empty() || before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
        let rest = &self.text[last.end..];
        let empty = [&b"\r\n"[..], b"\n"]
            .into_iter()
            .find(|end| rest.starts_with(end));
        let more = empty.filter(|_| is_below_empty).map_or(0, <[u8]>::len);
        Ok(TextEdit::replace(Span::new(first, last.end + more), ""))
    }

    /// Puts another single value in the place of one; quotes around it stay.
    pub fn set_value(&self, entry: &Entry, value: &str) -> Result<TextEdit, Refused> {
        plain(&entry.value)?;
        let scalar = entry.value.as_scalar().ok_or(NO_MAP)?;
        if scalar.span.is_empty() {
            return Err(NO_MAP);
        }
        Ok(TextEdit::replace(scalar.span, value))
    }

    /// Puts a map in the place of a single value that stands on its key's line.
    pub fn set_map(
        &self,
        map: &Node,
        entry: &Entry,
        pairs: &[(String, Written)],
    ) -> Result<Vec<TextEdit>, Refused> {
        plain(&entry.value)?;
        let start = self.behind_colon(entry)?;
        // A value that is not there has no place of its own: the next key may seem to be it.
        let is_nothing = entry.value.span.is_empty();
        let end = if is_nothing {
            start
        } else {
            entry.value.span.end
        };
        if start > end || self.text[start..end].contains(&b'\n') {
            return Err(NO_MAP);
        }
        if self.is_flow(map) || pairs.is_empty() {
            let written = in_flow(&Written::Map(pairs.to_vec()));
            return Ok(vec![TextEdit::replace(
                Span::new(start, end),
                format!(" {written}"),
            )]);
        }
        let indent = self.indent(entry)?;
        let step = self.step(map);
        let at = self.line_end(end);
        let mut below = Vec::new();
        for (key, value) in pairs {
            write_lines(key, value, &format!("{indent}{step}"), step, &mut below);
        }
        let newline = self.newline(at);
        let lines: String = below
            .iter()
            .map(|line| format!("{newline}{line}"))
            .collect();
        if at == end {
            return Ok(vec![TextEdit::replace(Span::new(start, end), lines)]);
        }
        Ok(vec![
            TextEdit::replace(Span::new(start, end), ""),
            TextEdit::insert(at, lines),
        ])
    }

    /// The text of a value as written, where it stands on one line.
    pub fn written(&self, entry: &Entry) -> Option<&'t str> {
        let text = std::str::from_utf8(entry.value.span.of(self.text)).ok()?;
        (!text.contains('\n') && !text.is_empty()).then_some(text)
    }

    /// The same with the comment that stands behind it on its line.
    pub fn written_with_comment(&self, entry: &Entry) -> Option<&'t str> {
        self.written(entry)?;
        let span = Span::new(entry.value.span.start, self.line_end(entry.value.span.end));
        std::str::from_utf8(span.of(self.text))
            .ok()
            .map(str::trim_end)
    }
}
