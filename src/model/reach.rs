//! Who can read a place, and how it comes to an agent.

use serde::{Deserialize, Serialize};

/// How a value comes to an agent, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// In a file outside the checkout, or in the environment of the machine.
    Machine,
    /// In a file of the checkout that an agent works in.
    Workspace,
    /// Given to an MCP server or to a step that runs an agent.
    Handed,
    /// In the agent's context or environment at every call.
    Loaded,
}

impl How {
    /// The word used in JSON, configuration and text.
    pub fn word(self) -> &'static str {
        match self {
            How::Machine => "machine",
            How::Workspace => "workspace",
            How::Handed => "handed",
            How::Loaded => "loaded",
        }
    }

    /// Whether this is an agent's own context, not merely a file near it.
    pub fn in_context(self) -> bool {
        self >= How::Handed
    }
}

/// One way in which agents reach a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The surface's id, or `workspace-file` where no surface is named.
    pub surface: &'static str,
    pub how: How,
    /// Agents with evidence in this repository, by name.
    pub agents: Vec<&'static str>,
    pub evidence: Vec<String>,
}
