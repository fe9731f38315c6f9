//! `action.yml`, step by step: each `run` is executed as GitHub's runner would, with a built binary.
#![cfg(unix)]

mod action {
    mod changes;
    mod job;
    mod run_mode;
}
