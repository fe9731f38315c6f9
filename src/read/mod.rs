//! Structure into wiring: what workflows start, and what settings of agents, tool servers, containers and scripts say.
//!
//! In: the bytes of files, and a look-up of other files of the same state. Out: facts with their places.
//! Nothing here judges, touches a disk or runs anything; every depth and size is bounded, since the author may be hostile.

pub mod agent_config;
pub mod agents;
pub mod expression;
pub(crate) mod lines;
pub mod mcp;
pub mod program;
pub mod reference;
pub mod shell;
pub mod workflow;

/// Reads another file of the same state by its path from the repository's root.
pub type Lookup<'a> = dyn Fn(&[u8]) -> Option<Vec<u8>> + 'a;
