//! What an agent in a job holds: tokens, secrets, and the entry of `agent_jobs`.
//!
//! In: what the judgement computes. Out: nouns for findings and reports. Nothing here is computed.

use serde::Serialize;

use super::{Access, Scopes, Spot, Through};

/// Where a token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenSource {
    GithubToken,
    AppExchanged,
    AppToken,
    Pat,
    Oidc,
    Other,
}

/// How a token comes to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenFrom {
    Checkout,
    With,
    Env,
    Output,
    Default,
}

/// What the permissions of a token rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    Stated,
    Default,
    Exchanged,
}

/// A token that an agent can use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldToken {
    pub source: TokenSource,
    pub from: TokenFrom,
    /// `None` where they cannot be seen from here.
    pub permissions: Option<Scopes>,
    pub basis: Basis,
    pub line: u32,
    /// The secret's name, where the token is one.
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub spot: Spot,
    /// Whether the job's own token stands in where this one is not set.
    #[serde(skip)]
    pub optional: bool,
}

impl HeldToken {
    /// How much of a scope the token carries; `None` where that cannot be seen.
    pub fn access(&self, scope: &str) -> Option<Access> {
        let scopes = self.permissions.as_ref()?;
        Some(scopes.get(scope).copied().unwrap_or(Access::None))
    }
}

/// What a secret is for, by its name and by where it is handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Pays for the agent's own model.
    Model,
    /// No purpose is known.
    Unknown,
    /// Sends messages to people.
    Messages,
    /// A personal access token of GitHub, or the private key of an App.
    Github,
    /// Publishes packages or images.
    Publish,
    /// Deploys to, or administers, a cloud or a host.
    Deploy,
    /// Its name can mean nothing narrow.
    Broad,
}

/// A secret that an agent can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldSecret {
    pub name: String,
    pub kind: Option<&'static str>,
    pub breadth: Option<&'static str>,
    pub line: u32,
    #[serde(skip)]
    pub purpose: Purpose,
    #[serde(skip)]
    pub spot: Spot,
    #[serde(skip)]
    pub reached: SecretReach,
}

/// How near a secret comes to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretReach {
    /// Handed to an earlier step, which leaves traces in the job.
    EarlierStep,
    /// In the environment of the job or workflow.
    Inherited,
    /// In the agent step's own environment or inputs.
    Handed,
}

/// Everything that an agent step holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holds {
    pub tokens: Vec<HeldToken>,
    pub secrets: Vec<HeldSecret>,
    pub oidc: bool,
    pub persisted_credentials: bool,
}

/// One agent in one job: an entry of `agent_jobs` in the JSON document, to the letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgentJob {
    pub path: String,
    pub job: String,
    pub step: String,
    pub agent: &'static str,
    pub line: u32,
    pub how: Through,
    pub holds: Holds,
    pub needs: Option<Scopes>,
    pub excess: Option<Scopes>,
    pub triggers: Vec<String>,
    pub outsiders: bool,
    #[serde(skip)]
    pub view: JobView,
}

/// What a reader of one agent job is told besides; no part of the JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobView {
    /// Whether the job's token has scopes that a file states, as GitHub's has.
    pub has_scopes: bool,
    /// The job token's scopes; `None` where no block states them.
    pub granted: Option<Scopes>,
    /// Where the block stands, if in the same file.
    pub granted_line: Option<u32>,
    /// The scopes that are known to be needed.
    pub least: Scopes,
    /// What other services that the job acts on would do with, in words.
    pub elsewhere: Vec<String>,
    /// Who starts the agent, in words.
    pub starts: Vec<String>,
    /// What earlier steps leave on the disk, in words.
    pub disk: Vec<String>,
    /// What cannot be seen from here, in words.
    pub unseen: Vec<String>,
    /// The secrets that pay for the agent's own model.
    pub own_model: Vec<String>,
    /// The file and the job in which the agent's step stands; others where a workflow is called.
    pub inner_path: String,
    pub inner_job: String,
    /// Where the first job of the file stands.
    pub first_line: u32,
    /// The lines of the job; the last job has no end.
    pub start_line: u32,
    pub end_line: Option<u32>,
}
