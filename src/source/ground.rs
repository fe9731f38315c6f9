//! What an object of a family has in common with the nearest one below it that was looked at.
//!
//! In: what a look left, and the stretches that each difference copies. Out: the stretches that are the same in both,
//! over objects between that nobody looked at. Short ones are left out, so that no chain of differences makes many.

use std::sync::Arc;

use crate::model::{Kin, Stretch, Trace};

/// Shorter stretches are searched as fast as they are looked up.
pub(super) const SHORTEST: usize = 256;

/// An object that was looked at, as one that rests on it sees it.
#[derive(Clone)]
pub(super) struct Ground {
    trace: Arc<Trace>,
    /// `None` for the object itself.
    shared: Option<Vec<Stretch>>,
}

impl Ground {
    /// The object that a look left this of.
    pub(super) fn own(trace: Trace) -> Self {
        Ground {
            trace: Arc::new(trace),
            shared: None,
        }
    }

    /// The same object, as one sees it that copies these stretches; `None` where nothing is left in common.
    pub(super) fn below(&self, copied: &[Stretch]) -> Option<Ground> {
        let long = |stretch: &Stretch| stretch.length >= SHORTEST;
        let shared: Vec<Stretch> = match &self.shared {
            None => copied.iter().copied().filter(long).collect(),
            Some(known) => {
                let parts = copied.iter().filter(|stretch| long(stretch));
                parts.flat_map(|part| within(known, *part)).collect()
            }
        };
        (!shared.is_empty()).then(|| Ground {
            trace: Arc::clone(&self.trace),
            shared: Some(shared),
        })
    }

    /// What a look at the one above can use.
    pub(super) fn kin(&self) -> Option<Kin<'_>> {
        self.shared.as_deref().map(|shared| Kin {
            trace: &self.trace,
            shared,
        })
    }

    /// How many bytes it holds, about.
    pub(super) fn bytes(&self) -> usize {
        self.trace.bytes
    }
}

/// The parts of a copied stretch that the object between has in common with the one below it.
fn within(known: &[Stretch], copied: Stretch) -> impl Iterator<Item = Stretch> {
    let until = copied.other + copied.length;
    let first = known.partition_point(|stretch| stretch.end() <= copied.other);
    let touching = known[first..].iter();
    let touching = touching.take_while(move |stretch| stretch.start < until);
    touching.filter_map(move |stretch| {
        let from = stretch.start.max(copied.other);
        let to = stretch.end().min(until);
        (to - from >= SHORTEST).then(|| Stretch {
            start: copied.start + (from - copied.other),
            other: stretch.other + (from - stretch.start),
            length: to - from,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(start: usize, other: usize, length: usize) -> Stretch {
        Stretch {
            start,
            other,
            length,
        }
    }

    #[test]
    fn stretches_lead_over_an_object_between() {
        let below = Ground::own(Trace::new((), 0));
        assert!(below.kin().is_none());
        let between = below
            .below(&[
                stretch(0, 1000, 600),
                stretch(700, 0, 300),
                stretch(1000, 5000, 9),
            ])
            .unwrap();
        assert_eq!(between.kin().unwrap().shared.len(), 2);
        let above = between
            .below(&[stretch(50, 100, 900), stretch(950, 0, 300)])
            .unwrap();
        let shared = above.kin().unwrap().shared;
        assert_eq!(
            shared,
            [
                stretch(50, 1100, 500),
                stretch(650, 0, 300),
                stretch(950, 1000, 300)
            ]
        );
        assert!(between.below(&[stretch(0, 600, 120)]).is_none());
    }
}
