//! Compares one tree with several and finds paths in a tree.
//!
//! In: tree ids. Out: the blobs that differ from every tree compared with. Folders with the same id are not opened.
//! A tree may be written by an attacker: depth and the number of opened folders are bounded, and a bound that is met
//! is said.

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::tree::{EntryRef, name_order};
use gix::objs::{Kind, TreeRef, TreeRefIter};

use super::Form;
use super::objects::Objects;
use crate::error::Result;

/// Folders deeper than this are not opened: a stack has an end, and people's folders are not that deep.
pub(super) const DEPTH_AT_MOST: usize = 200;

/// How many folders and files one comparison comes to; a tree that names itself over and over has no end otherwise.
const ENTRIES_AT_MOST: u64 = 1_000_000;

/// One difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A blob that no compared tree has at this path; `fresh` where none has any blob there.
    Blob {
        id: ObjectId,
        form: Form,
        fresh: bool,
    },
    /// A submodule link.
    Submodule,
    /// A folder that could not be opened, and why.
    Unread(&'static str),
}

/// A comparison under way.
pub(super) struct Comparison<'a> {
    objects: &'a Objects,
    entries: u64,
    said: bool,
}

impl<'a> Comparison<'a> {
    /// Prepares a comparison; its bound holds over all calls of `run`.
    pub(super) fn new(objects: &'a Objects) -> Self {
        Comparison {
            objects,
            entries: 0,
            said: false,
        }
    }

    /// Reports what `tree` holds that none of `others` has at the same path, below `path`.
    pub(super) fn run(
        &mut self,
        tree: &oid,
        others: &[Option<ObjectId>],
        path: &mut Vec<u8>,
        found: &mut dyn FnMut(&[u8], Change),
    ) {
        self.folder(tree, others, path, 0, found);
    }

    fn folder(
        &mut self,
        tree: &oid,
        others: &[Option<ObjectId>],
        path: &mut Vec<u8>,
        depth: usize,
        found: &mut dyn FnMut(&[u8], Change),
    ) {
        if others.iter().any(|other| other.as_deref() == Some(tree)) {
            return;
        }
        if !self.may_open(depth) {
            if !self.said {
                found(
                    path,
                    Change::Unread("too many or too deep folders, so they were not all opened"),
                );
            }
            self.said = true;
            return;
        }
        let mut buffer = Vec::new();
        let opened = match self.objects.find(tree, &mut buffer) {
            Ok(Some((Kind::Tree, data))) => TreeRef::from_bytes(data, self.objects.hash())
                .map_err(|_| "the folder is damaged, so it was not opened"),
            _ => Err("the folder is not in this clone, so it was not opened"),
        };
        let entries = match opened {
            Ok(entries) => entries,
            Err(why) => return found(path, Change::Unread(why)),
        };
        let mut buffers = vec![Vec::new(); others.len()];
        let others: Vec<TreeRef<'_>> = others
            .iter()
            .zip(&mut buffers)
            .map(|(other, buffer)| self.other(other.as_deref(), buffer))
            .collect();
        for entry in &entries.entries {
            let length = path.len();
            if length > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(entry.filename);
            if entry.mode.is_tree() {
                let others: Vec<Option<ObjectId>> = others
                    .iter()
                    .map(|other| named(other, entry).map(|same| same.oid.to_owned()))
                    .collect();
                self.folder(entry.oid, &others, path, depth + 1, found);
            } else if let Some(change) = leaf(entry, &others) {
                self.entries += 1;
                found(path, change);
            }
            path.truncate(length);
        }
    }

    fn may_open(&mut self, depth: usize) -> bool {
        self.entries += 1;
        depth <= DEPTH_AT_MOST && self.entries <= ENTRIES_AT_MOST
    }

