//! A queue of work that grows while it is worked on, shared by threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};

use super::crew::Crew;

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
        crew: &Crew,
        state: impl Fn() -> S + Sync,
        run: impl Fn(&mut S, T) + Sync,
    ) {
        let hall = Hall {
            queue: self,
            crew,
            state,
            run,
        };
        std::thread::scope(|scope| {
            for _ in 1..crew.at_first() {
                hall.start(scope);
            }
            hall.work(scope);
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

/// Where the threads of one queue work.
struct Hall<'q, T, N, R> {
    queue: &'q Queue<T>,
    crew: &'q Crew,
    state: N,
    run: R,
}

impl<T: Send, S, N: Fn() -> S + Sync, R: Fn(&mut S, T) + Sync> Hall<'_, T, N, R> {
    /// Starts a thread; where the system has none left, the others do its work.
    fn start<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        let _ = Builder::new().spawn_scoped(scope, move || self.work(scope));
    }

    fn work<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        let mut own = (self.state)();
        while let Some(work) = self.queue.next() {
            let _done = Done(self.queue);
            (self.run)(&mut own, work);
            if self.queue.idle.load(Ordering::Relaxed) == 0 && self.crew.takes_one_more() {
                self.start(scope);
            }
        }
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
