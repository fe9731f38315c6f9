//! Spreads items over threads.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many items a thread takes at a time: few enough to stay even, many enough to stay cheap.
const TAKEN_AT_ONCE: usize = 8;

/// Calls `run` for every item; each thread has a state of its own. Few items stay on the calling thread.
pub(super) fn spread<T: Sync, S>(
    threads: usize,
    items: &[T],
    state: impl Fn() -> S + Sync,
    run: impl Fn(&mut S, &T) + Sync,
) {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut state = state();
        loop {
            let start = next.fetch_add(TAKEN_AT_ONCE, Ordering::Relaxed);
            let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            for item in rest.iter().take(TAKEN_AT_ONCE) {
                run(&mut state, item);
            }
        }
    };
    let threads = threads.min(items.len().div_ceil(TAKEN_AT_ONCE)).max(1);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
}
