//! tokenleash keeps broad API tokens out of reach of AI agents.
#![deny(unsafe_code)]
pub mod model;
pub mod rules;
pub mod syntax;
pub mod token;
