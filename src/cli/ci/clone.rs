//! The clone that a runner made: what is in it, and what may be fetched into it.
//!
//! Every question answers "not here" by `None`; only with leave to fetch is the remote asked, once for each thing.

use std::path::PathBuf;

use crate::act::ci::event::{Branch, ObjectName};
use crate::act::ci::fetch::{Depth, Fetcher, REMOTE, Wanted};
use crate::error::Result;
use crate::source::{Commit, GitEnvironment, Repository};

/// A clone, and whether it may grow.
pub(super) struct Clone {
    pub(super) repository: Repository,
    folder: PathBuf,
    may_fetch: bool,
    asked: Vec<Wanted>,
    /// What did not come, where it was asked for.
    pub(super) failed: Option<String>,
}

impl Clone {
    pub(super) fn new(repository: Repository, folder: PathBuf, may_fetch: bool) -> Self {
        Clone {
            repository,
            folder,
            may_fetch,
            asked: Vec::new(),
            failed: None,
        }
    }

    /// Whether the remote may be asked.
    pub(super) fn may_fetch(&self) -> bool {
        self.may_fetch
    }

    /// A commit that is here, by its id, or through a tag's.
    pub(super) fn here(&self, id: &str) -> Option<Commit> {
        self.repository.resolve(id).ok()
    }

    /// A commit, fetched by its id where it is not here.
    pub(super) fn commit(&mut self, id: &ObjectName) -> Result<Option<Commit>> {
        if self.here(id.as_str()).is_none() {
            // A commit that a force push left behind may be gone for good; that it is missing is told by the caller.
            if let Err(error) = self.ask(Wanted::Commit(id.clone())) {
                self.failed = Some(error.message);
            }
        }
        Ok(self.here(id.as_str()))
    }

    /// The head of a pull request as data: by its ref, and by its id where the ref has moved on.
    pub(super) fn head_of(
        &mut self,
        id: &ObjectName,
        number: Option<u64>,
    ) -> Result<Option<Commit>> {
        if self.here(id.as_str()).is_none()
            && let Some(number) = number
        {
            self.ask(Wanted::PullRequest(number))?;
        }
        self.commit(id)
    }

    /// The tip of a branch on the remote, as last fetched; a local branch of that name stands in where there is none.
    pub(super) fn tip(&mut self, branch: &Branch) -> Option<Commit> {
        // A tip that was fetched before is older, but still the remote's.
        let _ = self.ask(Wanted::Branch(branch.clone()));
        let name = branch.as_str();
        self.here(&format!("refs/remotes/{REMOTE}/{name}"))
            .or_else(|| self.here(&format!("refs/heads/{name}")))
    }

    /// The default branch's tip: of the branch that the event names, else of the remote's HEAD.
    pub(super) fn default_tip(&mut self, branch: Option<&Branch>) -> Option<Commit> {
        match branch {
            Some(branch) => self.tip(branch),
            None => self.repository.default_branch_tip(REMOTE),
        }
    }

    /// Brings what a shallow clone left out. False where nothing can be brought: what is here is judged then.
    pub(super) fn deepen(&mut self) -> Result<bool> {
        if !self.may_fetch || !self.repository.is_shallow() {
            return Ok(false);
        }
        let wanted: Vec<Wanted> = self.asked.clone();
        if let Err(error) = Fetcher::new(&self.folder).fetch(&wanted, Depth::Unshallow) {
            self.failed = Some(error.message);
            return Ok(false);
        }
        self.reopen()?;
        Ok(true)
    }

    fn ask(&mut self, wanted: Wanted) -> Result<()> {
        if !self.may_fetch || self.asked.contains(&wanted) {
            return Ok(());
        }
        let asked = std::slice::from_ref(&wanted);
        Fetcher::new(&self.folder).fetch(asked, Depth::Whole)?;
        self.asked.push(wanted);
        self.reopen()
    }

    fn reopen(&mut self) -> Result<()> {
        self.repository = Repository::open(&self.folder, &GitEnvironment::from_process())?;
        Ok(())
    }
}
