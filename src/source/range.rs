//! The commits of a change: `A..B`, a push before it leaves, a push before it is accepted.
//!
//! In: a repository and what the change names. Out: every blob that any commit of the change introduces, each path once
//! with its first commit, merges against all their parents; and the messages of commits and annotated tags. Content
//! that a later commit of the same change removes is handed over all the same: it is in the history.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::Kind;

use super::before::{Before, Removed, gone_between, removed_paths};
use super::commit_walk::walk;
use super::commits::{Commits, peel};
use super::handing::hand_over;
use super::introduced::Introduced;
use super::objects::Objects;
use super::repository::{Commit, Repository};
use super::trees::{Change, Comparison};
use super::updates::RefUpdate;
use super::{Content, Form, Item, Keeping, Nothing, Snapshot, Source, Visited};
use crate::error::{Error, Result};
use crate::model::{RepoPath, Unchecked};

/// What a range of commits introduces.
pub struct RangeSource {
    repository: Repository,
    content: Introduced,
    head: Box<dyn Snapshot + Send>,
    base: Box<dyn Snapshot + Send>,
    /// The trees of base and head, where both are there.
    ends: Option<(ObjectId, ObjectId)>,
    moved_from: Mutex<Option<(usize, Arc<MovedFrom>)>>,
}

/// Where the new files of one commit may have come from.
struct MovedFrom {
    removed: Vec<Removed>,
    paths: HashMap<ObjectId, Vec<u8>>,
}

impl RangeSource {
    /// Takes the commits that are reachable from `B` and not from `A`, given as `A..B`; an end left out is HEAD.
    pub fn between(repository: &Repository, range: &str) -> Result<Self> {
        let ends = range
            .split_once("..")
            .filter(|(_, new)| !new.starts_with('.'));
        let Some((old, new)) = ends else {
            return Err(Error::usage(format!("'{range}' is no range")).hint("write it as A..B"));
        };
        let end = |name: &str| {
            if name.is_empty() {
                "HEAD".to_owned()
            } else {
                name.to_owned()
            }
        };
        let zeros = !old.is_empty() && old.bytes().all(|byte| byte == b'0');
        let base = match zeros {
            true => None,
            false => Some(repository.resolve(&end(old))?),
        };
        let head = repository.resolve(&end(new))?;
        let known: Vec<ObjectId> = base.iter().map(|commit| commit.id).collect();
        let tip = (b"HEAD".to_vec(), head.id);
        Self::build(repository, &[tip], &known, Some(head), base)
    }

    /// Takes what a push to `remote` (a name or an address) sends that the remote, as last fetched, does not have.
    pub fn push(repository: &Repository, remote: &str, updates: &[RefUpdate]) -> Result<Self> {
        let mut known = repository
            .tips(&format!("refs/remotes/{remote}/"))
            .unwrap_or_default();
        if known.is_empty() {
            known = repository.tips("refs/remotes/")?;
        }
        let known = known
            .into_iter()
            .map(|(_, id)| id)
            .chain(updates.iter().filter_map(|u| u.old));
        let old = updates
            .iter()
            .find(|update| update.new.is_some())
            .and_then(|update| update.old);
        let base = repository.default_branch_tip(remote);
        let base = base.or_else(|| repository.commit(old?).ok());
        Self::from_updates(repository, updates, &known.collect::<Vec<_>>(), base)
    }

    /// Takes what a received push brings that no ref of this repository reaches yet.
    pub fn receive(repository: &Repository, updates: &[RefUpdate]) -> Result<Self> {
        let refs = repository.tips("refs/")?;
        let known = refs
            .into_iter()
            .map(|(_, id)| id)
            .chain(updates.iter().filter_map(|u| u.old));
        let old = updates
            .iter()
            .find(|update| update.new.is_some())
            .and_then(|update| update.old);
        let base = match repository.head() {
            Ok(Some(head)) => Some(head),
            _ => old.and_then(|old| repository.commit(old).ok()),
        };
        Self::from_updates(repository, updates, &known.collect::<Vec<_>>(), base)
    }

