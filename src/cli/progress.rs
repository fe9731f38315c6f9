//! A line that moves while a long scan runs: on a terminal only, and only after the first second.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

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
            let files = seen.files.load(Ordering::Relaxed);
            let bytes = HumanBytes(seen.bytes.load(Ordering::Relaxed));
            bar.set_message(format!("{looked_at}: {files} files, {bytes}"));
            bar.tick();
        }
        thread::park_timeout(EVERY);
    }
    bar.finish_and_clear();
}
