//! Members of gzip, zip and tar files, searched as the files they are; archives in archives too.
//!
//! In: packed bytes, read once and forward. Out: what was found in the members, each told by its name and line, at the
//! first line of the file that holds them. Depth, members and unpacked bytes are bounded; what a bound hides, and what
//! is encrypted, damaged or packed in another way, is said. Nothing is written to a disk.

mod meter;
mod tar;
mod zip;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::stream::{self, Windows};
use super::{Found, Limit};
use crate::model::{Encoding, Member, Place, RepoPath, Sighting, Span};
use crate::rules::RuleSet;
use crate::token::quote;
use meter::Meter;

/// How many bytes tell the form of a file.
pub const HEAD: usize = 512;
/// How many layers are opened, one in the other; a packed tar file has two.
const DEPTH: usize = 4;
/// How many members of one file are opened.
const MEMBERS: usize = 20_000;
/// How many bytes of names are searched.
const NAMES: usize = 1 << 20;

/// A form of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Gzip,
    Zip,
    Tar,
}

/// The form that a file's first bytes tell, whatever its name.
pub fn format_of(head: &[u8]) -> Option<Format> {
    match head {
        [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 => Some(Format::Gzip),
        [b'P', b'K', 3, 4, ..] => Some(Format::Zip),
        _ if tar::is_header(head) => Some(Format::Tar),
        _ => None,
    }
}

/// Searches every member of an archive.
pub fn unpack(path: &RepoPath, format: Format, packed: &mut dyn Read, rules: &RuleSet) -> Found {
    let meter = Meter::default();
    let mut unpacking = Unpacking {
        file: path,
        rules,
        meter: &meter,
        members: 0,
        names: Vec::new(),
        found: Found::default(),
    };
    let outermost = Inside {
        name: path.file_name().to_vec(),
        shown: Vec::new(),
        layers: Vec::new(),
    };
    unpacking.open(
        format,
        &mut BufReader::new(meter.packed(packed)),
        &outermost,
    );
    unpacking.finish()
}

/// The text of a small gzip member, for encoded text; `None` where it is damaged, longer, or no gzip.
pub fn gunzip(packed: &[u8], longest: usize) -> Option<Vec<u8>> {
    if format_of(packed) != Some(Format::Gzip) {
        return None;
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(packed)
        .take(longest as u64 + 1)
        .read_to_end(&mut text)
        .ok()?;
    (text.len() <= longest).then_some(text)
}

/// Where an archive stands: its own name, and the layers around it, outermost first.
struct Inside {
    name: Vec<u8>,
    /// The names of the members that lead here, each with `!` behind it.
    shown: Vec<u8>,
    layers: Vec<Encoding>,
}

/// One file being unpacked, with all that it holds.
struct Unpacking<'a> {
    file: &'a RepoPath,
    rules: &'a RuleSet,
    meter: &'a Meter,
    members: usize,
    names: Vec<u8>,
    found: Found,
}

impl Unpacking<'_> {
    fn open(&mut self, format: Format, packed: &mut dyn BufRead, inside: &Inside) {
        match format {
            Format::Gzip => {
                let name = without_ending(&inside.name);
                let mut text = self.meter.unpacked(MultiGzDecoder::new(packed));
                self.member(name, &mut text, inside, Encoding::Gzip);
            }
            Format::Zip => zip::read(self, packed, inside),
            Format::Tar => tar::read(self, packed, inside),
        }
    }

    /// Searches one member, or opens it; says whether there is room for another one.
    fn member(
        &mut self,
        name: Vec<u8>,
        text: &mut dyn Read,
        inside: &Inside,
        layer: Encoding,
    ) -> bool {
        self.members += 1;
        if self.members > MEMBERS {
            self.limit(Limit::Members);
            return false;
        }
        if self.names.len() + name.len() < NAMES {
            self.names.extend_from_slice(&name);
            self.names.push(b'\n');
        }
        let mut layers = inside.layers.clone();
        layers.push(layer);
        let (head, read) = stream::head_of(text);
        if !read {
            self.broken();
        }
        let mut text = head.as_slice().chain(text);
        let shown = [inside.shown.as_slice(), &name].concat();
        if let Some(format) = format_of(&head) {
            if layers.len() < DEPTH {
                let packed_tar = format == Format::Tar && layer == Encoding::Gzip;
                let shown = match packed_tar {
                    true => inside.shown.clone(),
                    false => [shown.as_slice(), b"!"].concat(),
                };
                let inner = Inside {
                    name,
                    shown,
                    layers,
                };
                self.open(format, &mut BufReader::new(text), &inner);
                return !self.meter.is_over();
            }
            self.limit(Limit::Nested);
        }
        let path = RepoPath::new(name);
        let mut windows = Windows::new(&path, self.rules);
        let mut piece = vec![0; 32 << 10];
        loop {
            match text.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => windows.push(&piece[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.broken();
                    break;
                }
            }
        }
        let found = windows.finish();
        self.take(found, &shown, &layers);
        !self.meter.is_over()
    }

    fn limit(&mut self, limit: Limit) {
        self.found.add_limits(&[limit]);
    }

    /// Says why a reader broke off: a bound of ours, or damage.
    fn broken(&mut self) {
        self.limit(match self.meter.is_over() {
            true => Limit::Unpacked,
            false => Limit::Damaged,
        });
    }

    /// Keeps what a member holds, at the file that holds the member.
    fn take(&mut self, found: Found, shown: &[u8], layers: &[Encoding]) {
        self.found.add_limits(&found.limits);
        for mut dropped in found.dropped {
            dropped.path = self.file.clone();
            dropped.place = FIRST;
            self.found.dropped.push(dropped);
        }
        let name = quote::quoted_bytes(shown);
        for mut sighting in found.sightings {
            let line = sighting.place.start_line;
            let head = format!("{}:{line}: ", name.trim_matches('`'));
            sighting.excerpt.mask_start += head.chars().count();
            sighting.excerpt.text.insert_str(0, &head);
            sighting.member = Some(Member {
                name: name.clone(),
                line,
            });
            sighting.encodings.splice(0..0, layers.iter().copied());
            self.found
                .sightings
                .push(at_first_line(sighting, self.file));
        }
    }

    /// Searches the names of the members, counts equal keys anew, and hands everything over.
    fn finish(mut self) -> Found {
        let mut names = Windows::new(self.file, self.rules);
        names.push(&std::mem::take(&mut self.names));
        for sighting in names.finish().sightings {
            self.found
                .sightings
                .push(at_first_line(sighting, self.file));
        }
        let mut ordinals: BTreeMap<String, u32> = BTreeMap::new();
        for sighting in &mut self.found.sightings {
            let beside = &sighting.beside;
            let key = beside
                .key_path
                .as_ref()
                .or(beside.name.as_ref())
                .or(beside.flag.as_ref());
            let next = ordinals
                .entry(key.cloned().unwrap_or_default())
                .or_default();
            sighting.ordinal = *next;
            *next += 1;
        }
        self.found
    }
}

/// The first line of a file: lines of packed bytes say nothing to anybody.
const FIRST: Place = Place {
    start_line: 1,
    start_column: 1,
    end_line: 1,
    end_column: 2,
    start_character: 1,
};

fn at_first_line(mut sighting: Sighting, file: &RepoPath) -> Sighting {
    sighting.path = file.clone();
    sighting.place = FIRST;
    sighting.span = Span::new(0, 0);
    sighting.line_hash.clear();
    for half in &mut sighting.other_halves {
        (half.0, half.1) = (Span::new(0, 0), FIRST);
    }
    sighting
}

/// `dump.sql` of `dump.sql.gz`, `a.tar` of `a.tgz`.
fn without_ending(name: &[u8]) -> Vec<u8> {
    let lower = name.to_ascii_lowercase();
    for (ending, instead) in [
        (".tgz", ".tar"),
        (".gz", ""),
        (".gzip", ""),
        (".svgz", ".svg"),
    ] {
        if lower.ends_with(ending.as_bytes()) && name.len() > ending.len() {
            return [&name[..name.len() - ending.len()], instead.as_bytes()].concat();
        }
    }
    name.to_vec()
}

#[cfg(test)]
mod tests;
