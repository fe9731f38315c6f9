//! Which CI system loads a file, by its path.
//!
//! In: a path. Out: the system. GitLab and Azure Pipelines can be told other paths in their settings, which a checkout does
//! not show.

use super::{folder_of, home_of};
use crate::model::{CiSystem, RepoPath};

/// The system whose file this is, wherever its repository begins.
pub fn system_of(path: &RepoPath) -> Option<CiSystem> {
    located(path).map(|(system, _)| system)
}

/// The system, and the top of its repository: empty, or with a `/` at its end.
pub fn located(path: &RepoPath) -> Option<(CiSystem, &[u8])> {
    if let Some(home) = home_of(path) {
        return Some((CiSystem::Github, home));
    }
    let (name, folder) = (path.file_name(), folder_of(path));
    if name == b".gitlab-ci.yml" {
        return Some((CiSystem::Gitlab, folder));
    }
    if !is_yaml(name) {
        return None;
    }
    let below = |part: &str| {
        let home = folder.strip_suffix(part.as_bytes())?;
        (home.is_empty() || home.ends_with(b"/")).then_some(home)
    };
    let flow = || Some((CiSystem::Gitlab, below(FLOWS)?));
    let circle = || Some((CiSystem::Circleci, below(".circleci/")?));
    flow().or_else(circle).or_else(|| azure(path))
}

/// The folder in which GitLab looks for flows of external agents, as it documents.
const FLOWS: &str = ".gitlab/duo/flows/";

/// Pipelines of Azure by the names that they have by convention; a template that one uses is read from there.
fn azure(path: &RepoPath) -> Option<(CiSystem, &[u8])> {
    const FOLDERS: [&str; 3] = [".azure-pipelines/", ".pipelines/", ".azuredevops/"];
    let (bytes, name) = (path.as_bytes(), path.file_name());
    let starts = |at: usize| at == 0 || bytes[at - 1] == b'/';
    let in_folder = FOLDERS
        .iter()
        .filter_map(|part| memchr::memmem::find(bytes, part.as_bytes()))
        .find(|at| starts(*at));
    let named = name.starts_with(b"azure-pipeline") || name.starts_with(b".azure-pipeline");
    let home = match in_folder {
        Some(at) => &bytes[..at],
        None if named => &bytes[..0],
        None => return None,
    };
    Some((CiSystem::Azure, home))
}

/// Whether GitLab starts an external agent from this file.
pub(super) fn is_flow(path: &RepoPath) -> bool {
    folder_of(path).ends_with(FLOWS.as_bytes())
}

/// Whether a pipeline of another system may include this file.
pub fn may_be_included(path: &RepoPath) -> bool {
    let bytes = path.as_bytes();
    let is_github = bytes.starts_with(b".github/") || home_of(path).is_some();
    is_yaml(bytes) && !is_github
}

fn is_yaml(name: &[u8]) -> bool {
    name.ends_with(b".yml") || name.ends_with(b".yaml")
}
