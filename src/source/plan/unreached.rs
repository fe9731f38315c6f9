//! What lies in the object folders and no ref leads to: deleted branches, amended commits, dropped stashes.
//!
//! In: a plan of what the refs reach, and the packs. Out: the plan with more jobs. Parts of such objects may be gone for
//! good, which is no news; what is there is read.

use gix::ObjectId;
use gix::objs::Kind;

use super::super::Form;
use super::super::commit_walk::walk;
use super::super::commits::Commits;
use super::levels::Levels;
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
    commits: &Commits<'_>,
    levels: &Levels<'_>,
) -> Result<()> {
    walker.leave_the_refs();
    let tips = walker.plan.tips.clone();
    let unreached = list(walker, levels);
    let numbers = &mut walker.plan.numbers;
    let trees = unreached.trees.iter().map(|id| numbers.object(id));
    let trees: Vec<u32> = trees.collect();
    for tree in &trees {
        walker.folders.ask(*tree);
    }
    let shallow = levels.repository.shallow();
    let walk = walk(commits, shallow, &unreached.commits, &tips)?;
    walker.commits(walk, levels);
    let below = children(walker, &trees);
    let is_below = |tree: &u32| below.get(*tree as usize).is_some_and(|below| *below);
    let (inner, outer): (Vec<u32>, Vec<u32>) = trees.into_iter().partition(is_below);
    for tree in outer.into_iter().chain(inner) {
        if !walker.plan.has(tree) {
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

fn list(walker: &Walker<'_>, levels: &Levels<'_>) -> Unreached {
    let packed = levels.packs.iter().flat_map(|pack| pack.objects());
    let loose = levels
        .repository
        .loose_objects()
        .into_iter()
        .map(|id| (id, None));
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

/// By number of the object: whether it stands as a folder in one of some trees.
fn children(walker: &mut Walker<'_>, trees: &[u32]) -> Vec<bool> {
    let mut children = Vec::new();
    for tree in trees {
        for folder in walker.folders_in(*tree) {
            let folder = folder as usize;
            if folder >= children.len() {
                children.resize(folder + 1, false);
            }
            children[folder] = true;
        }
    }
    children
}
