//! Kinds that a regular expression names, compiled when they are first needed.
//!
//! In: a kind, the number of its pattern, text, the place of the literal that led here. Out: where the secret stands.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::bytes::{Regex, RegexBuilder};

use crate::model::{Span, TokenKind};

/// How far before the literal a match may start.
const BEFORE: usize = 256;
/// How far behind the literal a match may reach.
const BEHIND: usize = 8192;

/// Leaked, since a clone would bring a cache of its own: there is one for each pattern of the catalogue at most.
type Compiled = HashMap<&'static str, Option<&'static Regex>>;
static COMPILED: LazyLock<RwLock<Compiled>> = LazyLock::new(RwLock::default);

/// What a match around `at` may read.
pub fn around(at: usize) -> Span {
    Span::new(at.saturating_sub(BEFORE), at + BEHIND)
}

/// The secret of the match around `at`.
pub fn matched(kind: &TokenKind, number: usize, text: &[u8], at: usize) -> Option<Span> {
    let regex = compiled(kind.patterns.get(number)?)?;
    let from = at.saturating_sub(BEFORE);
    let part = &text[from..text.len().min(at + BEHIND)];
    let mut start = 0;
    while start <= part.len() {
        let captures = regex.captures_at(part, start)?;
        let whole = captures.get(0)?;
        if from + whole.start() > at {
            return None;
        }
        if from + whole.end() > at {
            let secret = captures.name("secret")?;
            return Some(Span::new(from + secret.start(), from + secret.end()));
        }
        start = whole.end().max(start + 1);
    }
    None
}

fn compiled(pattern: &'static str) -> Option<&'static Regex> {
    if let Ok(known) = COMPILED.read()
        && let Some(regex) = known.get(pattern)
    {
        return *regex;
    }
    let mut known = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    *known.entry(pattern).or_insert_with(|| {
        let regex = RegexBuilder::new(pattern).unicode(false).build().ok()?;
        Some(Box::leak(Box::new(regex)))
    })
}
