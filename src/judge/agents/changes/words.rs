//! What a change is, in words, and where it begins.
//!
//! In: a model and an edit of it. Out: a sentence, a path and a line. It changes nothing.

use std::collections::BTreeSet;

use super::{Edit, Model};
use crate::judge::rules;
use crate::model::{Finding, RepoPath};

impl Model<'_> {
    fn file_in_words(&self, path: &RepoPath) -> (String, String, u32) {
        let values: BTreeSet<&str> = self.values_of(path).collect();
        let here = self.credentials.iter().filter(|one| one.path == *path);
        let line = here.map(|finding| finding.place.start_line).min();
        let many = match values.len() {
            2 => "both".to_owned(),
            many => format!("all {many}"),
        };
        let text =
            format!("Take {many} credentials of this file out, here and wherever else they stand.");
        (text, path.lossy(), line.unwrap_or(1))
    }

    pub(super) fn in_words(&self, edit: &Edit) -> (String, String, u32) {
        match edit {
            Edit::Credential(value) => {
                let mut places: Vec<&&Finding> = self
                    .credentials
                    .iter()
                    .filter(|finding| finding.value_print() == value)
                    .collect();
                places.sort_by(|a, b| b.severity.total_cmp(&a.severity));
                match places.first() {
                    Some(first) => (
                        without(first, places.len() - 1),
                        first.path.lossy(),
                        first.place.start_line,
                    ),
                    None => (String::new(), String::new(), 0),
                }
            }
            Edit::File(path) => self.file_in_words(path),
            Edit::Advice(rule, path) => {
                let judged = self.structure();
                let group = judged.get(&(*rule, path.clone()));
                let (advice, places) = group.map_or(("", &[][..]), |group| {
                    (group.advice.as_str(), &group.places)
                });
                let line = places.iter().map(|place| place.start_line).min();
                let more = match places.len() {
                    0 | 1 => String::new(),
                    all => format!(" The same for all {all} places of {rule} in this file."),
                };
                let then = match *rule {
                    "TL201" | "TL202" => {
                        " Keep what cannot be undone off the list of what is allowed."
                    }
                    _ => "",
                };
                let text = format!("{advice}{more}{then}");
                (text, path.lossy(), line.unwrap_or(1))
            }
            Edit::Other(rule, path, line) => {
                let found = self.others.iter().find(|finding| {
                    finding.rule == *rule
                        && finding.path == *path
                        && finding.place.start_line == *line
                });
                let advice = found.and_then(|finding| finding.advice.as_ref());
                let how = advice.map_or("", |advice| advice.how.as_str());
                let how = match how.is_empty() {
                    true => rules::by_id(rule).map_or("", |rule| rule.title),
                    false => how,
                };
                (how.to_owned(), path.lossy(), *line)
            }
        }
    }
}

/// What takes a credential away, in words.
fn without(finding: &Finding, more: usize) -> String {
    let what = match finding.kind {
        Some(kind) => kind.name.to_owned(),
        None => "credential".to_owned(),
    };
    let places = match more {
        0 => String::new(),
        1 => " and out of one more place".to_owned(),
        more => format!(" and out of {more} more places"),
    };
    let narrower = finding
        .advice
        .as_ref()
        .and_then(|advice| advice.narrower.first());
    let instead = narrower.map_or(String::new(), |id| format!("; make a `{id}` for the task"));
    format!("Take the {what} out of this file{places}{instead}.")
}
