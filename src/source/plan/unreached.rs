//! What lies in the object folders and no ref leads to: deleted branches, amended commits, dropped stashes.
//!
//! In: a plan of what the refs reach, and the packs. Out: the plan with more jobs. Parts of such objects may be gone for
//! good, which is no news; what is there is read.

use gix::ObjectId;
use gix::objs::{Kind, TreeRefIter};

use super::super::Form;
use super::super::ids::IdSet;
use super::super::packs::Packs;
use super::super::repository::Repository;
use super::walker::Walker;
use crate::error::Result;

/// The objects that no ref leads to, by kind.
#[derive(Default)]
struct Unreached {
    commits: Vec<ObjectId>,
    trees: Vec<ObjectId>,
    blobs: Vec<ObjectId>,
    tags: Vec<ObjectId>,
}

/// Adds what no ref leads to. Commits and trees come first: they know the paths of what they hold.
pub(in crate::source) fn add_unreached(
    walker: &mut Walker<'_>,
    repository: &Repository,
    packs: &Packs,
) -> Result<()> {
    walker.leave_the_refs();
    let tips = walker.plan.tips.clone();
    let unreached = list(walker, repository, packs);
    walker.commits(repository, &unreached.commits, &tips)?;
    let below = children(walker, &unreached.trees);
    let (inner, outer): (Vec<_>, Vec<_>) = unreached
        .trees
        .into_iter()
        .partition(|tree| below.contains(tree));
    for tree in outer.iter().chain(&inner) {
        if !walker.plan.knows(tree) {
            walker.tree(tree);
        }
    }
    let left = |id: &&ObjectId| !walker.plan.knows(id);
    let tags: Vec<ObjectId> = unreached.tags.iter().filter(left).copied().collect();
    let blobs: Vec<ObjectId> = unreached.blobs.iter().filter(left).copied().collect();
    for tag in tags {
        walker.single(tag, Form::Message);
    }
    for blob in blobs {
        walker.single(blob, Form::File);
    }
    Ok(())
}

fn list(walker: &Walker<'_>, repository: &Repository, packs: &Packs) -> Unreached {
    let packed = packs.iter().flat_map(|pack| pack.objects());
    let loose = repository.loose_objects().into_iter().map(|id| (id, None));
    let mut all: Vec<(ObjectId, Option<Kind>)> = packed
        .chain(loose)
        .filter(|(id, _)| !walker.plan.knows(id))
        .collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    all.dedup_by_key(|(id, _)| *id);
    let mut unreached = Unreached::default();
    for (id, kind) in all {
        match kind.or_else(|| walker.objects.kind(&id)) {
            Some(Kind::Commit) => unreached.commits.push(id),
            Some(Kind::Tree) => unreached.trees.push(id),
            Some(Kind::Tag) => unreached.tags.push(id),
            // What cannot be read is asked for as a blob, and then said to be damaged.
            Some(Kind::Blob) | None => unreached.blobs.push(id),
        }
    }
    unreached
}

/// The folders that stand in some trees.
fn children(walker: &Walker<'_>, trees: &[ObjectId]) -> IdSet {
    let mut children = IdSet::default();
    let mut buffer = Vec::new();
    for tree in trees {
        if let Ok(Some((Kind::Tree, data))) = walker.objects.find(tree, &mut buffer) {
            let entries = TreeRefIter::from_bytes(data, walker.objects.hash());
            let folders = entries
                .map_while(std::result::Result::ok)
                .filter(|entry| entry.mode.is_tree());
            children.extend(folders.map(|entry| entry.oid.to_owned()));
        }
    }
    children
}
