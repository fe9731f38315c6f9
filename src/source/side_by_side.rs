//! The trees that one folder of the index is compared with, looked up name by name.
//!
//! In: ids of trees. Out: what stands under a name in each, and what the first has beyond the names that were asked for.

use gix::ObjectId;
use gix::objs::tree::{EntryRef, name_order};
use gix::objs::{Kind, TreeRef};

use super::objects::Objects;

/// The trees that one folder of the index is compared with.
pub(super) struct SideBySide<'t> {
    trees: Vec<TreeRef<'t>>,
    /// By tree: the place behind the last entry that was found. The index has the same order, so most are the next.
    next: Vec<usize>,
    /// Entries of the first tree that the index has too.
    kept: Vec<bool>,
    found: Vec<Option<EntryRef<'t>>>,
}

impl<'t> SideBySide<'t> {
    /// Opens the trees; what they hold is read into `buffers`, one for each.
    pub(super) fn open(
        objects: &Objects,
        trees: &[Option<ObjectId>],
        buffers: &'t mut [Vec<u8>],
    ) -> Self {
        let opened = trees.iter().zip(buffers);
        let opened = opened.map(|(tree, buffer)| read_tree(objects, tree.as_ref(), buffer));
        let trees: Vec<TreeRef<'t>> = opened.collect();
        SideBySide {
            next: vec![0; trees.len()],
            kept: vec![false; trees.first().map_or(0, |tree| tree.entries.len())],
            found: Vec::with_capacity(trees.len()),
            trees,
        }
    }

    /// What stands under a name in each tree.
    pub(super) fn named(&mut self, name: &[u8], sort: Sort) -> &[Option<EntryRef<'t>>] {
        let order = |other: &EntryRef<'_>| {
            let folder = sort == Sort::Folder;
            name_order(other.filename, other.mode.is_tree(), name, folder)
        };
        self.found.clear();
        for (number, tree) in self.trees.iter().enumerate() {
            let next = self.next[number];
            let is_next = tree
                .entries
                .get(next)
                .is_some_and(|other| order(other).is_eq());
            let at = match is_next {
                true => Some(next),
                false => tree.entries.binary_search_by(order).ok(),
            };
            if let Some(at) = at {
                self.next[number] = at + 1;
                if number == 0 {
                    self.kept[at] = true;
                }
            }
            self.found.push(at.map(|at| tree.entries[at]));
        }
        &self.found
    }

    /// The folders that stand under a name in each tree.
    pub(super) fn folders_named(&mut self, name: &[u8]) -> Vec<Option<ObjectId>> {
        let found = self.named(name, Sort::Folder).iter();
        found
            .map(|entry| entry.map(|entry| entry.oid.to_owned()))
            .collect()
    }

    /// What the first tree has and the index has not.
    pub(super) fn gone(&self) -> impl Iterator<Item = &EntryRef<'t>> {
        let head = self.trees.first().map_or(&[][..], |head| &head.entries);
        let kept = head.iter().zip(&self.kept);
        kept.filter(|(_, kept)| !**kept).map(|(entry, _)| entry)
    }
}

/// A parent's folder that is missing counts as empty: then more is looked at, not less.
fn read_tree<'b>(objects: &Objects, id: Option<&ObjectId>, buffer: &'b mut Vec<u8>) -> TreeRef<'b> {
    let found = id.and_then(|id| objects.find(id, buffer).ok().flatten());
    let parsed = match found {
        Some((Kind::Tree, data)) => TreeRef::from_bytes(data, objects.hash()).ok(),
        _ => None,
    };
    parsed.unwrap_or(TreeRef {
        entries: Vec::new(),
    })
}

/// What kind of entry a name is looked up as; Git sorts a folder as if its name ended with `/`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Leaf,
    Folder,
}
