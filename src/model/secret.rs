//! A secret value that cannot be shown: no `Display`, no `Serialize`, and a `Debug` without content.
//!
//! Only three readers may look inside, each by a named door: the fingerprint, the mask and the claim readers.

use std::fmt;

/// The bytes of a credential. Overwritten when dropped, so that freed memory does not keep them for long.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes the value in.
    pub fn new(value: &[u8]) -> Self {
        Secret(value.to_vec())
    }

    /// Hands the value to a reader that must not let it out. Every call site is a place to review.
    pub fn expose<T>(&self, read: impl FnOnce(&[u8]) -> T) -> T {
        read(&self.0)
    }

    /// How many bytes the value has; the length alone is no secret.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the value is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}
