//! What values may have the shape of a kind that only its surroundings name: by length and bytes, before any name is read.
//!
//! Compiled into `build.rs` and into the crate, as `table.rs` is. In: the kinds, then a value. Out: whether any of their
//! shapes may fit it. It may say yes too often, never no.

use crate::model::{Class, Segment, Shape, TokenKind};

/// The lengths and the bytes of some shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounds {
    pub min: usize,
    pub max: usize,
    pub bytes: u128,
}

/// The bounds of all shapes.
#[derive(Clone, Copy, Debug)]
pub struct Fitting {
    /// Each once, the shortest first.
    pub bounds: &'static [Bounds],
    /// The bytes of any shape that do not go on in a word.
    pub wide: u128,
}

impl Fitting {
    /// Takes the shapes of the kinds that their own text does not name.
    pub fn new(kinds: &[&TokenKind]) -> Self {
        let named = kinds.iter().filter(|kind| !kind.alone);
        let mut bounds: Vec<Bounds> = named.flat_map(|kind| kind.shapes).map(bounds_of).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let all = bounds.iter().fold(0, |all, bounds| all | bounds.bytes);
        let wide = |byte: &u8| Class(all).has(*byte) && !IN_WORD[usize::from(*byte)];
        Fitting {
            bounds: Vec::leak(bounds),
            wide: (0..128u8).filter(wide).fold(0, |all, byte| all | 1 << byte),
        }
    }

    fn shortest(&self) -> usize {
        self.bounds.first().map_or(usize::MAX, |bounds| bounds.min)
    }

    /// Whether a shape may fit the whole value.
    pub fn may_fit(&self, value: &[u8]) -> bool {
        value.len() >= self.shortest()
            && bytes_of(value).is_some_and(|bytes| {
                self.bounds.iter().any(|bounds| {
                    bytes & !bounds.bytes == 0 && (bounds.min..=bounds.max).contains(&value.len())
                })
            })
    }

    /// Whether a shape may fit a part of a text from its start on, where what goes on in a word is no end: a value without
    /// quotes ends where its shape does, not where it was taken to end.
    pub fn may_start(&self, text: &[u8], value: usize) -> bool {
        let in_word = |byte: &&u8| IN_WORD[usize::from(**byte)];
        let word = text.iter().take_while(in_word).count();
        if self.may_fit(&text[..value]) || word != value && self.may_fit(&text[..word]) {
            return true;
        }
        let goes_on = text
            .get(word)
            .is_some_and(|byte| Class(self.wide).has(*byte));
        goes_on
            && self.bounds.iter().any(|bounds| {
                let class = Class(bounds.bytes);
                bounds.bytes & self.wide != 0
                    && text.len() >= bounds.min
                    && text[..bounds.min].iter().all(|byte| class.has(*byte))
            })
    }
}

/// Bytes behind which a value without quotes does not end.
pub static IN_WORD: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        bytes[byte as usize] = byte.is_ascii_alphanumeric() || is_joint(byte);
        byte += 1;
    }
    bytes
};

/// Marks that join what stands before and behind them.
pub const fn is_joint(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.' | b'/' | b'+' | b'=' | b':')
}

/// The length and the bytes of all values of a shape.
pub fn bounds_of(shape: &Shape) -> Bounds {
    let mut bounds = Bounds {
        min: 0,
        max: 0,
        bytes: 0,
    };
    for segment in shape.0 {
        match segment {
            Segment::Literal(text) => {
                // A literal that is no ASCII makes the set too small for it; no shape has one.
                bounds.bytes |= bytes_of(text.as_bytes()).unwrap_or_default();
                bounds.min += text.len();
                bounds.max += text.len();
            }
            Segment::Run { class, min, max } => {
                bounds.bytes |= class.0;
                bounds.min += usize::from(*min);
                bounds.max += usize::from(*max);
            }
        }
    }
    bounds
}

/// The set of the bytes of a text; `None` where one is no ASCII.
pub fn bytes_of(text: &[u8]) -> Option<u128> {
    text.iter().try_fold(0, |bytes, byte| {
        byte.is_ascii().then(|| bytes | 1u128 << byte)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::{RuleSet, template};

    #[test]
    fn no_sample_of_a_shape_is_left_out() {
        let rules = RuleSet::builtin();
        let fitting = rules.tables().fitting;
        let mut samples = 0;
        for kind in rules.kinds().filter(|kind| !kind.alone) {
            for seed in 0..5u64.min(5 * kind.shapes.len() as u64) {
                let value = template::expand("{value}", kind, &|_, _| String::new(), seed);
                let (quoted, bare) = (value.as_bytes(), [value.as_bytes(), b", next"].concat());
                assert!(fitting.may_fit(quoted), "{}", kind.id);
                assert!(fitting.may_start(&bare, quoted.len()), "{}", kind.id);
                samples += 1;
            }
        }
        assert!(samples > 300, "{samples}");
        assert!(!fitting.may_fit(b"two words and more of them"));
        assert!(!fitting.may_start(b"name), next", 4));
    }
}
