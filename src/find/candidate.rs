//! What the search believes to have found, before places, masks and the choice among several.
//!
//! In: matches. Out: matches that do not overlap, the best of each place.

use super::filter;
use super::generic::{self, Worth};
use super::promise::Promise;
use crate::model::{Beside, ChecksumState, Claims, Encoding, Near, Recognised, Span, TokenKind};

/// A possible credential.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where it stands in the text of the blob; of an encoded one, where the encoded text stands.
    pub span: Span,
    pub value: Vec<u8>,
    pub kind: Option<&'static TokenKind>,
    pub recognised: Recognised,
    pub checksum: ChecksumState,
    pub claims: Option<Claims>,
    /// Chooses among candidates that were recognised in the same way.
    pub weight: usize,
    pub beside: Beside,
    pub near: Option<Near>,
    pub encodings: Vec<Encoding>,
    /// The filter that drops it.
    pub dropped: Option<&'static str>,
    /// The other halves of a pair.
    pub other_halves: Vec<(Span, &'static str)>,
}

impl Candidate {
    /// A candidate of which nothing but value and kind is known.
    pub fn new(
        span: Span,
        value: &[u8],
        kind: Option<&'static TokenKind>,
        recognised: Recognised,
    ) -> Candidate {
        Candidate {
            span,
            value: value.to_vec(),
            kind,
            recognised,
            checksum: ChecksumState::None,
            claims: None,
            weight: 0,
            beside: Beside::default(),
            near: None,
            encodings: Vec::new(),
            dropped: None,
            other_halves: Vec::new(),
        }
    }

    /// A candidate of no kind, for what the name over it promises; none where the value cannot keep that.
    pub fn promised(promise: Promise, span: Span, value: &[u8], quoted: bool) -> Option<Candidate> {
        let (recognised, dropped) = match generic::worth(promise, value, quoted) {
            Worth::Strong => (Recognised::Generic, None),
            Worth::Weak => (Recognised::Weak, None),
            Worth::Dropped(filter) => (Recognised::Weak, Some(filter)),
            Worth::Nothing => return None,
        };
        let mut candidate = Candidate::new(span, value, None, recognised);
        candidate.dropped = filter::of_named(value).or(dropped);
        Some(candidate)
    }

    fn rank(&self) -> (bool, Recognised, bool, usize, usize, usize) {
        (
            self.checksum == ChecksumState::Valid,
            self.recognised,
            self.encodings.is_empty(),
            self.weight,
            self.span.len(),
            usize::MAX - self.span.start,
        )
    }
}

/// Keeps the best of every place, in the order of the text.
pub fn best(mut all: Vec<Candidate>) -> Vec<Candidate> {
    all.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank()));
    let mut kept: Vec<Candidate> = Vec::with_capacity(all.len());
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for candidate in all {
        let before = taken.range(..candidate.span.end).next_back();
        if before.is_some_and(|(_, end)| *end > candidate.span.start) {
            continue;
        }
        taken.insert(candidate.span.start, candidate.span.end);
        kept.push(candidate);
    }
    kept.sort_by_key(|candidate| candidate.span);
    kept
}
