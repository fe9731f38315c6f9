//! Where a structural finding of a change is shown: on a line that the change added, wherever one leads to it.
//!
//! In: a finding, and both states. Out: the same finding at another of its places, the first one kept as related. What is
//! wrong often stands in a line that was there before; the agent that makes it wrong is new.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::judge::workflow::StructureFinding;
use crate::model::{Place, RepoPath, Spot};
use crate::source::{Snapshot, Source};

/// A file above this size is not compared line by line.
const MAX_TEXT: usize = 4 << 20;

/// The lines that a change added, file by file, each compared once.
pub(super) struct Added<'a> {
    source: &'a dyn Source,
    known: RefCell<BTreeMap<RepoPath, BTreeSet<u32>>>,
}

impl<'a> Added<'a> {
    pub(super) fn of(source: &'a dyn Source) -> Self {
        Added {
            source,
            known: RefCell::new(BTreeMap::new()),
        }
    }

    /// Moves a finding to the first of its places that the change touched, else to the first line that it added.
    pub(super) fn anchor(&self, found: &mut StructureFinding) {
        if self.touches(&found.spot) {
            return;
        }
        let places = found.related.iter().chain(&found.flow);
        let touched = places
            .map(|(spot, _)| spot)
            .find(|spot| self.touches(spot))
            .cloned()
            .or_else(|| self.first_of(&found.spot));
        let Some(spot) = touched else {
            return;
        };
        found.related.retain(|(other, _)| *other != spot);
        let before = std::mem::replace(&mut found.spot, spot);
        found
            .related
            .insert(0, (before, "this was there before".to_owned()));
    }

    fn touches(&self, spot: &Spot) -> bool {
        self.with_lines(&spot.path, |lines| {
            let last = spot.place.end_line.max(spot.place.start_line);
            lines.range(spot.place.start_line..=last).next().is_some()
        })
    }

    /// The first line that the change added to the file of a place.
    fn first_of(&self, spot: &Spot) -> Option<Spot> {
        let line = self.with_lines(&spot.path, |lines| lines.first().copied())?;
        Some(Spot {
            place: Place {
                start_line: line,
                start_column: 1,
                end_line: line,
                end_column: 1,
                start_character: 1,
            },
            ..spot.clone()
        })
    }

    fn with_lines<T>(&self, path: &RepoPath, ask: impl FnOnce(&BTreeSet<u32>) -> T) -> T {
        let mut known = self.known.borrow_mut();
        let lines = known.entry(path.clone()).or_insert_with(|| {
            let text = |state: &dyn Snapshot| state.read(path.as_bytes()).ok().flatten();
            let (base, head) = (text(self.source.base()), text(self.source.head()));
            added(&base.unwrap_or_default(), &head.unwrap_or_default())
        });
        ask(lines)
    }
}

/// The numbers of the lines of `head` that `base` has not: what both begin and end with is left out, and so are lines that
/// only moved.
fn added(base: &[u8], head: &[u8]) -> BTreeSet<u32> {
    if base.len().max(head.len()) > MAX_TEXT {
        return BTreeSet::new();
    }
    let old: Vec<&[u8]> = base.split(|&byte| byte == b'\n').collect();
    let new: Vec<&[u8]> = head.split(|&byte| byte == b'\n').collect();
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let pairs = old.iter().rev().zip(new.iter().rev()).take(rest);
    let end = pairs.take_while(|(a, b)| a == b).count();
    let mut left: HashMap<&[u8], usize> = HashMap::new();
    for line in &old[start..old.len() - end] {
        *left.entry(line).or_default() += 1;
    }
    let mut found = BTreeSet::new();
    for (at, line) in new.iter().enumerate().take(new.len() - end).skip(start) {
        match left.get_mut(line) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                found.insert(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::added;

    fn lines(base: &str, head: &str) -> Vec<u32> {
        added(base.as_bytes(), head.as_bytes())
            .into_iter()
            .collect()
    }

    #[test]
    fn added_lines_are_those_that_were_not_there() {
        assert_eq!(lines("a\nb\n", "a\nx\nb\n"), [2]);
        assert_eq!(lines("", "a\nb"), [1, 2]);
        assert_eq!(lines("a\nb\nc\n", "a\nc\nb\nd\n"), [4]);
        assert_eq!(lines("a\na\n", "a\na\na\n"), [3]);
        assert_eq!(lines("a\nb\n", "a\n"), [0u32; 0]);
    }

    proptest! {
        #[test]
        fn a_text_adds_nothing_to_itself_and_every_line_to_nothing(text in "([ab]{0,2}\n){0,8}") {
            prop_assert!(lines(&text, &text).is_empty());
            let all = lines("", &format!("x\n{text}"));
            prop_assert!(all.contains(&1));
        }
    }
}
