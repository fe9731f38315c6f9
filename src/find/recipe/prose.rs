//! Prose: a recipe counts only where the sentence tells somebody to make the credential.
//!
//! In: the text of a page and a place. Out: a match, or none where the sentence warns, compares or describes.

use std::cell::OnceCell;
use std::ops::Range;

use super::file_kind::{self, FileKind};
use super::fit::{find, shown};
use super::{Match, Recipe, command};
use crate::model::{RecipePart, Span};

/// The most lines of one sentence, in each direction.
const MOST_LINES: usize = 8;
/// The longest sentence, in bytes.
const LONGEST: usize = 2_000;

/// Words that tell somebody to do something.
const TELLS: &[&str] = &[
    "add",
    "allow",
    "assign",
    "attach",
    "authenticate",
    "choose",
    "configure",
    "copy",
    "create",
    "enable",
    "ensure",
    "enter",
    "execute",
    "generate",
    "get",
    "give",
    "grant",
    "issue",
    "log in",
    "login",
    "make",
    "mint",
    "must have",
    "need",
    "needs",
    "obtain",
    "provide",
    "required",
    "requires",
    "run",
    "select",
    "set",
    "set up",
    "should have",
    "sign in",
    "tick",
    "type",
    "use",
];
/// Words by which a sentence warns, compares or looks back.
const WARNS: &[&str] = &[
    "avoid",
    "bad",
    "can't",
    "cannot",
    "dangerous",
    "deprecated",
    "do not",
    "does not",
    "doesn't",
    "don't",
    "fails",
    "insecure",
    "instead",
    "isn't",
    "less",
    "limit",
    "minimal",
    "never",
    "no longer",
    "not",
    "overly",
    "overprivileged",
    "rather than",
    "remove",
    "removed",
    "revoke",
    "risk",
    "risky",
    "shouldn't",
    "too broad",
    "unlike",
    "unsafe",
    "used to",
    "vulnerable",
    "warning",
    "without",
    "won't",
    "wrong",
];

/// A page: where its fenced blocks stand.
pub(super) struct Page {
    fences: Vec<Fence>,
}

/// A fenced block of code.
pub(super) struct Fence {
    pub(super) content: Range<usize>,
    pub(super) kind: FileKind,
    /// Where its first line starts, the marks included.
    start: usize,
    warned_of: OnceCell<bool>,
}

impl Fence {
    /// Whether the words above it or in it say that this is not the way.
    pub(super) fn is_warned_of(&self, text: &str) -> bool {
        let look = || is_warned_of(text, self.start, self.content.clone());
        *self.warned_of.get_or_init(look)
    }
}

impl Page {
    /// Finds the fenced blocks.
    pub(super) fn read(text: &str) -> Page {
        let mut fences = Vec::new();
        let mut open: Option<(usize, usize, FileKind, &str)> = None;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_start_matches([' ', '\t', '>']);
            let mark = ["```", "~~~"]
                .into_iter()
                .find(|mark| bare.starts_with(mark));
            match (open, mark) {
                (None, Some(mark)) => {
                    let word = bare
                        .trim_start_matches(['`', '~', ' '])
                        .to_ascii_lowercase();
                    let word = word
                        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
                        .next()
                        .unwrap_or_default();
                    let kind = file_kind::by_word(word).unwrap_or(FileKind::Shell);
                    open = Some((at, at + line.len(), kind, mark));
                }
                (Some((fence, start, kind, opened)), Some(mark)) if mark == opened => {
                    fences.push(Fence {
                        content: start..at,
                        kind,
                        start: fence,
                        warned_of: OnceCell::new(),
                    });
                    open = None;
                }
                _ => {}
            }
            at += line.len();
        }
        Page { fences }
    }

    /// The fenced block around a place.
    pub(super) fn fence_at(&self, at: usize) -> Option<&Fence> {
        let after = self
            .fences
            .partition_point(|fence| fence.content.start <= at);
        let fence = &self.fences[after.checked_sub(1)?];
        fence.content.contains(&at).then_some(fence)
    }
}

fn is_warned_of(text: &str, fence: usize, content: Range<usize>) -> bool {
    let above: Vec<&str> = text[..fence]
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(2)
        .collect();
    let comments = text[content]
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with(['#', '/', '-']));
    above
        .into_iter()
        .chain(comments)
        .any(|line| line.contains('❌') || says(line, WARNS))
}

/// Whether one of the words stands in a text, whole. Words are only looked for where one may begin.
fn says(text: &str, words: &[&str]) -> bool {
    let lower = text.to_lowercase().replace('’', "'");
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    let mut begins = true;
    for (at, letter) in lower.char_indices() {
        if begins && letter.is_ascii_lowercase() {
            let rest = &lower[at..];
            let stands = |word: &&str| {
                rest.strip_prefix(*word)
                    .is_some_and(|after| !after.starts_with(is_letter))
            };
            if words.iter().any(stands) {
                return true;
            }
        }
        begins = !is_letter(letter);
    }
    false
}

