//! Files read as structure: trees whose every key and value knows the bytes it stands on.
//!
//! In: the bytes of one blob and the format that its path names. Out: a `Document`, or where and why it does not parse.
//! It judges nothing, never panics, and bounds size, nodes, depth and alias expansion, since the author may be hostile.
//! An error never carries text of the file, nor the words of the library that refused it.

mod dotenv;
pub mod edit;
mod edit_layout;
mod format;
mod front_matter;
mod ini;
mod json;
mod json_string;
mod leaves;
mod lines;
mod route;
mod toml;
mod tree;
mod yaml;
mod yaml_text;

#[cfg(test)]
mod tests;

pub use format::{Format, format_of};
pub use front_matter::front_matter;
pub use json_string::nested;
pub use leaves::Leaf;
pub use tree::{Alias, Document, Entry, Node, NodeKind, Scalar, ScalarType};

/// The longest text that is read as structure, in bytes.
pub const MAX_TEXT: usize = 8 * 1024 * 1024;
/// The most nodes that one document holds, its aliases followed.
pub const MAX_NODES: usize = 200_000;
/// The deepest nesting that is followed.
pub const MAX_DEPTH: usize = 128;
/// The most times that aliases are followed in one document.
pub const MAX_ALIASES: usize = 20_000;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a text is not read as structure, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// The reason in our own words.
    pub what: &'static str,
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.what
        )
    }
}

impl std::error::Error for SyntaxError {}

/// What a reader of one format reports: the byte where it stopped, and the reason.
#[derive(Clone, Copy, Debug)]
struct Fault {
    at: usize,
    what: &'static str,
}

impl Fault {
    const DEPTH: &'static str = "is nested deeper than 128 levels";
    const NODES: &'static str = "has more than 200,000 nodes";
    const ALIASES: &'static str = "has aliases that expand too far";

    fn new(at: usize, what: &'static str) -> Self {
        Fault { at, what }
    }
}

/// Counts nodes while a tree is built.
#[derive(Default)]
struct NodeBudget(usize);

impl NodeBudget {
    fn take(&mut self, at: usize) -> Result<(), Fault> {
        self.0 += 1;
        if self.0 > MAX_NODES {
            return Err(Fault::new(at, Fault::NODES));
        }
        Ok(())
    }
}

/// Parses `text` as `format`; every span counts from the first byte of `text`, a byte order mark included.
pub fn parse(format: Format, text: &[u8]) -> Result<Document, SyntaxError> {
    if text.len() > MAX_TEXT {
        return Err(SyntaxError {
            line: 1,
            column: 1,
            what: "is longer than 8 MiB",
        });
    }
    let marked = text.starts_with(BYTE_ORDER_MARK);
    let skipped = if marked { BYTE_ORDER_MARK.len() } else { 0 };
    let whole = match std::str::from_utf8(&text[skipped..]) {
        Ok(whole) => whole,
        Err(error) => {
            let valid = &text[skipped..skipped + error.valid_up_to()];
            return Err(place(
                &String::from_utf8_lossy(valid),
                Fault::new(valid.len(), "is not UTF-8"),
            ));
        }
    };
    let part = match format {
        Format::FrontMatter => match front_matter::part(whole) {
            Some(part) => part,
            None => return Ok(Document::default()),
        },
        _ => 0..whole.len(),
    };
    let content = &whole[part.clone()];
    let parsed = match format {
        Format::Json => json::read(content),
        Format::Yaml | Format::FrontMatter => yaml::read(content),
        Format::Toml => toml::read(content),
        Format::Dotenv => dotenv::read(content),
        Format::Ini => ini::read(content),
    };
    match parsed {
        Ok(mut document) => {
            document.move_by(skipped + part.start);
            Ok(document)
        }
        Err(fault) => Err(place(whole, Fault::new(fault.at + part.start, fault.what))),
    }
}

fn place(text: &str, fault: Fault) -> SyntaxError {
    let mut at = fault.at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    SyntaxError {
        line: count(before.bytes().filter(|&b| b == b'\n').count() + 1),
        column: count(before[line_start..].chars().count() + 1),
        what: fault.what,
    }
}
