//! Reads commits and tags.
//!
//! In: ids. Out: what a commit says of its tree, its parents and its time, the message, and what a tag leads to. A commit
//! that is damaged is an error; one that is missing is not.

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::Kind;

use super::Content;
use super::ids::IdMap;
use super::objects::{Objects, Unread};
use super::packs::Packs;
use crate::error::{Error, Result};

/// How many tags of tags are followed.
const TAGS_AT_MOST: usize = 16;

/// How many commits are read before they are asked for.
const READ_BEFORE_AT_MOST: usize = 400_000;

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

/// Where commits are read from: some may have been read before.
pub(super) struct Commits<'a> {
    objects: &'a Objects,
    before: IdMap<CommitData>,
}

impl<'a> Commits<'a> {
    /// Reads each commit when it is asked for.
    pub(super) fn by_id(objects: &'a Objects) -> Self {
        let before = IdMap::default();
        Commits { objects, before }
    }

    /// Reads all commits of some packs at once, on several threads; the others when they are asked for.
    pub(super) fn of_packs(objects: &'a Objects, packs: &Packs, threads: usize) -> Self {
        let before = Mutex::new(IdMap::default());
        let mut left = READ_BEFORE_AT_MOST;
        for pack in packs.iter() {
            let (wanted, ids) = pack.commits(left);
            left -= ids.len();
            pack.read_entries(
                threads,
                &wanted,
                || (),
                |(), number, version| {
                    if let Some(commit) = parse_commit(version.bytes) {
                        let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
                        before.insert(ids[number as usize], commit);
                    }
                },
            );
        }
        let before = before.into_inner().unwrap_or_else(PoisonError::into_inner);
        Commits { objects, before }
    }

    /// Reads a commit; `None` where it is missing or no commit.
    pub(super) fn read(&self, id: &ObjectId) -> Result<Option<CommitData>> {
        match self.before.get(id) {
            Some(commit) => Ok(Some(commit.clone())),
            None => read_commit(self.objects, id),
        }
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
