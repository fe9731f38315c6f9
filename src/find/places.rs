//! Places worth a look, for sixteen blocks of 64 bytes at once, by arithmetic on their masks.
//!
//! In: masks of the blocks and of one block before and behind them. Out: one bit for each place, by what may stand
//! there. It looks at no byte. Masks of one class stand side by side, so that the compiler takes eight of them at once.

use super::lanes::{Lanes, Masks};
use super::name_end::FARTHEST;
use crate::rules::buckets::SURE_RUN;

/// How many blocks are looked at together.
pub const CHUNK: usize = 16;

/// One class in all blocks, with the block before and the block behind.
type Plane = [u64; CHUNK + 2];

/// The masks of all blocks.
#[derive(Default)]
pub struct Planes {
    word: Plane,
    joiner: Plane,
    dash: Plane,
    mark: Plane,
    point: Plane,
    comma: Plane,
    quote: Plane,
    tick: Plane,
    escape: Plane,
    plus: Plane,
    head: Plane,
    sure_head: Plane,
    decoded: Plane,
    inside: Plane,
    tail: Plane,
}

impl Planes {
    /// The planes before the first byte of a text: a name of three letters there has no byte before it.
    pub fn at_start() -> Planes {
        let mut planes = Planes::default();
        planes.tail[0] = 1 << 63;
        planes
    }

    /// Puts the masks of a block in its place.
    #[inline(always)]
    pub fn set(&mut self, at: usize, masks: &Masks) {
        self.set_classes(at, masks);
        self.head[at] = masks.head;
        self.sure_head[at] = masks.sure_head;
        self.decoded[at] = masks.decoded;
        self.inside[at] = masks.inside;
        self.tail[at] = masks.tail;
    }

    /// Puts the classes of a block in their place.
    #[inline(always)]
    pub fn set_classes(&mut self, at: usize, masks: &Masks) {
        self.word[at] = masks.word;
        self.joiner[at] = masks.joiner;
        self.dash[at] = masks.dash;
        self.mark[at] = masks.mark;
        self.point[at] = masks.point;
        self.comma[at] = masks.comma;
        self.quote[at] = masks.quote;
        self.tick[at] = masks.tick;
        self.escape[at] = masks.escape;
        self.plus[at] = masks.plus;
    }

    /// The masks of a block.
    #[cfg(test)]
    pub fn get(&self, at: usize) -> Masks {
        Masks {
            word: self.word[at],
            joiner: self.joiner[at],
            dash: self.dash[at],
            mark: self.mark[at],
            point: self.point[at],
            comma: self.comma[at],
            quote: self.quote[at],
            tick: self.tick[at],
            escape: self.escape[at],
            plus: self.plus[at],
            head: self.head[at],
            sure_head: self.sure_head[at],
            decoded: self.decoded[at],
            inside: self.inside[at],
            tail: self.tail[at],
        }
    }

    /// Letters, digits, `_` and `-` of a block.
    #[inline(always)]
    fn run(&self, at: usize) -> u64 {
        self.word[at] | self.joiner[at]
    }

    /// Makes the last two blocks the first two.
    pub fn go_on(&mut self) {
        let planes = [
            &mut self.word,
            &mut self.joiner,
            &mut self.dash,
            &mut self.mark,
            &mut self.point,
            &mut self.comma,
            &mut self.quote,
            &mut self.tick,
            &mut self.escape,
            &mut self.plus,
            &mut self.head,
            &mut self.sure_head,
            &mut self.decoded,
            &mut self.inside,
            &mut self.tail,
        ];
        for plane in planes {
            plane.copy_within(CHUNK.., 0);
        }
    }
}

/// Places in each block, by what may stand there.
#[derive(Default)]
pub struct Places {
    /// A backslash or a percent sign.
    pub escapes: [u64; CHUNK],
    /// A word starts here.
    pub starts: [u64; CHUNK],
    /// A mark that may assign.
    pub marks: [u64; CHUNK],
    /// A quote with one other byte between it and a word.
    pub apart: [u64; CHUNK],
    /// A dash that a run starts with.
    pub dashes: [u64; CHUNK],
    /// A run of 16 or more bytes starts here.
    pub long: [u64; CHUNK],
    /// A run of 32 or more bytes starts here; where lanes have buckets, only one in which something may stand.
    pub inside: [u64; CHUNK],
    /// A plus beside a quote.
    pub joined: [u64; CHUNK],
}

/// Two blocks, the lower one first.
#[derive(Clone, Copy)]
struct Pair(u64, u64);

impl Pair {
    /// The places from which bits are `by` places ahead.
    #[inline(always)]
    fn ahead(self, by: u32) -> Pair {
        Pair(self.0 >> by | self.1 << (64 - by), self.1 >> by)
    }

    /// The places from which bits are `by` places back.
    #[inline(always)]
    fn back(self, by: u32) -> Pair {
        Pair(self.0 << by, self.1 << by | self.0 >> (64 - by))
    }

    #[inline(always)]
    fn and(self, other: Pair) -> Pair {
        Pair(self.0 & other.0, self.1 & other.1)
    }

    #[inline(always)]
    fn or(self, other: Pair) -> Pair {
        Pair(self.0 | other.0, self.1 | other.1)
    }
}

/// The places from which a run goes on for so many bytes.
struct Runs {
    two: u64,
    four: u64,
    /// 16 bytes.
    long: u64,
    /// `SURE_RUN` bytes.
    sure: u64,
    /// 32 bytes.
    longer: u64,
}

