//! Keys and values inside brackets or indents, read leniently: HCL, JSON, TypeScript, Python, Go, Bicep and YAML alike.
//!
//! In: a text. Out: groups, each with the words before its bracket and its entries. It understands no language: what is
//! neither a word, a string, a key mark nor a bracket is passed over, and what does not close ends with the file.

use std::borrow::Cow;
use std::ops::Range;

use super::file_kind::FileKind;
use crate::model::Span;
use crate::syntax::{self, Format, Node, NodeKind};

/// The most groups of one text.
const MOST_GROUPS: usize = 40_000;
/// The deepest nesting; deeper brackets belong to the deepest group.
const DEEPEST: usize = 64;

/// The groups of a text, each after the one that holds it.
pub(super) struct Tree<'t> {
    pub(super) groups: Vec<Group<'t>>,
}

/// What stands between two brackets.
pub(super) struct Group<'t> {
    pub(super) span: Span,
    /// Where the words before the bracket start.
    pub(super) from: usize,
    /// The words before the bracket, the key that it is the value of among them.
    pub(super) heads: Vec<Cow<'t, str>>,
    pub(super) entries: Vec<(Option<Cow<'t, str>>, Value<'t>)>,
    pub(super) parent: Option<usize>,
    /// The number of the first group behind all that are inside of this one.
    until: usize,
    pub(super) is_call: bool,
}

/// A value of a group.
pub(super) enum Value<'t> {
    Scalar(Cow<'t, str>, Span),
    Group(usize),
}

impl<'t> Tree<'t> {
    /// Reads a text that starts at `offset` of its file.
    pub(super) fn read(text: &'t str, offset: usize, kind: FileKind) -> Self {
        let mut groups = match kind {
            FileKind::Yaml => from_yaml(text, offset),
            _ => {
                let mut reader = Reader::new(text, offset, kind);
                reader.run();
                reader.groups
            }
        };
        for number in (0..groups.len()).rev() {
            let until = groups[number].until.max(number + 1);
            groups[number].until = until;
            if let Some(parent) = groups[number].parent {
                groups[parent].until = groups[parent].until.max(until);
            }
        }
        Tree { groups }
    }

    /// The numbers of a group and of all groups inside of it.
    pub(super) fn inside(&self, number: usize) -> Range<usize> {
        number..self.groups[number].until
    }

    /// The innermost group around a place.
    pub(super) fn around(&self, at: usize) -> Option<usize> {
        let after = self.groups.partition_point(|group| group.from <= at);
        let mut group = after.checked_sub(1)?;
        while self.groups[group].span.end <= at {
            group = self.groups[group].parent?;
        }
        Some(group)
    }
}

fn from_yaml<'t>(text: &str, offset: usize) -> Vec<Group<'t>> {
    let mut groups = Vec::new();
    if let Ok(document) = syntax::parse(Format::Yaml, text.as_bytes()) {
        for root in document.roots {
            add_node(&mut groups, root, None, offset, 0);
        }
    }
    groups
}

fn add_node<'t>(
    groups: &mut Vec<Group<'t>>,
    node: Node,
    parent: Option<usize>,
    offset: usize,
    depth: usize,
) -> Option<Value<'t>> {
    let number = groups.len();
    if depth > DEEPEST || number >= MOST_GROUPS {
        return None;
    }
    let span = node.span.moved(offset);
    let open = |groups: &mut Vec<Group<'t>>| {
        groups.push(Group {
            span,
            from: span.start,
            heads: Vec::new(),
            entries: Vec::new(),
            parent,
            until: 0,
            is_call: false,
        });
    };
    match node.kind {
        NodeKind::Scalar(scalar) => {
            let span = scalar.span.moved(offset);
            return Some(Value::Scalar(scalar.text.into(), span));
        }
        NodeKind::Alias(_) => return None,
        NodeKind::Map(entries) => {
            open(groups);
            for entry in entries {
                let value = add_node(groups, entry.value, Some(number), offset, depth + 1);
                let key = Some(entry.key.into());
                groups[number]
                    .entries
                    .extend(value.map(|value| (key, value)));
            }
        }
        NodeKind::List(items) => {
            open(groups);
            for item in items {
                let value = add_node(groups, item, Some(number), offset, depth + 1);
                groups[number]
                    .entries
                    .extend(value.map(|value| (None, value)));
            }
        }
    }
    Some(Value::Group(number))
}

/// The words and the key that wait for a value.
#[derive(Default)]
struct Waiting<'t> {
    words: Vec<(&'t str, Span)>,
    key: Option<&'t str>,
    /// Where the first of them starts.
    from: Option<usize>,
}