    /// Takes what `tip`, a commit or an annotated tag by its full id, has and none of the known commits reaches.
    pub fn since(
        repository: &Repository,
        tip: &str,
        known: &[Commit],
        base: Option<Commit>,
    ) -> Result<Self> {
        let unknown = || Error::source(format!("object {tip} is not in this clone"));
        let id = ObjectId::from_hex(tip.as_bytes()).map_err(|_| unknown())?;
        let head = repository.resolve(tip)?;
        let known: Vec<ObjectId> = known.iter().map(|commit| commit.id).collect();
        let tip = (b"HEAD".to_vec(), id);
        Self::build(repository, &[tip], &known, Some(head), base)
    }

    /// Whether this clone ends before the change does: commits of it were not seen.
    pub fn is_cut(&self) -> bool {
        self.content.is_cut
    }

    /// How many commits the change has.
    pub fn commit_count(&self) -> usize {
        self.content.commits.len()
    }

    fn from_updates(
        repository: &Repository,
        updates: &[RefUpdate],
        known: &[ObjectId],
        base: Option<Commit>,
    ) -> Result<Self> {
        let tip = |update: &RefUpdate| update.new.map(|id| (update.name.clone(), id));
        let tips: Vec<(Vec<u8>, ObjectId)> = updates.iter().filter_map(tip).collect();
        let objects = repository.objects();
        let mut head = None;
        for (_, id) in &tips {
            let commit = peel(&objects, id)?.filter(|peeled| peeled.kind == Kind::Commit);
            if let Some(commit) = commit.filter(|_| head.is_none()) {
                head = Some(repository.commit(commit.id)?);
            }
        }
        Self::build(repository, &tips, known, head, base)
    }

    fn build(
        repository: &Repository,
        tips: &[(Vec<u8>, ObjectId)],
        known: &[ObjectId],
        head: Option<Commit>,
        base: Option<Commit>,
    ) -> Result<Self> {
        let content = gather(repository, tips, known)?;
        let ends = base.as_ref().zip(head.as_ref());
        let ends = ends.map(|(base, head)| (base.tree, head.tree));
        let snapshot = |commit: Option<Commit>| -> Box<dyn Snapshot + Send> {
            match commit {
                Some(commit) => Box::new(repository.commit_snapshot(&commit)),
                None => Box::new(Nothing),
            }
        };
        Ok(RangeSource {
            repository: repository.clone(),
            content,
            head: snapshot(head),
            base: snapshot(base),
            ends,
            moved_from: Mutex::new(None),
        })
    }

    /// The files that base has and head has not, as far as a commit of the change takes them away: base may have gone on
    /// since the change left it.
    fn removed(&self) -> Vec<RepoPath> {
        let Some((base, head)) = &self.ends else {
            return Vec::new();
        };
        let objects = self.repository.caching_objects();
        let mut between = removed_paths(&objects, &gone_between(&objects, base, head));
        if between.is_empty() {
            return between;
        }
        let mut taken = HashSet::new();
        for commit in &self.content.commits {
            for parent in &commit.parents {
                let gone = gone_between(&objects, parent, &commit.tree);
                taken.extend(removed_paths(&objects, &gone));
            }
        }
        between.retain(|path| taken.contains(path));
        between
    }

    fn moved_from(&self, objects: &Objects, number: usize) -> Arc<MovedFrom> {
        let mut kept = self
            .moved_from
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = kept.as_ref().filter(|(kept, _)| *kept == number) {
            return found.clone();
        }
        let commit = &self.content.commits[number];
        let mut found = MovedFrom {
            removed: Vec::new(),
            paths: HashMap::new(),
        };
        for parent in &commit.parents {
            found
                .removed
                .extend(gone_between(objects, parent, &commit.tree));
            Comparison::new(objects).run(parent, &[], &mut Vec::new(), &mut |path, change| {
                if let Change::Blob { id, .. } = change {
                    found.paths.entry(id).or_insert_with(|| path.to_vec());
                }
            });
        }
        let found = Arc::new(found);
        *kept = Some((number, found.clone()));
        found
    }
}

