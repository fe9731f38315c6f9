//! Searches a content that is too large to hold, in windows that overlap; where it is an archive, its members too.
//!
//! In: a path, a reader, the rules. Out: what was found, how many bytes were read, whether the reader failed. What was
//! read before a failure was searched.

use std::io::{self, Read};

use super::{Blob, Found, Lineage, archive};
use crate::model::{RepoPath, Span};
use crate::rules::RuleSet;

/// Bytes searched at once.
const WINDOW: usize = 4 << 20;
/// Bytes that two windows share, so that a credential across their border is seen whole.
const OVERLAP: usize = 64 << 10;
/// Bytes read at once.
const PIECE: usize = 64 << 10;

/// What a stream gave.
#[derive(Debug, Default)]
pub struct Streamed {
    pub found: Found,
    pub bytes: u64,
    /// Whether the bytes could not be read to their end.
    pub failed: bool,
}

/// Finds every credential in what a reader gives.
pub fn stream(path: &RepoPath, reader: &mut dyn Read, rules: &RuleSet) -> Streamed {
    let mut tee = Tee {
        inner: reader,
        windows: Windows::new(path, rules),
        bytes: 0,
        failed: false,
    };
    let (head, _) = head_of(&mut tee);
    let unpacked = archive::format_of(&head)
        .map(|format| archive::unpack(path, format, &mut head.as_slice().chain(&mut tee), rules));
    let mut piece = vec![0; PIECE];
    while matches!(tee.read(&mut piece), Ok(count) if count > 0) {}
    let mut found = tee.windows.finish();
    if let Some(unpacked) = unpacked {
        found.take_in(unpacked);
    }
    Streamed {
        found,
        bytes: tee.bytes,
        failed: tee.failed,
    }
}

/// The first bytes of a content, as many as tell its form, and whether they could be read.
pub(super) fn head_of(reader: &mut dyn Read) -> (Vec<u8>, bool) {
    let mut head = Vec::new();
    let read = reader.take(archive::HEAD as u64).read_to_end(&mut head);
    (head, read.is_ok())
}

/// A reader whose bytes are searched as they pass.
struct Tee<'a, 'r> {
    inner: &'r mut dyn Read,
    windows: Windows<'a>,
    bytes: u64,
    failed: bool,
}

impl Read for Tee<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(out) {
                Ok(count) => {
                    self.windows.push(&out[..count]);
                    self.bytes += count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
    }
}

/// Bytes that come piece by piece, searched whenever a window is full.
pub(super) struct Windows<'a> {
    path: &'a RepoPath,
    rules: &'a RuleSet,
    held: Vec<u8>,
    offset: usize,
    first_line: u32,
    seen: Vec<Span>,
    found: Found,
}

impl<'a> Windows<'a> {
    /// Begins before the first byte.
    pub(super) fn new(path: &'a RepoPath, rules: &'a RuleSet) -> Self {
        Windows {
            path,
            rules,
            held: Vec::new(),
            offset: 0,
            first_line: 1,
            seen: Vec::new(),
            found: Found::default(),
        }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = (WINDOW + OVERLAP - self.held.len()).min(bytes.len());
            self.held.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
            if self.held.len() == WINDOW + OVERLAP {
                self.look(false);
                self.go_on();
            }
        }
    }

    /// Searches what is left and hands over all that was found.
    pub(super) fn finish(mut self) -> Found {
        if !self.held.is_empty() {
            self.look(self.offset == 0);
        }
        self.found
    }

    fn look(&mut self, whole: bool) {
        let blob = Blob {
            path: self.path,
            text: &self.held,
            first_line: self.first_line,
            offset: self.offset,
            whole,
        };
        let mut found = super::find_in_text(&blob, self.rules, None, &mut Lineage::default());
        found
            .sightings
            .retain(|sighting| !self.seen.contains(&sighting.span));
        self.seen
            .extend(found.sightings.iter().map(|sighting| sighting.span));
        self.found.sightings.append(&mut found.sightings);
        self.found.dropped.append(&mut found.dropped);
        self.found.add_limits(&found.limits);
    }

    fn go_on(&mut self) {
        let target = self.held.len() - OVERLAP;
        let cut = memchr::memchr(b'\n', &self.held[target..]).map_or(target, |at| target + at + 1);
        self.first_line += memchr::memchr_iter(b'\n', &self.held[..cut]).count() as u32;
        self.offset += cut;
        self.held.drain(..cut);
    }
}