struct Reader<'t> {
    text: &'t str,
    offset: usize,
    kind: FileKind,
    groups: Vec<Group<'t>>,
    open: Vec<(usize, Waiting<'t>)>,
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, offset: usize, kind: FileKind) -> Self {
        let root = Group {
            span: Span::new(offset, offset + text.len() + 1),
            from: offset,
            heads: Vec::new(),
            entries: Vec::new(),
            parent: None,
            until: 0,
            is_call: false,
        };
        Reader {
            text,
            offset,
            kind,
            groups: vec![root],
            open: vec![(0, Waiting::default())],
            at: 0,
        }
    }

    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'{' | b'[' | b'(' => self.enter(byte == b'('),
                b'}' | b']' | b')' => self.leave(),
                b'"' | b'\'' | b'`' => self.string(byte),
                b'=' | b':' => self.key(),
                b',' | b';' => self.separate(),
                b'\n' => self.end_line(),
                b'#' if self.kind != FileKind::Slash => self.skip_line(),
                b'/' if bytes.get(self.at + 1) == Some(&b'/') => self.skip_line(),
                b'/' if bytes.get(self.at + 1) == Some(&b'*') => self.skip_comment(),
                _ if is_word(byte) => self.word(),
                _ => self.at += 1,
            }
        }
        while self.open.len() > 1 {
            self.leave();
        }
        self.separate();
    }

    fn waiting(&mut self) -> &mut Waiting<'t> {
        // The root is never closed, so something is always open.
        let last = self.open.len() - 1;
        &mut self.open[last].1
    }

    fn enter(&mut self, is_call: bool) {
        let at = self.at + self.offset;
        self.at += 1;
        if self.open.len() > DEEPEST || self.groups.len() >= MOST_GROUPS {
            return;
        }
        let number = self.groups.len();
        let waiting = self.waiting();
        let from = waiting.from.take().unwrap_or(at);
        let key = waiting.key;
        let words = waiting.words.drain(..).map(|(word, _)| word);
        let heads = words.chain(key).map(Cow::Borrowed).collect();
        let parent = self.open.last().map(|(parent, _)| *parent);
        if let Some(parent) = parent {
            self.groups[parent]
                .entries
                .push((key.map(Cow::Borrowed), Value::Group(number)));
        }
        self.groups.push(Group {
            span: Span::new(at, self.offset + self.text.len() + 1),
            from,
            heads,
            entries: Vec::new(),
            parent,
            until: 0,
            is_call,
        });
        self.open.push((number, Waiting::default()));
    }

    fn leave(&mut self) {
        self.separate_here();
        if self.open.len() > 1
            && let Some((number, _)) = self.open.pop()
        {
            let end = self.at + self.offset + 1;
            self.groups[number].span = Span::new(self.groups[number].span.start, end);
        }
        self.at += 1;
    }

    fn string(&mut self, quote: u8) {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut end = start;
        loop {
            match bytes.get(end) {
                Some(b'\\') => end += 2,
                Some(&byte) if byte == quote => break,
                None | Some(b'\n') => {
                    self.at = start;
                    return;
                }
                Some(_) => end += 1,
            }
        }
        let span = Span::new(start + self.offset, end + self.offset);
        let text = self.text.get(start..end).unwrap_or_default();
        self.push(text, span);
        self.at = end + 1;
    }

    fn word(&mut self) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| is_word(*byte)) {
            self.at += 1;
        }
        let span = Span::new(start + self.offset, self.at + self.offset);
        let text = self.text.get(start..self.at).unwrap_or_default();
        self.push(text, span);
    }

    fn push(&mut self, text: &'t str, span: Span) {
        let waiting = self.waiting();
        waiting.from.get_or_insert(span.start);
        waiting.words.push((text, span));
    }

    fn key(&mut self) {
        let waiting = self.waiting();
        if let Some((word, _)) = waiting.words.pop() {
            waiting.words.clear();
            waiting.key = Some(word);
        }
        self.at += 1;
    }

    fn end_line(&mut self) {
        if !self.waiting().words.is_empty() {
            self.separate_here();
        } else if self.last_is_closed() {
            let waiting = self.waiting();
            waiting.key = None;
            waiting.from = None;
        }
        self.at += 1;
    }

    /// Whether the key that waits has got a group already.
    fn last_is_closed(&self) -> bool {
        let Some((number, waiting)) = self.open.last() else {
            return false;
        };
        waiting.key.is_some()
            && self.groups[*number]
                .entries
                .last()
                .is_some_and(|(key, _)| key.as_deref() == waiting.key)
    }

    fn separate(&mut self) {
        self.separate_here();
        self.at += 1;
    }

    fn separate_here(&mut self) {
        let Some((number, waiting)) = self.open.last_mut() else {
            return;
        };
        let key = waiting.key.take();
        waiting.from = None;
        let key = key.map(Cow::Borrowed);
        for (text, span) in waiting.words.drain(..) {
            self.groups[*number]
                .entries
                .push((key.clone(), Value::Scalar(text.into(), span)));
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_comment(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |i| i + 2);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b'*' | b'@' | b'/')
}
