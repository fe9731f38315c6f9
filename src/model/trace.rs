//! What a search leaves of one version of a file, for those that share stretches with it.
//!
//! In: whatever the search notes. Out: the same, to the same search. Only the search can read it: whoever carries it from
//! one version to the next knows no more than how large it is.

use std::any::Any;

/// Equal bytes at two places: of a version, and of the one that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where they start in the version.
    pub start: usize,
    /// Where they start in the other one.
    pub other: usize,
    pub length: usize,
}

impl Stretch {
    /// Where it ends in the version.
    pub fn end(&self) -> usize {
        self.start + self.length
    }
}

/// What a search noted of one version.
pub struct Trace {
    noted: Box<dyn Any + Send + Sync>,
    /// How many bytes it holds, about.
    pub bytes: usize,
}

impl Trace {
    /// Takes what a search noted.
    pub fn new<N: Any + Send + Sync>(noted: N, bytes: usize) -> Self {
        Trace {
            noted: Box::new(noted),
            bytes,
        }
    }

    /// What was noted, to the search that noted it.
    pub fn noted<N: Any>(&self) -> Option<&N> {
        self.noted.downcast_ref()
    }
}

/// A version that was searched before, and what the one at hand shares with it.
#[derive(Clone, Copy)]
pub struct Kin<'a> {
    pub trace: &'a Trace,
    /// In the order of the version at hand; they do not overlap in it.
    pub shared: &'a [Stretch],
}
