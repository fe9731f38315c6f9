//! Members of a tar file.
//!
//! In: bytes. Out: each regular member. Long names of both forms are read; links and devices hold no bytes.

use std::io::{self, BufRead, Read};

use super::{Inside, Unpacking};
use crate::model::Encoding;

/// Headers and contents stand in blocks of this size.
const BLOCK: usize = 512;
/// The longest name, and the longest record that holds one.
const LONGEST_NAME: u64 = 64 << 10;

/// Whether a block is the header of a member.
pub(super) fn is_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..BLOCK) else {
        return false;
    };
    block[257..262] == *b"ustar" && sum(block) == number(&block[148..156]).unwrap_or(u64::MAX)
}

/// The sum of a header's bytes, its own field taken as spaces.
fn sum(block: &[u8]) -> u64 {
    let field = 148..156;
    block
        .iter()
        .enumerate()
        .map(|(at, byte)| match field.contains(&at) {
            true => 32,
            false => u64::from(*byte),
        })
        .sum()
}

/// A number in octal digits, or in binary where the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        let tail = &field[field.len().saturating_sub(8)..];
        let value = tail
            .iter()
            .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        return Some(value & (u64::MAX >> 1));
    }
    field
        .iter()
        .skip_while(|byte| **byte == b' ')
        .take_while(|byte| (b'0'..=b'7').contains(*byte))
        .try_fold(0u64, |value, byte| {
            value.checked_mul(8)?.checked_add(u64::from(byte - b'0'))
        })
}

/// Reads every member.
pub(super) fn read(unpacking: &mut Unpacking<'_>, bytes: &mut dyn BufRead, inside: &Inside) {
    let mut long_name = None;
    let mut block = [0; BLOCK];
    loop {
        match fill(bytes, &mut block) {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => return unpacking.broken(),
        }
        if block.iter().all(|byte| *byte == 0) {
            continue;
        }
        let (true, Some(size)) = (is_header(&block), number(&block[124..136])) else {
            return unpacking.broken();
        };
        let mut part = bytes.take(size);
        let go_on = match block[156] {
            b'L' | b'x' => {
                let mut record = Vec::new();
                let read = (&mut part).take(LONGEST_NAME).read_to_end(&mut record);
                long_name = match block[156] {
                    b'L' => Some(
                        record
                            .split(|byte| *byte == 0)
                            .next()
                            .unwrap_or(b"")
                            .to_vec(),
                    ),
                    _ => path_in(&record).or(long_name),
                };
                read.is_ok()
            }
            0 | b'0' | b'7' => {
                let name = long_name.take().unwrap_or_else(|| name_of(&block));
                unpacking.member(name, &mut part, inside, Encoding::Tar)
            }
            _ => true,
        };
        let padding = size.next_multiple_of(BLOCK as u64) - size;
        let rest = io::copy(&mut part, &mut io::sink())
            .and_then(|_| io::copy(&mut bytes.take(padding), &mut io::sink()));
        if !go_on {
            return;
        }
        if rest.is_err() {
            return unpacking.broken();
        }
    }
}

/// Reads a whole block; `false` at the end of the bytes.
fn fill(bytes: &mut dyn BufRead, block: &mut [u8; BLOCK]) -> io::Result<bool> {
    if bytes.fill_buf()?.is_empty() {
        return Ok(false);
    }
    bytes.read_exact(block).map(|()| true)
}

/// The name in a header: the prefix, and the name behind it.
fn name_of(block: &[u8; BLOCK]) -> Vec<u8> {
    let field = |from: usize, to: usize| {
        let field = &block[from..to];
        &field[..field
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(field.len())]
    };
    let (name, prefix) = (field(0, 100), field(345, 500));
    match prefix {
        [] => name.to_vec(),
        _ => [prefix, b"/", name].concat(),
    }
}

/// The name in an extended record: `27 path=a/long/name`.
fn path_in(record: &[u8]) -> Option<Vec<u8>> {
    let key = b" path=";
    let start = memchr::memmem::find(record, key)? + key.len();
    let end = memchr::memchr(b'\n', &record[start..])?;
    Some(record[start..start + end].to_vec())
}
