//! Facts: how a workflow is wired. Jobs, steps, what is handed to them, and where an agent runs.
//!
//! In: what `read` finds in workflow and action files. Out: nouns for the judgement. Nothing here is a judgement.
//! A setting's value may be a literal credential, so no type that holds one shows it in `Debug`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::{Place, RepoPath, Span};

/// Where something stands: a file, the bytes, and the lines and columns of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub path: Arc<RepoPath>,
    pub span: Span,
    pub place: Place,
}

/// A name and its value as written, `${{ }}` unresolved.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
    pub name_spot: Spot,
    pub spot: Spot,
}

/// Shows no value: it may be a secret.
impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setting")
            .field("name", &self.name)
            .field("place", &self.spot.place)
            .finish_non_exhaustive()
    }
}

/// How much of a scope is granted, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    None,
    Read,
    Write,
}

impl Access {
    /// The word used in workflows and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Access::None => "none",
            Access::Read => "read",
            Access::Write => "write",
        }
    }

    /// Reads the word; `None` where it is none of the three.
    pub fn from_word(word: &str) -> Option<Access> {
        match word.to_ascii_lowercase().as_str() {
            "none" => Some(Access::None),
            "read" => Some(Access::Read),
            "write" => Some(Access::Write),
            _ => None,
        }
    }
}

/// Scopes and how much of each.
pub type Scopes = BTreeMap<String, Access>;

/// A `permissions:` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Every scope that the block names; `read-all` and `write-all` name all that are known.
    pub scopes: Scopes,
    /// The value of `read-all` or `write-all`.
    pub all: Option<Access>,
    /// The key `permissions`.
    pub spot: Spot,
    /// Where each scope stands; empty behind `read-all` and `write-all`.
    pub entries: Vec<(String, Spot)>,
}

/// One event of `on:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    pub event: String,
    /// The activity types; empty where none is named.
    pub types: Vec<String>,
    pub spot: Spot,
}

/// What a step uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// `owner/repository` with a sub-path, lower-cased; a local action's path as `./path`; `docker://image`.
    pub name: String,
    /// The same as written, where case counts.
    pub written: String,
    /// What stands behind the `@`; empty where nothing does.
    pub version: String,
    pub spot: Spot,
}

impl Uses {
    /// Whether what is used stands in the same repository by its own words.
    pub fn is_local(&self) -> bool {
        self.name.starts_with(['.', '$'])
    }
}

/// A command in shell text: words without quotes, wrappers kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    pub words: Vec<String>,
    /// Variables set for this command alone.
    pub assignments: Vec<(String, String)>,
    /// Whether something is written to its standard input.
    pub has_input: bool,
    pub spot: Spot,
    /// Whether the command stands in a script that the step calls.
    pub in_script: bool,
}

/// Shows no words: one may be a secret.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("words", &self.words.len())
            .field("place", &self.spot.place)
            .finish_non_exhaustive()
    }
}

/// How an agent comes to run in a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Through {
    Action,
    Cli,
    Composite,
    Reusable,
}

/// An agent that a step runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentStep {
    /// The agent's id, as `claude-code`.
    pub agent: &'static str,
    pub how: Through,
    /// Where the agent is named: the action, or the command.
    pub spot: Spot,
    /// The words behind a command-line agent's name; empty for an action.
    pub arguments: Vec<String>,
}

/// A step of a job; the steps of a composite action stand in its place.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: String,
    pub name: String,
    pub condition: Option<Setting>,
    pub uses: Option<Uses>,
    pub run: Option<Setting>,
    pub with: Vec<Setting>,
    pub env: Vec<Setting>,
    pub commands: Vec<Command>,
    pub agents: Vec<AgentStep>,
    /// The variables that the step's texts name and do not set, where the environment is the system's own.
    pub mentions: Vec<Setting>,
    /// Whether everything that the step runs was read as commands.
    pub wholly_read: bool,
    pub spot: Spot,
    /// The step that calls the composite action in which this one stands.
    pub outer: Option<Spot>,
    /// Whether that action is taken in another version than the one that stands here and was read.
    pub of_other_version: bool,
}

