//! YAML, from the parser's events.
//!
//! In: text. Out: a document with a root for each YAML document; duplicate keys, anchors, aliases and merge keys are kept.
//! While it builds it counts what following every alias would cost, and refuses before anybody follows one too many.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as CharacterSpan, Tag};

use super::tree::{Alias, Document, Entry, Node, NodeKind, Scalar, ScalarType};
use super::yaml_text::{
    Characters, behind_header, behind_properties, block_content, quoted_end,
    without_trailing_blanks,
};
use super::{Fault, MAX_ALIASES, MAX_DEPTH, MAX_NODES, NodeBudget};
use crate::model::Span;

const NOT_VALID: &str = "is not valid YAML";
/// How long a key that is a map or a list may be that is kept as its name.
const MAX_WRITTEN_KEY: usize = 256;

/// Reads YAML.
pub(super) fn read(text: &str) -> Result<Document, Fault> {
    build(text).or_else(|fault| {
        // The parser refuses a tab behind a key's colon, which other readers take for a blank.
        if fault.what != NOT_VALID || !text.contains(":\t") {
            return Err(fault);
        }
        build(&text.replace(":\t", ": "))
    })
}

fn build(text: &str) -> Result<Document, Fault> {
    let mut builder = Builder {
        text,
        characters: Characters::of(text),
        open: Vec::new(),
        document: Document::default(),
        costs: BTreeMap::new(),
        total: Cost::default(),
        budget: NodeBudget::default(),
    };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = builder.characters.byte(error.marker().index());
            Fault::new(at, NOT_VALID)
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.document)
}

/// What it costs to walk a node with its aliases followed.
#[derive(Clone, Copy, Default)]
struct Cost {
    nodes: usize,
    followed: usize,
    height: usize,
}

impl Cost {
    fn add(&mut self, child: Cost) {
        self.nodes = self.nodes.saturating_add(child.nodes);
        self.followed = self.followed.saturating_add(child.followed);
        self.height = self.height.max(child.height);
    }

    fn above(self) -> Cost {
        Cost {
            nodes: self.nodes.saturating_add(1),
            height: self.height + 1,
            ..self
        }
    }
}

enum Content {
    Map(Vec<Entry>),
    List(Vec<Node>),
}

/// A key that waits for its value.
struct Key {
    text: String,
    span: Span,
    merge: bool,
}

/// A map or list that is not closed yet.
struct Open {
    start: usize,
    /// Where the content ends so far.
    end: usize,
    content: Content,
    key: Option<Key>,
    anchor: Option<u32>,
    tag: Option<Box<str>>,
    cost: Cost,
}

