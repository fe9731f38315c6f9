//! A path inside a repository: bytes with `/` between the parts, as Git stores it.

use std::fmt::Write as _;

/// A repository-relative path. Git promises bytes, not UTF-8, so bytes it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Vec<u8>);

impl RepoPath {
    /// Takes a path as Git gives it.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        RepoPath(bytes.into())
    }

    /// The bytes as Git has them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path for people; bytes that are not UTF-8 become U+FFFD.
    pub fn lossy(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// The path with every byte outside the URI's unreserved set percent-encoded, `/` kept.
    pub fn percent_encoded(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for &b in &self.0 {
            if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/') {
                out.push(b as char);
            } else {
                let _ = write!(out, "%{b:02X}");
            }
        }
        out
    }

    /// Whether the bytes are UTF-8.
    pub fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.0).is_ok()
    }

    /// The part after the last `/`.
    pub fn file_name(&self) -> &[u8] {
        let cut = self.0.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1);
        &self.0[cut..]
    }

    /// The part after the last `.` of the file name, lower-cased; empty where there is none.
    pub fn extension(&self) -> Vec<u8> {
        let name = self.file_name();
        match name.iter().rposition(|&b| b == b'.') {
            Some(dot) => name[dot + 1..].to_ascii_lowercase(),
            None => Vec::new(),
        }
    }
}

impl From<&str> for RepoPath {
    fn from(path: &str) -> Self {
        RepoPath(path.as_bytes().to_vec())
    }
}
