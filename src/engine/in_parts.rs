//! Works through a list in parts, side by side.
//!
//! In: items, and what is done with a few of them at a time. Out: what came of each part, in the order of the items,
//! whatever thread did it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Run;

/// Calls `work` for `at_a_time` items at once; so few stay on the calling thread.
pub(super) fn in_parts<T: Sync, R: Send>(
    run: &Run<'_>,
    items: &[T],
    at_a_time: usize,
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let parts: Vec<&[T]> = items.chunks(at_a_time).collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let worker = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = parts.get(at) else {
                return;
            };
            let result = work(part);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(at, result);
        }
    };
    let threads = match parts.len() {
        0 | 1 => 1,
        several => run.threads.count().min(several),
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_values().collect()
}
