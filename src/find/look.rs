//! How far a closer look at a hit goes.
//!
//! In: what a search reads while it looks at one hit. Out: how many bytes around the hit decided, and what else of the
//! text did. A hit that came to nothing comes to nothing again in every text where the same bytes stand around it, and
//! what was missing is missing.

use super::beside::Left;
use super::lexer::{self, Literal};
use super::search::Search;
use crate::model::Span;

/// What every look reads: the first bytes of a literal, or the last ones of the name before a mark.
const NEAR: usize = 80;

/// What a look at a literal under its name reads before it, and behind it.
const BEFORE_SITE: usize = 440;
const BEHIND_SITE: usize = 64;

/// What had to be missing in the whole text for a hit to come to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    #[default]
    Nothing,
    /// A host of any known request.
    Host,
    /// The words of a kubeconfig.
    Kubeconfig,
    Both,
}

/// The closer look at one hit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    place: usize,
    /// How many bytes before and behind the place decided; `usize::MAX` where more than that did.
    pub reach: usize,
    pub missing: Missing,
    /// The literal that was tried under a name.
    pub tried: Option<Span>,
    /// The length of a run that was decoded.
    pub run: usize,
}

impl Look {
    /// Starts to look at a place.
    pub fn at(place: usize) -> Self {
        Look {
            place,
            reach: NEAR,
            ..Look::default()
        }
    }
}

/// What a look at a literal under its name reads to know the name.
pub fn around_site(literal: &Literal) -> Span {
    Span::new(
        literal.span.start.saturating_sub(BEFORE_SITE),
        literal.span.end + BEHIND_SITE,
    )
}

impl Search<'_> {
    /// Whether anybody asks how far looks go: only where other versions of the text may come.
    pub(super) fn is_noting(&self) -> bool {
        self.marks.is_some()
    }

    /// Says that the look read a part of the text; it may go on behind the end, which then counts as read too.
    pub(super) fn look_at(&self, part: Span) {
        if !self.is_noting() {
            return;
        }
        let mut look = self.look.get();
        let before = look.place.saturating_sub(part.start);
        let behind = part.end.saturating_sub(look.place);
        look.reach = look.reach.max(before).max(behind);
        self.look.set(look);
    }

    /// Says that the look read what a sibling of the value says, which is a name like one that stands before it.
    pub(super) fn look_at_sibling(&self, left: &Left) {
        match left.sibling.as_ref().map(|told| told.read) {
            None => {}
            Some(None) => self.look_far(),
            Some(Some(read)) => self.look_at(Span::new(
                read.start.saturating_sub(BEFORE_SITE),
                read.end + BEHIND_SITE,
            )),
        }
    }

    /// Says that the look depends on more than the bytes around the hit.
    pub(super) fn look_far(&self) {
        let mut look = self.look.get();
        look.reach = usize::MAX;
        self.look.set(look);
    }

    /// Says that the look asked the whole text for something.
    pub(super) fn look_for(&self, what: Missing, is_there: bool) {
        if is_there {
            self.look_far();
            return;
        }
        let mut look = self.look.get();
        look.missing = match look.missing {
            Missing::Nothing => what,
            same if same == what => what,
            _ => Missing::Both,
        };
        self.look.set(look);
    }

    /// Says that a literal was tried under a name; one for each hit can be kept.
    pub(super) fn note_tried(&self, literal: Span) {
        let mut look = self.look.get();
        if look.tried.replace(literal).is_some() {
            look.reach = usize::MAX;
        }
        self.look.set(look);
    }

    /// Says that a run was decoded.
    pub(super) fn note_run(&self, run: Span) {
        self.look_at(run);
        let mut look = self.look.get();
        look.run = run.len();
        self.look.set(look);
    }

    /// The literal behind the mark at `mark`.
    pub(super) fn literal_after(&self, mark: usize) -> Option<Literal> {
        let found = lexer::literal_after(self.text, mark);
        if !self.is_noting() {
            return found;
        }
        match lexer::read_until(self.text, mark, found.as_ref()) {
            Some(end) => self.look_at(Span::new(mark, end)),
            None => self.look_far(),
        }
        found
    }
}
