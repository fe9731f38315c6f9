//! A literal with the name that it stands under.
//!
//! In: a search, a literal and the place of its name. Out: the site, with the name normalised. Nothing is decided here.

use std::cell::OnceCell;

use super::lexer;
use super::promise::{Promise, promise};
use super::search::Search;
use crate::model::Span;
use crate::rules::name;

/// A literal under a name.
pub struct Site {
    pub literal: lexer::Literal,
    /// The name, normalised.
    pub name: String,
    /// Where the name stands.
    pub written: Span,
    pub flag: bool,
    promise: OnceCell<Option<Promise>>,
}

impl Site {
    /// Takes the name of a literal.
    pub fn new(search: &Search<'_>, literal: lexer::Literal, written: Span, flag: bool) -> Site {
        let mut name = name::normalise(last_parts(written.of(search.text)));
        if name == "KEY" {
            name = with_word_before(search.text, written);
        }
        Site {
            literal,
            name,
            written,
            flag,
            promise: OnceCell::new(),
        }
    }
}

/// `API key: v`, `access key = v`: the name of two words.
fn with_word_before(text: &[u8], key: Span) -> String {
    let before = &text[key.start.saturating_sub(24)..key.start];
    let spaced = before.strip_suffix(b" ").unwrap_or_default();
    let length = spaced
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let name = Span::new(key.start - 1.min(key.start) - length, key.end);
    match length {
        0 => "KEY".to_owned(),
        _ => name::normalise(name.of(text)),
    }
}

impl Site {
    /// What the name promises.
    pub fn promise(&self) -> Option<Promise> {
        *self.promise.get_or_init(|| promise(&self.name))
    }

    /// Whether the name is a part between colons: `arn:aws:secretsmanager:…:secret:app`.
    pub fn is_part(&self, text: &[u8]) -> bool {
        let before = self.written.start.checked_sub(1).map(|at| text[at]);
        before == Some(b':') && text.get(self.written.end) == Some(&b':')
    }

    /// A password that stands where a command or a call takes one, without a name.
    pub fn told(literal: lexer::Literal, cue: Span) -> Site {
        Site {
            literal,
            name: "PASSWORD".to_owned(),
            written: cue,
            flag: true,
            promise: OnceCell::new(),
        }
    }

    /// The password of a login, which goes out as a header.
    pub fn login(literal: lexer::Literal, flag: Span) -> Site {
        Site {
            literal,
            name: "AUTHORIZATION".to_owned(),
            written: flag,
            flag: true,
            promise: OnceCell::new(),
        }
    }
}

/// A dotted or long name, cut to its last bytes.
pub fn last_parts(name: &[u8]) -> &[u8] {
    let name = name.strip_prefix(b"process.env.").unwrap_or(name);
    &name[name.len().saturating_sub(name::LONGEST_NAME)..]
}
