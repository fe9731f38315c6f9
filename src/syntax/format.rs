//! Which format a path is read in, by its name alone.
//!
//! In: a repository path. Out: a format, or none where the file is prose, code or something that is only searched.
//! It never looks at the content.

use crate::model::RepoPath;

/// A format that is read as structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON with comments, trailing commas, JSON5 notation; several values in a row, as in JSON Lines.
    Json,
    Yaml,
    Toml,
    /// `NAME=value` lines.
    Dotenv,
    /// Sections and `key = value` lines: INI, properties, Git's configuration, `.npmrc`.
    Ini,
    /// Markdown, of which only the YAML between `---` lines at the top is read.
    FrontMatter,
}

/// Endings that say "a copy of the file before them".
const COPIES: &[&str] = &[
    "example", "sample", "dist", "bak", "backup", "template", "tmpl", "tpl", "orig", "old",
    "local", "default", "defaults", "example~", "save",
];

const JSON_ENDINGS: &[&str] = &[
    "json",
    "jsonc",
    "json5",
    "jsonl",
    "ndjson",
    "ipynb",
    "tfstate",
    "har",
    "code-workspace",
    "webmanifest",
    "geojson",
    "avsc",
    "code-profile",
];
const YAML_ENDINGS: &[&str] = &["yml", "yaml", "kubeconfig", "sls", "cff"];
const TOML_ENDINGS: &[&str] = &["toml"];
const INI_ENDINGS: &[&str] = &[
    "ini",
    "cfg",
    "cnf",
    "properties",
    "service",
    "desktop",
    "tfbackend",
];
const MARKDOWN_ENDINGS: &[&str] = &["md", "mdc", "mdx", "markdown"];

const JSON_NAMES: &[&str] = &[
    ".dockercfg",
    ".firebaserc",
    ".swcrc",
    ".watchmanconfig",
    ".jshintrc",
    "composer.lock",
    "pipfile.lock",
    "flake.lock",
    "deno.lock",
];
const YAML_NAMES: &[&str] = &["kubeconfig", ".condarc", ".gemrc", ".yamllint", ".clangd"];
const TOML_NAMES: &[&str] = &["cargo.lock", "poetry.lock", "uv.lock", "pipfile"];
const INI_NAMES: &[&str] = &[
    ".npmrc",
    "npmrc",
    ".pypirc",
    ".editorconfig",
    ".gitconfig",
    ".gitmodules",
    ".databrickscfg",
    ".s3cfg",
    ".boto",
    ".sentryclirc",
    ".wgetrc",
    ".hgrc",
    "hgrc",
    "pip.conf",
    "rclone.conf",
    ".coveragerc",
    ".pylintrc",
    ".flake8",
];
const DOTENV_NAMES: &[&str] = &[".envrc", ".flaskenv", ".dev.vars", ".secrets", "env"];

/// Files whose format their folder decides.
const FOLDERS: &[(&str, Format)] = &[
    (".kube/config", Format::Yaml),
    (".gem/credentials", Format::Yaml),
    (".cargo/credentials", Format::Toml),
    (".cargo/config", Format::Toml),
    (".aws/credentials", Format::Ini),
    (".aws/config", Format::Ini),
    (".git/config", Format::Ini),
    (".oci/config", Format::Ini),
    (".snowsql/config", Format::Ini),
    (".config/git/config", Format::Ini),
];

/// The format that a path is read in; `None` where it is not structure.
pub fn format_of(path: &RepoPath) -> Option<Format> {
    let whole = path.lossy().to_ascii_lowercase();
    for (tail, format) in FOLDERS {
        if let Some(before) = whole.strip_suffix(tail)
            && (before.is_empty() || before.ends_with('/'))
        {
            return Some(*format);
        }
    }
    let name = whole.rsplit('/').next().unwrap_or_default();
    if let Some(format) = by_ending(name) {
        return Some(format);
    }
    if is_dotenv(name) {
        return Some(Format::Dotenv);
    }
    by_name(name).or_else(|| without_copy_ending(name))
}

fn by_ending(name: &str) -> Option<Format> {
    let (_, ending) = name.rsplit_once('.')?;
    [
        (JSON_ENDINGS, Format::Json),
        (YAML_ENDINGS, Format::Yaml),
        (TOML_ENDINGS, Format::Toml),
        (INI_ENDINGS, Format::Ini),
        (MARKDOWN_ENDINGS, Format::FrontMatter),
    ]
    .into_iter()
    .find(|(endings, _)| endings.contains(&ending))
    .map(|(_, format)| format)
}

fn by_name(name: &str) -> Option<Format> {
    [
        (JSON_NAMES, Format::Json),
        (YAML_NAMES, Format::Yaml),
        (TOML_NAMES, Format::Toml),
        (INI_NAMES, Format::Ini),
    ]
    .into_iter()
    .find(|(names, _)| names.contains(&name))
    .map(|(_, format)| format)
}

/// `.env`, `.env.production`, `prod.env`, `prod.env.local`, `.dev.vars.staging`; never `.env.ts`.
fn is_dotenv(name: &str) -> bool {
    if DOTENV_NAMES.contains(&name) || name.ends_with(".env") || name.starts_with(".dev.vars.") {
        return true;
    }
    let marked = [".env.", ".env-", ".env_"]
        .iter()
        .any(|mark| name.contains(mark));
    marked && !is_code(name)
}

fn is_code(name: &str) -> bool {
    const CODE: &[&str] = &[
        "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "py", "pyi", "rb", "go", "rs", "php",
        "java", "kt", "cs", "sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "html", "txt", "map",
        "gpg", "age", "enc", "zip", "gz", "png", "xml",
    ];
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| CODE.contains(&ending))
}

fn without_copy_ending(name: &str) -> Option<Format> {
    let (before, ending) = name.rsplit_once('.')?;
    if before.is_empty() || !COPIES.contains(&ending) {
        return None;
    }
    by_ending(before).or_else(|| by_name(before))
}
