//! Tells which commits a change introduces.
//!
//! In: tips, and commits that are known already. Out: the commits reachable from the first and not from the second,
//! parents before children. Where a clock goes wrong the answer errs towards more commits, never fewer.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use gix::ObjectId;

use super::commits::{CommitData, Commits};
use super::ids::IdMap;
use crate::error::{Error, Result};

/// How many known commits are followed after all seems said, in case a clock went wrong.
const MORE_AT_MOST: usize = 64;

/// The commits of a change.
#[derive(Default)]
pub(super) struct Walk {
    /// Parents before children, the same at every run.
    pub(super) commits: Vec<(ObjectId, CommitData)>,
    /// Commits whose parents this clone does not have.
    pub(super) cut: Vec<ObjectId>,
}

/// A commit that was reached.
struct Node {
    id: ObjectId,
    data: CommitData,
    /// The numbers of those parents that are there, once the commit was passed.
    parents: Vec<u32>,
    known: bool,
    queued: bool,
}

/// Walks from `tips`, and leaves out what is reachable from `known`. `shallow` lists the commits that a shallow clone
/// ends at.
pub(super) fn walk(
    commits: &Commits<'_>,
    shallow: &HashSet<ObjectId>,
    tips: &[ObjectId],
    known: &[ObjectId],
) -> Result<Walk> {
    let mut painter = Painter {
        commits,
        shallow,
        numbers: IdMap::default(),
        nodes: Vec::new(),
        queue: BinaryHeap::new(),
        open: 0,
        cut: Vec::new(),
    };
    for id in known {
        painter.reach(*id, Reached::Known)?;
    }
    for id in tips {
        if painter.reach(*id, Reached::New)?.is_none() {
            return Err(Error::source(format!("commit {id} is not in this clone")));
        }
    }
    painter.run()?;
    Ok(painter.finish())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    New,
    Known,
}

struct Painter<'a> {
    commits: &'a Commits<'a>,
    shallow: &'a HashSet<ObjectId>,
    numbers: IdMap<u32>,
    nodes: Vec<Node>,
    queue: BinaryHeap<(i64, ObjectId, u32)>,
    /// Queued commits that are not known: while there are any, the walk goes on.
    open: usize,
    /// By number.
    cut: Vec<u32>,
}

impl Painter<'_> {
    /// Marks a commit, and queues it where that is news. `None` where the commit is missing.
    fn reach(&mut self, id: ObjectId, reached: Reached) -> Result<Option<u32>> {
        let Some(number) = self.numbers.get(&id).copied() else {
            return self.meet(id, reached);
        };
        let node = &mut self.nodes[number as usize];
        if reached == Reached::Known && !node.known {
            node.known = true;
            if node.queued {
                self.open -= 1;
            } else {
                node.queued = true;
                self.queue.push((node.data.time, id, number));
            }
        }
        Ok(Some(number))
    }

    /// Reads a commit that was not reached before.
    fn meet(&mut self, id: ObjectId, reached: Reached) -> Result<Option<u32>> {
        let Some(mut data) = self.commits.read(&id)? else {
            return Ok(None);
        };
        let number = self.nodes.len() as u32;
        if !self.shallow.is_empty() && self.shallow.contains(&id) && !data.parents.is_empty() {
            data.parents.clear();
            self.cut.push(number);
        }
        let known = reached == Reached::Known;
        self.open += usize::from(!known);
        self.queue.push((data.time, id, number));
        self.numbers.insert(id, number);
        self.nodes.push(Node {
            id,
            data,
            parents: Vec::new(),
            known,
            queued: true,
        });
        Ok(Some(number))
    }

    fn run(&mut self) -> Result<()> {
        let mut oldest = i64::MAX;
        let mut more = MORE_AT_MOST;
        while let Some(&(time, _, number)) = self.queue.peek() {
            if self.open == 0 && time < oldest {
                if more == 0 {
                    break;
                }
                more -= 1;
            }
            self.queue.pop();
            let node = &mut self.nodes[number as usize];
            node.queued = false;
            let reached = match node.known {
                true => Reached::Known,
                false => Reached::New,
            };
            if reached == Reached::New {
                self.open -= 1;
                oldest = oldest.min(time);
            }
            let ids = std::mem::take(&mut node.data.parents);
            let mut parents = Vec::with_capacity(ids.len());
            for id in &ids {
                parents.extend(self.reach(*id, reached)?);
            }
            if parents.len() < ids.len() && reached == Reached::New {
                self.cut.push(number);
            }
            let node = &mut self.nodes[number as usize];
            node.data.parents = ids;
            node.parents = parents;
        }
        Ok(())
    }

    fn finish(self) -> Walk {
        let mut nodes = self.nodes;
        let mut cut = self.cut;
        cut.retain(|number| !nodes[*number as usize].known);
        let mut cut: Vec<ObjectId> = cut
            .iter()
            .map(|number| nodes[*number as usize].id)
            .collect();
        cut.sort_unstable();
        cut.dedup();
        let mut commits = Vec::new();
        for number in parents_first(&nodes) {
            let node = &mut nodes[number as usize];
            let data = CommitData {
                tree: node.data.tree,
                parents: std::mem::take(&mut node.data.parents),
                time: node.data.time,
            };
            commits.push((node.id, data));
        }
        Walk { commits, cut }
    }
}

/// The commits that are not known, parents before children, the older ones first.
fn parents_first(nodes: &[Node]) -> Vec<u32> {
    let new_parents = |node: &Node| {
        let parents = node.parents.clone().into_iter();
        parents.filter(|parent| !nodes[*parent as usize].known)
    };
    let mut starts = vec![0u32; nodes.len() + 1];
    let mut waiting = vec![0u32; nodes.len()];
    let mut ready = BinaryHeap::new();
    let new = |(_, node): &(usize, &Node)| !node.known;
    for (number, node) in nodes.iter().enumerate().filter(new) {
        for parent in new_parents(node) {
            starts[parent as usize + 1] += 1;
            waiting[number] += 1;
        }
        if waiting[number] == 0 {
            ready.push(Reverse((node.data.time, node.id, number as u32)));
        }
    }
    for number in 0..nodes.len() {
        starts[number + 1] += starts[number];
    }
    let mut free = starts.clone();
    let mut children = vec![0u32; starts[nodes.len()] as usize];
    for (number, node) in nodes.iter().enumerate().filter(new) {
        for parent in new_parents(node) {
            let place = &mut free[parent as usize];
            children[*place as usize] = number as u32;
            *place += 1;
        }
    }
    let mut order = Vec::new();
    while let Some(Reverse((_, _, number))) = ready.pop() {
        order.push(number);
        let own = starts[number as usize] as usize..starts[number as usize + 1] as usize;
        for child in &children[own] {
            let left = &mut waiting[*child as usize];
            *left -= 1;
            if *left == 0 {
                let node = &nodes[*child as usize];
                ready.push(Reverse((node.data.time, node.id, *child)));
            }
        }
    }
    order
}
