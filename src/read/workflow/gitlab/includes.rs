//! The files that a pipeline includes from its own repository.
//!
//! In: the main file, a look-up. Out: paths and bytes in the order in which GitLab merges them, and what is included from
//! elsewhere, in words. A file is read once; number and depth are bounded.

use crate::model::{RepoPath, Spot};
use crate::read::workflow::Reader;
use crate::read::workflow::file::File;
use crate::read::workflow::steps::local_path;
use crate::syntax::Node;

/// How deep included files include others.
const MAX_DEPTH: usize = 8;

/// The files that were found.
#[derive(Default)]
pub(super) struct Included {
    /// Path, bytes, and the place in the main file that brings them in.
    pub files: Vec<(RepoPath, Vec<u8>, Spot)>,
    /// What is included and was not read, in words.
    pub unseen: Vec<String>,
    known: Vec<Vec<u8>>,
}

impl Reader<'_> {
    pub(super) fn included(&self, main: &File<'_>) -> Included {
        let mut found = Included::default();
        self.include(main, None, 0, &mut found);
        found
    }

    fn include(&self, file: &File<'_>, origin: Option<&Spot>, depth: usize, out: &mut Included) {
        for node in file.at(&["include"]) {
            self.include_one(file, node, origin, depth, out);
        }
    }

    fn include_one(
        &self,
        file: &File<'_>,
        node: &Node,
        origin: Option<&Spot>,
        depth: usize,
        out: &mut Included,
    ) {
        let Some(node) = file.document.resolve(node) else {
            return;
        };
        let here = file.spot(node.span);
        let origin = origin.unwrap_or(&here);
        if let Some(items) = node.as_list() {
            for item in items.iter().take(256) {
                let spot = file.spot(item.span);
                let origin = if depth == 0 { &spot } else { origin };
                self.include_one(file, item, Some(origin), depth, out);
            }
            return;
        }
        if let Some(path) = node.as_text() {
            self.local(path, origin, depth, out);
            return;
        }
        for key in ["local", "project", "remote", "template", "component"] {
            let Some(named) = file.text_below(node, key) else {
                continue;
            };
            match key {
                "local" => self.local(&named, origin, depth, out),
                _ => out.unseen.push(format!("the {key} {named}")),
            }
        }
    }

    fn local(&self, path: &str, origin: &Spot, depth: usize, out: &mut Included) {
        if path.contains("://") {
            out.unseen.push(format!("the remote {path}"));
            return;
        }
        if path.contains(['*', '$']) {
            out.unseen.push(format!("the files {path}"));
            return;
        }
        let Some(path) = local_path(&format!("./{path}")).filter(|path| !path.is_empty()) else {
            return;
        };
        if depth >= MAX_DEPTH || out.known.iter().any(|known| known == path.as_bytes()) {
            return;
        }
        out.known.push(path.clone().into_bytes());
        let place = self.place(&path);
        let parsed = self.file(&path).map(|text| {
            if let Ok(file) = File::open(&place, &text) {
                self.include(&file, Some(origin), depth + 1, out);
                return Some(text);
            }
            None
        });
        match parsed {
            Some(Some(text)) => out.files.push((place, text, origin.clone())),
            _ => out.unseen.push(format!("the file {path}")),
        }
    }
}
