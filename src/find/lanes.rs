//! Bit masks of byte classes, 64 bytes at a time.
//!
//! In: text and an offset. Out: one bit per byte for each class. On x86-64, 64 bytes are classified at once where the
//! processor has AVX-512 (`wide`), 32 where it has AVX2, else 16; elsewhere, and for the last bytes, one by one. Tests
//! hold all of them equal.

#[cfg(target_arch = "x86_64")]
pub mod wide;

use std::ops::{ControlFlow, Range};

use super::places::{CHUNK, Planes};
use crate::rules::buckets::Buckets;

/// A way to classify bytes.
pub trait Lanes {
    /// Whether the masks say what the tables' buckets allow.
    const BUCKETS: bool;

    /// Fills some blocks of the planes, one for every 64 bytes from `base` on; nothing is set behind the end of the text.
    fn fill(&mut self, text: &[u8], base: usize, planes: &mut Planes, blocks: Range<usize>);
}

/// Classes alone.
#[derive(Default)]
pub struct Classes {
    /// Those of the blocks at hand.
    masks: [Masks; CHUNK + 2],
}

impl Lanes for Classes {
    const BUCKETS: bool = false;

    #[inline]
    fn fill(&mut self, text: &[u8], base: usize, planes: &mut Planes, blocks: Range<usize>) {
        fill(text, base, &mut self.masks[blocks.clone()]);
        for at in blocks {
            planes.set_classes(at, &self.masks[at]);
        }
    }
}

/// Hands over every place of a text from which buckets allow the bytes, until `on` breaks off; `None` where the processor
/// cannot ask them for many places at once.
pub fn allowed<const N: usize>(
    text: &[u8],
    buckets: &Buckets<N>,
    on: &mut impl FnMut(usize) -> ControlFlow<()>,
) -> Option<ControlFlow<()>> {
    #[cfg(target_arch = "x86_64")]
    return wide::allowed_in(text, buckets, on);
    #[cfg(not(target_arch = "x86_64"))]
    None
}

/// One bit per byte of a block, the first byte lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// Letters and digits.
    pub word: u64,
    /// `_` and `-`.
    pub joiner: u64,
    pub dash: u64,
    /// `:`, `=` and `>`.
    pub mark: u64,
    /// `.` and `/`.
    pub point: u64,
    pub comma: u64,
    /// `"` and `'`.
    pub quote: u64,
    pub tick: u64,
    /// `\` and `%`.
    pub escape: u64,
    pub plus: u64,
    /// Four bytes that the buckets of starts allow, at the first; only by lanes that have buckets, as all that follow.
    pub head: u64,
    /// The same for starts before which a run is sure to be long.
    pub sure_head: u64,
    /// Four bytes that decode to text, as far as the buckets tell.
    pub decoded: u64,
    /// Four bytes that the bucket of what stands inside of words allows, at the first.
    pub inside: u64,
    /// Four bytes that the buckets of names' ends allow, at the first.
    pub tail: u64,
}

/// Fills one `Masks` for every 64 bytes from `base` on; nothing is set behind the end of the text.
fn fill(text: &[u8], base: usize, out: &mut [Masks]) {
    let rest = text.get(base..).unwrap_or(&[]);
    let end = rest.len().min(out.len() * 64);
    let blocks = rest[..end].chunks_exact(64);
    let (whole, partial) = out.split_at_mut(blocks.len());
    if let [first, behind @ ..] = partial {
        *first = one_by_one(blocks.remainder());
        behind.fill(Masks::default());
    }
    vector::fill(blocks, whole);
}

/// Whether the processor has AVX2 and counts and clears bits by single instructions.
#[cfg(target_arch = "x86_64")]
pub fn has_bit_instructions() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("lzcnt")
}

/// Classifies up to 64 bytes, one after the other.
pub fn one_by_one(block: &[u8]) -> Masks {
    let mut masks = Masks::default();
    for (bit, byte) in block.iter().enumerate().take(64) {
        let one = 1u64 << bit;
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => masks.word |= one,
            b'_' => masks.joiner |= one,
            b'-' => {
                masks.joiner |= one;
                masks.dash |= one;
            }
            b':' | b'=' | b'>' => masks.mark |= one,
            b'.' | b'/' => masks.point |= one,
            b',' => masks.comma |= one,
            b'"' | b'\'' => masks.quote |= one,
            b'\\' | b'%' => masks.escape |= one,
            b'+' => masks.plus |= one,
            b'`' => masks.tick |= one,
            _ => {}
        }
    }
    masks
}

#[cfg(not(target_arch = "x86_64"))]
mod vector {
    use super::{Masks, one_by_one};

    pub(super) fn fill<'t>(blocks: impl Iterator<Item = &'t [u8]>, out: &mut [Masks]) {
        for (block, masks) in blocks.zip(out) {
            *masks = one_by_one(block);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "twice as fast as byte by byte; `lanes_agree_with_one_by_one` holds it"
)]
mod vector {
    use super::Masks;
    use std::arch::x86_64::{
        __m128i, __m256i, _mm_add_epi8, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8,
        _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm256_add_epi8, _mm256_cmpeq_epi8,
        _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set_epi64x,
        _mm256_set1_epi8,
    };
    use std::slice::ChunksExact;

