//! Which policy judges a run (decisions 4): the one that may loosen comes from a place that the change cannot write.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::RepoPath;
use crate::policy::baseline::{self, BASELINE_NAME};
use crate::policy::config::{self, CONFIG_NAME};
use crate::policy::loosening::{self, Loosening};
use crate::policy::{Policies, Policy};
use crate::rules::RuleSet;
use crate::rules::schema::TokenEntry;
use crate::source::{CommitSnapshot, Repository, Snapshot};

/// The policies of a run, the rules with the repository's own kinds, and what the change loosens.
pub struct Judging {
    pub policies: Policies,
    pub rules: RuleSet,
    pub loosened: Vec<(RepoPath, Loosening)>,
}

/// Reads the configuration and the baseline of one state; `None` where it holds neither.
pub fn of_snapshot(snapshot: &dyn Snapshot, shown_as: &str) -> Result<Option<Policy>> {
    let config = text_of(snapshot, CONFIG_NAME, shown_as)?;
    let known = text_of(snapshot, BASELINE_NAME, shown_as)?;
    if config.is_none() && known.is_none() {
        return Ok(None);
    }
    let name = |file: &str| {
        if shown_as.is_empty() {
            file.to_owned()
        } else {
            format!("{shown_as}:{file}")
        }
    };
    let mut policy = match config {
        Some(text) => config::read(&text, &name(CONFIG_NAME))?,
        None => Policy::built_in(),
    };
    if let Some(text) = known {
        policy.known = baseline::read(&text, &name(BASELINE_NAME))?;
    }
    Ok(Some(policy))
}

fn text_of(snapshot: &dyn Snapshot, file: &str, shown_as: &str) -> Result<Option<String>> {
    let Some(bytes) = snapshot.read(file.as_bytes())? else {
        return Ok(None);
    };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| Error::config("this is not UTF-8").at(format!("{shown_as}:{file}")))
}

/// The user's own configuration, where there is one. It counts only where no commit can bring a policy.
pub fn of_user() -> Result<Option<Policy>> {
    let folder = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| home().map(|home| home.join(".config")));
    let Some(path) = folder.map(|folder| folder.join("tokenleash").join("config.toml")) else {
        return Ok(None);
    };
    if path.exists() {
        of_file(&path).map(Some)
    } else {
        Ok(None)
    }
}

/// The home folder, where there is one.
pub fn home() -> Option<PathBuf> {
    std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

/// Reads a policy from a file that the command line names.
pub fn of_file(path: &Path) -> Result<Policy> {
    let shown_as = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|_| Error::config("the configuration could not be read").at(shown_as.clone()))?;
    config::read(&text, &shown_as)
}

/// Judges by a base state; the state of the change may only strengthen. Before the first commit there is no base, and the
/// user's own policy may loosen what the change itself says nothing of.
pub fn of_change(
    base: Option<(&dyn Snapshot, &str)>,
    head: &dyn Snapshot,
    head_shown_as: &str,
    today: Date,
) -> Result<Judging> {
    let built_in = || (Policy::built_in(), "built-in defaults".to_owned());
    let also = of_snapshot(head, head_shown_as)?;
    let (base, from, also, loosened) = match base {
        Some((snapshot, shown_as)) => {
            let (base, from) = of_snapshot(snapshot, shown_as)?.map_or_else(built_in, |policy| {
                (policy, format!("{shown_as}:{CONFIG_NAME}"))
            });
            let also = also.unwrap_or_else(Policy::built_in);
            let loosened = loosening::compare(&base, &also);
            (base, from, Some(also), loosened)
        }
        None => {
            let (base, from) = of_user()?.map_or_else(built_in, |policy| {
                let from = policy.shown_as.clone();
                (policy, from)
            });
            let loosened = also
                .as_ref()
                .map(|also| loosening::compare(&Policy::built_in(), also))
                .unwrap_or_default();
            (base, from, also, loosened)
        }
    };
    let loosened = loosened
        .into_iter()
        .map(|loosening| (RepoPath::from(loosening.file), loosening))
        .collect();
    judging(
        Policies {
            base,
            also,
            today,
            from,
        },
        loosened,
    )
}

/// Judges by one policy alone: a tree's own, a file's, or the built-in one.
pub fn alone(policy: Policy, from: String, today: Date) -> Result<Judging> {
    judging(
        Policies {
            base: policy,
            also: None,
            today,
            from,
        },
        Vec::new(),
    )
}

fn judging(policies: Policies, loosened: Vec<(RepoPath, Loosening)>) -> Result<Judging> {
    let also = policies.also.iter().flat_map(|policy| {
        policy
            .tokens
            .iter()
            .map(|(entry, line)| (entry, *line, policy.shown_as.as_str()))
    });
    let mut own: Vec<TokenEntry> = Vec::new();
    let mut places: Vec<(String, String)> = Vec::new();
    let base = policies
        .base
        .tokens
        .iter()
        .map(|(entry, line)| (entry, *line, policies.base.shown_as.as_str()));
    for (entry, line, shown_as) in base.chain(also) {
        if own.iter().any(|known| known.id == entry.id) {
            continue;
        }
        places.push((entry.id.clone(), format!("{shown_as}:{line}")));
        own.push(entry.clone());
    }
    let rules = if own.is_empty() {
        RuleSet::builtin()
    } else {
        RuleSet::with_own(&own).map_err(|problems| {
            let problem = problems.into_iter().next();
            let (id, message) = problem.map_or_else(Default::default, |p| (p.id, p.message));
            let place = places.iter().find(|(known, _)| *known == id);
            let error = Error::config(format!("own kind `{id}`: {message}"));
            match place {
                Some((_, place)) => error.at(place.clone()),
                None => error,
            }
        })?
    };
    Ok(Judging {
        policies,
        rules,
        loosened,
    })
}

/// The state whose policy judges commits: the remote's default branch, in a bare repository HEAD.
pub struct BaseOfRange(Option<(CommitSnapshot, String)>);

impl BaseOfRange {
    /// Looks for it; the start of the range stands in where there is none.
    pub fn find(repository: &Repository, remote: &str) -> Result<Self> {
        let commit = if repository.is_bare() {
            repository.head()?
        } else {
            repository.default_branch_tip(remote)
        };
        Ok(BaseOfRange(commit.map(|commit| {
            let id = commit.hex();
            let name = id.get(..12).unwrap_or(&id).to_owned();
            (repository.commit_snapshot(&commit), name)
        })))
    }

    /// The snapshot and the name that it is shown under.
    pub fn or_start<'s>(
        &'s self,
        start: &'s dyn Snapshot,
        shown_as: &'s str,
    ) -> (&'s dyn Snapshot, &'s str) {
        match &self.0 {
            Some((snapshot, name)) => (snapshot, name),
            None => (start, shown_as),
        }
    }
}
