//! One file of the memory: a head that names its basis, then blocks of records with a checksum each.
//!
//! In: bytes of a file, which may be anything. Out: records. A block that a killed run left half written is passed over;
//! any other fault drops the whole file. The checksum finds accidents only: what keeps a stranger out is the folder.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Basis, Key, folder};

const MAGIC: &[u8; 32] = b"tokenleash objects, version 1\n\0\0";

/// The end of a file's name.
pub(super) const ENDING: &str = "seen";

/// Records that are written together; what a killed run loses.
const TOGETHER: usize = 4096;

/// A larger file is none that we wrote.
const BYTES_AT_MOST: u64 = 4 << 30;

const KEY: usize = 16;
const RECORD: usize = KEY + 8;
const BLOCK_HEAD: usize = 8;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Good,
    /// Of another basis, or not this user's.
    Foreign,
    Damaged,
}

/// Reads a file into `known`.
pub(super) fn read(path: &Path, basis: &Basis, known: &mut HashMap<Key, u64>) -> State {
    if !folder::is_own_file(path) {
        return State::Foreign;
    }
    let Ok(file) = File::open(path) else {
        return State::Foreign;
    };
    let mut bytes = Vec::new();
    if file.take(BYTES_AT_MOST).read_to_end(&mut bytes).is_err() {
        return State::Damaged;
    }
    let Some(rest) = bytes.strip_prefix(MAGIC.as_slice()) else {
        return State::Damaged;
    };
    let Some(blocks) = rest.strip_prefix(basis.0.as_slice()) else {
        return match rest.len() < basis.0.len() {
            true => State::Damaged,
            false => State::Foreign,
        };
    };
    match records(blocks) {
        Some(records) => {
            known.extend(records);
            State::Good
        }
        None => State::Damaged,
    }
}

fn records(mut blocks: &[u8]) -> Option<Vec<(Key, u64)>> {
    let mut records = Vec::new();
    while let Some((head, rest)) = blocks.split_at_checked(BLOCK_HEAD) {
        let count = u32::from_le_bytes(head[..4].try_into().ok()?) as usize;
        let sum = u32::from_le_bytes(head[4..].try_into().ok()?);
        let Some((body, rest)) = rest.split_at_checked(count.checked_mul(RECORD)?) else {
            break;
        };
        if crc32fast::hash(body) != sum {
            return None;
        }
        for record in body.chunks_exact(RECORD) {
            let (key, bytes) = record.split_at(KEY);
            records.push((
                key.try_into().ok()?,
                u64::from_le_bytes(bytes.try_into().ok()?),
            ));
        }
        blocks = rest;
    }
    Some(records)
}

fn block(records: &[(Key, u64)]) -> Vec<u8> {
    let mut body = Vec::with_capacity(records.len() * RECORD);
    for (key, bytes) in records {
        body.extend_from_slice(key);
        body.extend_from_slice(&bytes.to_le_bytes());
    }
    let mut block = (records.len() as u32).to_le_bytes().to_vec();
    block.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
    block.extend_from_slice(&body);
    block
}

/// A file that this run adds to; made with its first block.
pub(super) struct Appending {
    folder: PathBuf,
    basis: Basis,
    file: Option<File>,
    waiting: Vec<(Key, u64)>,
    /// Whether something could not be written; nothing more is then kept.
    pub(super) failed: bool,
}

impl Appending {
    /// Prepares a file, which is not made before there is something to keep.
    pub(super) fn new(folder: &Path, basis: &Basis) -> Self {
        Appending {
            folder: folder.to_owned(),
            basis: *basis,
            file: None,
            waiting: Vec::new(),
            failed: false,
        }
    }

    /// Keeps one record.
    pub(super) fn add(&mut self, key: Key, bytes: u64) {
        if self.failed {
            return;
        }
        self.waiting.push((key, bytes));
        if self.waiting.len() >= TOGETHER {
            self.flush();
        }
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.is_empty() && !self.failed {
            self.failed = self.write(&waiting).is_err();
        }
    }

    fn write(&mut self, records: &[(Key, u64)]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(create(&self.folder, &self.basis)?.0),
        };
        file.write_all(&block(records))
    }
}

fn create(folder: &Path, basis: &Basis) -> io::Result<(File, PathBuf)> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| io::Error::from(io::ErrorKind::Other))?;
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(format!("{}-{random}.{ENDING}", basis.hex()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    file.write_all(MAGIC)?;
    file.write_all(&basis.0)?;
    Ok((file, path))
}

/// Writes all that is known into one new file.
pub(super) fn write_all(folder: &Path, basis: &Basis, known: &HashMap<Key, u64>) -> io::Result<()> {
    let (mut file, path) = create(folder, basis)?;
    let mut records: Vec<(Key, u64)> = known.iter().map(|(key, bytes)| (*key, *bytes)).collect();
    records.sort_unstable();
    let written = records
        .chunks(TOGETHER)
        .try_for_each(|part| file.write_all(&block(part)));
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}
