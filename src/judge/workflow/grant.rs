//! What the job token may do: the job's block, the workflow's, the ceiling of a caller, or what nobody stated.
//!
//! In: a job, its workflow, the grant of the caller. Out: a `Grant`. The default of an organisation cannot be seen from a
//! checkout and is never guessed.

use crate::model::{Access, Basis, Job, Permissions, Scopes, Spot, Workflow};

/// The job token's permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// `None` where no block states them.
    pub scopes: Option<Scopes>,
    /// The block, where one states them.
    pub spot: Option<Spot>,
    /// Where each scope stands.
    pub entries: Vec<(String, Spot)>,
    /// Whether the block is the workflow's and not the job's own.
    pub of_workflow: bool,
    /// `write-all` or `read-all`.
    pub all: Option<Access>,
}

impl Grant {
    /// How much of a scope is granted; `None` where that cannot be seen.
    pub fn access(&self, scope: &str) -> Option<Access> {
        let scopes = self.scopes.as_ref()?;
        Some(scopes.get(scope).copied().unwrap_or(Access::None))
    }

    /// Whether a scope is stated to be writable.
    pub fn writes(&self, scope: &str) -> bool {
        self.access(scope) == Some(Access::Write)
    }

    /// What the grant rests on.
    pub fn basis(&self) -> Basis {
        if self.scopes.is_some() {
            Basis::Stated
        } else {
            Basis::Default
        }
    }

    /// Where a scope is granted: its line, or the block.
    pub fn spot_of(&self, scope: &str) -> Option<&Spot> {
        self.entries
            .iter()
            .find(|(name, _)| name == scope)
            .map(|(_, spot)| spot)
            .or(self.spot.as_ref())
    }
}

/// The grant of a job; a called workflow only keeps or reduces what its caller grants.
pub(super) fn of_job(workflow: &Workflow, job: &Job, caller: Option<&Grant>) -> Grant {
    let own = match (&job.permissions, &workflow.permissions) {
        (Some(block), _) => of_block(block, false),
        (None, Some(block)) => of_block(block, true),
        (None, None) => return caller.cloned().unwrap_or_default(),
    };
    let Some(ceiling) = caller.and_then(|caller| caller.scopes.as_ref()) else {
        return own;
    };
    let scopes = own.scopes.unwrap_or_default();
    let capped = scopes.into_iter().map(|(scope, access)| {
        let most = ceiling.get(&scope).copied().unwrap_or(Access::None);
        (scope, access.min(most))
    });
    Grant {
        scopes: Some(capped.collect()),
        ..own
    }
}

fn of_block(block: &Permissions, of_workflow: bool) -> Grant {
    Grant {
        scopes: Some(block.scopes.clone()),
        spot: Some(block.spot.clone()),
        entries: block.entries.clone(),
        of_workflow,
        all: block.all,
    }
}
