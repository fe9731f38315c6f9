//! Members of a zip file, by their local headers, read forward.
//!
//! In: packed bytes. Out: each member, unpacked. The list at the end of the file is not asked: every header is read
//! wherever it stands, so that a member which that list leaves out is read too.

use std::io::{self, BufRead, Read};

use flate2::bufread::DeflateDecoder;

use super::{Inside, Unpacking};
use crate::find::Limit;
use crate::model::Encoding;

/// What every local header starts with.
const SIGNATURE: [u8; 4] = [b'P', b'K', 3, 4];
/// The bytes of a header behind its signature and before its name.
const FIXED: usize = 26;
/// A size that stands in the extra field instead.
const ELSEWHERE: u32 = u32::MAX;

/// What a local header says of its member.
struct Entry {
    name: Vec<u8>,
    encrypted: bool,
    method: u16,
    /// How many packed bytes follow; `None` where only the end of the data tells.
    size: Option<u64>,
}

/// Reads every member.
pub(super) fn read(unpacking: &mut Unpacking<'_>, packed: &mut dyn BufRead, inside: &Inside) {
    loop {
        match to_header(packed) {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => return unpacking.broken(),
        }
        let Ok(entry) = Entry::read(packed) else {
            return unpacking.broken();
        };
        if !entry.open(unpacking, packed, inside) {
            return;
        }
    }
}

/// Reads on to the byte behind the next signature; `false` where none follows.
fn to_header(packed: &mut dyn BufRead) -> io::Result<bool> {
    let mut fits = 0;
    loop {
        let held = packed.fill_buf()?;
        if held.is_empty() {
            return Ok(false);
        }
        let length = held.len();
        for (at, byte) in held.iter().enumerate() {
            fits = match *byte == SIGNATURE[fits] {
                true => fits + 1,
                false => usize::from(*byte == SIGNATURE[0]),
            };
            if fits == SIGNATURE.len() {
                packed.consume(at + 1);
                return Ok(true);
            }
        }
        packed.consume(length);
    }
}

impl Entry {
    fn read(packed: &mut dyn BufRead) -> io::Result<Entry> {
        let mut fixed = [0; FIXED];
        packed.read_exact(&mut fixed)?;
        let two = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let four = |at: usize| {
            u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]])
        };
        let mut name = vec![0; usize::from(two(22))];
        packed.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(two(24))];
        packed.read_exact(&mut extra)?;
        let (flags, size) = (two(2), four(14));
        let follows = flags & 8 != 0 && size == 0;
        let size = match size {
            _ if follows => None,
            ELSEWHERE => large_size(&extra, four(18) == ELSEWHERE),
            size => Some(u64::from(size)),
        };
        Ok(Entry {
            name,
            encrypted: flags & 1 != 0,
            method: two(4),
            size,
        })
    }

    fn open(
        self,
        unpacking: &mut Unpacking<'_>,
        packed: &mut dyn BufRead,
        inside: &Inside,
    ) -> bool {
        let meter = unpacking.meter;
        let go_on = match (self.method, self.size) {
            _ if self.encrypted => {
                unpacking.limit(Limit::Encrypted);
                true
            }
            (8, None) => {
                let mut text = meter.unpacked(DeflateDecoder::new(packed));
                return unpacking.member(self.name, &mut text, inside, Encoding::Zip);
            }
            (0 | 8, Some(0)) => return true,
            (method @ (0 | 8), Some(size)) => {
                let mut part = packed.take(size);
                let go_on = match method {
                    0 => unpacking.member(self.name, &mut part, inside, Encoding::Zip),
                    _ => {
                        let mut text = meter.unpacked(DeflateDecoder::new(&mut part));
                        unpacking.member(self.name, &mut text, inside, Encoding::Zip)
                    }
                };
                return skip(&mut part) && go_on;
            }
            _ => {
                unpacking.limit(Limit::Packing);
                true
            }
        };
        skip(&mut packed.take(self.size.unwrap_or(0))) && go_on
    }
}

/// Reads to the end; says whether that went well.
fn skip(part: &mut dyn Read) -> bool {
    io::copy(part, &mut io::sink()).is_ok()
}

/// The packed size in the extra field of a large member, behind the unpacked one where that stands there too.
fn large_size(mut extra: &[u8], both: bool) -> Option<u64> {
    while let [id0, id1, length0, length1, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*length0, *length1]));
        let field = rest.get(..length)?;
        if (*id0, *id1) == (1, 0) {
            let at = if both { 8 } else { 0 };
            let eight = field.get(at..at + 8)?;
            return eight.try_into().ok().map(u64::from_le_bytes);
        }
        extra = &rest[length..];
    }
    None
}
