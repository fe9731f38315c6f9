//! Reads objects by id, from a repository's own store and from those that the environment adds beside it.
//!
//! In: object folders. Out: bytes of commits, trees, tags and blobs. Replacement refs are ignored: what is pushed is
//! the object itself. A missing object is an answer here, not an error; callers decide what it means.

use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::{Exists, Find, Kind};
use gix::odb::Header as _;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;

use super::Content;
use super::pack_order::PackOrder;
use super::packs::Packs;
use crate::error::{Error, Result};

/// A blob above this size is handed over as a stream.
pub(super) const STREAM_FROM: u64 = 8 << 20;

/// A packed blob has to be held in memory; above this size it is not read, and that is said.
const HELD_AT_MOST: u64 = 2 << 30;

/// How many bytes of decoded objects one reader keeps, so that trees are not decoded again and again.
const OBJECT_CACHE: usize = 32 << 20;

/// How many bytes of objects that others rest on one reader keeps.
const BASE_CACHE: usize = 32 << 20;

/// How many handles are kept for the next reader.
const SPARE_AT_MOST: usize = 4;

/// One for each store.
type Handles = Vec<gix::odb::Handle>;

/// The object folders of a repository; shared by all threads.
#[derive(Clone)]
pub(super) struct Stores {
    stores: Vec<Arc<gix::odb::Store>>,
    hash: gix::hash::Kind,
    /// Handles of readers that are gone: each holds the large state that inflates objects, and making one costs.
    spare: Arc<Mutex<Vec<Handles>>>,
}

/// What a reader keeps of what it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remembers {
    Nothing,
    /// What differences in packs rest on.
    Bases,
    WholeObjects,
}

impl Stores {
    /// Starts with a repository's own store.
    pub(super) fn new(own: Arc<gix::odb::Store>, hash: gix::hash::Kind) -> Self {
        Stores {
            stores: vec![own],
            hash,
            spare: Arc::default(),
        }
    }

    /// Adds a folder of objects; one that is no folder (any more) adds nothing.
    pub(super) fn add(&mut self, folder: &Path) {
        let known = self.stores.iter().any(|store| store.path() == folder);
        if known {
            return;
        }
        if let Ok(handle) = gix::odb::at(folder, self.hash) {
            self.stores.push(handle.into_inner().store());
            self.spare = Arc::default();
        }
    }

    /// The hash that ids are made with.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// Makes a reader for one thread.
    pub(super) fn reader(&self) -> Objects {
        self.reader_that(Remembers::Nothing)
    }

    /// Makes a reader; its handles are made when it first reads.
    fn reader_that(&self, remembers: Remembers) -> Objects {
        Objects {
            handles: OnceCell::new(),
            stores: self.clone(),
            remembers,
        }
    }

    fn handles(&self, remembers: Remembers) -> Handles {
        if remembers == Remembers::Nothing
            && let Some(handles) = self.spare().pop()
        {
            return handles;
        }
        let handle = |store: &Arc<gix::odb::Store>| {
            let mut handle = store.to_handle();
            handle.ignore_replacements = true;
            let mut handle = gix::odb::Handle::from(handle);
            if remembers != Remembers::Nothing {
                handle.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(BASE_CACHE)));
            }
            if remembers == Remembers::WholeObjects {
                handle.set_object_cache(|| {
                    Box::new(gix::odb::pack::cache::object::MemoryCappedHashmap::new(
                        OBJECT_CACHE,
                    ))
                });
            }
            handle
        };
        self.stores.iter().map(handle).collect()
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Handles>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All folders of objects, alternates included.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for store in &self.stores {
            folders.push(store.path().to_owned());
            folders.extend(store.alternate_db_paths().unwrap_or_default());
        }
        folders
    }

    /// The objects that lie in files of their own.
    pub(super) fn loose(&self) -> Vec<ObjectId> {
        let mut ids = Vec::new();
        let list = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
        for half in self.folders().iter().flat_map(|folder| list(folder)) {
            let Some(start) = half
                .file_name()
                .to_str()
                .filter(|n| n.len() == 2)
                .map(str::to_owned)
            else {
                continue;
            };
            for file in list(&half.path()) {
                let rest = file.file_name();
                let hex = format!("{start}{}", rest.to_string_lossy());
                let id = ObjectId::from_hex(hex.as_bytes()).ok();
                ids.extend(id.filter(|id| id.kind() == self.hash));
            }
        }
        ids
    }

    /// Where the objects of all folders stand.
    pub(super) fn pack_order(&self) -> PackOrder {
        PackOrder::open(self.folders().iter().map(PathBuf::as_path), self.hash)
    }

    /// The packs of all folders.
    pub(super) fn packs(&self, threads: usize) -> Packs {
        Packs::open(
            self.folders().iter().map(PathBuf::as_path),
            self.hash,
            threads,
        )
    }

    /// Makes a reader for one thread that remembers what differences in packs rest on, for reading many blobs once.
    pub(super) fn blob_reader(&self) -> Objects {
        self.reader_that(Remembers::Bases)
    }

    /// Makes a reader for one thread that remembers whole objects, for walks over many trees.
    pub(super) fn caching_reader(&self) -> Objects {
        self.reader_that(Remembers::WholeObjects)
    }
}

/// Reads objects, for one thread.
pub(super) struct Objects {
    handles: OnceCell<Handles>,
    stores: Stores,
    remembers: Remembers,
}

impl Drop for Objects {
    fn drop(&mut self) {
        if self.remembers == Remembers::Nothing
            && let Some(handles) = self.handles.take()
        {
            let mut spare = self.stores.spare();
            if spare.len() < SPARE_AT_MOST {
                spare.push(handles);
            }
        }
    }
}

