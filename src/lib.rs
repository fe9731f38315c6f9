//! tokenleash keeps broad API tokens out of reach of AI agents: in the commit, in the pull request, on the disk.
//!
//! ```text
//! source ──> find ──> judge ──────────────> policy ──> report
//!  change     facts    breadth · reach       verdict    text · JSON · SARIF · GitHub
//! ```
//!
//! Imports point one way: `cli` · `engine` · `report`, `act` · `policy` · `judge` · `find`, `source` · `token`, `syntax`
//! · `rules` · `model`. Between source and report all is pure: no disk, no clock, no environment, no network.
#![deny(unsafe_code)]

pub mod act;
pub mod cli;
pub mod engine;
pub mod error;
pub mod find;
pub mod judge;
pub mod model;
pub mod policy;
pub mod read;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod token;
