//! Gathers what the commits of a change introduce: each blob at each path once, with the first commit that brings it.

use std::collections::HashMap;

use gix::ObjectId;

use super::Form;
use super::commits::{CommitData, read_commit};
use super::objects::Objects;
use super::stdin::MESSAGE_PATH;
use super::trees::{Change, Comparison};
use crate::model::{RepoPath, Unchecked};

/// One blob or message, with the commit that introduces it first.
pub(super) struct Blob {
    pub(super) path: Vec<u8>,
    pub(super) id: ObjectId,
    pub(super) form: Form,
    pub(super) fresh: bool,
    pub(super) commit: Option<usize>,
    pub(super) commits: u32,
}

/// One commit of the change, with its tree and the trees of its parents.
pub(super) struct Judged {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
}

/// All that the change introduces.
#[derive(Default)]
pub(super) struct Introduced {
    pub(super) blobs: Vec<Blob>,
    pub(super) commits: Vec<Judged>,
    pub(super) unchecked: Vec<Unchecked>,
    pub(super) submodules: u64,
    /// Whether commits of the change are not in this clone.
    pub(super) is_cut: bool,
    seen: HashMap<(ObjectId, Vec<u8>), usize>,
}

impl Introduced {
    /// Gives back what only the gathering needs.
    pub(super) fn finish(mut self) -> Self {
        self.seen = HashMap::new();
        self
    }

    /// Takes what a commit introduces against all its parents, and its message.
    pub(super) fn commit(&mut self, objects: &Objects, id: ObjectId, data: CommitData) {
        let parent = |id: &ObjectId| read_commit(objects, id).ok().flatten();
        let parents: Vec<ObjectId> = data
            .parents
            .iter()
            .filter_map(parent)
            .map(|data| data.tree)
            .collect();
        let number = self.commits.len();
        self.commits.push(Judged {
            id,
            tree: data.tree,
            parents: parents.clone(),
        });
        self.message(id, Some(number));
        self.compare(objects, &data.tree, &parents, Some(number));
    }

    /// Takes what a tree has and none of the others has at the same path.
    pub(super) fn compare(
        &mut self,
        objects: &Objects,
        tree: &ObjectId,
        parents: &[ObjectId],
        commit: Option<usize>,
    ) {
        let parents: Vec<Option<ObjectId>> = parents.iter().copied().map(Some).collect();
        let mut comparison = Comparison::new(objects);
        comparison.run(
            tree,
            &parents,
            &mut Vec::new(),
            &mut |path, change| match change {
                Change::Blob { id, form, fresh } => self.blob(Blob {
                    path: path.to_vec(),
                    id,
                    form,
                    fresh,
                    commit,
                    commits: 1,
                }),
                Change::Submodule => self.submodules += 1,
                Change::Unread(why) => self.unchecked.push(Unchecked {
                    path: RepoPath::new(path),
                    why: why.to_owned(),
                    undecided: true,
                }),
            },
        );
    }

    /// Takes one blob, or counts it where it is known.
    fn blob(&mut self, blob: Blob) {
        let key = (blob.id, blob.path.clone());
        if let Some(known) = self.seen.get(&key) {
            self.blobs[*known].commits += 1;
            return;
        }
        self.seen.insert(key, self.blobs.len());
        self.blobs.push(blob);
    }

    /// Takes a blob that a ref names without a commit.
    pub(super) fn named(&mut self, path: &[u8], id: ObjectId) {
        self.blob(Blob {
            path: path.to_vec(),
            id,
            form: Form::File,
            fresh: true,
            commit: None,
            commits: 1,
        });
    }

    /// Takes the message of a commit, or of a tag of it.
    pub(super) fn message(&mut self, id: ObjectId, commit: Option<usize>) {
        self.blob(Blob {
            path: MESSAGE_PATH.as_bytes().to_vec(),
            id,
            form: Form::Message,
            fresh: true,
            commit,
            commits: 1,
        });
    }
}
