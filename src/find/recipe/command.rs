//! Commands: the words of one line of a shell, its continuations and quotes read, against a recipe.
//!
//! In: a text and a place in it. Out: a match. A line that only prints the command, or stands in a comment, is none.

use super::fit::{any, shown};
use super::{Match, Recipe};
use crate::model::{RecipePart, Span};

/// The most lines that one command goes over, in each direction.
const MOST_LINES: usize = 40;
/// The longest line that is read as a command.
const LONGEST: usize = 16 << 10;
/// How deep quotes inside quotes are read.
const DEEPEST: u8 = 3;

/// Programs that print their words instead of running them.
const PRINTERS: [&str; 14] = [
    "echo",
    "@echo",
    "printf",
    "print",
    "log",
    "die",
    "fail",
    "error",
    "warn",
    "info",
    "write-host",
    "write-output",
    "grep",
    "rg",
];

/// One word, or a border between two commands.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    span: Span,
    quoted: bool,
    border: bool,
}

/// Looks for a recipe's command in the line around a place.
pub(super) fn at(text: &str, at: usize, recipe: &Recipe, is_sql: bool) -> Option<Match> {
    let span = if is_sql {
        statement(text, at)
    } else {
        line(text, at)
    };
    within(text, span, at, recipe)
}

/// Looks for a recipe's command inside a part of a text.
pub(super) fn within(text: &str, span: Span, at: usize, recipe: &Recipe) -> Option<Match> {
    if span.len() > LONGEST {
        return None;
    }
    let part = text.get(span.start..span.end)?;
    let words = words(part, span.start);
    in_words(&words, at, recipe, DEEPEST)
}

fn in_words(words: &[Word], at: usize, recipe: &Recipe, depth: u8) -> Option<Match> {
    for command in words.split(|word| word.border) {
        let prints = command
            .iter()
            .take(4)
            .any(|word| PRINTERS.contains(&word.text.to_ascii_lowercase().as_str()));
        let (Some(first), Some(last)) = (command.first(), command.last()) else {
            continue;
        };
        if prints || at < first.span.start || at >= last.span.end {
            continue;
        }
        if let Some(hit) = in_command(command, recipe) {
            return Some(hit);
        }
        let inner = command
            .iter()
            .find(|word| word.span.start <= at && at < word.span.end);
        if let Some(word) = inner.filter(|word| word.quoted && depth > 0) {
            let mut below = self::words(&word.text, 0);
            for part in &mut below {
                part.span = word.span;
            }
            return in_words(&below, at, recipe, depth - 1);
        }
    }
    None
}

fn in_command(words: &[Word], recipe: &Recipe) -> Option<Match> {
    let (program, follow) = recipe.command.split_first()?;
    let start = words.iter().position(|word| {
        let name = word.text.rsplit('/').next().unwrap_or_default();
        any(program, name).is_some()
    })?;
    let mut line = vec![shown(any(program, words[start].text.rsplit('/').next()?)?)];
    let mut next = start + 1;
    for alternatives in follow {
        let found = words[next..]
            .iter()
            .position(|word| any(alternatives, &word.text).is_some())?;
        line.push(shown(any(alternatives, &words[next + found].text)?));
        next += found + 1;
    }
    let rest = &words[start + 1..];
    let mut parts = Vec::new();
    for part in recipe.with {
        parts.push(argument(rest, part)?);
    }
    if recipe
        .without
        .iter()
        .any(|part| argument(rest, part).is_some())
    {
        return None;
    }
    let wanted = follow.len() + parts.len();
    if rest.len() > wanted {
        line.push("…".to_owned());
    }
    line.append(&mut parts);
    let span = Span::new(words[start].span.start, words[words.len() - 1].span.end);
    Some(Match {
        span,
        shown: line.join(" "),
    })
}

/// The part of a command that is wanted, as people see it.
fn argument(words: &[Word], part: &RecipePart) -> Option<String> {
    part.keys.iter().find_map(|key| {
        if key.starts_with('-') {
            flag(words, key, part.values)
        } else {
            positional(words, key, part.values)
        }
    })
}

fn flag(words: &[Word], key: &str, values: &[&str]) -> Option<String> {
    for (number, word) in words.iter().enumerate() {
        let same = |text: &str| match key.len() {
            // `-p` and `-P` are two flags; `--role` and `-RoleName` are written as people like.
            0..=2 => text == key,
            _ => text.eq_ignore_ascii_case(key),
        };
        let (name, attached) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.text.as_str(), None),
        };
        if !same(name) {
            continue;
        }
        if values.is_empty() {
            return Some(key.to_owned());
        }
        if let Some(value) = attached {
            if let Some(found) = among(value, values) {
                return Some(format!("{key}={}", shown(found)));
            }
            continue;
        }
        let following = words[number + 1..]
            .iter()
            .take_while(|word| !word.text.starts_with('-'));
        for word in following {
            if let Some(found) = among(&word.text, values) {
                return Some(format!("{key} {}", shown(found)));
            }
        }
    }
    None
}

fn positional(words: &[Word], key: &str, values: &[&str]) -> Option<String> {
    words.iter().find_map(|word| {
        if values.is_empty() {
            return any(&[key], &word.text).map(shown);
        }
        let (name, value) = word.text.split_once('=')?;
        let found = among(value, values)?;
        any(&[key], name).map(|name| format!("{}={}", shown(name), shown(found)))
    })
}

