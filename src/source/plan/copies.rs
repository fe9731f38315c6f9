//! Where else the objects that hit stand because a whole folder was copied or moved.
//!
//! In: a plan, and the objects in which something was found. Out: the plan with more jobs. A folder is opened once in the
//! walk, so what stands in it under a second path is looked up only here, for the few objects that hit.

use gix::ObjectId;
use gix::objs::{Kind, TreeRefIter};

use super::super::ids::IdSet;
use super::super::objects::Objects;
use super::super::trees::DEPTH_AT_MOST;
use super::Plan;
use super::walker::{Walker, enter, form_of};
use crate::model::{RepoPath, Unchecked};

/// How many folders are opened for that.
const OPENED_AT_MOST: usize = 100_000;

/// Finds where else objects stand because a whole folder does; adds jobs for that.
pub(in crate::source) fn add_copies_of(hits: &IdSet, plan: Plan, objects: &Objects) -> Plan {
    let mut walker = Walker::over(plan, objects);
    let mut empty = IdSet::default();
    let mut opened = 0;
    for (tree, path, commit) in std::mem::take(&mut walker.plan.copies) {
        let mut path = walker.plan.bytes(path).to_vec();
        let mut search = CopySearch {
            hits,
            empty: &mut empty,
            opened: &mut opened,
            commit,
        };
        let tree = *walker.plan.numbers.id(tree);
        search.folder(&mut walker, &tree, &mut path, 0);
    }
    if opened >= OPENED_AT_MOST {
        walker.plan.visited.unchecked.push(Unchecked {
            path: RepoPath::new(""),
            why: "too many copied folders, so not every path of every finding is named".to_owned(),
            undecided: false,
        });
    }
    walker.plan
}

struct CopySearch<'s> {
    hits: &'s IdSet,
    /// Folders in which nothing stands that hit.
    empty: &'s mut IdSet,
    opened: &'s mut usize,
    commit: u32,
}

impl CopySearch<'_> {
    /// Adds the hits below a folder; returns whether there are any.
    fn folder(
        &mut self,
        walker: &mut Walker<'_>,
        tree: &ObjectId,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> bool {
        if depth > DEPTH_AT_MOST || *self.opened >= OPENED_AT_MOST || self.empty.contains(tree) {
            return false;
        }
        *self.opened += 1;
        let mut buffer = Vec::new();
        let Ok(Some((Kind::Tree, data))) = walker.objects.find(tree, &mut buffer) else {
            return false;
        };
        let mut any = false;
        for entry in TreeRefIter::from_bytes(data, walker.objects.hash()).map_while(|e| e.ok()) {
            let length = enter(path, entry.filename);
            let id = entry.oid.to_owned();
            if entry.mode.is_tree() {
                any |= self.folder(walker, &id, path, depth + 1);
            } else if !entry.mode.is_commit() && self.hits.contains(&id) {
                any = true;
                walker.blob(path, &id, form_of(entry.mode), self.commit);
            }
            path.truncate(length);
        }
        if !any {
            self.empty.insert(*tree);
        }
        any
    }
}
