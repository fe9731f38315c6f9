//! Whether anything can come of a value, before its name is read: names cost more to read than values.
//!
//! In: a search and a literal. Out: yes or no, by the literal's length and bytes. It may say yes too often, never no.

use super::lexer::Literal;
use super::search::Search;
use super::{decode, generic};

/// Whether anything could be found of a literal under some name.
pub fn under_any_name(search: &Search<'_>, literal: &Literal) -> bool {
    let value = literal.span.of(search.text);
    as_secret(value) || decode::may_be_named(value) || as_shape(search, literal)
}

/// Whether a value may be a secret of no kind.
pub fn as_secret(value: &[u8]) -> bool {
    value.len() >= generic::SHORTEST
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
}

/// Whether a kind that only surroundings name may have the shape of a literal.
pub fn as_shape(search: &Search<'_>, literal: &Literal) -> bool {
    let fitting = &search.rules.tables().fitting;
    let value = literal.span.of(search.text);
    match literal.quoted {
        true => fitting.may_fit(value.trim_ascii()),
        false => fitting.may_start(&search.text[literal.span.start..], value.len()),
    }
}
