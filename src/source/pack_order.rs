//! Where objects stand in packs, so that many can be read in the order they are stored in.
//!
//! In: object folders. Out: a number to sort ids by. Neighbours in a pack rest on each other's differences, so reading in
//! that order decodes most of them once. It is a hint: what is in no index sorts last, and a wrong answer costs time only.

use std::path::Path;

use gix::hash::oid;
use gix::odb::pack::index;

use super::packs::index_files;

/// The indices of all packs.
pub(super) struct PackOrder {
    indices: Vec<index::File>,
}

impl PackOrder {
    /// Opens the indices of the packs in some object folders; what does not open is passed over.
    pub(super) fn open<'a>(
        folders: impl Iterator<Item = &'a Path>,
        hash: gix::hash::Kind,
    ) -> PackOrder {
        let indices = index_files(folders)
            .iter()
            .filter_map(|path| index::File::at(path, hash).ok())
            .collect();
        PackOrder { indices }
    }

    /// The number of the pack that holds an object, and where in it.
    pub(super) fn of(&self, id: &oid) -> (usize, u64) {
        let found = self.indices.iter().enumerate().find_map(|(pack, index)| {
            let at = index.lookup(id)?;
            Some((pack, index.pack_offset_at_index(at)))
        });
        found.unwrap_or((usize::MAX, 0))
    }
}
