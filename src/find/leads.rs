//! What start literals lead to: shapes, patterns, recognisers, names.
//!
//! In: a search and where a literal may start. Out: candidates that their own text names, or a closer look elsewhere.

use super::candidate::Candidate;
use super::prefilter;
use super::search::Search;
use super::{decode, filter, patterns, recognise, shape};
use crate::model::{ChecksumState, Recognised, Shape, Span, TokenKind};
use crate::rules::name;
use crate::rules::table::{self, Leads};
use crate::token;

/// Starts of so few bytes say nothing behind a `-` or `_`: `portal-api-…`.
const SHORT_START: usize = 4;

impl Search<'_> {
    /// A start inside a word, where only a checksum can say that a token begins there.
    pub(super) fn glued(&mut self, at: usize) {
        let (text, tables) = (self.text, self.rules.tables());
        for start in self.starts_at(at) {
            if let Leads::Shape(number, _) = start.leads
                && start.before == 0
                && text[at..].starts_with(tables.literal(start).as_bytes())
                && let Some(kind) = self.rules.number(number)
                && kind.checksum.is_some()
            {
                self.lead(start.leads, at, usize::from(start.length));
            }
        }
    }

    /// The start literals of one slot.
    pub(super) fn starts_at(&self, at: usize) -> &'static [table::Start] {
        let tables = self.rules.tables();
        let slot = table::slot(prefilter::four_at(self.text, at));
        &tables.starts[usize::from(tables.slots[slot])..usize::from(tables.slots[slot + 1])]
    }

    /// The literals that may start at a word's start.
    pub(super) fn at_start(&mut self, at: usize) {
        let four = prefilter::four_at(self.text, at);
        let rest = &self.text[at..];
        let may_begin = |start: &&table::Start| start.may_begin(four, rest);
        for start in self.starts_at(at).iter().filter(may_begin) {
            if let Some(begin) = self.begin_of(start, at) {
                self.lead(start.leads, begin, usize::from(start.length));
            }
        }
    }

    /// Where a start literal begins, where it stands at a word's start with what belongs before it.
    #[inline]
    pub(super) fn begin_of(&self, start: &table::Start, at: usize) -> Option<usize> {
        let begin = at.checked_sub(usize::from(start.before))?;
        let tables = self.rules.tables();
        let stands = self.text[at..].starts_with(tables.literal(start).as_bytes())
            && &self.text[begin..at] == tables.before(start).as_bytes();
        stands.then_some(begin)
    }

    /// Follows what a literal leads to.
    pub(super) fn lead(&mut self, leads: Leads, begin: usize, literal: usize) {
        match leads {
            Leads::Shape(number, at) => {
                if let Some(kind) = self.rules.number(number)
                    && let Some(shape) = kind.shapes.get(usize::from(at))
                {
                    let (end, read) = shape::read_at(shape, self.text, begin);
                    self.look_at(Span::new(begin, read + 1));
                    match end {
                        Some(end) => self.shaped(kind, shape, Span::new(begin, end)),
                        None => decode::cut_by_quotes(self, begin),
                    }
                }
            }
            Leads::Pattern(number, at) => {
                self.look_at(patterns::around(begin));
                if let Some(kind) = self.rules.number(number)
                    && let Some(span) = patterns::matched(kind, usize::from(at), self.text, begin)
                {
                    self.fixed(kind, span, literal);
                }
            }
            Leads::Code(family) => recognise::family(self, family, begin),
            Leads::Name(_) => self.at_name(begin),
        }
    }

    /// A name that is known by its start: the mark behind it, or the value behind a space.
    fn at_name(&mut self, begin: usize) {
        let rest = &self.text[begin..];
        let is_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let length = rest
            .iter()
            .take(name::LONGEST_NAME)
            .take_while(|byte| is_name(byte))
            .count();
        let mark = rest[length..]
            .iter()
            .take(8)
            .position(|byte| matches!(byte, b'=' | b':' | b',' | b'>'));
        self.look_at(Span::new(begin, begin + length + 8));
        match mark {
            Some(gap) => self.at_mark(begin + length + gap),
            None if rest.get(length) == Some(&b' ') => {
                self.behind_mark(begin + length, begin + length)
            }
            None => {}
        }
    }

    fn shaped(&mut self, kind: &'static TokenKind, shape: &Shape, span: Span) {
        if !kind.alone || !shape::ends_freely(shape, self.text, span.end) {
            return;
        }
        let free = shape::starts_freely(self.text, span.start)
            && !(shape.start().len() <= SHORT_START && shape::is_joined(self.text, span.start));
        let sum = kind
            .checksum
            .map(|algorithm| token::checksum(algorithm, span.of(self.text)));
        if !free && sum != Some(ChecksumState::Valid) {
            return;
        }
        self.fixed(kind, span, shape.start().len());
    }

    /// A kind that its own text names.
    fn fixed(&mut self, kind: &'static TokenKind, span: Span, start: usize) {
        let value = span.of(self.text);
        let mut candidate = Candidate::new(span, value, Some(kind), Recognised::Prefix);
        candidate.weight = start * 1000 + span.len().min(900);
        candidate.dropped = filter::of_shaped(value, kind);
        self.push(candidate);
    }
}
