//! How commits of a repository descend from each other.

use super::commits::read_commit;
use super::repository::{Commit, Repository};
use crate::error::Result;

impl Repository {
    /// The newest commit that both reach; `None` where this clone shows none.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> Option<Commit> {
        let base = self
            .local()
            .ok()?
            .merge_base(one.id, other.id)
            .ok()??
            .detach();
        self.commit(base).ok()
    }

    /// The ids of a commit's parents, which may lie outside a shallow clone.
    pub fn parents(&self, commit: &Commit) -> Result<Vec<String>> {
        let data = read_commit(&self.objects(), &commit.id)?;
        let parents = data.map(|data| data.parents).unwrap_or_default();
        Ok(parents.iter().map(ToString::to_string).collect())
    }
}
