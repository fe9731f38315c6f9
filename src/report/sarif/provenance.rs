//! Which commit of which repository a log is about.
//!
//! In: what the caller knows of it. Out: an entry of `versionControlProvenance`, or nothing where the address is none that
//! may stand in a log. Logins never come here; whatever is no plain address is left out once more.

use serde_sarif::sarif::{ArtifactLocation, VersionControlDetails};

use super::ROOT;
use crate::model::Origin;
use crate::report::sanitize;

/// The longest name of a branch that is written.
const LONGEST_BRANCH: usize = 255;

/// Writes the entry.
pub fn of(origin: &Origin) -> Option<VersionControlDetails> {
    if !is_address(&origin.repository) {
        return None;
    }
    let mut details = VersionControlDetails::builder()
        .repository_uri(&origin.repository)
        .mapped_to(ArtifactLocation::builder().uri_base_id(ROOT).build())
        .build();
    let is_id = |id: &&String| !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit());
    details.revision_id = origin.revision.as_ref().filter(is_id).cloned();
    let is_name = |name: &&String| {
        !name.is_empty() && name.len() <= LONGEST_BRANCH && sanitize::clean(name) == **name
    };
    details.branch = origin.branch.as_ref().filter(is_name).cloned();
    Some(details)
}

/// Whether a text is the address of a repository and nothing more.
fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%:+".contains(c);
    matches!(scheme, "https" | "http" | "ssh") && !rest.is_empty() && rest.chars().all(plain)
}
