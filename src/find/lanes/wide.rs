//! The same masks by AVX-512, 64 bytes at a time, and beside them what the tables' buckets allow.
//!
//! In: text, an offset, tables. Out: masks. A test holds them equal to those byte by byte.

#![allow(
    unsafe_code,
    reason = "a table of 64 or 128 bytes is looked up for 64 bytes by one instruction"
)]

use std::ops::{ControlFlow, Range};

use std::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_cmpeq_epi8_mask, _mm512_loadu_si512,
    _mm512_maskz_permutex2var_epi8, _mm512_movepi8_mask, _mm512_permutexvar_epi8, _mm512_set1_epi8,
    _mm512_test_epi8_mask,
};

use super::super::places::{CHUNK, Planes};
use super::{Lanes, Masks};
use crate::rules::buckets::{self, Buckets, WIDE};
use crate::rules::table::Tables;

/// How many bytes are classified in one go, and how many behind them are read.
const BYTES: usize = 64 * (CHUNK + 2);
const BEHIND: usize = WIDE - 1;

/// The bits of what stands inside of words, and of encoded text.
const INSIDE: u8 = buckets::bits(buckets::INSIDE);
const DECODED: u8 = buckets::bits(buckets::DECODED);

const WORD: u8 = 1;
const JOINER: u8 = 1 << 1;
const DASH: u8 = 1 << 2;
const MARK: u8 = 1 << 3;
const POINT: u8 = 1 << 4;
const QUOTE: u8 = 1 << 5;
const ESCAPE: u8 = 1 << 6;
const COMMA: u8 = 1 << 7;

/// The classes of the bytes below 128.
static CLASSES: [u8; 128] = {
    let mut classes = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => WORD,
            b'_' => JOINER,
            b'-' => JOINER | DASH,
            b':' | b'=' | b'>' => MARK,
            b'.' | b'/' => POINT,
            b',' => COMMA,
            b'"' | b'\'' => QUOTE,
            b'\\' | b'%' => ESCAPE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Whether the processor has all that `Wide` takes.
pub fn is_there() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
        && super::has_bit_instructions()
}

/// Classes and buckets, 64 bytes at a time.
pub struct Wide<'t> {
    tables: &'t Tables,
    /// The codes of the bytes at hand, as the buckets know them.
    codes: [u8; BYTES + BEHIND],
}

impl<'t> Wide<'t> {
    /// Takes the tables whose buckets are asked; none where the processor lacks an instruction.
    pub fn new(tables: &'t Tables) -> Option<Wide<'t>> {
        is_there().then_some(Wide {
            tables,
            codes: [0; BYTES + BEHIND],
        })
    }
}

impl Lanes for Wide<'_> {
    const BUCKETS: bool = true;

