//! A line that moves while a long scan runs: on a terminal only, and only after the first second.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::Seen;

/// How long a scan may run before anything is shown.
const QUIET: Duration = Duration::from_secs(1);

/// How often the line is drawn.
const EVERY: Duration = Duration::from_millis(120);

/// The running line; dropping it takes the line away.
pub struct Progress {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts the line where standard error is a terminal and nobody has switched it off.
    pub fn start(seen: &Arc<Seen>, looked_at: &str) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let wanted = io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let thread = wanted.then(|| {
            let (seen, done, looked_at) = (seen.clone(), done.clone(), looked_at.to_owned());
            thread::spawn(move || draw(&seen, &done, &looked_at))
        });
        Progress { done, thread }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A line that could not be drawn is no reason to fail a scan.
            let _ = thread.join();
        }
    }
}

fn draw(seen: &Seen, done: &AtomicBool, looked_at: &str) {
    let start = Instant::now();
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    while !done.load(Ordering::Relaxed) {
        if start.elapsed() > QUIET {
            bar.set_message(format!("{looked_at}: {}", said(seen, start.elapsed())));
            bar.tick();
        }
        thread::park_timeout(EVERY);
    }
    bar.finish_and_clear();
}

/// How far the scan is; how much longer it takes, where the number of items is known.
fn said(seen: &Seen, elapsed: Duration) -> String {
    let files = seen.files.load(Ordering::Relaxed);
    let bytes = HumanBytes(seen.bytes.load(Ordering::Relaxed));
    let items = seen.items.load(Ordering::Relaxed);
    let expected = seen.expected.load(Ordering::Relaxed);
    let done = format!("{files} files, {bytes}");
    if items == 0 || expected == 0 {
        return done;
    }
    let part = (items as f64 / expected as f64).min(0.99);
    let left = HumanDuration(Duration::from_secs_f64(
        elapsed.as_secs_f64() * (1.0 - part) / part,
    ));
    format!("{:.0} %, {done}, about {left} left", part * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(items: u64, expected: u64) -> Seen {
        let seen = Seen::default();
        seen.files.store(3, Ordering::Relaxed);
        seen.bytes.store(2048, Ordering::Relaxed);
        seen.items.store(items, Ordering::Relaxed);
        seen.expected.store(expected, Ordering::Relaxed);
        seen
    }

    #[test]
    fn an_estimate_is_given_where_the_end_is_known() {
        let elapsed = Duration::from_secs(10);
        assert_eq!(said(&seen(4, 0), elapsed), "3 files, 2.00 KiB");
        assert_eq!(
            said(&seen(4, 8), elapsed),
            "50 %, 3 files, 2.00 KiB, about 10 seconds left"
        );
        assert!(said(&seen(9, 8), elapsed).starts_with("99 %"));
        assert_eq!(said(&seen(0, 8), elapsed), "3 files, 2.00 KiB");
    }
}