/// Walks from the tips to what is known, and gathers what lies between.
fn gather(
    repository: &Repository,
    tips: &[(Vec<u8>, ObjectId)],
    known: &[ObjectId],
) -> Result<Introduced> {
    let objects = repository.caching_objects();
    let mut content = Introduced::default();
    let known_ids: HashSet<&ObjectId> = known.iter().collect();
    let mut starts = Vec::new();
    let mut tags = Vec::new();
    for (name, id) in tips {
        let Some(peeled) = peel(&objects, id)? else {
            return Err(Error::source(format!("object {id} is not in this clone")));
        };
        let new_tags = peeled.tags.iter().filter(|tag| !known_ids.contains(tag));
        tags.extend(new_tags.map(|tag| (*tag, peeled.id)));
        match peeled.kind {
            Kind::Commit => starts.push(peeled.id),
            Kind::Tree => content.compare(&objects, &peeled.id, &[], None),
            _ => content.named(name, peeled.id),
        }
    }
    let known: Vec<ObjectId> = known
        .iter()
        .filter_map(|id| known_commit(&objects, id))
        .collect();
    let walk = walk(
        &Commits::by_id(&objects),
        repository.shallow(),
        &starts,
        &known,
    )?;
    content.is_cut = !walk.cut.is_empty();
    for id in walk.cut {
        content.unchecked.push(Unchecked {
            path: RepoPath::new(format!("commit {id}")),
            why: "the commits before it are not in this clone, so they were not seen".to_owned(),
            undecided: true,
        });
    }
    for (id, data) in walk.commits {
        content.commit(&objects, id, data);
    }
    let judged = content.commits.iter().enumerate();
    let numbers: HashMap<ObjectId, usize> =
        judged.map(|(number, commit)| (commit.id, number)).collect();
    for (tag, target) in tags {
        let commit = numbers.get(&target).copied();
        content.message(tag, commit);
    }
    Ok(content.finish())
}

/// The commit that an id on the known side stands for; one that is not here hides nothing.
fn known_commit(objects: &Objects, id: &ObjectId) -> Option<ObjectId> {
    let peeled = peel(objects, id).ok().flatten()?;
    (peeled.kind == Kind::Commit).then_some(peeled.id)
}

impl Source for RangeSource {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let visited = Visited {
            unchecked: self.content.unchecked.clone(),
            submodules: self.content.submodules,
            special: 0,
            removed: self.removed(),
            is_change: true,
            in_repository: true,
        };
        let blob = |number: usize| {
            let blob = &self.content.blobs[number];
            let item = Item {
                path: RepoPath::new(blob.path.as_slice()),
                form: blob.form,
                keeping: Keeping::Git,
                commit: blob
                    .commit
                    .map(|commit| self.content.commits[commit].id.to_string()),
                commits: blob.commits,
                number,
            };
            (item, blob.id)
        };
        let objects = || self.repository.blob_objects();
        let count = self.content.blobs.len();
        Ok(hand_over(threads, count, objects, blob, look, visited))
    }

    fn before(&self, item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        let blob = self
            .content
            .blobs
            .get(item.number)
            .filter(|blob| blob.form != Form::Message);
        let Some((blob, number)) = blob.and_then(|blob| Some((blob, blob.commit?))) else {
            return Ok(Vec::new());
        };
        let objects = self.repository.caching_objects();
        let parents = &self.content.commits[number].parents;
        let mut before = Before::new(&objects);
        if !blob.fresh {
            before.same_path(parents, &blob.path)?;
            return Ok(before.finish());
        }
        let moved_from = self.moved_from(&objects, number);
        before.removed(&blob.path, &blob.id, &moved_from.removed)?;
        if let Some(path) = moved_from.paths.get(&blob.id) {
            before.same_path(parents, path)?;
        }
        Ok(before.finish())
    }

    fn head(&self) -> &dyn Snapshot {
        &*self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &*self.base
    }
}
