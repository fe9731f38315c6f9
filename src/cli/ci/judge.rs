//! Carries a plan out: the commits of the change, the whole tree, or both, and what the exit code follows.

use std::path::Path;

use super::clone::Clone;
use super::messages::WithMessages;
use super::resolve::{self, Ends, Judge};
use crate::act::agent;
use crate::act::ci::plan::{ExitFollows, Plan, Scope};
use crate::cli::policy::{self, Judging};
use crate::cli::scan::{Clock, threads};
use crate::engine::fixes::{self, Planning};
use crate::engine::{self, Dependencies, Run, Seen};
use crate::error::Result;
use crate::judge::guard::{self, State, Weakening};
use crate::model::{Outcome, RepoPath, Unchecked};
use crate::policy::config::CONFIG_NAME;
use crate::policy::loosening;
use crate::source::{Commit, CommitTreeSource, Nothing, RangeSource, Snapshot, Source};

/// Where GitHub reads workflows.
const WORKFLOWS: &[u8] = b".github/workflows";

/// Whether edits that answer findings are planned: only a report that shows them is worth what trying them costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edits {
    Planned,
    LeftOut,
}

/// Judges what the plan names.
pub(super) fn examine(
    plan: Plan,
    mut clone: Clone,
    config: Option<&Path>,
    edits: Edits,
) -> Result<Outcome> {
    let clock = &Clock::read();
    if plan.scope == Scope::Nothing {
        return Ok(Outcome::of_nothing(plan.looked_at));
    }
    let ends = resolve::ends(&plan, &mut clone)?;
    let range = range(&plan, &ends, &mut clone)?;
    let judge = resolve::judge(&plan, &ends, &mut clone)?;
    let (judging, weakened) = Policy {
        plan: &plan,
        ends: &ends,
        clone: &clone,
    }
    .read(&judge, config, clock)?;
    let look = Look {
        plan: &plan,
        ends: &ends,
        clone: &clone,
        clock,
        edits,
        judging,
        weakened,
    };
    let mut outcome = match (&range, plan.scope) {
        (_, Scope::Tree) => look.tree(None)?,
        (Some(range), Scope::Changes) => look.at(range, &plan.looked_at)?,
        (Some(range), _) => {
            let mut outcome = look.at(range, &plan.looked_at)?;
            engine::add_existing(&mut outcome, look.tree(None)?);
            outcome
        }
        (None, _) => {
            let mut outcome = look.tree(ends.base.as_ref())?;
            outcome.unchecked.push(not_seen(&plan, &clone));
            outcome
        }
    };
    if let (Judge::Missing, None) = (&judge, config) {
        outcome.unchecked.push(policy_missing(&clone));
    }
    follow(&plan, &mut outcome);
    Ok(outcome)
}

/// The commits of the change; `None` where they are not all in this clone, even after fetching.
fn range(plan: &Plan, ends: &Ends, clone: &mut Clone) -> Result<Option<RangeSource>> {
    if plan.scope == Scope::Tree || ends.unresolved {
        return Ok(None);
    }
    let build =
        |clone: &Clone| RangeSource::since(&clone.repository, &ends.tip, &ends.known, ends.base);
    let mut range = build(clone)?;
    if range.is_cut() && clone.deepen()? {
        range = build(clone)?;
    }
    Ok((!range.is_cut()).then_some(range))
}

fn policy_missing(clone: &Clone) -> Unchecked {
    let help = if clone.may_fetch() {
        ", and the remote did not give it"
    } else {
        "; pass `--fetch`, or check out with `fetch-depth: 0`"
    };
    Unchecked {
        path: RepoPath::from(CONFIG_NAME),
        why: format!(
            "the policy of the base is not in this clone, so the built-in one judged{help}"
        ),
        undecided: true,
    }
}

fn not_seen(plan: &Plan, clone: &Clone) -> Unchecked {
    let commits = match plan.commits {
        Some(1) => "1 commit not seen".to_owned(),
        Some(count) if count > 1 => format!("{count} commits not seen"),
        _ => "an unknown number of commits not seen".to_owned(),
    };
    let (why, help) = match &clone.failed {
        Some(failed) => (
            failed.as_str(),
            "check out with `fetch-depth: 0`; a start that is gone for good ends with the next push",
        ),
        None if plan.base.is_none() => (
            "nothing says where this change starts",
            "set `TOKENLEASH_BASE` to the commit before it",
        ),
        None => (
            "this clone does not hold them",
            "pass `--fetch`, or check out with `fetch-depth: 0`",
        ),
    };
    Unchecked {
        path: RepoPath::from("commits of this change"),
        why: format!("{commits}: {why}, so the whole tree at the head was judged instead; {help}"),
        undecided: true,
    }
}