    pub(super) fn fill(blocks: ChunksExact<'_, u8>, out: &mut [Masks]) {
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the line above has asked the processor for AVX2.
            unsafe { wide(blocks, out) }
        } else {
            // SAFETY: SSE2 is part of x86-64.
            unsafe { narrow(blocks, out) }
        }
    }

    fn number(bytes: &[u8], at: usize) -> i64 {
        bytes
            .get(at..at + 8)
            .and_then(|part| part.try_into().ok())
            .map_or(0, i64::from_le_bytes)
    }

    #[target_feature(enable = "avx2")]
    fn wide(blocks: ChunksExact<'_, u8>, out: &mut [Masks]) {
        for (block, masks) in blocks.zip(out) {
            let (low, high) = (wide_lane(&block[..32]), wide_lane(&block[32..]));
            *masks = join(low, high, 32);
        }
    }

    #[target_feature(enable = "sse2")]
    fn narrow(blocks: ChunksExact<'_, u8>, out: &mut [Masks]) {
        for (block, masks) in blocks.zip(out) {
            let lane = |at: usize| narrow_lane(&block[at..at + 16]);
            *masks = join(
                join(lane(0), lane(16), 16),
                join(lane(32), lane(48), 16),
                32,
            );
        }
    }

    #[inline(always)]
    fn join(low: Masks, high: Masks, by: u32) -> Masks {
        Masks {
            word: low.word | high.word << by,
            joiner: low.joiner | high.joiner << by,
            dash: low.dash | high.dash << by,
            mark: low.mark | high.mark << by,
            point: low.point | high.point << by,
            comma: low.comma | high.comma << by,
            quote: low.quote | high.quote << by,
            escape: low.escape | high.escape << by,
            plus: low.plus | high.plus << by,
            tick: low.tick | high.tick << by,
            ..Masks::default()
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn wide_lane(b: &[u8]) -> Masks {
        let x = _mm256_set_epi64x(number(b, 24), number(b, 16), number(b, 8), number(b, 0));
        let is = |byte: u8| _mm256_cmpeq_epi8(x, _mm256_set1_epi8(byte as i8));
        let within = |x: __m256i, from: u8, to: u8| {
            let moved = _mm256_add_epi8(x, _mm256_set1_epi8(from.wrapping_neg() as i8));
            _mm256_cmpeq_epi8(
                _mm256_min_epu8(moved, _mm256_set1_epi8((to - from) as i8)),
                moved,
            )
        };
        let bits = |x: __m256i| u64::from(_mm256_movemask_epi8(x) as u32);
        let lower = _mm256_or_si256(x, _mm256_set1_epi8(0x20));
        Masks {
            word: bits(_mm256_or_si256(
                within(lower, b'a', b'z'),
                within(x, b'0', b'9'),
            )),
            joiner: bits(_mm256_or_si256(is(b'_'), is(b'-'))),
            dash: bits(is(b'-')),
            mark: bits(_mm256_or_si256(
                is(b':'),
                _mm256_or_si256(is(b'='), is(b'>')),
            )),
            point: bits(_mm256_or_si256(is(b'.'), is(b'/'))),
            comma: bits(is(b',')),
            quote: bits(_mm256_or_si256(is(b'"'), is(b'\''))),
            escape: bits(_mm256_or_si256(is(b'\\'), is(b'%'))),
            plus: bits(is(b'+')),
            tick: bits(is(b'`')),
            ..Masks::default()
        }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn narrow_lane(b: &[u8]) -> Masks {
        let x = _mm_set_epi64x(number(b, 8), number(b, 0));
        let is = |byte: u8| _mm_cmpeq_epi8(x, _mm_set1_epi8(byte as i8));
        let within = |x: __m128i, from: u8, to: u8| {
            let moved = _mm_add_epi8(x, _mm_set1_epi8(from.wrapping_neg() as i8));
            _mm_cmpeq_epi8(_mm_min_epu8(moved, _mm_set1_epi8((to - from) as i8)), moved)
        };
        let bits = |x: __m128i| u64::from(_mm_movemask_epi8(x) as u32);
        let lower = _mm_or_si128(x, _mm_set1_epi8(0x20));
        Masks {
            word: bits(_mm_or_si128(
                within(lower, b'a', b'z'),
                within(x, b'0', b'9'),
            )),
            joiner: bits(_mm_or_si128(is(b'_'), is(b'-'))),
            dash: bits(is(b'-')),
            mark: bits(_mm_or_si128(is(b':'), _mm_or_si128(is(b'='), is(b'>')))),
            point: bits(_mm_or_si128(is(b'.'), is(b'/'))),
            comma: bits(is(b',')),
            quote: bits(_mm_or_si128(is(b'"'), is(b'\''))),
            escape: bits(_mm_or_si128(is(b'\\'), is(b'%'))),
            plus: bits(is(b'+')),
            tick: bits(is(b'`')),
            ..Masks::default()
        }
    }

    #[cfg(test)]
    pub(super) fn both(blocks: &ChunksExact<'_, u8>) -> Vec<Vec<Masks>> {
        let mut narrowed = vec![Masks::default(); blocks.len()];
        let mut widened = narrowed.clone();
        // SAFETY: SSE2 is part of x86-64.
        unsafe { narrow(blocks.clone(), &mut narrowed) };
        fill(blocks.clone(), &mut widened);
        vec![narrowed, widened]
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn lanes_agree_with_one_by_one() {
        for from in 0..=255u8 {
            let block: Vec<u8> = (0..64)
                .map(|step: u8| from.wrapping_add(step.wrapping_mul(5)))
                .collect();
            for masks in vector::both(&block.chunks_exact(64)) {
                assert_eq!(masks, [one_by_one(&block)]);
            }
        }
    }
}
