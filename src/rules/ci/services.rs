//! What commands and actions that act on other services would do with.
//!
//! In: `rules/services.toml`. Out: the entry that fits a command or an action. It says nothing of the job's own token.

use std::sync::OnceLock;

use serde::Deserialize;

use super::{ByProgram, by_program, of_command};

/// The narrowest credential that runs a command or an action on a service.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Narrower {
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    uses: Vec<String>,
    /// Whose credential it is.
    pub service: String,
    /// The narrowest credential that does it, in words.
    pub enough: String,
    /// Where that was read, and when.
    pub source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    narrower: Vec<Narrower>,
}

fn table() -> &'static [Narrower] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    // A test reads the same text, so a mistake in it cannot be released.
    let read = || toml::from_str(include_str!("../../../rules/services.toml")).unwrap_or_default();
    &TABLE.get_or_init(read).narrower
}

/// The entry of a command; the longest whose words stand in it in their order.
pub fn narrower_of_command(words: &[String]) -> Option<&'static Narrower> {
    static TABLE: OnceLock<ByProgram<Narrower>> = OnceLock::new();
    let words_of = |entry: &'static Narrower| {
        let words = entry.words.iter();
        words.map(move |words| (words.as_str(), entry))
    };
    let programs = TABLE.get_or_init(|| by_program(table().iter().flat_map(words_of)));
    of_command(programs, words, |given, word| given == word)
}

/// The entry of an action, by what stands before the `@`, lower-cased.
pub fn narrower_of_action(uses: &str) -> Option<&'static Narrower> {
    let mut entries = table().iter();
    entries.find(|entry| entry.uses.iter().any(|own| own == uses))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Option<&'static str> {
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        narrower_of_command(&words).map(|entry| entry.service.as_str())
    }

    #[test]
    fn every_entry_says_what_is_enough_and_where_that_was_read() {
        assert!(table().len() >= 30);
        for entry in table() {
            assert!(!entry.words.is_empty() || !entry.uses.is_empty());
            assert!(entry.enough.len() > 20 && !entry.source.is_empty());
        }
    }

    #[test]
    fn commands_are_found_by_their_words_in_order() {
        assert_eq!(of("railway up --service api"), Some("Railway"));
        assert_eq!(of("aws --region x s3 sync . s3://b"), Some("AWS"));
        assert_eq!(
            of("terraform -chdir=infra apply"),
            Some("the cloud that it changes")
        );
        assert_eq!(of("aws sts get-caller-identity"), None);
        assert_eq!(of("npm install publish-helper"), None);
    }
}
