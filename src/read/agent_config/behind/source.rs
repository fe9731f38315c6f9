//! Where the things stand that commands call, and the commands of an agent's hooks.
//!
//! In: the bytes of a file and who knows its names. Out: its pieces of shell text, with places. It follows nothing.

use std::cell::OnceCell;
use std::sync::Arc;

use super::calls::By;
use super::{MAX_TEXT, MOST};
use crate::model::{RepoPath, Span, Spot};
use crate::read::agent_config::quoted;
use crate::read::agent_config::scripts::{self, Piece};
use crate::read::lines::LineIndex;
use crate::read::shell;
use crate::syntax::{self, Document};

/// A file that was looked up, and what commands call in it.
pub(super) struct Source {
    pub path: Arc<RepoPath>,
    bytes: Vec<u8>,
    lines: OnceCell<LineIndex>,
    pub pieces: Vec<Piece>,
}

/// A command that an agent runs by itself at an event.
#[derive(Clone)]
pub struct HookCommand {
    pub event: String,
    /// It may hold a credential.
    pub command: String,
    pub span: Span,
}

impl Source {
    pub(super) fn read(path: &str, bytes: Vec<u8>, by: By) -> Option<Source> {
        if bytes.len() > MAX_TEXT {
            return None;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let document = match by {
            By::File => Document::default(),
            _ => syntax::format_of(&RepoPath::from(path))
                .and_then(|format| syntax::parse(format, &bytes).ok())
                .unwrap_or_default(),
        };
        let pieces = match by {
            By::File | By::GitHook if shell::is_script(path, &bytes) => {
                let place = format!("the script `{}`", quoted(path));
                scripts::script(&bytes, place).into_iter().collect()
            }
            By::File => return None,
            By::GitHook => scripts::lefthook(&document),
            _ => scripts::pieces_of(&name.to_ascii_lowercase(), &bytes, &document),
        };
        Some(Source {
            path: Arc::new(RepoPath::from(path)),
            bytes,
            lines: OnceCell::new(),
            pieces,
        })
    }

    pub(super) fn spot(&self, span: Span) -> Spot {
        let lines = self.lines.get_or_init(|| LineIndex::of(&self.bytes));
        Spot {
            path: self.path.clone(),
            span,
            place: lines.place(&self.bytes, span),
        }
    }
}

pub(super) fn files_of(by: By) -> &'static [&'static str] {
    match by {
        By::Package => &["package.json"],
        By::Make => &["GNUmakefile", "makefile", "Makefile"],
        By::Just => &["justfile", "Justfile", ".justfile"],
        By::Task => &[
            "Taskfile.yml",
            "Taskfile.yaml",
            "taskfile.yml",
            "taskfile.yaml",
        ],
        By::File | By::GitHook => &[],
    }
}

/// The commands of a settings file's hooks.
pub(in crate::read::agent_config) fn hook_commands(document: &Document) -> Vec<HookCommand> {
    let leaves = document.leaves().filter_map(|leaf| {
        let event = leaf.key_path.strip_prefix("hooks.")?.split('.').next()?;
        ["command", "bash"]
            .contains(&leaf.key)
            .then(|| HookCommand {
                event: event.to_owned(),
                command: leaf.text.to_owned(),
                span: leaf.value_span,
            })
    });
    leaves.take(MOST).collect()
}
