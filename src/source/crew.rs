//! How many threads do a piece of work: as many as there are processors to use, and more while a disk keeps those waiting.
//!
//! In: how many threads there may be, and how the time goes. Out: whether one more would help. A thread that waits for a
//! disk takes no time of a processor, so waiting shows in what all threads together took of the time there was.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

/// Time is measured in pieces of this length, or longer ones.
const MEASURED: Duration = Duration::from_millis(2);

/// So many measurements find a thread waiting that another program kept from work, not a disk.
const BY_CHANCE: usize = 3;

/// The threads of one piece of work.
pub(super) struct Crew {
    /// How many threads there is a processor for.
    processors: usize,
    most: usize,
    size: AtomicUsize,
    watch: Mutex<Watch>,
}

impl Crew {
    /// So many threads from the first to the last.
    pub(super) fn of(threads: usize) -> Self {
        Crew::growing(threads, threads)
    }

    /// So many threads, and up to `most` of them where a disk keeps them waiting.
    pub(super) fn growing(threads: usize, most: usize) -> Self {
        Crew {
            processors: threads,
            most,
            size: AtomicUsize::new(threads),
            watch: Mutex::new(Watch {
                since: (most > threads).then(Moment::now).flatten(),
                waits: 0,
            }),
        }
    }

    /// How many threads there are at first.
    pub(super) fn at_first(&self) -> usize {
        self.processors
    }

    /// Whether a thread is to be added now; it counts from then on. Asked now and then by those that have work.
    pub(super) fn takes_one_more(&self) -> bool {
        if self.size.load(Ordering::Relaxed) >= self.most {
            return false;
        }
        let mut watch = match self.watch.try_lock() {
            Ok(watch) => watch,
            Err(TryLockError::Poisoned(watch)) => watch.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        let takes = watch.is_due() && watch.sees_waiting(Moment::now(), self.processors);
        self.size.fetch_add(usize::from(takes), Ordering::Relaxed);
        takes
    }
}

/// What was seen of the threads so far.
struct Watch {
    /// When it was looked last.
    since: Option<Moment>,
    /// How many more measurements found threads waiting than found all at work; counted no further than it matters.
    waits: usize,
}

impl Watch {
    fn is_due(&self) -> bool {
        self.since
            .is_some_and(|since| since.clock.elapsed() >= MEASURED)
    }

    /// Takes a measurement; true where threads wait, and not by chance.
    fn sees_waiting(&mut self, now: Option<Moment>, processors: usize) -> bool {
        let before = std::mem::replace(&mut self.since, now);
        let (Some(before), Some(now)) = (before, now) else {
            return false;
        };
        let waits = now.has_waited_since(before, processors);
        self.waits = match waits {
            true => self.waits.saturating_add(1).min(BY_CHANCE + 1),
            false => self.waits.saturating_sub(1),
        };
        waits && self.waits > BY_CHANCE
    }
}

/// A point in time, by the clock and by what the whole process took of the processors.
#[derive(Clone, Copy)]
struct Moment {
    clock: Instant,
    taken: Duration,
}

impl Moment {
    /// Now; nothing where the system is not asked for the time that a process took.
    #[cfg(unix)]
    fn now() -> Option<Moment> {
        let taken = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(Moment {
            clock: Instant::now(),
            taken: Duration::try_from(taken).ok()?,
        })
    }

    #[cfg(not(unix))]
    fn now() -> Option<Moment> {
        None
    }

    /// Whether more than a quarter of the time that so many processors had to give was left.
    fn has_waited_since(self, before: Moment, processors: usize) -> bool {
        let given = self.clock.saturating_duration_since(before.clock);
        let taken = self.taken.saturating_sub(before.taken);
        taken.as_secs_f64() < given.as_secs_f64() * processors as f64 * 0.75
    }
}

#[cfg(test)]
mod tests {
    use super::super::queue::Queue;
    use super::*;

    /// Measures pieces of time of ten milliseconds, in each of which two threads took so many percent of two processors.
    fn measure(watch: &mut Watch, percents: &[u64]) -> Vec<bool> {
        let mut now = Moment {
            clock: Instant::now(),
            taken: Duration::from_secs(1),
        };
        watch.since = Some(now);
        let measured = percents.iter().map(|percent| {
            now.clock += Duration::from_millis(10);
            now.taken += Duration::from_micros(200 * percent);
            watch.sees_waiting(Some(now), 2)
        });
        measured.collect()
    }

    fn watch() -> Watch {
        Watch {
            since: None,
            waits: 0,
        }
    }

    #[test]
    fn threads_that_wait_for_long_are_seen() {
        let seen = measure(&mut watch(), &[50, 50, 50, 50, 50, 70, 100]);
        assert_eq!(seen, [false, false, false, true, true, true, false]);
        let mut still = watch();
        measure(&mut still, &[10; 20]);
        assert_eq!(
            measure(&mut still, &[100, 10, 100, 10]),
            [false, true, false, true]
        );
        assert_eq!(measure(&mut still, &[100, 100, 10, 100]), [false; 4]);
    }

    #[test]
    fn threads_at_work_and_short_interruptions_are_not() {
        assert_eq!(measure(&mut watch(), &[98; 50]), [false; 50]);
        let interrupted = [[40, 99].as_slice(); 30].concat();
        assert_eq!(measure(&mut watch(), &interrupted), [false; 60]);
        assert_eq!(measure(&mut watch(), &[0, 0, 0, 99, 99, 99, 0]), [false; 7]);
    }

    #[test]
    fn work_is_done_once_by_threads_that_come_later_too() {
        let crew = Crew::growing(2, 8);
        crew.watch.lock().unwrap().waits = BY_CHANCE;
        let queue = Queue::new((0..400).collect());
        let done = Mutex::new(Vec::new());
        let run = |_: &mut (), number: i32| {
            std::thread::sleep(Duration::from_micros(500));
            done.lock().unwrap().push(number);
        };
        queue.work(&crew, || (), run);
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..400).collect::<Vec<_>>());
    }

    #[test]
    fn a_crew_grows_to_its_most_and_no_further() {
        let crew = Crew::growing(2, 4);
        crew.watch.lock().unwrap().waits = BY_CHANCE;
        let grown = (0..1000).filter(|_| {
            let mut watch = crew.watch.lock().unwrap();
            watch.since = Moment::now().map(|now| Moment {
                clock: now.clock - Duration::from_secs(1),
                ..now
            });
            drop(watch);
            crew.takes_one_more()
        });
        assert_eq!(grown.count(), if cfg!(unix) { 2 } else { 0 });
        assert!(!Crew::of(2).takes_one_more());
    }
}
