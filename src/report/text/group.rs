//! What one line stands for: its other places, and what they have in common.
//!
//! In: a group of findings. Out: a few words for the line that shows it. It must not hide that there are more.

use std::collections::BTreeSet;

use crate::model::{Finding, RepoPath};
use crate::report::select::Group;
use crate::report::summary;

/// What every file of a group looks like, where that is not the code itself.
pub(super) fn shared_place(group: &Group<'_>) -> Option<&'static str> {
    const PLACES: [(&str, &str); 4] = [
        ("the file looks like a test", "tests"),
        ("the file looks like documentation", "documentation"),
        ("the file looks like a template", "templates"),
        (
            "the file looks like somebody else's code",
            "somebody else's code",
        ),
    ];
    let says = |finding: &Finding, start: &str| {
        let mut reasons = finding.reasons.iter();
        reasons.any(|reason| reason.starts_with(start))
    };
    let others = || group.also.iter().chain(&group.alike);
    PLACES
        .iter()
        .find(|(start, _)| says(group.head, start) && others().all(|one| says(one, start)))
        .map(|(_, place)| *place)
}

/// How many places a group has beside the one that is shown.
pub(super) fn more(group: &Group<'_>) -> Option<String> {
    let also = group.also.len() as u64;
    let files: BTreeSet<&RepoPath> = group.alike.iter().map(|one| &one.path).collect();
    let here = files.len() <= 1 && files.contains(&group.head.path);
    let alike = match (group.alike.len(), here) {
        (0, _) => None,
        (count, true) => Some(format!("{count} more like it in this file")),
        (count, false) if count == files.len() => Some(format!(
            "the same in {}",
            summary::count(count as u64, "more file", "more files")
        )),
        (count, false) => Some(format!(
            "{count} more like it in {}",
            summary::count(files.len() as u64, "file", "files")
        )),
    };
    let same = (also > 0).then(|| format!("also in {}", summary::count(also, "place", "places")));
    match (same, alike) {
        (Some(same), Some(alike)) => Some(format!("{same}; {alike}")),
        (one, other) => one.or(other),
    }
}
