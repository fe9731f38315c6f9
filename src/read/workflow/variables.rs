//! Variables that texts name, in the systems whose jobs get their secrets as plain variables.
//!
//! In: a text. Out: names with the bytes they stand on. Whether a name stands for a secret is not said here. A line that is
//! a comment names nothing; a variable that the text itself sets comes from nowhere else.

use crate::model::{Setting, Span, Spot};
use crate::read::reference::{self, Source};

/// The most names that one text gives.
const MOST: usize = 500;

/// The variables that a text names, each as often as it stands there.
pub fn named(text: &str) -> Vec<String> {
    spans(text).into_iter().map(|(name, _)| name).collect()
}

/// The same, with the bytes of each name.
pub(super) fn spans(text: &str) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let is_comment = line.trim_start().starts_with('#');
        if !is_comment && line.contains(['$', '%']) && found.len() < MOST {
            of_line(line, start, &mut found);
        }
        start += line.len();
    }
    found
}

fn of_line(line: &str, start: usize, found: &mut Vec<(String, Span)>) {
    let mut from = 0;
    for one in reference::references(line) {
        if one.source != Source::Environment || one.name.contains('-') {
            continue;
        }
        if let Some(at) = line[from..].find(&one.name) {
            let begin = from + at;
            from = begin + one.name.len();
            found.push((one.name, Span::new(start + begin, start + from)));
        }
    }
    // `$(NAME)` is a variable of Azure Pipelines, and in a shell a command that is no credential's name.
    for (at, _) in line.match_indices("$(") {
        let rest = &line[at + 2..];
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let length = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        if length > 0 && rest[length..].starts_with(')') {
            let span = Span::new(start + at + 2, start + at + 2 + length);
            found.push((rest[..length].to_owned(), span));
        }
    }
}

/// A name as a setting that stands for itself.
pub(super) fn mention(name: String, spot: Spot) -> Setting {
    Setting {
        value: format!("${name}"),
        name,
        name_spot: spot.clone(),
        spot,
    }
}

/// Whether a text sets a variable itself, from something else than its own value.
pub(super) fn is_set(name: &str, variables: &[(String, String)]) -> bool {
    let mut settings = variables.iter().filter(|(known, _)| known == name);
    settings.any(|(_, value)| !named(value).iter().any(|inner| inner == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_they_are_written() {
        let text = "# $NOT\ncurl -H \"T: ${TOKEN:-x}\" $A$(System.AccessToken) $(date)\n";
        let found: Vec<(String, &str)> = spans(text)
            .into_iter()
            .map(|(name, span)| (name, &text[span.start..span.end]))
            .collect();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["TOKEN", "A", "System.AccessToken", "date"]);
        assert!(found.iter().all(|(name, written)| name == written));
    }

    #[test]
    fn what_a_text_sets_comes_from_nowhere_else() {
        let set = |value: &str| [("TOKEN".to_owned(), value.to_owned())];
        assert!(is_set("TOKEN", &set("$OTHER")));
        assert!(!is_set("TOKEN", &set("${TOKEN:-x}")));
        assert!(!is_set("KEY", &set("x")));
    }
}
