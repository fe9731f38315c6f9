//! The whole result of a run, as every report writes it.

use super::{AgentJob, Dropped, Finding, Fix, RepoPath, Unchecked, Verdict};

/// What the run says as a whole. `Blocked` beats `Undecided` beats `Clean`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overall {
    Clean,
    Undecided,
    Blocked,
}

impl Overall {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Overall::Clean => "clean",
            Overall::Undecided => "undecided",
            Overall::Blocked => "blocked",
        }
    }

    /// The exit code, the same in every format.
    pub fn exit_code(self) -> u8 {
        match self {
            Overall::Clean => 0,
            Overall::Blocked => 1,
            Overall::Undecided => 2,
        }
    }
}

/// A TL rule: one id, one default verdict, one security-severity (decision 9).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// `TL101`.
    pub id: &'static str,
    /// `broad-credential-in-context`, kebab-case.
    pub name: &'static str,
    /// One line.
    pub title: &'static str,
    /// What it means, why it matters and what to do, in Markdown.
    pub help: &'static str,
    pub verdict: Verdict,
    pub severity: f32,
    /// `cwe/CWE-798`, `owasp-nhi/NHI5:2025` and so on.
    pub tags: &'static [&'static str],
}

/// Counts and the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub overall: Overall,
    pub files: u64,
    pub bytes: u64,
    /// Findings that decide the exit code: introduced blocks, or every block where nothing is a change.
    pub blocked: u64,
    pub warned: u64,
    pub noted: u64,
    /// Findings of the silent cells of the matrix.
    pub silent: u64,
    /// Matches that a filter dropped.
    pub dropped: u64,
}

/// Which repository was looked at, as far as it is known and may be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its address, without a login, a query or a fragment.
    pub repository: String,
    /// The commit.
    pub revision: Option<String>,
    pub branch: Option<String>,
}

/// Everything that a report needs. All of it may be printed.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub summary: Summary,
    /// Sorted by path, place and rule; the same at any thread count.
    pub findings: Vec<Finding>,
    /// Where the policy came from, in words: "HEAD's .tokenleash.toml", "built-in defaults".
    pub policy_from: String,
    pub unchecked: Vec<Unchecked>,
    pub dropped: Vec<Dropped>,
    /// Sentences that belong under the summary: "12 known, 2 broad", "212 in dependencies, `--deps` shows them".
    pub remarks: Vec<String>,
    /// The commit that was judged, where there is one.
    pub commit: Option<String>,
    /// Where that commit comes from; handed in by the caller.
    pub origin: Option<Origin>,
    /// How long the run took; handed in by the caller, left out of machine formats.
    pub seconds: Option<f64>,
    /// When the run ended, in seconds since 1970; handed in by the caller, written only where a format requires it.
    pub ended: Option<i64>,
    /// What ran, in words for the summary: "staged changes", "working tree", "12 commits".
    pub looked_at: String,
    /// Agents in workflows, with what they hold.
    pub agent_jobs: Vec<AgentJob>,
    /// Edits that answer findings, where a caller asked for them.
    pub fixes: Vec<Fix>,
}

impl Outcome {
    /// The outcome of a run that had nothing to look at.
    pub fn of_nothing(looked_at: String) -> Self {
        Outcome {
            summary: Summary {
                overall: Overall::Clean,
                files: 0,
                bytes: 0,
                blocked: 0,
                warned: 0,
                noted: 0,
                silent: 0,
                dropped: 0,
            },
            findings: Vec::new(),
            policy_from: "built-in defaults".to_owned(),
            unchecked: Vec::new(),
            dropped: Vec::new(),
            remarks: Vec::new(),
            commit: None,
            origin: None,
            seconds: None,
            ended: None,
            looked_at,
            agent_jobs: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// The outcome of a run that broke off: nothing was found, and nothing is clean.
    pub fn broken_off(looked_at: String, why: String) -> Self {
        let mut outcome = Outcome::of_nothing(looked_at);
        outcome.summary.overall = Overall::Undecided;
        outcome.unchecked.push(Unchecked {
            path: RepoPath::from(""),
            why,
            undecided: true,
        });
        outcome
    }
}
