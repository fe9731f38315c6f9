//! Kinds that a regular expression names, compiled when they are first needed.
//!
//! In: a kind, the number of its pattern, text, the place of the literal that led here. Out: where the secret stands.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::bytes::{Regex, RegexBuilder};

use crate::model::{Span, TokenKind};
use crate::rules::anchor;

/// How far before the literal a match may start.
const BEFORE: usize = 256;
/// How far behind the literal a match may reach.
const BEHIND: usize = 8192;

/// A pattern, compiled.
struct Pattern {
    regex: Regex,
    /// Whether every match starts where the literal does that led to it, and is looked for nowhere else.
    starts_there: bool,
}

/// Leaked, since a clone would bring a cache of its own: there is one for each pattern of the catalogue at most.
type Compiled = HashMap<&'static str, Option<&'static Pattern>>;
static COMPILED: LazyLock<RwLock<Compiled>> = LazyLock::new(RwLock::default);

/// What a match around `at` may read.
pub fn around(at: usize) -> Span {
    Span::new(at.saturating_sub(BEFORE), at + BEHIND)
}

/// The secret of the match around `at`.
pub fn matched(kind: &TokenKind, number: usize, text: &[u8], at: usize) -> Option<Span> {
    let Pattern {
        regex,
        starts_there,
    } = compiled(kind.patterns.get(number)?)?;
    let from = match starts_there {
        true => at,
        false => at.saturating_sub(BEFORE),
    };
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

fn compiled(pattern: &'static str) -> Option<&'static Pattern> {
    if let Ok(known) = COMPILED.read()
        && let Some(compiled) = known.get(pattern)
    {
        return *compiled;
    }
    let mut known = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    *known.entry(pattern).or_insert_with(|| {
        let starts_there = starts_there(pattern);
        let anchored = starts_there.then(|| format!("^(?:{pattern})"));
        let built = RegexBuilder::new(anchored.as_deref().unwrap_or(pattern));
        let regex = { built }.unicode(false).build().ok()?;
        let compiled = Pattern {
            regex,
            starts_there,
        };
        Some(Box::leak(Box::new(compiled)))
    })
}

/// Whether every match of a pattern starts right where its literal does, and depends on nothing before that.
fn starts_there(pattern: &str) -> bool {
    anchor::parse_pattern(pattern).is_ok_and(|parsed| {
        anchor::starts_of(&parsed).is_some() && parsed.properties().look_set().is_empty()
    })
}
