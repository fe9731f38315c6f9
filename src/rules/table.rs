//! The prefilter's tables, and the anchors that they hold.
//!
//! Compiled twice: into `build.rs`, which bakes the tables of the built-in catalogue, and into the crate, which builds
//! the same tables when a repository brings kinds of its own. In: kinds. Out: tables, or the kinds without an anchor.

use super::anchor::{self, Anchor};
use crate::model::TokenKind;

/// How many bits a filter has; a power of two.
pub const FILTER_BITS: u32 = 15;
/// How many words of 64 bits a filter has.
pub const FILTER_WORDS: usize = 1 << (FILTER_BITS - 6);

/// What a start literal leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// Kind and shape, by number.
    Shape(u16, u8),
    /// Kind and pattern, by number.
    Pattern(u16, u8),
    /// A family of recognisers in code.
    Code(Family),
    /// A name that starts so; the kind by number.
    Name(u16),
}

/// A family of recognisers in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Pem,
    Putty,
    Jwt,
    AuthorizedUser,
}

/// A literal that stands where a word starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The literal from its first letter or digit on.
    pub literal: &'static str,
    /// What stands before that letter and belongs to the value.
    pub before: &'static str,
    pub leads: Leads,
}

/// How long a run of credential bytes is in which literals are searched that stand at no word start.
pub const LONG_RUN: usize = 32;

/// A literal inside a long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    pub literal: &'static str,
    pub leads: Leads,
}

/// Everything the first pass looks up.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Filter over the first three bytes of start literals.
    pub start_filter: &'static [u64],
    /// Start literals, sorted by their bytes.
    pub starts: &'static [Start],
    /// Literals inside long runs.
    pub inside: &'static [Inside],
    /// Filter over the last three bytes of names, case folded.
    pub name_filter: &'static [u64],
    /// Exact names with their kinds, sorted by name.
    pub names: &'static [(&'static str, u16)],
    /// Names with a `*`.
    pub name_globs: &'static [(&'static str, u16)],
}

/// The place of three bytes in a filter.
#[inline(always)]
pub fn filter_bit(three: u32) -> (usize, u32) {
    let hash = (three & 0x00ff_ffff).wrapping_mul(0x9e37_79b1) >> (32 - FILTER_BITS);
    ((hash >> 6) as usize, hash & 63)
}

/// Folds the case of three bytes; other bytes than letters stay apart from letters.
#[inline(always)]
pub fn folded(three: u32) -> u32 {
    three | 0x0020_2020
}

fn three(bytes: &[u8]) -> u32 {
    u32::from(bytes[0]) | u32::from(bytes[1]) << 8 | u32::from(bytes[2]) << 16
}

fn set(filter: &mut [u64], key: u32) {
    let (word, bit) = filter_bit(key);
    filter[word] |= 1 << bit;
}

/// Builds the tables of all `kinds`, in their order. Says which kinds have no anchor.
pub fn build(kinds: &[&TokenKind]) -> Result<Tables, Vec<(&'static str, String)>> {
    let mut starts = anchor::of_code();
    let mut name_filter = vec![0u64; FILTER_WORDS];
    let mut names = Vec::new();
    let mut globs = Vec::new();
    let mut inside = Vec::new();
    let mut problems = Vec::new();
    for end in anchor::CREDENTIAL_ENDS {
        set(&mut name_filter, folded(three(end.as_bytes())));
    }
    for (number, kind) in kinds.iter().enumerate() {
        let number = number as u16;
        let anchors = match anchor::of(kind, number) {
            Ok(anchors) => anchors,
            Err(message) => {
                problems.push((kind.id, message));
                continue;
            }
        };
        for anchor in anchors {
            match anchor {
                Anchor::Start(start) => starts.push(start),
                Anchor::Inside(literal) => inside.push(literal),
                Anchor::NameEnd(end) => set(&mut name_filter, folded(three(&end))),
            }
        }
        for name in kind.names {
            let list = if name.contains('*') { &mut globs } else { &mut names };
            list.push((*name, number));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    starts.sort_by(|a, b| (a.literal, a.before).cmp(&(b.literal, b.before)));
    names.sort_unstable();
    let mut start_filter = vec![0u64; FILTER_WORDS];
    for start in &starts {
        set(&mut start_filter, three(start.literal.as_bytes()));
    }
    Ok(Tables {
        start_filter: Vec::leak(start_filter),
        starts: Vec::leak(starts),
        inside: Vec::leak(inside),
        name_filter: Vec::leak(name_filter),
        names: Vec::leak(names),
        name_globs: Vec::leak(globs),
    })
}