impl Step {
    /// A step with nothing in it yet.
    pub fn new(spot: Spot) -> Self {
        Step {
            id: String::new(),
            name: String::new(),
            condition: None,
            uses: None,
            run: None,
            with: Vec::new(),
            env: Vec::new(),
            commands: Vec::new(),
            agents: Vec::new(),
            mentions: Vec::new(),
            wholly_read: true,
            spot,
            outer: None,
            of_other_version: false,
        }
    }

    /// An input of the step's action; names have no case.
    pub fn input(&self, name: &str) -> Option<&Setting> {
        self.with.iter().find(|s| s.name.eq_ignore_ascii_case(name))
    }

    /// The step in words: its name, its id, what it uses, or what kind it is.
    pub fn label(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        if !self.id.is_empty() {
            return self.id.clone();
        }
        match &self.uses {
            // Tasks and orbs go by their own names; the rest of the name says what they are.
            Some(uses) if uses.name.starts_with("task/") || uses.name.starts_with("orb/") => {
                uses.written.clone()
            }
            Some(uses) => uses.name.clone(),
            None => "run".to_owned(),
        }
    }
}

/// How secrets come to a called workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    Nothing,
    /// `secrets: inherit`.
    Inherit(Spot),
    Named(Vec<Setting>),
}

/// A job that calls a reusable workflow.
#[derive(Clone, Debug)]
pub struct Call {
    pub uses: Uses,
    pub with: Vec<Setting>,
    pub secrets: Passing,
    /// The agent, where the called workflow is known to run one.
    pub agent: Option<&'static str>,
    /// The called workflow, where it stands in this repository.
    pub workflow: Option<Box<Workflow>>,
}

/// The system that runs the jobs of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CiSystem {
    #[default]
    Github,
    Gitlab,
    Azure,
    Circleci,
}

impl CiSystem {
    /// The system as people call it.
    pub fn name(self) -> &'static str {
        match self {
            CiSystem::Github => "GitHub",
            CiSystem::Gitlab => "GitLab CI",
            CiSystem::Azure => "Azure Pipelines",
            CiSystem::Circleci => "CircleCI",
        }
    }

    /// Whether every step of a job gets every variable of the job, whichever of them it names.
    pub fn shares_variables(self) -> bool {
        matches!(self, CiSystem::Gitlab | CiSystem::Circleci)
    }
}

/// What another system than GitHub Actions gives a job by itself, or keeps where a checkout does not show it.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The events that start this job, where it has its own.
    pub triggers: Vec<Trigger>,
    /// Tokens of the system in the job's environment, by their variables.
    pub tokens: Vec<Setting>,
    /// Identity tokens that a cloud may be told to trust, by their variables.
    pub identities: Vec<Setting>,
    /// The token that the checkout leaves, and where that stands.
    pub persisted: Option<Setting>,
    /// What lies on the disk, in words.
    pub disk: Vec<String>,
    /// What cannot be seen from a checkout, in words.
    pub unseen: Vec<String>,
}

/// A job of a workflow.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: String,
    /// The key of the job.
    pub spot: Spot,
    pub permissions: Option<Permissions>,
    pub env: Vec<Setting>,
    pub condition: Option<Setting>,
    /// Labels of the runner.
    pub runs_on: Vec<String>,
    pub runs_on_spot: Option<Spot>,
    pub environment: Option<Setting>,
    pub needs: Vec<String>,
    pub steps: Vec<Step>,
    pub call: Option<Call>,
    pub surroundings: Surroundings,
}

impl Job {
    /// A job with nothing in it yet.
    pub fn new(id: String, spot: Spot) -> Self {
        Job {
            id,
            spot,
            permissions: None,
            env: Vec::new(),
            condition: None,
            runs_on: Vec::new(),
            runs_on_spot: None,
            environment: None,
            needs: Vec::new(),
            steps: Vec::new(),
            call: None,
            surroundings: Surroundings::default(),
        }
    }
}

/// One workflow file.
#[derive(Clone, Debug)]
pub struct Workflow {
    pub system: CiSystem,
    pub path: Arc<RepoPath>,
    pub triggers: Vec<Trigger>,
    pub permissions: Option<Permissions>,
    pub env: Vec<Setting>,
    pub jobs: Vec<Job>,
}
