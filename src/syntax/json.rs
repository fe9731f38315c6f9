//! JSON and its relatives: comments, trailing or missing commas, JSON5 notation, several values in a row.
//!
//! In: text. Out: a document with a root for each value. It builds from the scanner's tokens, so that depth and nodes are
//! bounded before they cost anything, and a key that stands twice is kept twice.

use std::borrow::Cow;

use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::tokens::Token;
use jsonc_parser::{ParseStringErrorKind, Scanner, ScannerOptions};
use memchr::memmem;

use super::tree::{Document, Entry, Node, NodeKind, Scalar, ScalarType};
use super::{Fault, MAX_DEPTH, NodeBudget};
use crate::model::Span;

/// Reads JSON.
pub(super) fn read(text: &str) -> Result<Document, Fault> {
    let mended = mend_surrogates(text);
    let mut builder = Builder {
        scanner: Scanner::new(&mended, &ScannerOptions::default()),
        open: Vec::new(),
        roots: Vec::new(),
        budget: NodeBudget::default(),
    };
    while let Some(token) = builder.next()? {
        builder.take(token)?;
    }
    if let Some(open) = builder.open.last() {
        return Err(Fault::new(open.start, "is not closed"));
    }
    Ok(Document {
        roots: builder.roots,
        ..Document::default()
    })
}

enum Content {
    Map(Vec<Entry>),
    List(Vec<Node>),
}

/// An object or array that is not closed yet.
struct Open {
    start: usize,
    content: Content,
    /// The key that waits for its value.
    key: Option<(String, Span)>,
    /// Whether a comma may stand next.
    after_value: bool,
}

struct Builder<'t> {
    scanner: Scanner<'t>,
    open: Vec<Open>,
    roots: Vec<Node>,
    budget: NodeBudget,
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<Option<Token<'t>>, Fault> {
        loop {
            match self.scanner.scan() {
                Ok(Some(Token::CommentLine(_) | Token::CommentBlock(_))) => {}
                Ok(token) => return Ok(token),
                Err(error) => return Err(fault(&error)),
            }
        }
    }

    fn span(&self) -> Span {
        Span::new(self.scanner.token_start(), self.scanner.token_end())
    }

    fn wrong(&self, what: &'static str) -> Fault {
        Fault::new(self.scanner.token_start(), what)
    }

    fn take(&mut self, token: Token<'t>) -> Result<(), Fault> {
        match token {
            Token::OpenBrace if !self.wants_key() => self.begin(Content::Map(Vec::new())),
            Token::OpenBracket if !self.wants_key() => self.begin(Content::List(Vec::new())),
            Token::CloseBrace | Token::CloseBracket => self.end(&token),
            Token::Comma => match self.open.last_mut() {
                Some(open) if open.after_value => {
                    open.after_value = false;
                    Ok(())
                }
                _ => Err(self.wrong("has a comma where a value belongs")),
            },
            token if self.wants_key() => self.key(token),
            token => self.scalar(token),
        }
    }

    fn wants_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.key.is_none() && matches!(open.content, Content::Map(_)))
    }

    fn begin(&mut self, content: Content) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.wrong(Fault::DEPTH));
        }
        self.open.push(Open {
            start: self.scanner.token_start(),
            content,
            key: None,
            after_value: false,
        });
        Ok(())
    }

    fn end(&mut self, token: &Token<'t>) -> Result<(), Fault> {
        let unexpected = self.wrong("has a closing bracket that nothing opened");
        let open = self.open.pop().ok_or(unexpected)?;
        if open.key.is_some() {
            return Err(self.wrong("has a key without a value"));
        }
        let kind = match (open.content, token) {
            (Content::Map(entries), Token::CloseBrace) => NodeKind::Map(entries),
            (Content::List(items), Token::CloseBracket) => NodeKind::List(items),
            _ => return Err(unexpected),
        };
        self.put(Node::new(
            Span::new(open.start, self.scanner.token_end()),
            kind,
        ))
    }

    fn key(&mut self, token: Token<'t>) -> Result<(), Fault> {
        let mut span = self.span();
        let key = match token {
            Token::String(text) => {
                span = within_quotes(span);
                text.into_owned()
            }
            Token::Word(_) | Token::Number(_) | Token::Boolean(_) | Token::Null => {
                token.as_str().to_owned()
            }
            _ => return Err(self.wrong("has no key where one belongs")),
        };
        match self.next()? {
            Some(Token::Colon) => {}
            _ => return Err(self.wrong("has no colon after a key")),
        }
        if let Some(open) = self.open.last_mut() {
            open.key = Some((key, span));
        }
        Ok(())
    }

    fn scalar(&mut self, token: Token<'t>) -> Result<(), Fault> {
        let span = self.span();
        let scalar_type = match token {
            Token::String(text) => {
                let scalar = Scalar {
                    text: text.into_owned(),
                    span: within_quotes(span),
                    quoted: true,
                    scalar_type: ScalarType::Text,
                };
                return self.put(Node::new(span, NodeKind::Scalar(scalar)));
            }
            Token::Number(_) => ScalarType::Number,
            Token::Boolean(_) => ScalarType::Boolean,
            Token::Null => ScalarType::Null,
            _ => return Err(self.wrong("has something that is no value")),
        };
        let scalar = Scalar {
            text: token.as_str().to_owned(),
            span,
            quoted: false,
            scalar_type,
        };
        self.put(Node::new(span, NodeKind::Scalar(scalar)))
    }

    fn put(&mut self, node: Node) -> Result<(), Fault> {
        self.budget.take(node.span.start)?;
        let Some(open) = self.open.last_mut() else {
            self.roots.push(node);
            return Ok(());
        };
        open.after_value = true;
        match (&mut open.content, open.key.take()) {
            (Content::Map(entries), Some((key, key_span))) => {
                entries.push(Entry::new(key, key_span, node));
            }
            (Content::List(items), _) => items.push(node),
            (Content::Map(_), None) => {
                return Err(Fault::new(node.span.start, "has a value without a key"));
            }
        }
        Ok(())
    }
}

