//! What sort of file a path is, as far as recipes care; most code is none of them and is never opened.

use crate::model::RepoPath;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Shell,
    Sql,
    Yaml,
    Json,
    /// Brackets, with `#` before comments: HCL, Python.
    Hash,
    /// Brackets, with `//` before comments: TypeScript, Go, Bicep.
    Slash,
    Prose,
}

impl FileKind {
    /// Whether lines of a shell may stand in it.
    pub(super) fn holds_commands(self) -> bool {
        matches!(
            self,
            FileKind::Shell | FileKind::Sql | FileKind::Yaml | FileKind::Json
        )
    }
}

/// The kind of a file, by its name or its first line.
pub(super) fn of(path: &RepoPath, text: &[u8]) -> Option<FileKind> {
    let whole = path.lossy().to_ascii_lowercase();
    let name = whole.rsplit('/').next().unwrap_or_default();
    if name.contains("lock.") || name.contains(".min.") {
        return None;
    }
    let by_name = [
        "dockerfile",
        "containerfile",
        "makefile",
        "justfile",
        "jenkinsfile",
        "vagrantfile",
        ".envrc",
    ];
    if by_name
        .iter()
        .any(|known| name.starts_with(known) || name.ends_with(known))
    {
        return Some(FileKind::Shell);
    }
    match name.rsplit_once('.') {
        Some((_, ending)) => by_word(ending),
        None => text.starts_with(b"#!").then_some(FileKind::Shell),
    }
}

/// The kind that a file's ending or a fence's word names.
pub(super) fn by_word(word: &str) -> Option<FileKind> {
    Some(match word {
        "sh" | "bash" | "zsh" | "fish" | "ksh" | "ps1" | "psm1" | "bat" | "cmd" | "mk" | "just"
        | "shell" | "console" | "terminal" | "powershell" | "shell-session" | "shellscript"
        | "dockerfile" => FileKind::Shell,
        "sql" | "mysql" | "psql" | "postgresql" | "ddl" => FileKind::Sql,
        "yml" | "yaml" => FileKind::Yaml,
        "json" | "jsonc" | "json5" => FileKind::Json,
        "tf" | "hcl" | "tofu" | "terraform" | "tfvars" | "py" | "python" => FileKind::Hash,
        "ts" | "js" | "mjs" | "mts" | "cts" | "cjs" | "tsx" | "typescript" | "javascript"
        | "go" | "cs" | "bicep" => FileKind::Slash,
        "md" | "mdx" | "mdc" | "markdown" | "rst" | "adoc" | "txt" => FileKind::Prose,
        _ => return None,
    })
}
