//! A hit of the first pass, and what came of it, as one version leaves it for the next.
//!
//! In: a hit, and how far the closer look at it went. Out: the same in few bytes, ordered as the walk hands hits over.

use crate::find::hit::Hit;
use crate::find::long_run;
use crate::find::look::Missing;
use crate::find::search::Search;
use crate::model::Span;

/// The sort of a hit, in the order in which the walk hands over those of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Escape,
    Start,
    Mark,
    Url,
    Called,
    Spaced,
    Flag,
    Encoded,
    Glued,
    Inside,
    Joined,
}

/// The hits of a block that are handed over together, by where they stand.
fn rank(sort: Sort) -> Sort {
    match sort {
        Sort::Url => Sort::Mark,
        Sort::Spaced => Sort::Called,
        Sort::Inside => Sort::Glued,
        other => other,
    }
}

/// No look goes so far that this says it.
pub(super) const UNSETTLED: u32 = u32::MAX;

/// A hit, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The byte by which the walk came to it.
    pub(super) trigger: u32,
    /// How far behind that it stands.
    gap: u16,
    /// The number of the literal inside a run.
    number: u16,
    sort: Sort,
    pub(super) missing: Missing,
    /// How many bytes around the trigger decided that nothing came of it; `UNSETTLED` where something did, or may.
    pub(super) reach: u32,
    /// The length of the run that was decoded.
    pub(super) run: u32,
    /// Where the literal that was tried starts behind the trigger, and its length; both 0 where none was.
    tried: (u16, u16),
}

impl Mark {
    pub(super) fn of(hit: Hit, text: &[u8]) -> Mark {
        let (sort, trigger, number) = match hit {
            Hit::Start(at) => (Sort::Start, at, 0),
            Hit::Mark(at) => (Sort::Mark, at, 0),
            Hit::Url(at) => (Sort::Url, at, 0),
            Hit::Flag(at) => (Sort::Flag, at, 0),
            Hit::Escape(at) => (Sort::Escape, at, 0),
            Hit::Encoded(at) => (Sort::Encoded, at, 0),
            Hit::Inside(at, number) => {
                (Sort::Inside, at - long_run::length_before(text, at), number)
            }
            Hit::Glued(at) => (Sort::Glued, at - long_run::length_before(text, at), 0),
            Hit::Spaced(at) => (Sort::Spaced, at + 1, 0),
            Hit::Called(at) => (Sort::Called, at, 0),
            Hit::Joined(at) => (Sort::Joined, at, 0),
        };
        Mark {
            trigger: trigger as u32,
            gap: hit.place().saturating_sub(trigger) as u16,
            number: number as u16,
            sort,
            missing: Missing::Nothing,
            reach: UNSETTLED,
            run: 0,
            tried: (0, 0),
        }
    }

    pub(super) fn hit(&self) -> Hit {
        let at = self.trigger as usize + usize::from(self.gap);
        match self.sort {
            Sort::Escape => Hit::Escape(at),
            Sort::Start => Hit::Start(at),
            Sort::Mark => Hit::Mark(at),
            Sort::Url => Hit::Url(at),
            Sort::Called => Hit::Called(at),
            Sort::Spaced => Hit::Spaced(at - 1),
            Sort::Flag => Hit::Flag(at),
            Sort::Encoded => Hit::Encoded(at),
            Sort::Glued => Hit::Glued(at),
            Sort::Inside => Hit::Inside(at, usize::from(self.number)),
            Sort::Joined => Hit::Joined(at),
        }
    }

    /// What the walk is ordered by: blocks of 64 bytes, in each the sorts.
    pub(super) fn order(&self) -> u64 {
        let block = u64::from(self.trigger / 64);
        block << 16 | (rank(self.sort) as u64) << 8 | u64::from(self.trigger % 64)
    }

    pub(super) fn tried(&self) -> Option<Span> {
        let start = self.trigger as usize + usize::from(self.tried.0);
        (self.tried.1 > 0).then(|| Span::new(start, start + usize::from(self.tried.1)))
    }

    /// The same in another version, where its outcome may be known.
    pub(super) fn moved(&self, trigger: usize, is_settled: bool) -> Mark {
        Mark {
            trigger: trigger as u32,
            reach: if is_settled { self.reach } else { UNSETTLED },
            ..*self
        }
    }

    /// Notes that nothing came of it, and what decided that; says nothing where not all of it can be kept.
    pub(super) fn settle(&mut self, search: &Search<'_>) {
        let look = search.look.get();
        let trigger = self.trigger as usize;
        let small = |number: usize| u16::try_from(number).ok();
        let tried = match look.tried {
            None => Some((0, 0)),
            Some(span) => {
                let start = span.start.checked_sub(trigger).and_then(small);
                start.zip(small(span.len()))
            }
        };
        let reach = look.reach.checked_add(usize::from(self.gap) + 1);
        let reach = reach.and_then(|reach| u32::try_from(reach).ok());
        let run = u32::try_from(look.run).ok();
        if let (Some(reach), Some(tried), Some(run)) = (reach, tried, run) {
            (self.reach, self.tried, self.run) = (reach, tried, run);
            self.missing = look.missing;
        }
    }
}
