//! Structure into wiring: what settings of agents, tool servers, containers and scripts say.
//!
//! In: the bytes of one file and its path. Out: facts with byte spans. Nothing here judges, touches a disk or runs
//! anything; every depth and size is bounded, since the author may be hostile.

pub mod agent_config;
pub mod mcp;
pub mod reference;
