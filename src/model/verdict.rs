//! How sure we are, and what follows.

use serde::{Deserialize, Serialize};

/// How sure a sighting is, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

impl Confidence {
    /// The word used in JSON and text.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }

    /// One step weaker; `Low` stays.
    pub fn lowered(self) -> Confidence {
        match self {
            Confidence::High => Confidence::Medium,
            Confidence::Medium | Confidence::Low => Confidence::Low,
        }
    }
}

/// What follows from a finding, mildest first. `Silent` is counted and not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Silent,
    Note,
    Warn,
    Block,
}

impl Verdict {
    /// The word used in JSON, configuration and text.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Silent => "silent",
            Verdict::Note => "note",
            Verdict::Warn => "warn",
            Verdict::Block => "block",
        }
    }

    /// The least and the greatest severity of its findings (decision 9).
    pub fn band(self) -> (f32, f32) {
        match self {
            Verdict::Block => (7.0, 10.0),
            Verdict::Warn => (4.0, 6.9),
            Verdict::Note | Verdict::Silent => (0.1, 3.9),
        }
    }
}
