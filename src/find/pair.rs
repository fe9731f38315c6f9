//! Pairs: two values that are of use only together become one finding.
//!
//! In: the candidates of a text. Out: the same, with the secret half knowing the other, and the other gone.

use super::candidate::Candidate;
use super::search::Search;
use super::{filter, near, random, shape};
use crate::model::{Level, Recognised, Span, TokenKind, Verbs};

/// How many lines around one half the other is searched where no name leads to it.
const LINES: usize = 6;

/// How many candidates before and behind a half are looked at.
const NEIGHBOURS: usize = 64;
/// For how many halves of one text the other is searched without a name.
const HALVES: usize = 200;

/// Adds halves that only their neighbour names: `client("id", "secret")`.
pub fn add_unnamed(search: &mut Search<'_>, chosen: &[Candidate]) {
    let mut more = Vec::new();
    for half in chosen
        .iter()
        .filter(|half| half.dropped.is_none() && half.encodings.is_empty())
        .take(HALVES)
    {
        let Some(known) = half.kind else {
            continue;
        };
        let others = search.rules.by_pair(known.id);
        for kind in others.filter(|kind| !kind.alone) {
            let named = chosen
                .iter()
                .any(|other| other.kind.is_some_and(|other| other.id == kind.id));
            if !named && let Some(span) = unnamed(search.text, half.span, kind, chosen) {
                let value = span.of(search.text);
                let mut found = Candidate::new(span, value, Some(kind), Recognised::Near);
                found.dropped = filter::of_named(value);
                more.push(found);
            }
        }
    }
    for candidate in more {
        search.push(candidate);
    }
}

/// The nearest value of the kind's shape around a half, alone between marks.
fn unnamed(text: &[u8], half: Span, kind: &TokenKind, chosen: &[Candidate]) -> Option<Span> {
    let window = near::window(text, half, LINES);
    let mut best: Option<Span> = None;
    for start in window.start..window.end {
        let edge = start == 0
            || matches!(
                text[start - 1],
                b'"' | b'\'' | b'`' | b' ' | b'=' | b':' | b'\n' | b'\t' | b',' | b'>'
            );
        if !edge {
            continue;
        }
        let found = kind.shapes.iter().find_map(|wanted| {
            let end = shape::end_at(wanted, text, start)?;
            let alone = text.get(end).is_none_or(|next| {
                matches!(
                    next,
                    b'"' | b'\'' | b'`' | b' ' | b',' | b'\n' | b'\r' | b';' | b')' | b'<'
                )
            });
            let random = text[start..end].iter().any(u8::is_ascii_digit)
                && random::entropy(&text[start..end]) >= 3.0;
            (alone && random).then(|| Span::new(start, end))
        });
        if let Some(span) = found
            && !chosen.iter().any(|other| other.span.overlaps(span))
            && best.is_none_or(|best| distance(span, half) < distance(best, half))
        {
            best = Some(span);
        }
    }
    best
}

fn distance(a: Span, b: Span) -> usize {
    if a.start < b.start {
        b.start.saturating_sub(a.end)
    } else {
        a.start.saturating_sub(b.end)
    }
}

/// Joins halves: the one that a pair needs most keeps the finding.
pub fn join(mut chosen: Vec<Candidate>) -> Vec<Candidate> {
    let mut gone = vec![false; chosen.len()];
    for at in halves_first(&chosen) {
        let Some(kind) = chosen[at].kind.filter(|kind| !kind.pair.is_empty()) else {
            continue;
        };
        if gone[at] || chosen[at].dropped.is_some() {
            continue;
        }
        let near = at.saturating_sub(NEIGHBOURS)..chosen.len().min(at + NEIGHBOURS);
        let other = near
            .filter(|other| *other != at && !gone[*other] && chosen[*other].dropped.is_none())
            .filter(|other| {
                chosen[*other]
                    .kind
                    .is_some_and(|other| other.id == kind.pair)
            })
            .min_by_key(|other| distance(chosen[at].span, chosen[*other].span));
        let Some(other) = other else {
            continue;
        };
        let (keep, drop) = match chosen[other].kind {
            // A name, an address or a project: the secret keeps the finding.
            Some(half) if kind.level == Level::Public && half.level != Level::Public => (other, at),
            Some(half) if half.pair == kind.id && half.level > kind.level => (other, at),
            // The third part of temporary credentials joins the pair that stands.
            Some(_) if !chosen[other].other_halves.is_empty() => (other, at),
            _ => (at, other),
        };
        let id = chosen[drop].kind.map_or("", |kind| kind.id);
        let half = (chosen[drop].span, id);
        chosen[keep].other_halves.push(half);
        chosen[keep].recognised = chosen[keep].recognised.max(Recognised::Pair);
        if chosen[keep].claims.is_none() {
            chosen[keep].claims = chosen[drop].claims.clone();
        }
        gone[drop] = true;
    }
    let mut gone = gone.into_iter();
    chosen.retain(|_| !gone.next().unwrap_or(false));
    chosen.iter_mut().for_each(spare_lone_id);
    chosen
}

/// Ids that their own text names come first, so that the other parts join them.
fn halves_first(chosen: &[Candidate]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    order.sort_by_key(|at| !chosen[*at].kind.is_some_and(|kind| kind.alone));
    order
}

/// An id that only names a key opens nothing where its secret is not in the file.
fn spare_lone_id(candidate: &mut Candidate) {
    let lone = candidate.other_halves.is_empty()
        && candidate
            .kind
            .is_some_and(|kind| kind.alone && !kind.pair.is_empty());
    if lone {
        let claims = candidate.claims.get_or_insert_default();
        claims.level = Some(Level::Public);
        claims.verbs = Some(Verbs::of(&[]));
        claims
            .evidence
            .push("its secret half does not stand in this file".to_owned());
    }
}
