//! From a plan to commits of this clone: the head, what is known before it, and whose policy judges.
//!
//! What is not here is fetched where that was allowed. A range that does not resolve is said so, never taken for empty.

use super::clone::Clone;
use crate::act::ci::event::Branch;
use crate::act::ci::plan::{Plan, PolicyFrom, Scope};
use crate::cli::policy;
use crate::error::{Error, Result};
use crate::source::Commit;

/// The ends of what is judged.
pub(super) struct Ends {
    /// The object that is judged: the head's commit, or an annotated tag of it.
    pub(super) tip: String,
    pub(super) head: Commit,
    /// Where the change starts.
    pub(super) base: Option<Commit>,
    /// Commits that are no part of the change, with all that they reach.
    pub(super) known: Vec<Commit>,
    /// Whether the start of the change is not in this clone.
    pub(super) unresolved: bool,
}

/// Finds the ends.
pub(super) fn ends(plan: &Plan, clone: &mut Clone) -> Result<Ends> {
    if let Some(ends) = merged(plan, clone)? {
        return Ok(ends);
    }
    let (tip, head) = head(plan, clone)?;
    let mut ends = Ends {
        tip,
        head,
        base: None,
        known: Vec::new(),
        unresolved: false,
    };
    if plan.scope == Scope::Tree {
        return Ok(ends);
    }
    match &plan.policy {
        PolicyFrom::BaseBranch(branch) | PolicyFrom::LandedOn(branch) => {
            start_of_proposal(plan, branch, clone, &mut ends)?
        }
        _ => start_of_push(plan, clone, &mut ends)?,
    }
    Ok(ends)
}

/// The merge that the runner checked out stands for the head: its first parent is the base branch to the commit.
fn merged(plan: &Plan, clone: &mut Clone) -> Result<Option<Ends>> {
    let (Some(merge), Some(head)) = (&plan.merge, &plan.head) else {
        return Ok(None);
    };
    let Some(commit) = clone.here(merge.as_str()) else {
        return Ok(None);
    };
    let parents = clone.repository.parents(&commit)?;
    let [first, second] = parents.as_slice() else {
        return Ok(None);
    };
    if second != head.as_str() {
        return Ok(None);
    }
    let (first, second) = (first.clone(), second.clone());
    if clone.here(&first).is_none() || clone.here(&second).is_none() {
        clone.deepen()?;
    }
    let base = clone.here(&first);
    Ok(Some(Ends {
        tip: commit.hex(),
        head: commit,
        known: base.into_iter().collect(),
        unresolved: base.is_none(),
        base,
    }))
}

fn head(plan: &Plan, clone: &mut Clone) -> Result<(String, Commit)> {
    let Some(id) = &plan.head else {
        let head = clone.repository.head()?;
        let head = head.ok_or_else(|| Error::source("there is no commit yet"))?;
        return Ok((head.hex(), head));
    };
    let found = clone.head_of(id, plan.number)?;
    let head = found.ok_or_else(|| {
        let error = Error::source(format!(
            "commit {} of this event is not in this clone",
            id.as_str()
        ));
        if clone.may_fetch() {
            error
        } else {
            error.hint("pass `--fetch`, or check it out with its history (`fetch-depth: 0`)")
        }
    })?;
    Ok((id.as_str().to_owned(), head))
}

fn start_of_proposal(
    plan: &Plan,
    branch: &Branch,
    clone: &mut Clone,
    ends: &mut Ends,
) -> Result<()> {
    let said = match &plan.base {
        Some(base) => clone.commit(base)?,
        None => None,
    };
    let tip = clone.tip(branch);
    // Where the branch moved on meanwhile, what it has by now is no part of this change either. A local branch may be
    // the change itself, so it counts only where nothing else says the base.
    ends.base = said
        .or(tip)
        .filter(|base| *base != ends.head || said.is_some());
    ends.known = ends.base.into_iter().collect();
    if let Some(tip) = tip
        && tip != ends.head
        && !ends.known.contains(&tip)
    {
        ends.known.push(tip);
    }
    ends.unresolved = ends.base.is_none();
    Ok(())
}

