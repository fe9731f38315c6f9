//! Files with a notation of their own, line by line: which lines that call us are gone, and which switch hooks off.

use super::{OUR_NAME, Weakening};
use crate::model::RepoPath;

/// Starts of lines that keep what follows, or what they belong to, from running.
const SWITCHES: [&str; 8] = [
    "exit 0",
    "skip:",
    "skip =",
    "only:",
    "only =",
    "HUSKY=0",
    "export HUSKY=0",
    "LEFTHOOK=0",
];

/// Compares; false where the file never called us.
pub(super) fn compare(path: &RepoPath, was: &[u8], is: &[u8], found: &mut Vec<Weakening>) -> bool {
    let was = String::from_utf8_lossy(was);
    let is = String::from_utf8_lossy(is);
    let calls =
        |line: &&str| line.to_ascii_lowercase().contains(OUR_NAME) && !line.starts_with('#');
    let old: Vec<&str> = was.lines().map(str::trim).collect();
    let new: Vec<&str> = is.lines().map(str::trim).collect();
    if !old.iter().any(calls) {
        return false;
    }
    let gone = old
        .iter()
        .filter(|line| calls(line) && !new.contains(line))
        .count();
    if gone > 0 {
        let line = new.iter().position(calls).unwrap_or(0);
        found.push(Weakening {
            path: path.clone(),
            line: line as u32 + 1,
            what: "a line that runs tokenleash is changed or gone".to_owned(),
        });
    }
    for (at, line) in new.iter().enumerate() {
        let switch = SWITCHES.iter().find(|switch| line.starts_with(**switch));
        if let Some(switch) = switch
            && !old.contains(line)
        {
            found.push(Weakening {
                path: path.clone(),
                line: at as u32 + 1,
                what: format!("`{}` comes to a file that runs tokenleash", switch.trim()),
            });
        }
    }
    true
}
