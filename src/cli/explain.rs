//! `tokenleash explain`: a rule, a token kind, or a finding of this tree, for a terminal.

use super::scan::{self, Clock};
use super::screen::Screen;
use crate::error::{Error, Result};
use crate::judge::rules::by_id;
use crate::model::Finding;
use crate::report::{Entry, page};
use crate::rules::RuleSet;

/// The least number of characters of a fingerprint that are taken for one.
const LEAST_PREFIX: usize = 6;

/// Explains whatever the word names.
pub fn run(word: &str, screen: &Screen) -> Result<u8> {
    let rules = RuleSet::builtin();
    let style = screen.style(Entry::Scan);
    let text = match page_of(word, &rules) {
        Some(page) => page,
        None => page::finding_page(&finding_of(word)?.ok_or_else(unknown)?),
    };
    screen.write(page::render_terminal(&text, &style).as_bytes())?;
    Ok(0)
}

/// The page of a rule or a token kind, in Markdown.
pub fn page_of(word: &str, rules: &RuleSet) -> Option<String> {
    by_id(&word.to_ascii_uppercase())
        .map(page::rule_page)
        .or_else(|| rules.kind(word).map(page::kind_page))
}

/// The error of a word that names nothing.
pub fn unknown() -> Error {
    Error::usage("there is no rule, token kind or finding of this name")
        .hint("`tokenleash rules list` shows rules and kinds; a finding is named by the start of its fingerprint")
}

/// Looks for a finding of the present tree, or of what is staged, by the start of its fingerprint.
fn finding_of(word: &str) -> Result<Option<Finding>> {
    let digits = word
        .strip_prefix("v1:")
        .or_else(|| word.strip_prefix("p1:"))
        .unwrap_or(word);
    if digits.len() < LEAST_PREFIX || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(None);
    }
    Ok(scan::findings_here(&Clock::read())?
        .into_iter()
        .find(|finding| finding.fingerprint[3..].starts_with(digits)))
}