struct Builder<'t> {
    text: &'t str,
    characters: Characters<'t>,
    open: Vec<Open>,
    document: Document,
    /// The cost of each finished node that has an anchor.
    costs: BTreeMap<u32, Cost>,
    total: Cost,
    budget: NodeBudget,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: CharacterSpan) -> Result<(), Fault> {
        let start = self.characters.byte(span.start.index());
        let span = Span::new(start, self.characters.byte(span.end.index()));
        match event {
            Event::MappingStart(anchor, tag) => {
                self.begin(span, Content::Map(Vec::new()), anchor, tag.as_deref())
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(span, Content::List(Vec::new()), anchor, tag.as_deref())
            }
            Event::MappingEnd => self.end(span, "}"),
            Event::SequenceEnd => self.end(span, "]"),
            Event::Scalar(value, style, anchor, tag) => {
                let node = self.scalar(value.into_owned(), style, span, anchor, tag.as_deref());
                self.put(node, Cost::default())
            }
            Event::Alias(anchor) => self.alias(span, number(anchor)),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(
        &mut self,
        span: Span,
        content: Content,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new(span.start, Fault::DEPTH));
        }
        self.open.push(Open {
            start: span.start,
            end: span.end,
            content,
            key: None,
            anchor: anchor_of(anchor),
            tag: tag.map(tag_text),
            cost: Cost::default(),
        });
        Ok(())
    }

    fn end(&mut self, span: Span, bracket: &str) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Err(Fault::new(span.start, NOT_VALID));
        };
        let closed = self.text.get(span.start..span.end) == Some(bracket);
        let end = if closed { span.end } else { open.end };
        let kind = match open.content {
            Content::Map(entries) => NodeKind::Map(entries),
            Content::List(items) => NodeKind::List(items),
        };
        let node = Node {
            span: Span::new(open.start, end),
            kind,
            anchor: open.anchor,
            tag: open.tag,
        };
        self.put(node, open.cost)
    }

    fn alias(&mut self, span: Span, anchor: u32) -> Result<(), Fault> {
        let span = without_trailing_blanks(self.text, span);
        let name = self.text[span.start..span.end]
            .trim_start_matches('*')
            .to_owned();
        // An anchor without a cost is still open: the alias stands inside its own target and is never followed.
        let target = self.costs.get(&anchor).copied().unwrap_or_default();
        if self.open.len() + target.height > MAX_DEPTH {
            return Err(Fault::new(span.start, Fault::DEPTH));
        }
        let node = Node::new(span, NodeKind::Alias(Alias { name, anchor }));
        let followed = target.followed.saturating_add(1);
        self.put(node, Cost { followed, ..target })
    }

    fn put(&mut self, node: Node, below: Cost) -> Result<(), Fault> {
        let at = node.span.start;
        self.budget.take(at)?;
        let cost = below.above();
        if let Some(anchor) = node.anchor {
            self.costs.insert(anchor, cost);
            self.document.anchors.insert(anchor, node.span);
        }
        let Some(open) = self.open.last_mut() else {
            self.total.add(cost);
            self.document.roots.push(node);
            return self.affordable(self.total, at);
        };
        open.start = open.start.min(node.span.start);
        open.end = open.end.max(node.span.end);
        open.cost.add(cost);
        let so_far = open.cost;
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map(entries) => match open.key.take() {
                Some(key) => entries.push(Entry {
                    key: key.text,
                    key_span: key.span,
                    value: node,
                    merge: key.merge,
                }),
                None => {
                    open.key = Some(key_of(self.text, &node));
                    if let Some(anchor) = node.anchor {
                        self.document.anchored_keys.insert(anchor, node);
                    }
                }
            },
        }
        self.affordable(so_far, at)
    }

    fn affordable(&self, cost: Cost, at: usize) -> Result<(), Fault> {
        if cost.followed > MAX_ALIASES || cost.nodes > MAX_NODES {
            return Err(Fault::new(at, Fault::ALIASES));
        }
        Ok(())
    }

    fn scalar(
        &self,
        text: String,
        style: ScalarStyle,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Node {
        let anchor = anchor_of(anchor);
        let has_properties = anchor.is_some() || tag.is_some();
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let (span, content) = if block && text.trim().is_empty() {
            (span, Span::new(span.end, span.end))
        } else if style == ScalarStyle::Plain && text.is_empty() {
            self.empty(span, has_properties)
        } else {
            self.filled(style, span, has_properties)
        };
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let tag = tag.map(tag_text);
        let scalar_type = match (style, tag.as_deref()) {
            (ScalarStyle::Plain, None) => plain_type(&text),
            _ => ScalarType::Text,
        };
        let kind = NodeKind::Scalar(Scalar {
            text,
            span: content,
            quoted,
            scalar_type,
        });
        Node {
            span,
            kind,
            anchor,
            tag,
        }
    }

    /// The places of a value that is not there: the parser gives those of the token before or behind it.
    fn empty(&self, span: Span, has_properties: bool) -> (Span, Span) {
        if has_properties {
            let whole = without_trailing_blanks(self.text, span);
            return (whole, Span::new(whole.end, whole.end));
        }
        let sign = matches!(
            self.text.as_bytes().get(span.start),
            Some(b':' | b'-' | b'?')
        );
        let at = if sign { span.end } else { span.start };
        (Span::new(at, at), Span::new(at, at))
    }

    fn filled(&self, style: ScalarStyle, span: Span, has_properties: bool) -> (Span, Span) {
        let mut whole = without_trailing_blanks(self.text, span);
        let mut content = whole;
        if has_properties {
            content.start = behind_properties(self.text, whole);
        }
        match style {
            ScalarStyle::Plain => {}
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                whole.end = quoted_end(self.text, content).max(content.start);
                content = Span::new(content.start + 1, whole.end.saturating_sub(1));
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The parser's place has the header only where an anchor or a tag stands before it.
                if has_properties {
                    content.start = behind_header(self.text, content);
                }
                content = block_content(self.text, content);
            }
        }
        (whole, content)
    }
}

fn key_of(text: &str, node: &Node) -> Key {
    match &node.kind {
        NodeKind::Scalar(scalar) => Key {
            text: scalar.text.clone(),
            span: scalar.span,
            merge: !scalar.quoted && scalar.text == "<<",
        },
        _ => Key {
            text: written_key(&text[node.span.start..node.span.end]).to_owned(),
            span: node.span,
            merge: false,
        },
    }
}

/// The name of a key that is a map or a list; none where it is long: keys within keys would repeat it at every level.
fn written_key(written: &str) -> &str {
    match written.len() {
        0..=MAX_WRITTEN_KEY => written.trim(),
        _ => "",
    }
}

fn anchor_of(anchor: usize) -> Option<u32> {
    (anchor > 0).then(|| number(anchor))
}

fn number(anchor: usize) -> u32 {
    u32::try_from(anchor).unwrap_or(u32::MAX)
}

fn tag_text(tag: &Tag) -> Box<str> {
    let handle = if tag.is_yaml_core_schema() {
        "!!"
    } else {
        tag.handle.as_str()
    };
    format!("{handle}{}", tag.suffix).into_boxed_str()
}

/// The type of a plain scalar in YAML's core schema.
fn plain_type(text: &str) -> ScalarType {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarType::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return ScalarType::Boolean,
        ".inf" | "-.inf" | "+.inf" | ".nan" => return ScalarType::Number,
        _ => {}
    }
    let prefixed = text.strip_prefix("0x").or(text.strip_prefix("0o"));
    let digits = prefixed
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit()));
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    let decimal = starts
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.parse::<f64>().is_ok_and(f64::is_finite);
    if digits || decimal {
        ScalarType::Number
    } else {
        ScalarType::Text
    }
}
