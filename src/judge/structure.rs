//! A finding about structure, before policy and reports.

use crate::model::{Rule, Spot};

/// A finding about structure: what a file says, not what it holds.
#[derive(Clone, Debug)]
pub struct StructureFinding {
    pub rule: &'static Rule,
    pub spot: Spot,
    /// One or two sentences: what is wrong, and what can be done with it.
    pub message: String,
    /// What to do, in a sentence or two.
    pub advice: String,
    pub related: Vec<(Spot, String)>,
    /// The way to the node with list items named by content, for the fingerprint.
    pub route: String,
    /// How we know, and what we do not.
    pub reasons: Vec<String>,
}
