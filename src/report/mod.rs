//! Writes the outcome of a run, one file per format: text, JSON, JSON lines, SARIF, GitHub's workflow commands,
//! GitLab's document, JUnit.
//!
//! In: an `Outcome`, the TL rules, and a style. Out: bytes on a writer. It must not judge anything anew, must not show
//! more of a secret than the mask that it is given, and must not let a scanned name, path or text act on the reader's
//! terminal, runner or viewer.

pub mod catalogue;
pub mod drill;
pub mod fix;
mod github;
mod gitlab;
pub(crate) mod jobs;
mod json;
mod junit;
pub mod page;
mod parts;
pub mod reach;
pub mod recipe_page;
pub mod sanitize;
mod sarif;
mod select;
mod summary;
pub mod summary_markdown;
mod text;
mod wrap;

#[cfg(test)]
mod fixture;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::model::{Outcome, Rule};

/// Writes what the agents of jobs hold, and the findings of these jobs, for a terminal.
pub fn write_jobs(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    text::write_jobs(outcome, style, out)
}

/// How the outcome is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Jsonl,
    Sarif,
    Github,
    Gitlab,
    Junit,
}

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Format; 7] = [
        Format::Text,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
    ];

    /// The word used on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
        }
    }
}

/// A word that names no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Format::ALL.map(Format::word).join(", ");
        write!(f, "the formats are {words}")
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        Format::ALL
            .into_iter()
            .find(|format| format.word() == word)
            .ok_or(UnknownFormat)
    }
}

/// How much text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// Who reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Somebody at a terminal, no agent and no CI.
    Person,
    /// An agent; nothing is quoted from the repository to it but paths.
    Agent,
    /// A log, a file, a pipe.
    Machine,
}

/// Which command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Hook,
    Scan,
    Ci,
    /// The gate before an agent, which judges a job and not a repository.
    Job,
}

/// What becomes of waived and known findings in SARIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// Written with a `suppressions` entry.
    Kept,
    /// Left out: GitHub code scanning shows suppressed results as open.
    LeftOut,
}

/// The manner of writing; it never changes what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// Columns of the terminal.
    pub width: u16,
    pub verbosity: Verbosity,
    pub audience: Audience,
    pub entry: Entry,
    /// Whether dropped matches are listed.
    pub why_not: bool,
    pub released: Released,
}

impl Style {
    /// The style of a log: no colour, 80 columns.
    pub fn plain(entry: Entry) -> Self {
        Style {
            color: false,
            width: 80,
            verbosity: Verbosity::Normal,
            audience: Audience::Machine,
            entry,
            why_not: false,
            released: Released::Kept,
        }
    }
}

/// Writes the outcome.
pub fn write(
    format: Format,
    outcome: &Outcome,
    rules: &[Rule],
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(outcome, style, out),
        Format::Json => json::write(outcome, style, out),
        Format::Jsonl => json::lines::write(outcome, style, out),
        Format::Sarif => sarif::write(outcome, rules, style, out),
        Format::Github => github::write(outcome, rules, style, out),
        Format::Gitlab => gitlab::write(outcome, rules, out),
        Format::Junit => junit::write(outcome, rules, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn outcome(path: &[u8], words: &str, numbers: [u32; 4], severity: f32) -> Outcome {
        let mut outcome = fixture::hostile(path);
        for finding in &mut outcome.findings {
            finding.message = words.to_owned();
            finding.excerpt.text = words.to_owned();
            finding.excerpt.mask_start = numbers[0] as usize;
            finding.excerpt.mask_len = numbers[1] as usize;
            finding.masked = Some(words.chars().rev().collect());
            finding.fingerprint = words.to_owned();
            finding.severity = severity;
            finding.place.start_line = numbers[2];
            finding.place.start_column = numbers[0];
            finding.place.end_line = numbers[3];
            finding.place.end_column = numbers[1];
            finding.place.start_character = numbers[3];
        }
        outcome
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_format(
            path in proptest::collection::vec(any::<u8>(), 0..200),
            words in "(\\PC|[ :#\n\r\u{1b}`\\[\\]]){0,200}",
            numbers in prop_oneof![any::<[u32; 4]>(), [0u32..40, 0u32..40, 0u32..3, 0u32..3]],
            severity in any::<f32>(),
            width in any::<u16>(),
        ) {
            let outcome = outcome(&path, &words, numbers, severity);
            for format in Format::ALL {
                let style = Style { width, ..Style::plain(Entry::Hook) };
                for style in [style, fixture::verbose(style)] {
                    let mut out = Vec::new();
                    write(format, &outcome, &fixture::RULES, &style, &mut out).unwrap();
                    let text = String::from_utf8(out).unwrap();
                    for line in text.split('\n') {
                        prop_assert_eq!(sanitize::clean(line), line);
                        let is_ours = format == Format::Github
                            && ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start));
                        prop_assert!(is_ours || sanitize::log_line(line) == line, "{}", line);
                    }
                    if format == Format::Jsonl {
                        let lines = text.lines().map(serde_json::from_str::<serde_json::Value>);
                        prop_assert!(lines.into_iter().all(|line| line.is_ok()));
                    }
                    if matches!(format, Format::Json | Format::Sarif | Format::Gitlab) {
                        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
                    }
                }
            }
        }
    }

    #[test]
    fn every_format_is_known_by_its_word() {
        for format in Format::ALL {
            assert_eq!(format.word().parse(), Ok(format));
        }
        assert_eq!(
            "xml".parse::<Format>().unwrap_err().to_string(),
            "the formats are text, json, jsonl, sarif, github, gitlab, junit"
        );
    }
}
