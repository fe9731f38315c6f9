//! Reads commits and tags, and tells which commits a change introduces.
//!
//! In: tips, and commits that are known already. Out: the commits reachable from the first and not from the second,
//! parents before children. Where a clock goes wrong the answer errs towards more commits, never fewer.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;

use super::Content;
use super::ids::IdMap;
use super::objects::{Objects, Unread};
use crate::error::{Error, Result};

/// How many tags of tags are followed.
const TAGS_AT_MOST: usize = 16;

/// How many known commits are followed after all seems said, in case a clock went wrong.
const MORE_AT_MOST: usize = 64;

/// One commit, read.
#[derive(Clone, Debug)]
pub(super) struct CommitData {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) time: i64,
}

/// Reads a commit; `None` where it is missing or no commit.
pub(super) fn read_commit(objects: &Objects, id: &oid) -> Result<Option<CommitData>> {
    let mut buffer = Vec::new();
    match objects.find(id, &mut buffer)? {
        Some((Kind::Commit, data)) => match parse_commit(data) {
            Some(commit) => Ok(Some(commit)),
            None => Err(Error::source(format!("commit {id} is damaged"))),
        },
        _ => Ok(None),
    }
}

/// Reads the message of a commit or of an annotated tag; `None` where it is missing.
fn read_message(objects: &Objects, id: &oid) -> Result<Option<Vec<u8>>> {
    let mut buffer = Vec::new();
    let found = objects.find(id, &mut buffer)?;
    Ok(found.map(|(_, data)| message_of(data).to_vec()))
}

/// The message in the bytes of a commit or of an annotated tag.
pub(super) fn message_of(data: &[u8]) -> &[u8] {
    let start = memchr::memmem::find(data, b"\n\n");
    start.map_or(&[], |at| &data[at + 2..])
}

