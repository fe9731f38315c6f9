//! A fix: edits that answer findings, with what they may break and what they ask for elsewhere.
//!
//! Nothing in it is a value of the repository that may be secret: inserted text is our words, names and references.

use std::collections::BTreeMap;

use super::{Place, RepoPath, Span};

/// Whether the file does the same as before, for all that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    Safe,
    Unsafe,
}

impl Safety {
    /// The word used in every format.
    pub fn word(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// Bytes that give way to a text; none where the text is only put in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    pub span: Span,
    pub place: Place,
    pub insert: String,
}

/// The finding that a fix answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    /// `TL314` and so on.
    pub rule: &'static str,
    /// The finding's line, as it was found.
    pub line: u32,
    pub fingerprint: String,
}

/// The edits of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: RepoPath,
    /// In order, and none touching another.
    pub edits: Vec<Edit>,
}

/// Edits that belong together: all of them are made, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub safety: Safety,
    /// What is done, in one sentence.
    pub title: String,
    pub answers: Vec<Answered>,
    /// What could break, in one sentence.
    pub breaks: String,
    /// What must be set up elsewhere, a sentence each.
    pub setup: Vec<String>,
    /// The file of the finding first.
    pub changes: Vec<Change>,
}

/// A finding that gets no edit, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    pub path: RepoPath,
    pub line: u32,
    /// `TL314` and so on.
    pub rule: &'static str,
    pub why: String,
}

/// One line of a diff, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// ` `, `-` or `+`.
    pub sign: char,
    pub text: String,
}

/// Lines that change, with some that do not around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Counted from 1, as in every unified diff.
    pub old_start: usize,
    pub old_lines: usize,
    pub new_start: usize,
    pub new_lines: usize,
    /// Numbers of the fixes that change it, from 0.
    pub fixes: Vec<usize>,
    pub lines: Vec<DiffLine>,
}

/// What changes in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff {
    pub path: RepoPath,
    pub hunks: Vec<Hunk>,
}

/// Everything that `fix` would do to a tree, and what it would not.
#[derive(Clone, Debug, Default)]
pub struct FixPlan {
    /// In the order of files and lines.
    pub fixes: Vec<Fix>,
    pub left: Vec<Left>,
    /// How many findings there are of rules that no edit answers.
    pub beyond: BTreeMap<&'static str, usize>,
    pub diffs: Vec<FileDiff>,
}