/// Why a blob was not handed over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    Missing,
    Broken,
    TooLarge,
}

impl Unread {
    /// The reason in words.
    pub(super) fn why(&self) -> &'static str {
        match self {
            Unread::Missing => {
                "the object is not in this clone (partial or shallow), so it was not read"
            }
            Unread::Broken => "the object is damaged, so it was not read to its end",
            Unread::TooLarge => "packed and larger than 2 GiB, so it was not read",
        }
    }
}

impl Objects {
    /// The hash that ids are made with.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.stores.hash
    }

    fn handles(&self) -> &[gix::odb::Handle] {
        let make = || self.stores.handles(self.remembers);
        self.handles.get_or_init(make)
    }

    /// Reads an object; `None` where it is missing. The empty tree is always there.
    pub(super) fn find<'b>(
        &self,
        id: &oid,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Option<(Kind, &'b [u8])>> {
        if id == ObjectId::empty_tree(self.hash()) {
            return Ok(Some((Kind::Tree, &[])));
        }
        let handle = match self.handles() {
            [only] => only,
            several => match several.iter().find(|handle| handle.exists(id)) {
                Some(handle) => handle,
                None => return Ok(None),
            },
        };
        match handle.try_find(id, buffer) {
            Ok(found) => Ok(found.map(|object| (object.kind, object.data))),
            Err(_) => Err(Error::source(format!("object {id} could not be read"))
                .hint("`git fsck` names what is damaged; another clone has it intact")),
        }
    }

    /// The kind of an object; `None` where it is missing or cannot be read.
    pub(super) fn kind(&self, id: &oid) -> Option<Kind> {
        let header = |handle: &gix::odb::Handle| handle.try_header(id).ok().flatten();
        self.handles()
            .iter()
            .find_map(header)
            .map(|header| header.kind())
    }

    /// Reads a whole blob; `None` where it is missing or no blob.
    pub(super) fn blob(&self, id: &oid) -> Result<Option<Vec<u8>>> {
        if self.size(id).is_some_and(|size| size > HELD_AT_MOST) {
            return Err(Error::source(format!("object {id} is larger than 2 GiB")));
        }
        let mut buffer = Vec::new();
        let (start, length) = match self.find(id, &mut buffer)? {
            Some((Kind::Blob, [])) => return Ok(Some(Vec::new())),
            Some((Kind::Blob, data)) => (data.as_ptr() as usize, data.len()),
            _ => return Ok(None),
        };
        let offset = start - buffer.as_ptr() as usize;
        buffer.drain(..offset);
        buffer.truncate(length);
        Ok(Some(buffer))
    }

    /// Hands a blob's bytes over: whole where small, as a stream where large.
    pub(super) fn hand_blob(
        &self,
        id: &oid,
        buffer: &mut Vec<u8>,
        take: impl FnOnce(Content<'_>),
    ) -> std::result::Result<(), Unread> {
        let size = self.size(id).ok_or(Unread::Missing)?;
        if size > STREAM_FROM {
            if let Some(mut blob) = self.loose_stream(id) {
                take(Content::Stream(&mut blob));
                return if blob.failed {
                    Err(Unread::Broken)
                } else {
                    Ok(())
                };
            }
            if size > HELD_AT_MOST {
                return Err(Unread::TooLarge);
            }
        }
        let result = match self.find(id, buffer) {
            Ok(Some((Kind::Blob, mut data))) if size > STREAM_FROM => {
                take(Content::Stream(&mut data));
                Ok(())
            }
            Ok(Some((Kind::Blob, data))) => {
                take(Content::Bytes(data));
                Ok(())
            }
            Ok(Some(_)) | Err(_) => Err(Unread::Broken),
            Ok(None) => Err(Unread::Missing),
        };
        if buffer.capacity() as u64 > STREAM_FROM {
            *buffer = Vec::new();
        }
        result
    }

    fn size(&self, id: &oid) -> Option<u64> {
        let header = |handle: &gix::odb::Handle| handle.try_header(id).ok().flatten();
        self.handles()
            .iter()
            .find_map(header)
            .map(|header| header.size())
    }

    fn loose_stream(&self, id: &oid) -> Option<LooseBlob> {
        let hex = id.to_string();
        let file = self
            .stores
            .stores
            .iter()
            .map(|store| store.path())
            .find_map(|folder| File::open(folder.join(&hex[..2]).join(&hex[2..])).ok())?;
        LooseBlob::open(file)
    }
}

/// A loose blob, inflated while it is read, so that its size costs no memory.
struct LooseBlob {
    inner: BufReader<flate2::read::ZlibDecoder<File>>,
    left: u64,
    failed: bool,
}

impl LooseBlob {
    fn open(file: File) -> Option<Self> {
        let mut inner = BufReader::with_capacity(64 << 10, flate2::read::ZlibDecoder::new(file));
        let mut header = Vec::new();
        (&mut inner).take(64).read_until(0, &mut header).ok()?;
        let text = std::str::from_utf8(&header).ok()?;
        let left = text
            .strip_prefix("blob ")?
            .strip_suffix('\0')?
            .parse()
            .ok()?;
        let failed = false;
        Some(LooseBlob {
            inner,
            left,
            failed,
        })
    }
}

impl Read for LooseBlob {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || out.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(out.len());
        match self.inner.read(&mut out[..most]) {
            Ok(0) => {
                self.failed = true;
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Ok(count) => {
                self.left -= count as u64;
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed = true;
                Err(error)
            }
        }
    }
}
