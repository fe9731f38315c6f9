//! Which CI system loads a file, by its path.
//!
//! In: a path. Out: the system. GitLab and Azure Pipelines can be told other paths in their settings, which a checkout does
//! not show.

use crate::model::{CiSystem, RepoPath};

/// The system that loads its jobs from this path.
pub fn system_of(path: &RepoPath) -> Option<CiSystem> {
    let bytes = path.as_bytes();
    if let Some(name) = bytes.strip_prefix(b".github/workflows/") {
        return (!name.contains(&b'/') && is_yaml(name)).then_some(CiSystem::Github);
    }
    if bytes == b".gitlab-ci.yml" || is_flow(path) {
        return Some(CiSystem::Gitlab);
    }
    if let Some(name) = bytes.strip_prefix(b".circleci/") {
        return (!name.contains(&b'/') && is_yaml(name)).then_some(CiSystem::Circleci);
    }
    is_azure(path).then_some(CiSystem::Azure)
}

/// The names under which pipelines of Azure stand; a template that a pipeline uses is read from there.
fn is_azure(path: &RepoPath) -> bool {
    let name = path.file_name();
    let named = name.starts_with(b"azure-pipeline") || name.starts_with(b".azure-pipeline");
    let in_folder = FOLDERS
        .iter()
        .any(|folder| path.as_bytes().starts_with(folder.as_bytes()));
    is_yaml(name) && (named || in_folder)
}

/// Folders in which pipelines of Azure stand by convention.
const FOLDERS: [&str; 3] = [".azure-pipelines/", ".pipelines/", ".azuredevops/"];

/// Whether GitLab starts an external agent from this file: its documented folder.
pub(super) fn is_flow(path: &RepoPath) -> bool {
    let name = path.as_bytes().strip_prefix(b".gitlab/duo/flows/");
    name.is_some_and(|name| !name.contains(&b'/') && is_yaml(name))
}

/// Whether a pipeline of another system may include this file.
pub fn may_be_included(path: &RepoPath) -> bool {
    let bytes = path.as_bytes();
    is_yaml(bytes) && !bytes.starts_with(b".github/")
}

fn is_yaml(name: &[u8]) -> bool {
    name.ends_with(b".yml") || name.ends_with(b".yaml")
}
