//! Whether a repository's format is one that can be read, and in words why not.
//!
//! In: a repository's folder. Out: a reason, or none. It reads the repository's own configuration and nothing else.

use std::path::Path;

use crate::error::Error;

/// Extensions of the repository format that change nothing for a reader, or that are understood.
const EXTENSIONS: &[&str] = &[
    "noop",
    "noop-v1",
    "preciousobjects",
    "partialclone",
    "worktreeconfig",
    "objectformat",
    "compatobjectformat",
    "relativeworktrees",
];

/// Why a folder that looks like a repository does not open.
pub(super) fn unreadable(git_dir: &Path) -> Error {
    let common_dir = match std::fs::read_to_string(git_dir.join("commondir")) {
        Ok(text) => git_dir.join(text.trim_end()),
        Err(_) => git_dir.to_owned(),
    };
    let reason = unreadable_format(&common_dir);
    let reason = reason.unwrap_or_else(|| {
        "this Git repository could not be opened: it is incomplete or damaged".into()
    });
    Error::source(reason).at(git_dir.display().to_string())
}

/// Names what in a repository's format is beyond us.
pub(super) fn unreadable_format(common_dir: &Path) -> Option<String> {
    let config = common_dir.join("config");
    let config =
        gix::config::File::from_path_no_includes(config, gix::config::Source::Local).ok()?;
    let version = config.integer("core.repositoryformatversion");
    if let Ok(Some(version @ 2..)) = version {
        return Some(format!(
            "the repository's format version {version} is not supported"
        ));
    }
    for section in config.sections_by_name("extensions")? {
        for name in section.body().value_names() {
            let name = name.to_ascii_lowercase();
            let value = config.string(format!("extensions.{name}").as_str());
            let value = value.map(|value| String::from_utf8_lossy(&value).to_ascii_lowercase());
            let value = value.unwrap_or_default();
            if name == "refstorage" && value != "files" {
                return Some(format!(
                    "the repository keeps its refs as '{value}', which is not supported"
                ));
            }
            if name == "objectformat" && value != "sha1" && value != "sha256" {
                return Some(format!(
                    "the repository's object format '{value}' is not supported"
                ));
            }
            if name != "refstorage" && !EXTENSIONS.contains(&name.as_str()) {
                return Some(format!(
                    "the repository's extension '{name}' is not supported"
                ));
            }
        }
    }
    None
}
