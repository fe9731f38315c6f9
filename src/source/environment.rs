//! The environment of a process, and the files outside a checkout that whoever runs there can read.
//!
//! In: variables and a list of files. Out: the variables as one text, so that two halves of a pair stay together, and
//! each file. It follows no link out of the folder that a file is looked for in, and writes nothing.

use std::ffi::OsStr;

use super::machine::MachineFile;
use super::{Content, Form, Item, Keeping, Snapshot, Source, Visited};
use crate::error::Result;
use crate::model::{RepoPath, Unchecked};

/// The path that the variables are looked at under; it is read as `NAME=value` lines.
const PATH: &str = "env";
/// Bytes of all files together that are read.
const BYTES_AT_MOST: u64 = 64 << 20;

/// Variables as lines, and which line belongs to which.
#[derive(Default)]
pub struct EnvironmentText {
    text: Vec<u8>,
    /// The first line of each variable.
    starts: Vec<(u32, String)>,
}

impl EnvironmentText {
    /// Writes variables as lines, in the order given.
    pub fn new<'v>(variables: impl IntoIterator<Item = (&'v OsStr, &'v OsStr)>) -> Self {
        let mut environment = EnvironmentText::default();
        let mut line = 1;
        for (name, value) in variables {
            environment
                .starts
                .push((line, name.to_string_lossy().into_owned()));
            let start = environment.text.len();
            environment.text.extend_from_slice(name.as_encoded_bytes());
            environment.text.push(b'=');
            environment.text.extend_from_slice(value.as_encoded_bytes());
            environment.text.push(b'\n');
            line += memchr::memchr_iter(b'\n', &environment.text[start..]).count() as u32;
        }
        environment
    }

    /// The variable that a line of the text belongs to, and its first line.
    pub fn variable_at(&self, path: &RepoPath, line: u32) -> Option<(&str, u32)> {
        if path.as_bytes() != PATH.as_bytes() {
            return None;
        }
        let behind = self.starts.partition_point(|(start, _)| *start <= line);
        let (start, name) = self.starts.get(behind.checked_sub(1)?)?;
        Some((name, *start))
    }
}

/// The environment and files of one machine.
pub struct EnvironmentSource<'s> {
    text: &'s EnvironmentText,
    form: Form,
    files: &'s [MachineFile],
    unchecked: &'s [Unchecked],
    head: &'s dyn Snapshot,
}

impl<'s> EnvironmentSource<'s> {
    /// Takes the variables with the form that says who inherits them, the files, and the checkout that an agent works in.
    pub fn new(
        text: &'s EnvironmentText,
        form: Form,
        files: &'s [MachineFile],
        unchecked: &'s [Unchecked],
        head: &'s dyn Snapshot,
    ) -> Self {
        EnvironmentSource {
            text,
            form,
            files,
            unchecked,
            head,
        }
    }
}

fn item(path: RepoPath, form: Form, keeping: Keeping) -> Item {
    Item {
        path,
        form,
        keeping,
        commit: None,
        commits: 0,
        number: 0,
    }
}

impl Source for EnvironmentSource<'_> {
    fn visit(
        &self,
        _threads: usize,
        look: &(dyn Fn(&Item, Content<'_>) + Sync),
    ) -> Result<Visited> {
        let mut visited = Visited {
            unchecked: self.unchecked.to_vec(),
            ..Visited::default()
        };
        let environment = item(RepoPath::from(PATH), self.form, Keeping::Machine);
        look(&environment, Content::Bytes(&self.text.text));
        let mut left = BYTES_AT_MOST;
        for file in self.files {
            match file.read(left) {
                Ok(bytes) => {
                    left = left.saturating_sub(bytes.len() as u64);
                    let item = item(file.path.clone(), file.form, file.keeping);
                    look(&item, Content::Bytes(&bytes));
                }
                Err(why) => visited.unchecked.push(Unchecked {
                    path: file.path.clone(),
                    why: why.to_owned(),
                    undecided: false,
                }),
            }
        }
        Ok(visited)
    }

    fn before(&self, _item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        Ok(Vec::new())
    }

    fn head(&self) -> &dyn Snapshot {
        self.head
    }

    fn base(&self) -> &dyn Snapshot {
        &super::Nothing
    }
}

/// A checkout with the files of the machine beside it, each under the path that it is shown by.
pub struct MachineSnapshot<'s> {
    files: &'s [MachineFile],
    checkout: &'s dyn Snapshot,
}

impl<'s> MachineSnapshot<'s> {
    /// Takes the files and the checkout.
    pub fn new(files: &'s [MachineFile], checkout: &'s dyn Snapshot) -> Self {
        MachineSnapshot { files, checkout }
    }
}

impl Snapshot for MachineSnapshot<'_> {
    fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>> {
        let file = self.files.iter().find(|file| file.path.as_bytes() == path);
        match file {
            // What cannot be read was said when it was visited.
            Some(file) => Ok(file.read(BYTES_AT_MOST).ok()),
            None => self.checkout.read(path),
        }
    }

    fn exists(&self, marker: &[u8]) -> bool {
        self.checkout.exists(marker)
    }

    fn files_in(&self, folder: &[u8]) -> Vec<RepoPath> {
        self.checkout.files_in(folder)
    }
}