impl Runs {
    #[inline(always)]
    fn new(run: Pair) -> Runs {
        let two = run.and(run.ahead(1));
        let four = two.and(two.ahead(2));
        let eight = four.and(four.ahead(4));
        let long = eight.and(eight.ahead(8));
        Runs {
            two: two.0,
            four: four.0,
            long: long.0,
            sure: long.and(four.ahead(SURE_RUN as u32 - 4)).0,
            longer: long.and(long.ahead(16)).0,
        }
    }
}

/// The places of each block.
#[inline(always)]
pub fn places<L: Lanes>(planes: &Planes, places: &mut Places) {
    for at in 0..CHUNK {
        let now = |plane: &Plane| plane[at + 1];
        let ahead = |plane: &Plane, by: u32| plane[at + 1] >> by | plane[at + 2] << (64 - by);
        let back = |plane: &Plane, by: u32| plane[at + 1] << by | plane[at] >> (64 - by);
        let run = |at: usize| planes.run(at);
        let runs = Runs::new(Pair(run(at + 1), run(at + 2)));
        let word = now(&planes.word);
        let behind_escape = back(&planes.escape, 2)
            | back(&planes.escape, 3)
            | back(&planes.escape, 4)
            | back(&planes.escape, 6);
        // As in the few literals that have such a byte so early.
        let early = |plane: &Plane| ahead(plane, 1) | ahead(plane, 2) | ahead(plane, 3);
        let early = early(&planes.point) | early(&planes.plus) | early(&planes.mark);
        let behind_word = back(&planes.word, 1);
        let starts = word & (!behind_word | behind_escape) & (runs.four | early);
        let mark = now(&planes.mark);
        let quote = now(&planes.quote);
        let quoted = back(&planes.quote, 1) | ahead(&planes.quote, 2);
        let marks = mark | now(&planes.comma) & quoted;
        let apart = quote & !behind_word & back(&planes.word, 2);
        let first = run(at + 1) & !(run(at + 1) << 1 | run(at) >> 63);
        let beside_quote = back(&planes.quote, 1) | back(&planes.quote, 2);

        places.escapes[at] = now(&planes.escape);
        places.dashes[at] = first & runs.two & now(&planes.dash);
        places.long[at] = first & runs.long;
        places.joined[at] = now(&planes.plus) & beside_quote;
        if L::BUCKETS {
            let quotes = |at: usize| planes.quote[at] | planes.tick[at];
            let near_quote = before_quote(Pair(quotes(at + 1), quotes(at + 2)));
            let slashes = ahead(&planes.point, 1) & ahead(&planes.point, 2);
            let numbers = back(&planes.inside, 1);
            let ends = Pair(planes.tail[at], now(&planes.tail)).back(4);
            let others = Pair(!run(at), !run(at + 1));
            let sure = now(&planes.sure_head) & (runs.sure | near_quote);
            places.starts[at] = starts & (now(&planes.head) | sure);
            places.long[at] &= now(&planes.decoded);
            places.marks[at] =
                marks & (behind_ends(ends.and(others), others) | mark & (slashes | numbers));
            places.apart[at] = apart & back(&planes.tail, 5);
            // A run that goes on behind the next block is looked at anyway.
            let next = run(at + 2);
            let shown = now(&planes.inside) & run(at + 1) | planes.inside[at + 2] & next;
            let shown = shown != 0 || next == u64::MAX;
            places.inside[at] = first & runs.longer & if shown { u64::MAX } else { 0 };
        } else {
            places.starts[at] = starts;
            places.marks[at] = marks;
            places.apart[at] = apart;
            places.inside[at] = first & runs.longer;
        }
    }
}

/// The places before a quote, no farther than a run has to be to be sure.
#[inline(always)]
fn before_quote(quotes: Pair) -> u64 {
    let near = quotes.ahead(1);
    let near = near.or(near.ahead(1));
    let near = near.or(near.ahead(2));
    let near = near.or(near.ahead(4));
    let near = near.or(near.ahead(8));
    near.or(near.ahead(SURE_RUN as u32 - 16)).0
}

/// The places behind the ends of names, as far as a mark may stand and with nothing of a word between.
#[inline(always)]
fn behind_ends(ends: Pair, others: Pair) -> u64 {
    let one = others.back(1);
    let near = ends.or(ends.back(1).and(one));
    let two = one.and(one.back(1));
    let near = near.or(near.back(2).and(two));
    let four = two.and(two.back(2));
    let near = near.or(near.back(4).and(four));
    let rest = FARTHEST as u32 - 7;
    near.or(near.back(rest).and(four.and(four.back(rest - 4))))
        .1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behind_an_end_is_as_far_as_a_mark_may_stand(ends: u128, gaps: u128) {
            // Few ends, and long stretches of nothing of a word.
            let ends = ends & ends.rotate_left(7) & ends.rotate_left(31);
            let others = gaps | gaps.rotate_left(13) | gaps.rotate_left(43);
            let pair = |bits: u128| Pair(bits as u64, (bits >> 64) as u64);
            let found = behind_ends(pair(ends), pair(others));
            for place in 0..64usize {
                let at = |bits: u128, back: usize| bits >> (place + 64 - back) & 1 == 1;
                let is_behind = (0..=FARTHEST).any(|back| {
                    at(ends, back) && (1..=back).all(|between| at(others, between))
                });
                prop_assert_eq!(found >> place & 1 == 1, is_behind, "{}", place);
            }
        }
    }
}
