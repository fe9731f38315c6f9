//! `.tokenleash-baseline.toml`: what HEAD already held when the guard came (decision 7).
//!
//! Sorted, one entry a block, without a secret, a line number or a date, so that two branches merge. It can only shrink.

use serde::Deserialize;

use super::{Known, config};
use crate::error::Result;
use crate::model::How;

/// The file's name, at the repository's root.
pub const BASELINE_NAME: &str = ".tokenleash-baseline.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBaseline {
    #[serde(default)]
    known: Vec<RawKnown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKnown {
    fingerprint: String,
    path: String,
    reach: How,
}

/// Reads a baseline.
pub fn read(text: &str, shown_as: &str) -> Result<Vec<Known>> {
    let raw: RawBaseline =
        toml::from_str(text).map_err(|error| config::syntax_error(&error, text, shown_as))?;
    Ok(raw
        .known
        .into_iter()
        .map(|known| Known {
            fingerprint: known.fingerprint,
            path: known.path,
            reach: known.reach,
        })
        .collect())
}

/// Writes a baseline, sorted by path and fingerprint.
pub fn write(known: &[Known]) -> String {
    let mut sorted: Vec<&Known> = known.iter().collect();
    sorted.sort_by(|a, b| {
        (&a.path, &a.fingerprint, a.reach).cmp(&(&b.path, &b.fingerprint, b.reach))
    });
    sorted.dedup();
    let mut text = String::from(
        "# What was in this repository when tokenleash came. It can only shrink; `tokenleash baseline` rewrites it.\n",
    );
    for entry in sorted {
        let mut table = toml::Table::new();
        table.insert("fingerprint".to_owned(), entry.fingerprint.clone().into());
        table.insert("path".to_owned(), entry.path.clone().into());
        table.insert("reach".to_owned(), entry.reach.word().into());
        text.push_str("\n[[known]]\n");
        text.push_str(&table.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_sorted() {
        let known = |path: &str| Known {
            fingerprint: format!("v1:{}", "0a".repeat(16)),
            path: path.to_owned(),
            reach: How::Workspace,
        };
        let text = write(&[known("b \"q\".sh"), known("a.sh"), known("a.sh")]);
        let read_again = read(&text, BASELINE_NAME).unwrap();
        assert_eq!(read_again, [known("a.sh"), known("b \"q\".sh")]);
    }
}
