//! What the first pass marked in one version of a text, and what came of it, used for the next version.
//!
//! In: a search, what was noted of another version, and the stretches that both share. Out: the hits of the text looked
//! at in the order of the walk, and noted. What lies well within a shared stretch is not walked over again, and a hit
//! that came to nothing is not looked at again where all that decided it is the same. Nothing is found or lost by it.

mod mark;

use std::ops::ControlFlow;

pub use mark::Mark;
use mark::UNSETTLED;

use super::look::Look;
use super::search::Search;
use super::{long_run, near, prefilter};
use crate::model::{Kin, RepoPath, Span, Stretch, Trace};

/// How many bytes before a place decide whether the first pass marks it.
const BEFORE: usize = 32;
/// How many behind it, where it starts no long run.
const BEHIND: usize = 64;
/// A shorter part is walked over as fast as it is looked up.
const WORTH_IT: usize = 128;

/// Where a literal of a recipe stands, and the number of the recipe.
type RecipePlace = (u32, u16);

/// The most marks of one text that are kept, each in 24 bytes.
const MOST_MARKS: usize = 1 << 20;

/// What was noted of a version.
struct Noted {
    path: RepoPath,
    /// The length of the text.
    length: usize,
    /// In the order of the walk.
    marks: Vec<Mark>,
    /// Where literals of recipes stand, each with the number of its recipe; `None` where nobody looked for all of them.
    recipes: Option<Vec<RecipePlace>>,
    /// Behind which point a known host ends, if anywhere; `None` where nobody asked.
    host: Option<Option<usize>>,
}

/// What a search of one version uses of another, and what it leaves; nothing where no other is known.
#[derive(Default)]
pub struct Lineage<'a> {
    kin: Option<Kin<'a>>,
    marks: Option<Vec<Mark>>,
    recipes: Option<Vec<RecipePlace>>,
    host: Option<Option<usize>>,
}

impl<'a> Lineage<'a> {
    /// Takes the version that was searched before; where others follow, something is left for them.
    pub fn new(kin: Option<Kin<'a>>, leaves: bool) -> Self {
        Lineage {
            kin,
            marks: leaves.then(Vec::new),
            ..Lineage::default()
        }
    }

    /// Prepares the search of the version.
    pub(super) fn begin(&mut self, search: &mut Search<'a>) {
        search.kin = self.kin;
        search.marks = self.marks.take();
    }

    /// Keeps what the search noted.
    pub(super) fn end(&mut self, search: &mut Search<'a>) {
        self.marks = search.marks.take();
        self.host = search.names_host.get().copied();
    }

    /// Where literals of recipes stand in the other version, and what both share.
    pub(super) fn recipes_of_kin(&self) -> Option<(&'a [RecipePlace], &'a [Stretch])> {
        let kin = self.kin?;
        let known = kin.trace.noted::<Noted>()?.recipes.as_deref()?;
        Some((known, kin.shared))
    }

    /// Keeps where literals of recipes stand.
    pub(super) fn note_recipes(&mut self, found: impl Iterator<Item = RecipePlace>) {
        if self.marks.is_some() {
            self.recipes = Some(found.collect());
        }
    }

    /// What is left for other versions.
    pub fn into_trace(self, path: &RepoPath, text: &[u8]) -> Option<Trace> {
        let marks = self.marks?;
        let recipes = self.recipes.as_ref().map_or(0, Vec::len);
        let bytes = size_of_val(marks.as_slice()) + recipes * size_of::<RecipePlace>();
        let noted = Noted {
            path: path.clone(),
            length: text.len(),
            marks,
            recipes: self.recipes,
            host: self.host,
        };
        Some(Trace::new(noted, bytes))
    }
}

/// A part of a text whose hits are those of another version.
struct Same {
    part: Span,
    /// Where the part starts in the other version.
    other: usize,
    /// Where the stretch around it starts; `None` where both texts start there.
    from: Option<usize>,
    /// Where it ends; `None` where both texts end there.
    to: Option<usize>,
}

impl Same {
    /// The part of a stretch whose places the first pass sees as it did in the other version.
    fn of(stretch: &Stretch, text: &[u8], other_length: usize) -> Option<Same> {
        let from_start = stretch.start == 0 && stretch.other == 0;
        let to_end = stretch.end() == text.len() && stretch.other + stretch.length == other_length;
        let start = if from_start {
            0
        } else {
            stretch.start + BEFORE
        };
        let end = match to_end {
            true => stretch.end(),
            // A run that goes on behind the stretch may be another one there.
            false => {
                let run = long_run::length_before(text, stretch.end());
                stretch.end().checked_sub(run.max(BEHIND))?
            }
        };
        (end >= start + WORTH_IT).then(|| Same {
            part: Span::new(start, end),
            other: stretch.other + (start - stretch.start),
            from: (!from_start).then_some(stretch.start),
            to: (!to_end).then_some(stretch.end()),
        })
    }

