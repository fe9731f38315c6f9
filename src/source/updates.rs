//! The ref lines that Git hands to `pre-push` and `pre-receive` on standard input.

use gix::ObjectId;

use crate::error::{Error, Result};

/// One ref that a push creates, moves or deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    pub(super) name: Vec<u8>,
    pub(super) old: Option<ObjectId>,
    pub(super) new: Option<ObjectId>,
}

impl RefUpdate {
    /// Reads the lines of `pre-push`: local ref, local id, remote ref, remote id. What a person typed as the local ref
    /// may hold spaces, as in `:/fix the bug`.
    pub fn from_push_lines(text: &[u8]) -> Result<Vec<RefUpdate>> {
        parse(text, |fields| match fields {
            [_, .., new, name, old] => Some((*old, *new, *name)),
            _ => None,
        })
    }

    /// Reads the lines of `pre-receive`: old id, new id, ref.
    pub fn from_receive_lines(text: &[u8]) -> Result<Vec<RefUpdate>> {
        parse(text, |fields| match fields {
            [old, new, name] => Some((*old, *new, *name)),
            _ => None,
        })
    }

    /// The ref on the receiving side; bytes that are not UTF-8 become U+FFFD.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    /// The id that the ref had, in hexadecimal digits; `None` where it is new.
    pub fn old_hex(&self) -> Option<String> {
        self.old.map(|id| id.to_string())
    }

    /// The id that the ref will have, in hexadecimal digits; `None` where it is deleted.
    pub fn new_hex(&self) -> Option<String> {
        self.new.map(|id| id.to_string())
    }
}

/// The old id, the new id and the name, as they stand in a line.
type Fields<'a> = (&'a [u8], &'a [u8], &'a [u8]);

fn parse<'a>(
    text: &'a [u8],
    order: impl Fn(&[&'a [u8]]) -> Option<Fields<'a>>,
) -> Result<Vec<RefUpdate>> {
    let lines = text
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty());
    let update = |(number, line): (usize, &'a [u8])| {
        let fields: Vec<&[u8]> = line.trim_ascii_end().split(|&byte| byte == b' ').collect();
        let read = order(&fields).and_then(|(old, new, name)| {
            Some(RefUpdate {
                name: name.to_vec(),
                old: id(old)?,
                new: id(new)?,
            })
        });
        read.ok_or_else(|| {
            Error::usage("this line is not what Git hands to such a hook")
                .at(format!("standard input, line {}", number + 1))
        })
    };
    lines.enumerate().map(update).collect()
}

/// `Some(None)` for zeros, which stand for no object.
fn id(hex: &[u8]) -> Option<Option<ObjectId>> {
    let id = ObjectId::from_hex(hex).ok()?;
    Some((!id.is_null()).then_some(id))
}
