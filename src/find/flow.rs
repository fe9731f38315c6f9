//! Leads from a variable in a header back to the literal that was assigned to it.
//!
//! In: the literal or reference behind the mark of a header, and where the header ends. Out: candidates at the assignment,
//! of the kinds that the header and the hosts around it name. The number of variables that are followed is bounded by the search.

use super::candidate::Candidate;
use super::lexer::{self, Literal};
use super::search::Search;
use super::{beside, context, filter, near};
use crate::model::{Recognised, Span};

/// The longest name of a variable.
const LONGEST: usize = 64;
/// How far behind a scheme in quotes its variable may stand.
const GAP: usize = 8;
/// How far behind a literal a variable is looked for.
const AHEAD: usize = 128;

/// Follows the variable that a header carries: `"Authorization: Bearer $T"`, `"Bearer " + t`.
pub fn lead_back(search: &mut Search<'_>, literal: &Literal, name_end: usize) {
    let text = search.text;
    search.look_at(Span::new(literal.span.start, literal.span.end + AHEAD));
    let Some(variable) = variable(text, literal) else {
        return;
    };
    if !search.may_name_host_around(literal.span) {
        return;
    }
    search.look_far();
    let left = beside::left_of(text, name_end);
    let Some(header) = left.name.filter(|_| !left.flag) else {
        return;
    };
    let header = header.of(text).to_ascii_lowercase();
    let hosts = near::hosts(text, literal.span);
    let kinds = context::requested(search.rules, &header, &hosts);
    if kinds.is_empty() {
        return;
    }
    for place in search.places_of(variable.of(text)) {
        let name = Span::new(place, place + variable.len());
        let Some(assigned) = assigned(text, name).filter(|_| place != variable.start) else {
            continue;
        };
        for (kind, weight) in &kinds {
            if kind.alone && !kind.shapes.is_empty() {
                continue;
            }
            let Some(span) = context::fits(kind, text, &assigned) else {
                continue;
            };
            let value = span.of(text);
            let mut found = Candidate::new(span, value, Some(kind), Recognised::Requested);
            found.weight = *weight;
            found.dropped = filter::of_named(value);
            found.beside.name = Some(String::from_utf8_lossy(name.of(text)).into_owned());
            search.push(found);
        }
    }
}

/// The variable that a header's value consists of.
fn variable(text: &[u8], literal: &Literal) -> Option<Span> {
    let value = literal.span.of(text);
    if value.is_empty() || value == b"%s" || value == b"{}" {
        return behind_quote(text, literal.span.end);
    }
    if !literal.quoted && value.ends_with(b"(") {
        return formatted(text, literal.span.end);
    }
    let opened = value
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b'$' | b'{' | b'#' | b'%' | b'(' | b' '))
        .count();
    let reference = opened > 0 || !literal.quoted;
    let start = literal.span.start + opened;
    let name = last_name(text, start, literal.span.end)?;
    let closed = text[name.end..literal.span.end]
        .iter()
        .all(|byte| matches!(byte, b'}' | b'%' | b')' | b' '));
    (reference && closed).then_some(name)
}

/// `format!("Bearer {}", t)`, `Sprintf("Bearer %s", t)`, from the quote on.
fn formatted(text: &[u8], open: usize) -> Option<Span> {
    let rest = text.get(open + 1..text.len().min(open + 40))?;
    let close = rest.iter().position(|byte| *byte == text[open])?;
    let content = &rest[..close];
    let open_end = [&b"{}"[..], b"%s", b" "]
        .iter()
        .any(|end| content.ends_with(end));
    open_end
        .then(|| behind_quote(text, open + 1 + close))
        .flatten()
}

/// `"Bearer " + t`, `'Bearer ' . $t`, `"Bearer %s", t`: the name behind the closing quote and an operator.
fn behind_quote(text: &[u8], end: usize) -> Option<Span> {
    let rest = text.get(end..)?;
    if !matches!(rest.first()?, b'"' | b'\'' | b'`') {
        return None;
    }
    let gap = rest[1..]
        .iter()
        .take(GAP)
        .take_while(|byte| {
            matches!(
                byte,
                b' ' | b'+' | b'.' | b'%' | b',' | b'$' | b'&' | b'(' | b'~' | b'<' | b'>'
            )
        })
        .count();
    let start = end + 1 + gap;
    (gap > 0).then(|| last_name(text, start, text.len().min(start + LONGEST)))?
}

/// The last name of a path of names that starts at `start`: `this.client.token`.
fn last_name(text: &[u8], start: usize, end: usize) -> Option<Span> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let part = text.get(start..end.min(start + LONGEST).max(start))?;
    let length = part
        .iter()
        .take_while(|byte| is_name(byte) || **byte == b'.')
        .count();
    let path = &part[..length];
    let from = path
        .iter()
        .rposition(|byte| *byte == b'.')
        .map_or(0, |dot| dot + 1);
    let named = path
        .get(from)
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    named.then(|| Span::new(start + from, start + length))
}

/// The literal that is assigned to the name at `name`: `T=v`, `let t: &str = "v"`, `t := "v"`, `"t": "v"`.
fn assigned(text: &[u8], name: Span) -> Option<Literal> {
    let rest = &text[name.end..text.len().min(name.end + 40)];
    let mark = rest
        .iter()
        .position(|byte| matches!(byte, b'=' | b'\n' | b';' | b'(' | b',' | b'}'))
        .filter(|at| rest[*at] == b'=' && rest.get(at + 1) != Some(&b'='))
        .or_else(|| {
            let colon = rest.iter().position(|byte| *byte == b':')?;
            rest[..colon]
                .iter()
                .all(|byte| matches!(byte, b'"' | b'\'' | b' '))
                .then_some(colon)
        })?;
    lexer::literal_after(text, name.end + mark)
}
