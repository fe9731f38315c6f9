//! One blob that stands alone: standard input under a given name, or the message of a commit in the making.

use std::io::Read;
use std::sync::Mutex;

use super::objects::STREAM_FROM;
use super::{Content, Form, Item, Keeping, Nothing, Snapshot, Source, Visited};
use crate::error::{Error, Result};
use crate::model::{RepoPath, Unchecked};

/// The path that messages of commits and tags go by.
pub const MESSAGE_PATH: &str = "COMMIT_MSG";

/// One blob, read once.
pub struct SingleSource {
    path: RepoPath,
    form: Form,
    is_change: bool,
    input: Mutex<Box<dyn Read + Send>>,
    head: Box<dyn Snapshot + Send>,
}

impl SingleSource {
    /// Takes bytes that stand for a file of the given path.
    pub fn file(path: RepoPath, input: impl Read + Send + 'static) -> Self {
        SingleSource {
            path,
            form: Form::File,
            is_change: false,
            input: Mutex::new(Box::new(input)),
            head: Box::new(Nothing),
        }
    }

    /// Takes the message of a commit in the making; `head` is the state that is about to be committed.
    pub fn message(input: impl Read + Send + 'static, head: Box<dyn Snapshot + Send>) -> Self {
        SingleSource {
            path: RepoPath::from(MESSAGE_PATH),
            form: Form::Message,
            is_change: true,
            input: Mutex::new(Box::new(input)),
            head,
        }
    }
}

impl Source for SingleSource {
    fn visit(
        &self,
        _threads: usize,
        look: &(dyn Fn(&Item, Content<'_>) + Sync),
    ) -> Result<Visited> {
        let mut input = self
            .input
            .lock()
            .map_err(|_| Error::source("the input could not be read"))?;
        let item = Item {
            path: self.path.clone(),
            form: self.form,
            keeping: Keeping::Git,
            commit: None,
            commits: 0,
            number: 0,
        };
        let mut visited = Visited {
            is_change: self.is_change,
            ..Visited::default()
        };
        let mut start = Vec::new();
        let read = (&mut *input).take(STREAM_FROM + 1).read_to_end(&mut start);
        let mut failed = read.is_err();
        if start.len() as u64 <= STREAM_FROM {
            look(&item, Content::Bytes(&start));
        } else {
            let mut rest = Watched::new(&mut *input);
            look(
                &item,
                Content::Stream(&mut start.as_slice().chain(&mut rest)),
            );
            failed |= rest.failed;
        }
        if failed {
            visited.unchecked.push(Unchecked {
                path: item.path,
                why: "the input broke off, so it was not read to its end".to_owned(),
                undecided: true,
            });
        }
        Ok(visited)
    }

    fn before(&self, _item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        Ok(Vec::new())
    }

    fn head(&self) -> &dyn Snapshot {
        &*self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &Nothing
    }
}

/// A reader that remembers whether it failed.
pub(super) struct Watched<R> {
    inner: R,
    pub(super) failed: bool,
}

impl<R: Read> Watched<R> {
    pub(super) fn new(inner: R) -> Self {
        let failed = false;
        Watched { inner, failed }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let result = self.inner.read(out);
        if let Err(error) = &result {
            self.failed |= error.kind() != std::io::ErrorKind::Interrupted;
        }
        result
    }
}
