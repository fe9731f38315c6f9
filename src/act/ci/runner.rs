//! Which CI runner this is, and what its environment says of the change.
//!
//! In: a look-up of variables and a way to read the payload's file, both handed in. Out: one `Event`. A runner's own
//! variables count before ours, and `TOKENLEASH_BASE` only where the runner names no base: no variable narrows what a
//! runner already said.

use super::event::{
    self, About, Branch, Event, ObjectName, Proposal, Push, Reference, Stands, State, Text,
};
use crate::error::{Error, Result};

/// Looks up a variable; an empty one counts as unset.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the payload's file.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>>;

/// The runners whose variables are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    GitHub,
    GitLab,
    Bitbucket,
    AzurePipelines,
    CircleCi,
    /// None of them: `TOKENLEASH_BASE` and `TOKENLEASH_HEAD`.
    Plain,
}

impl Runner {
    /// Tells the runner by the variable that each sets.
    pub fn detect(variable: Lookup<'_>) -> Runner {
        let is_set = |name: &str| variable(name).is_some();
        if is_set("GITHUB_EVENT_NAME") {
            Runner::GitHub
        } else if is_set("GITLAB_CI") {
            Runner::GitLab
        } else if is_set("BITBUCKET_BUILD_NUMBER") {
            Runner::Bitbucket
        } else if is_set("TF_BUILD") {
            Runner::AzurePipelines
        } else if is_set("CIRCLECI") {
            Runner::CircleCi
        } else {
            Runner::Plain
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Runner::GitHub => "GitHub Actions",
            Runner::GitLab => "GitLab CI",
            Runner::Bitbucket => "Bitbucket Pipelines",
            Runner::AzurePipelines => "Azure Pipelines",
            Runner::CircleCi => "CircleCI",
            Runner::Plain => "TOKENLEASH_BASE and TOKENLEASH_HEAD",
        }
    }
}

/// Reads what the runner says.
pub fn event(runner: Runner, variable: Lookup<'_>, read_file: ReadFile<'_>) -> Result<Event> {
    let variables = Variables { look_up: variable };
    match runner {
        Runner::GitHub => variables.github(read_file),
        Runner::GitLab => variables.gitlab(),
        Runner::Bitbucket => variables.bitbucket(),
        Runner::AzurePipelines => variables.azure(),
        Runner::CircleCi => variables.circle(),
        Runner::Plain => variables.plain(),
    }
}

/// The environment, with every value checked as it is taken.
struct Variables<'a> {
    look_up: Lookup<'a>,
}