    #[inline(always)]
    fn fill(&mut self, text: &[u8], base: usize, planes: &mut Planes, blocks: Range<usize>) {
        // SAFETY: a `Wide` is only made where the processor has the instructions.
        unsafe { fill(text, base, self, planes, blocks) }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx2,bmi1,bmi2,popcnt,lzcnt")]
fn fill(text: &[u8], base: usize, wide: &mut Wide<'_>, planes: &mut Planes, blocks: Range<usize>) {
    let Wide { tables, codes } = wide;
    let lookups = Lookups::new(tables);
    let rest = text.get(base..).unwrap_or(&[]);
    let wanted = blocks.len() * 64 + BEHIND;
    let mut last;
    let bytes = match rest.get(..wanted) {
        Some(bytes) => bytes,
        None => {
            last = [0; BYTES + BEHIND];
            last[..rest.len()].copy_from_slice(rest);
            &last[..wanted]
        }
    };
    for (code, byte) in codes.iter_mut().zip(bytes) {
        *code = buckets::code(*byte);
    }
    for (from, at) in blocks.enumerate() {
        let (text, codes) = (&bytes[from * 64..], &codes[from * 64..]);
        planes.set(at, &lookups.masks(text, codes));
    }
}

/// Hands over every place of a text from which buckets allow the bytes; `None` where the processor lacks an instruction.
pub fn allowed_in<const N: usize>(
    text: &[u8],
    buckets: &Buckets<N>,
    on: &mut impl FnMut(usize) -> ControlFlow<()>,
) -> Option<ControlFlow<()>> {
    // SAFETY: the line before has asked the processor for them.
    is_there().then(|| unsafe { walk(text, buckets, on) })
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx2,bmi1,bmi2,popcnt,lzcnt")]
fn walk<const N: usize>(
    text: &[u8],
    buckets: &Buckets<N>,
    on: &mut impl FnMut(usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let buckets = registers(buckets);
    let mut codes = [0; BYTES + BEHIND];
    for base in (0..text.len()).step_by(BYTES) {
        let rest = &text[base..];
        let (held, behind) = codes.split_at_mut(rest.len().min(BYTES + BEHIND));
        for (code, byte) in held.iter_mut().zip(rest) {
            *code = buckets::code(*byte);
        }
        behind.fill(0);
        for at in (0..rest.len().min(BYTES)).step_by(64) {
            let allowed = allowed(&buckets, &codes[at..]);
            let mut places = _mm512_test_epi8_mask(allowed, allowed);
            while places != 0 {
                let place = base + at + places.trailing_zeros() as usize;
                if place < text.len() {
                    on(place)?;
                }
                places &= places - 1;
            }
        }
    }
    ControlFlow::Continue(())
}

/// The tables in registers.
struct Lookups {
    classes: [__m512i; 2],
    heads: [__m512i; WIDE],
    sure_heads: [__m512i; 4],
    tails: [__m512i; 4],
}

impl Lookups {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn new(tables: &Tables) -> Lookups {
        let (low, high) = CLASSES.split_at(64);
        let half = |half: &[u8]| {
            half.first_chunk()
                .map_or(_mm512_set1_epi8(0), |half| load(half))
        };
        Lookups {
            classes: [half(low), half(high)],
            heads: registers(tables.heads),
            sure_heads: registers(tables.sure_heads),
            tails: registers(tables.tails),
        }
    }

    /// The masks of the first block of a text, whose codes are given.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn masks(&self, text: &[u8], codes: &[u8]) -> Masks {
        let heads = allowed(&self.heads, codes);
        let sure_heads = allowed(&self.sure_heads, codes);
        let tails = allowed(&self.tails, codes);
        let x = load_at(text, 0);
        let ascii = !_mm512_movepi8_mask(x);
        let [low, high] = self.classes;
        let classes = _mm512_maskz_permutex2var_epi8(ascii, low, x, high);
        let of = |class: u8| _mm512_test_epi8_mask(classes, _mm512_set1_epi8(class as i8));
        let is = |byte: u8| _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(byte as i8));
        Masks {
            word: of(WORD),
            joiner: of(JOINER),
            dash: of(DASH),
            mark: of(MARK),
            point: of(POINT),
            comma: of(COMMA),
            quote: of(QUOTE),
            tick: is(b'`'),
            escape: of(ESCAPE),
            plus: is(b'+'),
            head: _mm512_test_epi8_mask(heads, _mm512_set1_epi8(!INSIDE as i8)),
            sure_head: _mm512_test_epi8_mask(sure_heads, _mm512_set1_epi8(!DECODED as i8)),
            decoded: _mm512_test_epi8_mask(sure_heads, _mm512_set1_epi8(DECODED as i8)),
            inside: _mm512_test_epi8_mask(heads, _mm512_set1_epi8(INSIDE as i8)),
            tail: _mm512_test_epi8_mask(tails, tails),
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn registers<const N: usize>(buckets: &Buckets<N>) -> [__m512i; N] {
    buckets.map(|place| load(&place))
}

/// The buckets that allow the bytes from each of 64 places on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn allowed<const N: usize>(buckets: &[__m512i; N], codes: &[u8]) -> __m512i {
    let by = |at: usize| _mm512_permutexvar_epi8(load_at(codes, at), buckets[at]);
    (1..N).fold(by(0), |allowed, at| _mm512_and_si512(allowed, by(at)))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: there are 64 bytes, and the load asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_at(block: &[u8], at: usize) -> __m512i {
    match block.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => load(bytes),
        None => _mm512_set1_epi8(0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::one_by_one;
    use super::*;
    use crate::rules::RuleSet;
    use crate::rules::buckets::allowing;

    #[test]
    fn wide_lanes_agree_with_one_by_one() {
        let rules = RuleSet::builtin();
        let tables = rules.tables();
        let Some(mut lanes) = Wide::new(tables) else {
            return;
        };
        let mut text: Vec<u8> = (0..900u32).map(|at| ((at * 37) >> 3) as u8).collect();
        text.extend(b"api_token = npm_, ghp_ AZDO 1:AA; password: `x` + \"y\"");
        let mut planes = Planes::default();
        lanes.fill(&text, 0, &mut planes, 1..CHUNK + 2);
        for at in 0..=CHUNK {
            let block = text.get(at * 64..).unwrap_or(&[]);
            let from = |bit: usize| block.get(bit..).unwrap_or(&[]);
            let mut wanted = one_by_one(&block[..block.len().min(64)]);
            for bit in (0..64).filter(|_| !block.is_empty()) {
                let heads = allowing(tables.heads, from(bit));
                let sure_heads = allowing(tables.sure_heads, from(bit));
                wanted.head |= u64::from(heads & !INSIDE != 0) << bit;
                wanted.inside |= u64::from(heads & INSIDE != 0) << bit;
                wanted.sure_head |= u64::from(sure_heads & !DECODED != 0) << bit;
                wanted.decoded |= u64::from(sure_heads & DECODED != 0) << bit;
                wanted.tail |= u64::from(allowing(tables.tails, from(bit)) != 0) << bit;
            }
            assert_eq!(planes.get(at + 1), wanted, "{at}");
        }
    }
}