/// Makes the exit code follow what the plan says.
fn follow(plan: &Plan, outcome: &mut Outcome) {
    match plan.exit {
        ExitFollows::Introduced => {}
        ExitFollows::Everything => {
            for finding in &mut outcome.findings {
                if finding.introduced == Some(false) {
                    finding.introduced = None;
                }
            }
        }
        ExitFollows::Nothing => {
            for finding in &mut outcome.findings {
                finding.introduced = Some(false);
            }
        }
    }
    let standing = outcome
        .findings
        .iter()
        .filter(|finding| finding.introduced == Some(false) && !finding.known)
        .count();
    if standing > 0 {
        let (stood, them) = match standing {
            1 => ("1 finding".to_owned(), "it"),
            _ => (format!("{standing} findings"), "them"),
        };
        outcome.remarks.push(format!(
            "{stood} stood before; `--fail-on existing` makes {them} count"
        ));
    }
    outcome.unchecked.sort();
    outcome.unchecked.dedup();
    engine::settle(outcome);
}

/// Reads the policies, and what the change does to them and to the guard.
struct Policy<'a> {
    plan: &'a Plan,
    ends: &'a Ends,
    clone: &'a Clone,
}

impl Policy<'_> {
    fn read(
        &self,
        judge: &Judge,
        config: Option<&Path>,
        clock: &Clock,
    ) -> Result<(Judging, Vec<Weakening>)> {
        let repository = &self.clone.repository;
        let head = repository.commit_snapshot(&self.ends.head);
        let mut judging = match (config, judge) {
            (Some(path), _) => {
                let policy = policy::of_file(path)?;
                policy::alone(policy, path.display().to_string(), clock.today)?
            }
            (None, Judge::Commit(commit)) => {
                let base = repository.commit_snapshot(commit);
                let id = commit.hex();
                let name = id.get(..12).unwrap_or(&id);
                policy::of_change(Some((&base, name)), &head, "head", clock.today)?
            }
            (None, Judge::BuiltIn | Judge::Missing) => {
                policy::of_change(Some((&Nothing, "no commit")), &head, "head", clock.today)?
            }
        };
        let mut weakened = Vec::new();
        if self.plan.scope == Scope::Tree {
            judging.loosened.clear();
        } else if let Some(base) = &self.ends.base {
            let fork = repository.merge_base(base, &self.ends.head);
            let fork = fork.unwrap_or(*base);
            self.drop_older_loosenings(&mut judging, &fork)?;
            weakened = self.weakenings(&fork)?;
        }
        Ok((judging, weakened))
    }

    /// A change that started before the base was tightened did not loosen it.
    fn drop_older_loosenings(&self, judging: &mut Judging, fork: &Commit) -> Result<()> {
        if judging.loosened.is_empty() {
            return Ok(());
        }
        let snapshot = self.clone.repository.commit_snapshot(fork);
        let then = policy::of_snapshot(&snapshot, "the fork point")?.unwrap_or_default();
        let older = loosening::compare(&judging.policies.base, &then);
        let is_older = |what: &str, file: &str| {
            let mut known = older.iter();
            known.any(|known| known.what == what && known.file == file)
        };
        judging
            .loosened
            .retain(|(_, new)| !is_older(&new.what, new.file));
        Ok(())
    }

    fn weakenings(&self, fork: &Commit) -> Result<Vec<Weakening>> {
        let repository = &self.clone.repository;
        let head = &self.ends.head;
        let was = repository.paths_below(fork, WORKFLOWS)?;
        let is = repository.paths_below(head, WORKFLOWS)?;
        let (before, after) = (
            repository.commit_snapshot(fork),
            repository.commit_snapshot(head),
        );
        let state = |snapshot, workflows| State {
            snapshot,
            workflows,
        };
        guard::compare(
            state(&before as &dyn Snapshot, &was),
            state(&after as &dyn Snapshot, &is),
        )
    }
}

/// What every look of this run shares.
struct Look<'a> {
    plan: &'a Plan,
    ends: &'a Ends,
    clone: &'a Clone,
    clock: &'a Clock,
    edits: Edits,
    judging: Judging,
    weakened: Vec<Weakening>,
}

impl Look<'_> {
    /// The whole tree at the head, compared with a base where one is given.
    fn tree(&self, base: Option<&Commit>) -> Result<Outcome> {
        let source = CommitTreeSource::new(&self.clone.repository, &self.ends.head, base);
        let looked_at = match self.plan.scope {
            Scope::Tree => self.plan.looked_at.as_str(),
            _ => "the whole tree at the head",
        };
        self.at(&source, looked_at)
    }

    fn at(&self, source: &dyn Source, looked_at: &str) -> Result<Outcome> {
        let judging = &self.judging;
        let mut outcome = engine::run(&Run {
            source: &WithMessages {
                source,
                texts: &self.plan.texts,
            },
            policies: &judging.policies,
            rules: &judging.rules,
            threads: threads(None),
            seen: &Seen::default(),
            now: self.clock.now,
            loosened: &judging.loosened,
            weakened: &self.weakened,
            by_agent: self.plan.by_agent || agent::running().is_some(),
            dependencies: Dependencies::Counted,
            looked_at: looked_at.to_owned(),
            commit: Some(self.ends.head.hex()),
        })?;
        if self.edits == Edits::Planned {
            let planning = Planning {
                snapshot: source.head(),
                policies: &judging.policies,
                rules: &judging.rules,
                is_kept: &|_, _| false,
            };
            fixes::add_to(&planning, &mut outcome);
        }
        Ok(outcome)
    }
}