/// The first pattern that a value, or one of its pieces between commas and spaces, fits.
fn among<'p>(value: &str, patterns: &[&'p str]) -> Option<&'p str> {
    any(patterns, value).or_else(|| {
        value
            .split([',', ' ', '\t', '"', '\''])
            .filter(|piece| !piece.is_empty())
            .find_map(|piece| any(patterns, piece))
    })
}

/// The line around a place, with the lines that it goes on over.
fn line(text: &str, at: usize) -> Span {
    let bytes = text.as_bytes();
    let goes_on = |end: usize| {
        let line = text[..end].trim_end_matches(['\r', ' ', '\t']);
        line.ends_with(['\\', '`', '^'])
    };
    let start_of = |at: usize| memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |i| i + 1);
    let end_of = |at: usize| memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i);
    let (mut start, mut end) = (start_of(at), end_of(at));
    for _ in 0..MOST_LINES {
        if start == 0 || !goes_on(start - 1) {
            break;
        }
        start = start_of(start - 1);
    }
    for _ in 0..MOST_LINES {
        if end == bytes.len() || !goes_on(end) {
            break;
        }
        end = end_of(end + 1);
    }
    Span::new(start, end)
}

/// The statement of a database around a place.
fn statement(text: &str, at: usize) -> Span {
    let bytes = text.as_bytes();
    let from = at.saturating_sub(LONGEST / 2);
    let to = bytes.len().min(at + LONGEST / 2 - 1);
    let start = memchr::memrchr(b';', &bytes[from..at]).map_or(from, |i| from + i + 1);
    let end = memchr::memchr(b';', &bytes[at..to]).map_or(to, |i| at + i);
    let start = (start..=at)
        .find(|i| text.is_char_boundary(*i))
        .unwrap_or(at);
    let end = (at..=end)
        .rev()
        .find(|i| text.is_char_boundary(*i))
        .unwrap_or(at);
    Span::new(start, end)
}

/// Cuts a line into words as a shell does.
fn words(text: &str, offset: usize) -> Vec<Word> {
    let mut cutter = Cutter {
        text,
        offset,
        words: Vec::new(),
        word: String::new(),
        from: None,
        quoted: false,
    };
    cutter.run();
    cutter.words
}

struct Cutter<'t> {
    text: &'t str,
    offset: usize,
    words: Vec<Word>,
    word: String,
    from: Option<usize>,
    quoted: bool,
}

impl Cutter<'_> {
    fn run(&mut self) {
        let text = self.text;
        let mut letters = text.char_indices().peekable();
        let mut quote = None;
        while let Some((at, letter)) = letters.next() {
            if let Some(open) = quote {
                match letter {
                    _ if letter == open => quote = None,
                    '\\' if open == '"' => self.word.extend(letters.next().map(|(_, next)| next)),
                    _ => self.word.push(letter),
                }
                continue;
            }
            match letter {
                '\'' | '"' if text[at + 1..].contains(letter) => {
                    self.from.get_or_insert(at);
                    self.quoted = true;
                    quote = Some(letter);
                }
                '\\' | '`' | '^' if ends_line(&text[at + 1..]) => {
                    self.finish(at);
                    while letters.next_if(|(_, next)| *next != '\n').is_some() {}
                    letters.next();
                }
                // A comment at the end of SQL or a shell line; `--` starts flags far more often.
                '#' if self.from.is_none() => {
                    while letters.next_if(|(_, next)| *next != '\n').is_some() {}
                }
                ';' | '|' | '(' | ')' | '`' => self.border(at),
                '&' => self.border(at),
                '\n' if !self.joins_lines() => self.border(at),
                _ if letter.is_whitespace() => self.finish(at),
                '\\' => {
                    self.from.get_or_insert(at);
                    self.word.extend(letters.next().map(|(_, next)| next));
                }
                _ => {
                    self.from.get_or_insert(at);
                    self.word.push(letter);
                }
            }
        }
        self.finish(text.len());
    }

    /// A statement of a database goes over lines without a mark.
    fn joins_lines(&self) -> bool {
        let first = self
            .words
            .iter()
            .rev()
            .take_while(|word| !word.border)
            .last();
        first.is_some_and(|word| {
            ["grant", "alter", "create", "use"]
                .iter()
                .any(|verb| word.text.eq_ignore_ascii_case(verb))
        })
    }

    fn finish(&mut self, end: usize) {
        if let Some(from) = self.from.take() {
            let text = std::mem::take(&mut self.word);
            self.words.push(Word {
                text: text.trim_end_matches(',').to_owned(),
                span: Span::new(from, end).moved(self.offset),
                quoted: self.quoted && text.contains(char::is_whitespace),
                border: false,
            });
        }
        self.quoted = false;
    }

    fn border(&mut self, at: usize) {
        self.finish(at);
        self.words.push(Word {
            text: String::new(),
            span: Span::new(at, at).moved(self.offset),
            quoted: false,
            border: true,
        });
    }
}

fn ends_line(rest: &str) -> bool {
    rest.trim_start_matches(['\r', ' ', '\t']).starts_with('\n')
}