/// A command between backticks in a sentence that tells somebody to run it.
pub(super) fn told_command(text: &str, at: usize, recipe: &Recipe) -> Option<Match> {
    let code = code_around(text, at)?;
    let hit = command::within(text, code, at, recipe)?;
    let around = sentence(text, at);
    let words = without(text, around.clone(), code);
    (says(&words, TELLS) && !says(&words, WARNS)).then_some(hit)
}

/// A sentence that tells somebody to make a broad credential.
pub(super) fn told(text: &str, at: usize, recipe: &Recipe) -> Option<Match> {
    let range = sentence(text, at);
    let introduced = introduction(text, range.start);
    let intro = introduced.map_or("", |intro| &text[intro]);
    let words = plain(&format!("{intro} {}", &text[range.clone()]));
    if !says(&words, TELLS) || says(&words, WARNS) {
        return None;
    }
    let mut parts = Vec::new();
    for part in recipe.with {
        parts.push(phrase(&words, part)?);
    }
    if recipe
        .without
        .iter()
        .any(|part| phrase(&words, part).is_some())
    {
        return None;
    }
    Some(Match {
        span: Span::from(range),
        shown: parts.join(" … "),
    })
}

fn phrase(words: &str, part: &RecipePart) -> Option<String> {
    let letter = |found: Option<char>| found.is_some_and(char::is_alphanumeric);
    part.keys
        .iter()
        .find(|key| {
            find(words, key).is_some_and(|at| {
                !letter(words[..at].chars().next_back())
                    && !letter(words[at + key.len()..].chars().next())
            })
        })
        .map(|key| shown(key))
}

/// A text without the marks of Markdown, its lines joined.
fn plain(text: &str) -> String {
    let bare: String = text
        .chars()
        .filter(|letter| !matches!(letter, '`' | '*' | '>' | '#' | '"' | '“' | '”'))
        .collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without(text: &str, range: Range<usize>, code: Span) -> String {
    let before = &text[range.start..code.start.clamp(range.start, range.end)];
    let after = &text[code.end.clamp(range.start, range.end)..range.end];
    format!("{before} {after}")
}

/// The code between backticks around a place, on one line.
fn code_around(text: &str, at: usize) -> Option<Span> {
    let line_start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    let ticks = text[line_start..at].matches('`').count();
    if ticks.is_multiple_of(2) {
        return None;
    }
    let start = text[line_start..at].rfind('`')? + line_start + 1;
    let end = text[at..line_end].find('`')? + at;
    Some(Span::new(start, end))
}

fn starts_item(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>']);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with("- ")
        || line.starts_with("* ")
        || line.starts_with("+ ")
        || (digits > 0 && line[digits..].starts_with(['.', ')']))
}

/// The sentence around a place: within one paragraph, one list item, one heading.
fn sentence(text: &str, at: usize) -> Range<usize> {
    let paragraph = paragraph(text, at);
    let (mut start, mut end) = (paragraph.start, paragraph.end);
    for (mark, _) in text[paragraph.clone()].match_indices(['.', '!', '?']) {
        let after = paragraph.start + mark + 1;
        let next = text[after..paragraph.end].chars().next();
        if !next.is_none_or(char::is_whitespace) {
            continue;
        }
        if after <= at {
            start = after;
        } else {
            end = after;
            break;
        }
    }
    if end - start > LONGEST {
        return at..at;
    }
    start..end
}

fn paragraph(text: &str, at: usize) -> Range<usize> {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |i| i + 1);
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |i| at + i);
    let stands_alone = |line: &str| {
        let line = line.trim_start();
        line.is_empty() || line.starts_with(['#', '|']) || line.starts_with("```")
    };
    let (mut start, mut end) = (line_start(at), line_end(at));
    if stands_alone(&text[start..end]) {
        return start..end;
    }
    for _ in 0..MOST_LINES {
        if start == 0 || starts_item(&text[start..end]) {
            break;
        }
        let before = line_start(start - 1);
        if stands_alone(&text[before..start - 1]) {
            break;
        }
        start = before;
    }
    for _ in 0..MOST_LINES {
        if end >= text.len() {
            break;
        }
        let next = line_end(end + 1);
        let line = &text[end + 1..next];
        if stands_alone(line) || starts_item(line) {
            break;
        }
        end = next;
    }
    start..end
}

/// The line that introduces a list, where the place stands in an item of it.
fn introduction(text: &str, at: usize) -> Option<Range<usize>> {
    let mut end = text[..at].rfind('\n').map_or(0, |i| i + 1);
    if !starts_item(&text[end..text[end..].find('\n').map_or(text.len(), |i| end + i)]) {
        return None;
    }
    for _ in 0..MOST_LINES * 2 {
        let stop = end.checked_sub(1)?;
        let start = text[..stop].rfind('\n').map_or(0, |i| i + 1);
        let line = &text[start..stop];
        if line.trim_end().ends_with(':') {
            return Some(start..stop);
        }
        if !line.trim().is_empty() && !starts_item(line) && !line.starts_with([' ', '\t']) {
            return None;
        }
        end = start;
    }
    None
}
