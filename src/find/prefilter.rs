//! The first pass: one walk over the bytes that marks where a credential may stand, at a cost that no rule adds to.
//!
//! In: text and the baked tables. Out: hits, in order. Bytes are classified 64 at a time into bit masks; only word
//! starts, assignment marks, backslashes, percent signs and long runs are looked at one by one, each by one look into a
//! filter of 4 KB that holds every kind at once. It decides nothing: what it marks is confirmed by the caller.

use std::ops::ControlFlow;

use super::hit::Hit;
use super::lanes::{self, Masks};
use super::name_end::{flag_length, name_end, name_ends};
use super::readable::decodes;
use crate::model::Span;
use crate::rules::table::{FILTER_WORDS, LONG_RUN, Tables, filter_bits};

/// How many bytes of a run are searched for literals.
pub const LONGEST_RUN: usize = 512;
/// How many blocks of 64 bytes are classified in one go.
const CHUNK: usize = 16;

/// Walks over `text` and hands every hit to `on`, until it breaks off.
pub fn scan(
    text: &[u8],
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    scan_part(text, Span::new(0, text.len()), tables, on)
}

/// Walks over a part of `text`: the hits of all parts together are those of the text.
#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "the same walk with the processor's own instructions for bits"
)]
pub fn scan_part(
    text: &[u8],
    part: Span,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match lanes::has_bit_instructions() {
        // SAFETY: the line above has asked the processor for them.
        true => unsafe { walk_by_bits(text, part, tables, on) },
        false => walk(text, part, tables, on),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
fn walk_by_bits(
    text: &[u8],
    part: Span,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    walk(text, part, tables, on)
}

/// Walks over a part of `text`: the hits of all parts together are those of the text.
#[cfg(not(target_arch = "x86_64"))]
pub fn scan_part(
    text: &[u8],
    part: Span,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    walk(text, part, tables, on)
}

#[inline(always)]
fn walk(
    text: &[u8],
    part: Span,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut masks = [Masks::default(); CHUNK + 2];
    let first = part.start & !63;
    if let Some(before) = first.checked_sub(64) {
        lanes::fill(&text[..first], before, &mut masks[CHUNK..=CHUNK]);
    }
    let mut base = first;
    while base < part.end {
        masks[0] = masks[CHUNK];
        // The blocks of this part, and the one behind them.
        let last = 1 + ((part.end - base).div_ceil(64)).min(CHUNK) + 1;
        if base == first {
            lanes::fill(text, base, &mut masks[1..last]);
        } else {
            masks[1] = masks[CHUNK + 1];
            lanes::fill(text, base + 64, &mut masks[2..last]);
        }
        for (at, three) in masks[..last].windows(3).enumerate() {
            let from = base + at * 64;
            let within = within(part, from);
            look(
                text,
                from,
                within,
                tables,
                [&three[0], &three[1], &three[2]],
                on,
            )?;
        }
        base += CHUNK * 64;
    }
    ControlFlow::Continue(())
}

/// The places of the block at `base` that belong to a part.
#[inline(always)]
fn within(part: Span, base: usize) -> u64 {
    let before = part.start.saturating_sub(base).min(63);
    let behind = (base + 64).saturating_sub(part.end).min(63);
    u64::MAX << before & u64::MAX >> behind
}

#[inline(always)]
fn look(
    text: &[u8],
    base: usize,
    within: u64,
    tables: &Tables,
    [before, now, after]: [&Masks; 3],
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let run = now.word | now.joiner;
    let [four, long, longer] = long_runs(run, after.word | after.joiner);
    let mut starts = now.word & !(now.word << 1 | before.word >> 63);
    if now.escape | before.escape != 0 {
        starts |= behind_escape(before.escape, now.escape) & now.word;
        each(now.escape & within, |bit| {
            match is_escape(text, base + bit) {
                true => on(Hit::Escape(base + bit)),
                false => ControlFlow::Continue(()),
            }
        })?;
    }
    starts &= four | short_words(now, after);
    let mut last = [0; BLOCK];
    let block = block_at(text, base, &mut last);
    each(starts & within, |bit| {
        match in_filter(tables.start_filter, four_of(block, bit)) {
            true => on(Hit::Start(base + bit)),
            false => ControlFlow::Continue(()),
        }
    })?;
    let quoted = now.quote << 1 | before.quote >> 63 | now.quote >> 2 | after.quote << 62;
    let comma = now.comma & quoted;
    each((now.mark | comma) & within, |bit| {
        at_mark(text, base + bit, tables, on)
    })?;
    // A quote with one other byte between it and a word.
    let behind_word = now.word << 1 | before.word >> 63;
    let apart = behind_word << 1 | before.word >> 62 & 1;
    each(now.quote & !behind_word & apart & within, |bit| {
        at_quote(text, base + bit, tables, on)
    })?;
    let run_before = before.word | before.joiner;
    let first = run & !(run << 1 | run_before >> 63) & within;
    let goes_on = run >> 1 | (after.word | after.joiner) << 63;
    each(first & goes_on & now.joiner, |bit| {
        at_dash(text, base + bit, tables, on)
    })?;
    each(first & long, |bit| match decodes(&text[base + bit..]) {
        true => on(Hit::Encoded(base + bit)),
        false => ControlFlow::Continue(()),
    })?;
    each(first & longer, |bit| {
        at_long_run(text, base + bit, tables, on)
    })?;
    let near_quote = now.quote << 1 | before.quote >> 63;
    let joined = now.plus & (near_quote | near_quote << 1 | before.quote >> 62);
    each(joined & within, |bit| on(Hit::Joined(base + bit)))
}

/// How many bytes the four bytes from each of 64 places on are in.
const BLOCK: usize = 68;

/// The bytes from `base` on; the last ones are copied, with zeros behind the end.
#[inline(always)]
fn block_at<'b>(text: &'b [u8], base: usize, last: &'b mut [u8; BLOCK]) -> &'b [u8; BLOCK] {
    let rest = &text[base..];
    match rest.first_chunk() {
        Some(block) => block,
        None => {
            last[..rest.len()].copy_from_slice(rest);
            last
        }
    }
}

/// The four bytes from one of the first 64 places on, the first lowest.
#[inline(always)]
fn four_of(block: &[u8; BLOCK], bit: usize) -> u32 {
    let at = bit & 63;
    u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
}

/// Places where one of the next three bytes is `.`, `/`, `+` or a mark, as in the few literals that have one so early.
#[inline(always)]
fn short_words(now: &Masks, after: &Masks) -> u64 {
    let marks = now.point | now.plus | now.mark;
    let later = after.point | after.plus | after.mark;
    let near = |by: u32| marks >> by | later << (64 - by);
    near(1) | near(2) | near(3)
}

#[inline(always)]
fn each(mut mask: u64, mut on: impl FnMut(usize) -> ControlFlow<()>) -> ControlFlow<()> {
    while mask != 0 {
        on(mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
    }
    ControlFlow::Continue(())
}

/// Places behind `\n`, `%3D`, `\x3d` and `\u003d`, where a word may start although a letter stands before it.
fn behind_escape(before: u64, now: u64) -> u64 {
    let both = u128::from(before) | u128::from(now) << 64;
    ((both << 2 | both << 3 | both << 4 | both << 6) >> 64) as u64
}

/// The places from which a run goes on for 4, for 16 and for 32 bytes, over this block and the next.
#[inline(always)]
fn long_runs(now: u64, after: u64) -> [u64; 3] {
    let mut both = u128::from(now) | u128::from(after) << 64;
    both &= both >> 1;
    both &= both >> 2;
    let four = both as u64;
    both &= both >> 4;
    both &= both >> 8;
    let long = both as u64;
    both &= both >> 16;
    [four, long, both as u64]
}

/// Whether four bytes may stand in a filter.
#[inline(always)]
pub fn in_filter(filter: &[u64], four: u32) -> bool {
    let (word, one, other) = filter_bits(four);
    let bits = filter[word & (FILTER_WORDS - 1)];
    bits >> one & 1 == 1 && bits >> other & 1 == 1
}

/// The four bytes at `at`, the first lowest; zero behind the end.
#[inline(always)]
pub fn four_at(text: &[u8], at: usize) -> u32 {
    match text.get(at..at + 4) {
        Some(four) => u32::from_le_bytes([four[0], four[1], four[2], four[3]]),
        None => {
            let byte = |offset| text.get(at + offset).copied().map_or(0, u32::from);
            byte(0) | byte(1) << 8 | byte(2) << 16
        }
    }
}

#[inline(always)]
fn at_mark(
    text: &[u8],
    at: usize,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if text.get(at + 1) == Some(&b'/') && text[at] == b':' && text.get(at + 2) == Some(&b'/') {
        return on(Hit::Url(at));
    }
    let numbered = text.get(at + 1..at + 3) == Some(b"AA")
        && at
            .checked_sub(1)
            .is_some_and(|before| text[before].is_ascii_digit());
    match numbered || name_ends(text, name_end(text, at), tables) {
        true => on(Hit::Mark(at)),
        false => ControlFlow::Continue(()),
    }
}

/// `#define NAME "v"`, `:name "v"`, `setx NAME "v"`.
#[inline(always)]
fn at_quote(
    text: &[u8],
    at: usize,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if at > 4 && text[at - 1] == b'(' {
        return match name_ends(text, at - 1, tables) {
            true => on(Hit::Called(at)),
            false => ControlFlow::Continue(()),
        };
    }
    let spaced = at > 4 && text[at - 1] == b' ' && text[at - 2].is_ascii_alphanumeric();
    match spaced && name_ends(text, at - 1, tables) {
        true => on(Hit::Spaced(at - 1)),
        false => ControlFlow::Continue(()),
    }
}

fn at_dash(
    text: &[u8],
    at: usize,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if text[at] != b'-' {
        return ControlFlow::Continue(());
    }
    let length = flag_length(&text[at..]);
    let login = matches!(&text[at..at + length], b"-u" | b"--user");
    match login || length >= 2 && name_ends(text, at + length, tables) {
        true => on(Hit::Flag(at)),
        false => ControlFlow::Continue(()),
    }
}

fn at_long_run(
    text: &[u8],
    at: usize,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let is_run = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = text[at..]
        .iter()
        .take(LONGEST_RUN)
        .take_while(|byte| is_run(byte))
        .count();
    if length < LONG_RUN {
        return ControlFlow::Continue(());
    }
    let run = &text[at..at + length];
    for joiner in memchr::memchr2_iter(b'_', b'-', run).filter(|joiner| *joiner > 3) {
        let begin = joiner - 3;
        if run[begin - 1].is_ascii_alphanumeric()
            && in_filter(tables.start_filter, four_at(run, begin))
        {
            on(Hit::Glued(at + begin))?;
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

/// Whether an escape at `at` hides a byte that a credential is made of.
fn is_escape(text: &[u8], at: usize) -> bool {
    let digits = |from: usize, count: usize| {
        text.get(from..from + count)
            .is_some_and(|part| part.iter().all(u8::is_ascii_hexdigit))
    };
    match (text[at], text.get(at + 1)) {
        (b'%', _) => digits(at + 1, 2),
        (b'\\', Some(b'x')) => digits(at + 2, 2),
        (b'\\', Some(b'u')) => digits(at + 2, 4),
        (b'\\', Some(b'0'..=b'3')) => digits(at + 1, 3),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