    /// Adds the marks of the other version, each where it stands here; those whose outcome is not known are unsettled.
    fn add_marks(&self, noted: &[Mark], is_same_path: bool, marks: &mut Vec<Mark>) {
        let (from, to) = (self.other as u32, (self.other + self.part.len()) as u32);
        let first = noted.partition_point(|mark| mark.trigger / 64 < from / 64);
        let blocks = noted[first..].iter();
        let blocks = blocks.take_while(|mark| mark.trigger / 64 <= to / 64);
        marks.extend(
            blocks
                .filter(|mark| (from..to).contains(&mark.trigger))
                .map(|mark| {
                    let trigger = self.part.start + (mark.trigger - from) as usize;
                    let reach = mark.reach as usize;
                    let is_settled = is_same_path
                        && self.from.is_none_or(|from| reach <= trigger - from)
                        && self.to.is_none_or(|to| reach <= to - trigger);
                    mark.moved(trigger, is_settled)
                }),
        );
    }
}

/// Behind which point of a text a known host ends, as far as another version tells where to look.
pub fn host_in(search: &Search<'_>) -> Option<usize> {
    let (text, known) = (search.text, &search.rules.tables().hosts);
    let find = |part: Span| near::host_in(text, part, known);
    let kin = search.kin;
    let told = kin.and_then(|kin| Some((kin.shared, kin.trace.noted::<Noted>()?.host?)));
    let Some((shared, other)) = told else {
        return find(Span::new(0, text.len()));
    };
    // A host may reach so far over both ends of a stretch.
    let within = |stretch: &Stretch| {
        let reach = near::LONGEST_HOST.min(stretch.length / 2);
        (
            stretch.start + reach,
            stretch.end() - reach,
            stretch.other + reach,
        )
    };
    if let Some(point) = other {
        let same = shared.iter().map(within).find_map(|(from, to, other)| {
            (other..other + (to - from))
                .contains(&point)
                .then(|| from + (point - other))
        });
        return same.or_else(|| find(Span::new(0, text.len())));
    }
    let mut done = 0;
    for (from, to, _) in shared.iter().map(within) {
        if let Some(point) = find(Span::new(done, from)) {
            return Some(point);
        }
        done = to;
    }
    find(Span::new(done, text.len()))
}

/// The marks of a text: those of another version where both are the same, and else those of the first pass; `None` where
/// they are too many to be kept.
fn marks_of(search: &Search<'_>) -> Option<Vec<Mark>> {
    let (text, tables) = (search.text, search.rules.tables());
    let mut marks = Vec::new();
    let walk = |part: Span, marks: &mut Vec<Mark>| {
        if part.is_empty() {
            return;
        }
        let _ = prefilter::scan_part(text, part, tables, &mut |hit| {
            marks.push(Mark::of(hit, text));
            match marks.len() < MOST_MARKS {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
    };
    let mut done = 0;
    if let Some(kin) = search.kin
        && let Some(noted) = kin.trace.noted::<Noted>()
    {
        let is_same_path = search.path == Some(&noted.path);
        let shared = kin.shared.iter();
        for same in shared.filter_map(|stretch| Same::of(stretch, text, noted.length)) {
            walk(Span::new(done, same.part.start), &mut marks);
            same.add_marks(&noted.marks, is_same_path, &mut marks);
            done = same.part.end;
        }
    }
    walk(Span::new(done, text.len()), &mut marks);
    sort(&mut marks);
    (marks.len() < MOST_MARKS).then_some(marks)
}

/// Brings marks into the order of the walk. Only neighbours of a few blocks stand in another one, so that each is moved
/// past a few.
fn sort(marks: &mut [Mark]) {
    for at in 1..marks.len() {
        let mark = marks[at];
        let order = mark.order();
        let mut place = at;
        while place > 0 && marks[place - 1].order() > order {
            marks[place] = marks[place - 1];
            place -= 1;
        }
        if place < at {
            marks[place] = mark;
        }
    }
}

/// Looks closer at all hits of a text but those that are known to come to nothing; says no where the text has no other
/// version, or too many hits.
pub fn hits(search: &mut Search<'_>) -> bool {
    if search.kin.is_none() && search.marks.is_none() {
        return false;
    }
    let Some(mut marks) = marks_of(search) else {
        search.marks = None;
        return false;
    };
    for mark in &mut marks {
        if mark.reach != UNSETTLED && search.is_missing(mark.missing) {
            search.pass_by(mark.trigger as usize, mark.run as usize, mark.tried());
            continue;
        }
        let before = (search.found.len(), search.limited.get());
        let hit = mark.hit();
        mark.reach = UNSETTLED;
        search.look.set(Look::at(hit.place()));
        if search.take(hit).is_break() {
            // Where the search ended early, nobody knows what came of the rest.
            search.marks = None;
            return true;
        }
        if (search.found.len(), search.limited.get()) == before {
            mark.settle(search);
        }
    }
    if let Some(noted) = &mut search.marks {
        *noted = marks;
    }
    true
}

#[cfg(test)]
mod tests;