fn within_quotes(span: Span) -> Span {
    Span::new(span.start + 1, span.end - 1)
}

fn fault(error: &ParseError) -> Fault {
    let what = match error.kind() {
        ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
            "has a string that is not closed"
        }
        ParseErrorKind::String(_) => "has a wrong escape in a string",
        ParseErrorKind::UnterminatedCommentBlock => "has a comment that is not closed",
        _ => "has a character that does not belong there",
    };
    Fault::new(error.range().start, what)
}

/// Puts U+FFFD, at equal length, for each half of a surrogate pair that stands alone: JavaScript reads such strings, the
/// scanner refuses the whole file, and one harmless escape must not hide all the rest.
fn mend_surrogates(text: &str) -> Cow<'_, str> {
    if memmem::find(text.as_bytes(), b"\\u").is_none() {
        return Cow::Borrowed(text);
    }
    let mut bytes = Cow::Borrowed(text.as_bytes());
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'\\', &bytes[at..]) {
        at += next;
        match escaped_unit(&bytes[at..]) {
            Some(0xD800..=0xDBFF)
                if matches!(escaped_unit(&bytes[at + 6..]), Some(0xDC00..=0xDFFF)) =>
            {
                at += 12;
            }
            Some(0xD800..=0xDFFF) => {
                bytes.to_mut()[at + 2..at + 6].copy_from_slice(b"fffd");
                at += 6;
            }
            _ => at = (at + 2).min(bytes.len()),
        }
    }
    match bytes {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(bytes) => String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

/// The number that `\uXXXX` at the start of `bytes` stands for.
fn escaped_unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |value, &digit| {
        Some(value * 16 + char::from(digit).to_digit(16)?)
    })
}
