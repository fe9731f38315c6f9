//! What tokenleash does beside judging: install itself, and speak with the person who commits.
//!
//! Each file is one act. They run `git` where a person asked for it, never inside a hook's path.

pub mod agent;
pub mod ci;
pub mod demo;
pub mod doctor;
pub mod fix;
pub mod git;
pub mod hooks;
pub mod install;
pub mod prove;
pub mod waive;
