//! Counts what goes into unpackers and what comes out, over all layers of one file, and stops what grows too far.
//!
//! In: readers. Out: the same readers, counted. A small file may unpack to 32 MiB, a larger one to 40 times its size:
//! text packs to a tenth, logs to a thirtieth, only bombs to a thousandth.

use std::cell::Cell;
use std::io::{self, Read};

/// Unpacked bytes that are free.
const FREE: u64 = 32 << 20;
/// Unpacked bytes for each packed one.
const RATIO: u64 = 40;

/// The counts of one file.
#[derive(Default)]
pub(super) struct Meter {
    packed: Cell<u64>,
    unpacked: Cell<u64>,
}

impl Meter {
    /// Counts packed bytes.
    pub(super) fn packed<R: Read>(&self, inner: R) -> Packed<'_, R> {
        Packed { inner, meter: self }
    }

    /// Counts unpacked bytes, and fails where they are too many.
    pub(super) fn unpacked<R: Read>(&self, inner: R) -> Unpacked<'_, R> {
        Unpacked { inner, meter: self }
    }

    /// Whether more came out than a file of this size may hold.
    pub(super) fn is_over(&self) -> bool {
        self.unpacked.get() > FREE + RATIO * self.packed.get()
    }
}

/// A reader of packed bytes.
pub(super) struct Packed<'m, R> {
    inner: R,
    meter: &'m Meter,
}

impl<R: Read> Read for Packed<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.meter
            .packed
            .set(self.meter.packed.get() + count as u64);
        Ok(count)
    }
}

/// A reader of unpacked bytes.
pub(super) struct Unpacked<'m, R> {
    inner: R,
    meter: &'m Meter,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.meter.is_over() {
            return Err(io::ErrorKind::Other.into());
        }
        let count = self.inner.read(out)?;
        self.meter
            .unpacked
            .set(self.meter.unpacked.get() + count as u64);
        Ok(count)
    }
}