/// Hands over the message of a commit or tag.
pub(super) fn hand_message(
    objects: &Objects,
    id: &ObjectId,
    take: impl FnOnce(Content<'_>),
) -> std::result::Result<(), Unread> {
    match read_message(objects, id) {
        Ok(Some(message)) => {
            take(Content::Bytes(&message));
            Ok(())
        }
        Ok(None) => Err(Unread::Missing),
        Err(_) => Err(Unread::Broken),
    }
}

fn parse_commit(data: &[u8]) -> Option<CommitData> {
    let mut lines = data.split(|&byte| byte == b'\n');
    let tree = lines.next()?.strip_prefix(b"tree ".as_slice())?;
    let tree = ObjectId::from_hex(tree).ok()?;
    let mut parents = Vec::new();
    let mut time = 0;
    for line in lines {
        if let Some(parent) = line.strip_prefix(b"parent ".as_slice()) {
            parents.push(ObjectId::from_hex(parent).ok()?);
        } else if let Some(committer) = line.strip_prefix(b"committer ".as_slice()) {
            time = committer_time(committer).unwrap_or(0);
        } else if line.is_empty() {
            break;
        }
    }
    Some(CommitData {
        tree,
        parents,
        time,
    })
}

fn committer_time(line: &[u8]) -> Option<i64> {
    let after = line.iter().rposition(|&byte| byte == b'>')? + 1;
    let text = std::str::from_utf8(&line[after..]).ok()?;
    text.split_ascii_whitespace().next()?.parse().ok()
}

/// Where a chain of tags ends.
pub(super) struct Peeled {
    /// The annotated tags on the way.
    pub(super) tags: Vec<ObjectId>,
    pub(super) kind: Kind,
    pub(super) id: ObjectId,
}

/// Follows annotated tags to what they mean; `None` where an object is missing.
pub(super) fn peel(objects: &Objects, id: &oid) -> Result<Option<Peeled>> {
    let mut tags = Vec::new();
    let mut id = id.to_owned();
    let mut buffer = Vec::new();
    while let Some((kind, data)) = objects.find(&id, &mut buffer)? {
        if kind != Kind::Tag {
            return Ok(Some(Peeled { tags, kind, id }));
        }
        let target = data.strip_prefix(b"object ".as_slice());
        let target = target.and_then(|rest| rest.split(|&byte| byte == b'\n').next());
        let target = target.and_then(|hex| ObjectId::from_hex(hex).ok());
        let Some(target) = target.filter(|_| tags.len() < TAGS_AT_MOST) else {
            return Err(Error::source(format!("tag {id} is damaged")));
        };
        tags.push(id);
        id = target;
    }
    Ok(None)
}

/// The commits of a change.
#[derive(Default)]
pub(super) struct Walk {
    /// Parents before children, the same at every run.
    pub(super) commits: Vec<(ObjectId, CommitData)>,
    /// Commits whose parents this clone does not have.
    pub(super) cut: Vec<ObjectId>,
}

struct Node {
    data: CommitData,
    known: bool,
    queued: bool,
}

/// Walks from `tips`, and leaves out what is reachable from `known`. `shallow` lists the commits that a shallow clone
/// ends at.
pub(super) fn walk(
    objects: &Objects,
    shallow: &HashSet<ObjectId>,
    tips: &[ObjectId],
    known: &[ObjectId],
) -> Result<Walk> {
    let mut painter = Painter {
        objects,
        shallow,
        nodes: IdMap::default(),
        queue: BinaryHeap::new(),
        open: 0,
        cut: Vec::new(),
    };
    for id in known {
        painter.reach(*id, Reached::Known)?;
    }
    for id in tips {
        if !painter.reach(*id, Reached::New)? {
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
    objects: &'a Objects,
    shallow: &'a HashSet<ObjectId>,
    nodes: IdMap<Node>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// Queued commits that are not known: while there are any, the walk goes on.
    open: usize,
    cut: Vec<ObjectId>,
}

impl Painter<'_> {
    /// Marks a commit, and queues it where that is news. False where the commit is missing.
    fn reach(&mut self, id: ObjectId, reached: Reached) -> Result<bool> {
        if !self.nodes.contains_key(&id) {
            let Some(mut data) = read_commit(self.objects, &id)? else {
                return Ok(false);
            };
            if self.shallow.contains(&id) && !data.parents.is_empty() {
                data.parents.clear();
                self.cut.push(id);
            }
            let known = reached == Reached::Known;
            self.open += usize::from(!known);
            self.queue.push((data.time, id));
            let queued = true;
            self.nodes.insert(
                id,
                Node {
                    data,
                    known,
                    queued,
                },
            );
            return Ok(true);
        }
        if let Some(node) = self.nodes.get_mut(&id)
            && reached == Reached::Known
            && !node.known
        {
            node.known = true;
            if node.queued {
                self.open -= 1;
            } else {
                node.queued = true;
                self.queue.push((node.data.time, id));
            }
        }
        Ok(true)
    }

    fn run(&mut self) -> Result<()> {
        let mut oldest = i64::MAX;
        let mut more = MORE_AT_MOST;
        while let Some(&(time, id)) = self.queue.peek() {
            if self.open == 0 && time < oldest {
                if more == 0 {
                    break;
                }
                more -= 1;
            }
            self.queue.pop();
            let Some(node) = self.nodes.get_mut(&id) else {
                continue;
            };
            node.queued = false;
            let reached = if node.known {
                Reached::Known
            } else {
                Reached::New
            };
            if reached == Reached::New {
                self.open -= 1;
                oldest = oldest.min(time);
            }
            let mut complete = true;
            for parent in node.data.parents.clone() {
                complete &= self.reach(parent, reached)?;
            }
            if !complete && reached == Reached::New {
                self.cut.push(id);
            }
        }
        Ok(())
    }

    fn finish(self) -> Walk {
        let nodes = self.nodes;
        let is_new = |id: &ObjectId| nodes.get(id).is_some_and(|node| !node.known);
        let mut waiting: IdMap<usize> = IdMap::default();
        let mut children: IdMap<Vec<ObjectId>> = IdMap::default();
        let mut ready = BinaryHeap::new();
        for (id, node) in nodes.iter().filter(|(_, node)| !node.known) {
            let parents: Vec<_> = node.data.parents.iter().filter(|id| is_new(id)).collect();
            for parent in &parents {
                children.entry(**parent).or_default().push(*id);
            }
            if parents.is_empty() {
                ready.push(Reverse((node.data.time, *id)));
            } else {
                waiting.insert(*id, parents.len());
            }
        }
        let mut order = Vec::new();
        while let Some(Reverse((_, id))) = ready.pop() {
            order.push(id);
            for child in children.remove(&id).unwrap_or_default() {
                let Some(left) = waiting.get_mut(&child) else {
                    continue;
                };
                *left -= 1;
                if *left == 0 {
                    let time = nodes.get(&child).map_or(0, |node| node.data.time);
                    ready.push(Reverse((time, child)));
                }
            }
        }
        let mut cut: Vec<_> = self.cut.into_iter().filter(is_new).collect();
        cut.sort_unstable();
        cut.dedup();
        let data = |id: ObjectId| nodes.get(&id).map(|node| (id, node.data.clone()));
        let commits = order.into_iter().filter_map(data).collect();
        Walk { commits, cut }
    }
}
