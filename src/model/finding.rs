//! A finding: a sighting with its judgement and its verdict, ready to be written in any format.

use super::{Breadth, Confidence, Excerpt, Place, Reach, RepoPath, Score, TokenKind, Verdict};

/// What to make instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Ids of narrower kinds, best first.
    pub narrower: Vec<&'static str>,
    pub none_because: Option<String>,
    /// The exact clicks or command.
    pub how: String,
    pub docs: String,
    /// The reference to put in the value's place, in the file's own syntax, where one is known.
    pub reference: Option<String>,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub path: RepoPath,
    pub place: Place,
    pub message: String,
}

/// What could not be looked at, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unchecked {
    pub path: RepoPath,
    pub why: String,
    /// Whether this alone makes the run undecided (decision 6).
    pub undecided: bool,
}

/// One result. Everything in it may be printed.
#[derive(Clone, Debug)]
pub struct Finding {
    /// `TL101` and so on.
    pub rule: &'static str,
    pub verdict: Verdict,
    pub kind: Option<&'static TokenKind>,
    /// 0.0 to 10.0, inside the band of the rule.
    pub severity: f32,
    /// What the severity adds up from; empty where the rule alone gives it.
    pub score: Score,
    pub confidence: Confidence,
    pub path: RepoPath,
    pub place: Place,
    /// The commit that brought it to this path first, where commits are known.
    pub commit: Option<String>,
    /// How many commits brought a version of this file that holds it; 0 where commits are not known.
    pub commits: u32,
    /// `None` in a tree scan, where nothing is a change.
    pub introduced: Option<bool>,
    pub at_head: bool,
    pub breadth: Option<Breadth>,
    pub reach: Vec<Reach>,
    pub masked: Option<String>,
    pub advice: Option<Advice>,
    pub fingerprint: String,
    /// The fingerprint of the first finding of this run that shows the same value, where this one's is bound to the place.
    pub same_as: Option<String>,
    /// Whether the fingerprint is bound to the place because the value is guessable.
    pub bound_to_place: bool,
    /// One sentence: what it can do, or what is wrong.
    pub message: String,
    pub excerpt: Excerpt,
    pub related: Vec<Related>,
    /// The way from the agent over its job to what it can use there, in order; empty where no such way is known.
    pub flow: Vec<Related>,
    pub line_hash: String,
    /// Why the confidence is what it is; what lowered or raised the verdict.
    pub reasons: Vec<String>,
    /// Why the credential must be rotated, where it must: it was pushed, or stands where an agent has read it.
    pub rotate: Option<String>,
    /// Owner and reason of the waiver that released it, where one did.
    pub waived: Option<String>,
    /// Whether the baseline knew it.
    pub known: bool,
}

impl Finding {
    /// What findings of one value share: its fingerprint, or that of its first place.
    pub fn value_print(&self) -> &str {
        self.same_as.as_deref().unwrap_or(&self.fingerprint)
    }
}
