//! CODEOWNERS: whether the files of the guard keep their owners.
//!
//! The last pattern that fits a path decides, as on GitHub; a line without an owner takes the owners away.

use super::{Weakening, plain};
use crate::error::Result;
use crate::model::RepoPath;
use crate::rules::glob;
use crate::source::Snapshot;

/// Where GitHub looks, in its order; the first file that exists counts.
const FILES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// How many lines are looked at; GitHub stops at 3 MB.
const LINES_AT_MOST: usize = 50_000;

struct Owners {
    path: RepoPath,
    text: String,
}

impl Owners {
    fn read(snapshot: &dyn Snapshot) -> Result<Option<Self>> {
        for name in FILES {
            if let Some(text) = snapshot.read(name.as_bytes())? {
                return Ok(Some(Owners {
                    path: RepoPath::from(name),
                    text: String::from_utf8_lossy(&text).into_owned(),
                }));
            }
        }
        Ok(None)
    }

    /// The owners of a path, sorted, and the line that names them.
    fn of(&self, path: &RepoPath) -> (Vec<&str>, u32) {
        let mut owners = (Vec::new(), 1);
        for (at, line) in self.text.lines().take(LINES_AT_MOST).enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            if let Some(pattern) = words.next()
                && fits(pattern, path)
            {
                let mut names: Vec<&str> = words.collect();
                names.sort_unstable();
                owners = (names, at as u32 + 1);
            }
        }
        owners
    }
}

/// Whether a pattern of CODEOWNERS covers a path.
fn fits(pattern: &str, path: &RepoPath) -> bool {
    let rooted = pattern.trim_end_matches('/').contains('/');
    let body = pattern.trim_start_matches('/');
    let folder = body.trim_end_matches('/');
    let path = path.as_bytes();
    let matches = |pattern: String| glob::matches(&pattern, path);
    let starts: &[&str] = if rooted { &[""] } else { &["", "**/"] };
    starts.iter().any(|start| {
        let file = !body.ends_with('/') && matches(format!("{start}{body}"));
        // `docs/*` covers the folder's own files only; any other pattern covers what lies below it.
        let below = !(rooted && body.ends_with("/*")) && matches(format!("{start}{folder}/**"));
        file || below
    })
}

/// Says for each guarded file whether its owners change.
pub(super) fn compare(
    before: &dyn Snapshot,
    after: &dyn Snapshot,
    guarded: &[RepoPath],
    found: &mut Vec<Weakening>,
) -> Result<()> {
    let Some(was) = Owners::read(before)? else {
        return Ok(());
    };
    let is = Owners::read(after)?;
    let of_file: Vec<RepoPath> = guarded.iter().cloned().chain([was.path.clone()]).collect();
    for path in of_file {
        let (old, _) = was.of(&path);
        if old.is_empty() {
            continue;
        }
        let (new, line) = is.as_ref().map_or((Vec::new(), 1), |is| is.of(&path));
        if new != old {
            let change = if new.is_empty() {
                "loses its owners"
            } else {
                "gets other owners"
            };
            let place = is.as_ref().map_or(&was.path, |is| &is.path);
            let name = path.lossy();
            let name = name.rsplit('/').next().unwrap_or_default();
            found.push(Weakening {
                path: place.clone(),
                line,
                what: format!("`{}` {change}", plain(name)),
            });
        }
    }
    Ok(())
}