impl Variables<'_> {
    fn value(&self, name: &str) -> Option<String> {
        (self.look_up)(name).filter(|value| !value.is_empty())
    }

    /// A commit that may be left out or all zeros, but not be malformed.
    fn commit(&self, name: &str) -> Result<Option<ObjectName>> {
        match self.value(name) {
            None => Ok(None),
            Some(text) if event::is_zero(&text) => Ok(None),
            Some(text) => ObjectName::parse(&text)
                .map(Some)
                .ok_or_else(|| misfit(name, "names no commit by its full id")),
        }
    }

    fn needed(&self, name: &str) -> Result<ObjectName> {
        self.commit(name)?.ok_or_else(|| {
            misfit(
                name,
                "is not set, so nobody knows which commit this run is for",
            )
        })
    }

    fn branch(&self, name: &str) -> Result<Option<Branch>> {
        match self.value(name) {
            None => Ok(None),
            Some(text) => Branch::parse(&text)
                .map(Some)
                .ok_or_else(|| misfit(name, "is no name of a branch")),
        }
    }

    fn needed_branch(&self, name: &str) -> Result<Branch> {
        self.branch(name)?
            .ok_or_else(|| misfit(name, "is not set, so nobody knows the base of this change"))
    }

    fn texts(&self, names: [(&'static str, &str); 2]) -> Vec<Text> {
        let text = |(name, variable): (&'static str, &str)| {
            self.value(variable).map(|text| Text { name, text })
        };
        names.into_iter().filter_map(text).collect()
    }

    /// A push whose runner names no commit before it, unless ours does.
    fn push(&self, head: &str, branch: Option<Branch>, tag: &str) -> Result<About> {
        let reference = match branch {
            Some(branch) => Reference::Branch(branch),
            None if self.value(tag).is_some() => Reference::Tag,
            None => Reference::Other,
        };
        Ok(About::Push(Push {
            before: self.commit("TOKENLEASH_BASE")?,
            after: Some(self.needed(head)?),
            reference,
            commits: None,
        }))
    }

    fn github(&self, read_file: ReadFile<'_>) -> Result<Event> {
        let name = self.value("GITHUB_EVENT_NAME").unwrap_or_default();
        let sha = self.commit("GITHUB_SHA")?;
        let path = self.value("GITHUB_EVENT_PATH").ok_or_else(|| {
            misfit(
                "GITHUB_EVENT_PATH",
                "is not set, so the event cannot be read",
            )
        })?;
        event::read(&name, &read_file(&path)?, sha.as_ref())
    }

    fn gitlab(&self) -> Result<Event> {
        let source = self.value("CI_PIPELINE_SOURCE").unwrap_or_default();
        let about = if self.value("CI_MERGE_REQUEST_IID").is_some() {
            // The variables of merged results pipelines name both ends; without them HEAD is the source branch's tip.
            let merged = self.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")?;
            let checked_out = self.needed("CI_COMMIT_SHA")?;
            let base = match self.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")? {
                Some(base) => Some(base),
                None => self.commit("CI_MERGE_REQUEST_DIFF_BASE_SHA")?,
            };
            About::Proposal(Proposal {
                number: None,
                head: merged.clone().unwrap_or_else(|| checked_out.clone()),
                base,
                base_branch: self.needed_branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?,
                commits: None,
                stands: Stands::CheckedOut {
                    merge: merged.map(|_| checked_out),
                },
            })
        } else if self.value("CI_EXTERNAL_PULL_REQUEST_IID").is_some() {
            self.gitlab_mirror()?
        } else if source == "schedule" || source == "web" || source == "api" {
            About::State {
                head: Some(self.needed("CI_COMMIT_SHA")?),
                why: State::Routine,
            }
        } else if source == "push" || source.is_empty() {
            let mut about = self.push(
                "CI_COMMIT_SHA",
                self.branch("CI_COMMIT_BRANCH")?,
                "CI_COMMIT_TAG",
            )?;
            if let (About::Push(push), Some(before)) =
                (&mut about, self.commit("CI_COMMIT_BEFORE_SHA")?)
            {
                push.before = Some(before);
            }
            about
        } else {
            About::State {
                head: Some(self.needed("CI_COMMIT_SHA")?),
                why: State::Unknown,
            }
        };
        Ok(Event {
            name: event::shown(&format!("gitlab_{source}")),
            about,
            default_branch: self.branch("CI_DEFAULT_BRANCH")?,
            texts: self.texts([
                ("MERGE_REQUEST_TITLE", "CI_MERGE_REQUEST_TITLE"),
                ("MERGE_REQUEST_DESCRIPTION", "CI_MERGE_REQUEST_DESCRIPTION"),
            ]),
            by_agent: false,
        })
    }

    /// A pull request of GitHub's whose repository GitLab mirrors.
    fn gitlab_mirror(&self) -> Result<About> {
        Ok(About::Proposal(Proposal {
            number: None,
            head: self.needed("CI_COMMIT_SHA")?,
            base: self.commit("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA")?,
            base_branch: self.needed_branch("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME")?,
            commits: None,
            stands: Stands::CheckedOut { merge: None },
        }))
    }

    fn bitbucket(&self) -> Result<Event> {
        let head = "BITBUCKET_COMMIT";
        let (name, about) = if self.value("BITBUCKET_PR_ID").is_some() {
            let proposal = Proposal {
                number: None,
                head: self.needed(head)?,
                base: self.full_commit("BITBUCKET_PR_DESTINATION_COMMIT")?,
                base_branch: self.needed_branch("BITBUCKET_PR_DESTINATION_BRANCH")?,
                commits: None,
                stands: Stands::CheckedOut { merge: None },
            };
            ("bitbucket_pull_request", About::Proposal(proposal))
        } else {
            let branch = self.branch("BITBUCKET_BRANCH")?;
            ("bitbucket_push", self.push(head, branch, "BITBUCKET_TAG")?)
        };
        Ok(self.plain_event(name, about))
    }

    /// A commit that the runner may shorten; a short id is as good as none.
    fn full_commit(&self, name: &str) -> Result<Option<ObjectName>> {
        let short = |text: &String| text.len() < 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
        match self.value(name) {
            Some(text) if short(&text) => Ok(None),
            _ => self.commit(name),
        }
    }

    fn azure(&self) -> Result<Event> {
        let reason = self.value("BUILD_REASON").unwrap_or_default();
        let head = "BUILD_SOURCEVERSION";
        let (name, about) = if reason == "PullRequest" {
            let merge = self.needed(head)?;
            let source = self.commit("SYSTEM_PULLREQUEST_SOURCECOMMITID")?;
            let proposal = Proposal {
                number: None,
                head: source.unwrap_or_else(|| merge.clone()),
                base: self.commit("TOKENLEASH_BASE")?,
                base_branch: self.needed_branch("SYSTEM_PULLREQUEST_TARGETBRANCH")?,
                commits: None,
                stands: Stands::CheckedOut { merge: Some(merge) },
            };
            ("azure_pull_request", About::Proposal(proposal))
        } else if reason == "Schedule" || reason == "Manual" {
            let state = About::State {
                head: Some(self.needed(head)?),
                why: State::Routine,
            };
            ("azure_routine", state)
        } else {
            let source = self.value("BUILD_SOURCEBRANCH").unwrap_or_default();
            let branch = match Reference::parse(&source) {
                Reference::Branch(branch) => Some(branch),
                Reference::Tag | Reference::Other => None,
            };
            ("azure_push", self.push(head, branch, "BUILD_SOURCEBRANCH")?)
        };
        Ok(self.plain_event(name, about))
    }

    fn circle(&self) -> Result<Event> {
        let branch = self.branch("CIRCLE_BRANCH")?;
        let about = self.push("CIRCLE_SHA1", branch, "CIRCLE_TAG")?;
        Ok(self.plain_event("circleci_push", about))
    }

    fn plain(&self) -> Result<Event> {
        let head = self.commit("TOKENLEASH_HEAD")?;
        let base = self.commit("TOKENLEASH_BASE")?;
        let about = match (base, head) {
            (before @ Some(_), Some(after)) => About::Push(Push {
                before,
                after: Some(after),
                reference: Reference::Other,
                commits: None,
            }),
            (Some(_), None) => {
                return Err(misfit(
                    "TOKENLEASH_HEAD",
                    "is not set, and TOKENLEASH_BASE alone is no range",
                ));
            }
            (None, head) => About::State {
                head,
                why: State::Unknown,
            },
        };
        Ok(self.plain_event("plain", about))
    }

    fn plain_event(&self, name: &str, about: About) -> Event {
        Event {
            name: name.to_owned(),
            about,
            default_branch: None,
            texts: Vec::new(),
            by_agent: false,
        }
    }
}

fn misfit(name: &str, what: &str) -> Error {
    Error::usage(format!("`{name}` {what}"))
}

#[cfg(test)]
#[path = "runner_tests.rs"]
mod tests;