fn start_of_push(plan: &Plan, clone: &mut Clone, ends: &mut Ends) -> Result<()> {
    let before = match &plan.base {
        Some(base) => clone.commit(base)?,
        None => None,
    };
    let lost = plan.base.is_some() && before.is_none();
    if plan.policy == PolicyFrom::Before {
        ends.base = before;
        ends.known = before.into_iter().collect();
        ends.unresolved = lost;
        return Ok(());
    }
    let default = clone.default_tip(plan.default_branch.as_ref());
    if before.is_none() && !starts_at_default(plan, lost, default, &ends.head, clone) {
        ends.unresolved = true;
        return Ok(());
    }
    ends.base = before.or(default);
    ends.known = before.into_iter().chain(default).collect();
    ends.unresolved = ends.base.is_none();
    Ok(())
}

/// Whether a push without a state before it starts where it left the default branch. Where the pushed ref may be the
/// default branch itself, that would be an empty range, and clean without a look.
fn starts_at_default(
    plan: &Plan,
    lost: bool,
    default: Option<Commit>,
    head: &Commit,
    clone: &Clone,
) -> bool {
    if plan.default_branch.is_some() {
        return !lost || plan.base_branch.is_some();
    }
    let holds_head = |tip: Commit| clone.repository.merge_base(&tip, head) == Some(*head);
    default.is_some_and(|tip| !holds_head(tip))
}

/// The commit whose policy judges.
pub(super) enum Judge {
    Commit(Commit),
    /// There is no state before: the built-in policy.
    BuiltIn,
    /// It is not in this clone: the built-in policy, and the run is undecided.
    Missing,
}

/// Finds the commit whose policy judges (decision 4).
pub(super) fn judge(plan: &Plan, ends: &Ends, clone: &mut Clone) -> Result<Judge> {
    let or_missing = |commit: Option<Commit>| commit.map_or(Judge::Missing, Judge::Commit);
    match &plan.policy {
        PolicyFrom::Head => Ok(Judge::Commit(ends.head)),
        PolicyFrom::Before => Ok(match (plan.base.is_some(), ends.base) {
            (_, Some(before)) => Judge::Commit(before),
            (false, None) => Judge::BuiltIn,
            (true, None) => Judge::Missing,
        }),
        PolicyFrom::DefaultBranch => {
            let default = clone.default_tip(plan.default_branch.as_ref());
            // A runner that names no default branch: the start of the range, as for `scan --range`.
            let named = plan.default_branch.is_some();
            let start = (!named).then_some(ends.base.unwrap_or(ends.head));
            Ok(or_missing(default.or(start)))
        }
        PolicyFrom::BaseBranch(branch) => {
            of_base_branch(plan, branch, ends.base, clone).map(or_missing)
        }
        PolicyFrom::LandedOn(branch) => {
            let tip = clone.tip(branch);
            let landed = tip
                .zip(ends.base)
                .is_some_and(|(tip, base)| clone.repository.merge_base(&tip, &base) == Some(tip));
            let own = if landed { tip } else { ends.base };
            of_base_branch(plan, branch, own, clone).map(or_missing)
        }
    }
}

fn of_base_branch(
    plan: &Plan,
    branch: &Branch,
    own: Option<Commit>,
    clone: &mut Clone,
) -> Result<Option<Commit>> {
    if plan.default_branch.as_ref() == Some(branch) {
        return Ok(own);
    }
    let Some(default) = clone.default_tip(plan.default_branch.as_ref()) else {
        return Ok(if plan.default_branch.is_none() {
            own
        } else {
            None
        });
    };
    let snapshot = clone.repository.commit_snapshot(&default);
    let listed = policy::of_snapshot(&snapshot, "the default branch")?.is_some_and(|policy| {
        let full = format!("refs/heads/{}", branch.as_str());
        let mut refs = policy.policy_refs.iter();
        refs.any(|listed| listed == branch.as_str() || *listed == full)
    });
    Ok(if listed { own } else { Some(default) })
}