    /// A compared tree that is missing or damaged counts as empty: then more is looked at, not less.
    fn other<'b>(&self, id: Option<&oid>, buffer: &'b mut Vec<u8>) -> TreeRef<'b> {
        let found = id.and_then(|id| self.objects.find(id, buffer).ok().flatten());
        match found {
            Some((Kind::Tree, data)) => {
                TreeRef::from_bytes(data, self.objects.hash()).unwrap_or(TreeRef {
                    entries: Vec::new(),
                })
            }
            _ => TreeRef {
                entries: Vec::new(),
            },
        }
    }
}

/// What an entry that is no folder means against the same name in other trees.
fn leaf(entry: &EntryRef<'_>, others: &[TreeRef<'_>]) -> Option<Change> {
    let mut fresh = true;
    for other in others {
        let Some(same) = named(other, entry) else {
            continue;
        };
        fresh &= same.mode.is_commit();
        if same.oid == entry.oid && same.mode.is_link() == entry.mode.is_link() {
            return None;
        }
    }
    if entry.mode.is_commit() {
        return Some(Change::Submodule);
    }
    let form = form_of(entry.mode);
    let id = entry.oid.to_owned();
    Some(Change::Blob { id, form, fresh })
}

fn form_of(mode: gix::objs::tree::EntryMode) -> Form {
    if mode.is_link() {
        Form::Symlink
    } else {
        Form::File
    }
}

fn named<'t>(tree: &TreeRef<'t>, entry: &EntryRef<'_>) -> Option<EntryRef<'t>> {
    let folder = entry.mode.is_tree();
    tree.entries
        .binary_search_by(|other| {
            name_order(other.filename, other.mode.is_tree(), entry.filename, folder)
        })
        .ok()
        .map(|at| tree.entries[at])
}

/// What stands at a path.
pub(super) enum Found {
    Blob(ObjectId),
    Folder(ObjectId),
}

/// Finds a path in a tree; `None` where nothing (or a submodule) stands there.
pub(super) fn find_path(objects: &Objects, tree: &oid, path: &[u8]) -> Result<Option<Found>> {
    PathFinder::new(tree.to_owned()).find(objects, path)
}

/// Finds paths in a tree, one after the other: a folder that leads to the next one as well is not read again.
pub(super) struct PathFinder {
    tree: ObjectId,
    /// The folders that led to the last path, the tree first, each with its name and what its object holds.
    way: Vec<(Vec<u8>, Vec<u8>)>,
}

impl PathFinder {
    /// Prepares to find paths in a tree.
    pub(super) fn new(tree: ObjectId) -> Self {
        PathFinder {
            tree,
            way: Vec::new(),
        }
    }

    /// Finds a path; `None` where nothing (or a submodule) stands there.
    pub(super) fn find(&mut self, objects: &Objects, path: &[u8]) -> Result<Option<Found>> {
        let mut folder = self.tree;
        let mut name_of_folder: &[u8] = b"";
        let mut names = path.split(|&byte| byte == b'/').enumerate().peekable();
        while let Some((depth, name)) = names.next() {
            let known = self.way.get(depth);
            if known.is_none_or(|(known, _)| known != name_of_folder) {
                self.way.truncate(depth);
                let mut buffer = Vec::new();
                let Some((Kind::Tree, data)) = objects.find(&folder, &mut buffer)? else {
                    return Ok(None);
                };
                self.way.push((name_of_folder.to_vec(), data.to_vec()));
            }
            let entry = TreeRefIter::from_bytes(&self.way[depth].1, objects.hash())
                .filter_map(std::result::Result::ok)
                .find(|entry| entry.filename == name);
            match entry {
                Some(entry) if entry.mode.is_tree() => folder = entry.oid.to_owned(),
                Some(entry) if names.peek().is_none() && !entry.mode.is_commit() => {
                    return Ok(Some(Found::Blob(entry.oid.to_owned())));
                }
                _ => return Ok(None),
            }
            name_of_folder = name;
        }
        Ok(Some(Found::Folder(folder)))
    }
}
