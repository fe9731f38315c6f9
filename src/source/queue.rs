//! A queue of work that grows while it is worked on, shared by threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Work that is waiting, and how much is under way.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// How many threads wait for work.
    idle: AtomicUsize,
}

struct State<T> {
    waiting: Vec<T>,
    open: usize,
}

impl<T: Send> Queue<T> {
    /// Starts with some work.
    pub(super) fn new(work: Vec<T>) -> Self {
        let open = work.len();
        let state = Mutex::new(State {
            waiting: work,
            open,
        });
        let changed = Condvar::new();
        let idle = AtomicUsize::new(0);
        Queue {
            state,
            changed,
            idle,
        }
    }

    /// Adds work; called only from within work.
    pub(super) fn push(&self, work: T) {
        let mut state = self.lock();
        state.waiting.push(work);
        state.open += 1;
        drop(state);
        self.changed.notify_one();
    }

    /// Whether a thread waits and no work does.
    pub(super) fn is_hungry(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0 && self.lock().waiting.is_empty()
    }

    /// Calls `run` until no work is left, on several threads.
    pub(super) fn work<S>(
        &self,
        threads: usize,
        state: impl Fn() -> S + Sync,
        run: impl Fn(&mut S, T) + Sync,
    ) {
        let worker = || {
            let mut own = state();
            while let Some(work) = self.next() {
                let _done = Done(self);
                run(&mut own, work);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(worker);
            }
            worker();
        });
    }

    fn next(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.waiting.pop() {
                return Some(work);
            }
            if state.open == 0 {
                return None;
            }
            self.idle.fetch_add(1, Ordering::Relaxed);
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            self.idle.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts work as done even where it panics, so that the other threads do not wait for ever.
struct Done<'a, T: Send>(&'a Queue<T>);

impl<T: Send> Drop for Done<'_, T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.open -= 1;
        if state.open == 0 {
            self.0.changed.notify_all();
        }
    }
}
