//! Kinds with the lengths and the bytes of their shapes: a value that fits none of them is seen sooner than it is tried.
//!
//! In: the kinds that names tell, then a value as it stands in a text. Out: whether a kind's shape may fit it. It may say
//! yes too often, never no.

use super::fitting::{self, Bounds, IN_WORD};
use crate::model::TokenKind;

/// A kind and the bounds of its shapes.
#[derive(Clone, Debug)]
pub struct Bounded {
    pub kind: &'static TokenKind,
    bounds: Vec<Bounds>,
}

/// What every shape that fits a value has to cover.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// The bytes of the part that it covers at least; `None` where one is no ASCII.
    bytes: Option<u128>,
    length: usize,
    /// How many bytes there are for it.
    room: usize,
}

impl Measured {
    /// Measures a value in quotes, without the space around it: a shape covers all of it, and no more.
    pub fn quoted(value: &[u8]) -> Self {
        Measured {
            bytes: fitting::bytes_of(value),
            length: value.len(),
            room: value.len(),
        }
    }

    /// Measures a value of so many bytes that begins a text: it may go on, but does not end inside of a word.
    pub fn bare(text: &[u8], value: usize) -> Self {
        let value = &text[..value];
        let word = value.iter().take_while(|byte| IN_WORD[usize::from(**byte)]);
        let length = word.count();
        Measured {
            bytes: fitting::bytes_of(&value[..length]),
            length,
            room: text.len(),
        }
    }
}

impl Bounded {
    /// Takes the bounds of a kind's shapes.
    pub fn new(kind: &'static TokenKind) -> Self {
        Bounded {
            kind,
            bounds: kind.shapes.iter().map(fitting::bounds_of).collect(),
        }
    }

    /// Whether a shape of the kind may fit a value.
    pub fn may_fit(&self, value: &Measured) -> bool {
        let Some(bytes) = value.bytes else {
            return false;
        };
        self.bounds.iter().any(|bounds| {
            bytes & !bounds.bytes == 0 && bounds.min <= value.room && value.length <= bounds.max
        })
    }
}
