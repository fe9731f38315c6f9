//! The first pass: one walk over the bytes that marks where a credential may stand, at a cost that no rule adds to.
//!
//! In: text and the baked tables. Out: hits, in order. Bytes are classified 64 at a time into bit masks; only word
//! starts, assignment marks, backslashes, percent signs and long runs are looked at one by one, each by one look into a
//! filter of 4 KB that holds every kind at once. It decides nothing: what it marks is confirmed by the caller.

use std::ops::ControlFlow;

use super::decode;
use super::hit::Hit;
#[cfg(target_arch = "x86_64")]
use super::lanes::{self, wide::Wide};
use super::lanes::{Classes, Lanes};
use super::long_run;
use super::name_end::{flag_length, name_end, name_ends};
use super::places::{self, CHUNK, Places, Planes};
use super::readable::decodes;
use crate::model::Span;
use crate::rules::buckets::{OF_STARTS, OF_SURE_STARTS, SURE_RUN, allowing, bits, in_run};
use crate::rules::table::{FILTER_WORDS, Tables, filter_bits};

/// Walks over `text` and hands every hit to `on`, until it breaks off.
pub fn scan(
    text: &[u8],
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    scan_part(text, Span::new(0, text.len()), tables, on)
}

/// Walks over a part of `text`: the hits of all parts together are those of the text.
pub fn scan_part(
    text: &[u8],
    part: Span,
    tables: &Tables,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let walk = Walk { text, part, tables };
    #[cfg(target_arch = "x86_64")]
    if let Some(ended) = by_instructions(&walk, on) {
        return ended;
    }
    walk.run(&mut Classes::default(), on)
}

/// The same walk with the processor's own instructions; `None` where it lacks them.
#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "functions that are compiled for instructions of their own are called where the processor has them"
)]
fn by_instructions(
    walk: &Walk<'_>,
    on: &mut impl FnMut(Hit) -> ControlFlow<()>,
) -> Option<ControlFlow<()>> {
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx2,bmi1,bmi2,popcnt,lzcnt")]
    fn wide(
        walk: &Walk<'_>,
        lanes: &mut Wide<'_>,
        on: &mut impl FnMut(Hit) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        walk.run(lanes, on)
    }
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
    fn by_bits(walk: &Walk<'_>, on: &mut impl FnMut(Hit) -> ControlFlow<()>) -> ControlFlow<()> {
        walk.run(&mut Classes::default(), on)
    }
    if let Some(mut lanes) = Wide::new(walk.tables) {
        // SAFETY: a `Wide` is only made where the processor has all of them.
        return Some(unsafe { wide(walk, &mut lanes, on) });
    }
    // SAFETY: asked of the processor right here.
    lanes::has_bit_instructions().then(|| unsafe { by_bits(walk, on) })
}

/// A walk over a part of a text.
struct Walk<'t> {
    text: &'t [u8],
    part: Span,
    tables: &'t Tables,
}

impl Walk<'_> {
    #[inline(always)]
    fn run<L: Lanes>(
        &self,
        lanes: &mut L,
        on: &mut impl FnMut(Hit) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Walk { text, part, .. } = *self;
        let mut planes = Planes::at_start();
        let mut places = Places::default();
        let first = part.start & !63;
        if let Some(before) = first.checked_sub(64) {
            lanes.fill(text, before, &mut planes, 0..1);
        }
        let mut base = first;
        while base < part.end {
            // The blocks of this part; one stands before them, and one behind.
            let blocks = (part.end - base).div_ceil(64).min(CHUNK);
            if base == first {
                lanes.fill(text, base, &mut planes, 1..blocks + 2);
            } else {
                planes.go_on();
                lanes.fill(text, base + 64, &mut planes, 2..blocks + 2);
            }
            places::places::<L>(&planes, &mut places);
            for at in 0..blocks {
                self.look::<L>(base + at * 64, &places, at, on)?;
            }
            base += CHUNK * 64;
        }
        ControlFlow::Continue(())
    }

    /// Looks at the places of one block.
    #[inline(always)]
    fn look<L: Lanes>(
        &self,
        base: usize,
        places: &Places,
        at: usize,
        on: &mut impl FnMut(Hit) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Walk { text, tables, .. } = *self;
        let within = within(self.part, base);
        each(places.escapes[at] & within, base, |at| {
            match is_escape(text, at) {
                true => on(Hit::Escape(at)),
                false => ControlFlow::Continue(()),
            }
        })?;
        each(places.starts[at] & within, base, |at| {
            let four = four_at(text, at);
            let leads =
                in_filter(tables.start_filter, four) && (L::BUCKETS || leads_on(text, at, tables));
            match leads {
                true => on(Hit::Start(at)),
                false => ControlFlow::Continue(()),
            }
        })?;
        each(places.marks[at] & within, base, |at| {
            at_mark(text, at, tables, on)
        })?;
        each(places.apart[at] & within, base, |at| {
            at_quote(text, at, tables, on)
        })?;
        each(places.dashes[at] & within, base, |at| {
            at_dash(text, at, tables, on)
        })?;
        each(places.long[at] & within, base, |at| {
            match decodes(&text[at..]) {
                true => on(Hit::Encoded(at)),
                false => ControlFlow::Continue(()),
            }
        })?;
        each(places.inside[at] & within, base, |at| {
            long_run::whole(text, at, tables, on)
        })?;
        each(places.joined[at] & within, base, |at| on(Hit::Joined(at)))
    }
}

/// The places of the block at `base` that belong to a part.
#[inline(always)]
fn within(part: Span, base: usize) -> u64 {
    let before = part.start.saturating_sub(base).min(63);
    let behind = (base + 64).saturating_sub(part.end).min(63);
    u64::MAX << before & u64::MAX >> behind
}

#[inline(always)]
fn each(
    mut mask: u64,
    base: usize,
    mut on: impl FnMut(usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    while mask != 0 {
        on(base + mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
    }
    ControlFlow::Continue(())
}

/// Whether a word that starts so leads anywhere: some start of these bytes needs no long run, or the run is long,
/// or a quote cuts it, behind which it may go on.
fn leads_on(text: &[u8], at: usize, tables: &Tables) -> bool {
    let rest = &text[at..text.len().min(at + SURE_RUN + 1)];
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let is_sure = || rest.len() >= SURE_RUN && rest[..SURE_RUN].iter().all(|byte| in_run(*byte));
    allowing(tables.heads, &text[at..]) & bits(OF_STARTS) != 0
        || allowing(tables.sure_heads, rest) & bits(OF_SURE_STARTS) != 0
            && (is_sure() || rest.iter().any(is_quote))
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

/// Whether an escape at `at` hides a byte that a credential is made of.
fn is_escape(text: &[u8], at: usize) -> bool {
    has_digits(text, at) && decode::spells_credential(text, at)
}

/// Whether an escape stands at `at` that says a byte by its number.
fn has_digits(text: &[u8], at: usize) -> bool {
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
