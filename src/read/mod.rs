//! Structure into wiring: what a workflow starts, with which commands and which agents.
//!
//! In: the bytes of files, and a look-up of other files of the same state. Out: the nouns of `model::wiring`.
//! Nothing here judges, touches a disk or runs anything; every depth and size is bounded, since the author may be hostile.

pub mod agents;
pub mod expression;
mod lines;
pub mod shell;
pub mod workflow;

/// Reads another file of the same state by its path from the repository's root.
pub type Lookup<'a> = dyn Fn(&[u8]) -> Option<Vec<u8>> + 'a;
