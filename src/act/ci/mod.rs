//! What a CI runner says of the change it runs for, and what is to be judged because of it.
//!
//! ```text
//! runner (environment) + event (payload) ──> plan (head, base, policy, scope, exit) ──> fetch (only when told) ──> summary
//! ```
//! `event`, `runner` and `plan` are pure over what is handed in; `fetch` runs `git fetch` where the user asked for it;
//! `summary` writes the files by which a runner takes a step's summary and outputs.

pub mod event;
pub mod fetch;
pub mod plan;
pub mod runner;
pub mod starter;
pub mod summary;
