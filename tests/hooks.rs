//! The guard as a user meets it: the real binary, installed hooks, real `git`, a token planted in each situation.
#![cfg(unix)]

mod hooks {
    mod chain;
    mod policy;
    mod push;
    mod repositories;
    mod scans;
    mod shapes;
    mod staging;
}
#[path = "hooks/play.rs"]
mod play;
