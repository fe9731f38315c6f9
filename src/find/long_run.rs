//! What stands inside of long runs of credential bytes, where no word starts.
//!
//! In: text and where a run starts. Out: hits.

use std::ops::ControlFlow;

use super::hit::Hit;
use super::prefilter::{four_at, in_filter};
use crate::rules::buckets::in_run;
use crate::rules::table::{LONG_RUN, Tables};

/// How many bytes of a run are searched for literals.
const LONGEST_RUN: usize = 512;

/// As many bytes of the run at `start` as are searched.
fn run_at(text: &[u8], start: usize) -> &[u8] {
    let run = text[start..].iter().take(LONGEST_RUN);
    let length = run.take_while(|byte| in_run(**byte)).count();
    &text[start..start + length]
}

/// How many bytes of a run stand before `end`, as many as are searched at most.
pub fn length_before(text: &[u8], end: usize) -> usize {
    let before = text[..end].iter().rev().take(LONGEST_RUN);
    before.take_while(|byte| in_run(**byte)).count()
}

/// Hands over everything in the run that starts at `at`.
pub fn whole(
    text: &[u8],
    at: usize,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let run = run_at(text, at);
    if run.len() < LONG_RUN {
        return ControlFlow::Continue(());
    }
    for joiner in memchr::memchr2_iter(b'_', b'-', run).filter(|joiner| *joiner > 3) {
        if is_glued(run, joiner - 3, tables) {
            on(Hit::Glued(at + joiner - 3))?;
        }
    }
    for (number, inside) in tables.inside.iter().enumerate() {
        let literal = inside.literal.as_bytes();
        let mut starts = memchr::memchr_iter(literal[0], run);
        if let Some(found) = starts.find(|start| run[*start..].starts_with(literal)) {
            on(Hit::Inside(at + found, number))?;
        }
    }
    ControlFlow::Continue(())
}

/// Whether four bytes behind a letter or digit are those of a start that a checksum can tell.
fn is_glued(run: &[u8], at: usize, tables: &Tables) -> bool {
    let four = four_at(run, at);
    // The filter is asked faster, and most names are ruled out by it.
    run[at - 1].is_ascii_alphanumeric()
        && in_filter(tables.start_filter, four)
        && tables.glued.contains(&four)
}
