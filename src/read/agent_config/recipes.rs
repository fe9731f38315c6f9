//! Commands in files that are no structure: Dockerfiles, Makefiles, Procfiles.
//!
//! In: the text. Out: pieces of shell text with their places. Continued lines are joined.

use std::collections::BTreeMap;

use super::scripts::{Piece, quote};
use super::{guards, quoted};
use crate::model::Span;
use crate::syntax::Node;

/// The most names that share the lines below one header: each line counts once for each of them.
const MOST_NAMES: usize = 64;

/// `RUN`, `CMD` and `ENTRYPOINT`, continued lines joined; the list form is JSON.
pub(super) fn dockerfile(text: &[u8], pieces: &mut Vec<Piece>) {
    let mut open: Option<(String, String, Span)> = None;
    for (line, span) in guards::lines(text) {
        let (word, rest, whole) = match open.take() {
            Some((word, before, start)) => {
                let whole = Span::new(start.start, span.end);
                (word, continued(before, &line), whole)
            }
            None => {
                let (word, rest) = line
                    .trim_start()
                    .split_once(char::is_whitespace)
                    .unwrap_or((line.as_str(), ""));
                let word = word.to_ascii_uppercase();
                if !["RUN", "CMD", "ENTRYPOINT"].contains(&word.as_str()) {
                    continue;
                }
                (word, rest.to_owned(), span)
            }
        };
        if rest.trim_end().ends_with('\\') {
            open = Some((word, rest, whole));
            continue;
        }
        let text = match crate::syntax::nested(&rest) {
            Some(document) => document.roots.first().and_then(Node::as_list).map(|items| {
                let words = items.iter().filter_map(Node::as_text).map(quote);
                words.collect::<Vec<_>>().join(" ")
            }),
            None => None,
        };
        pieces.push(Piece {
            text: text.unwrap_or(rest),
            name: String::new(),
            asks: false,
            place: format!("`{word}`"),
            at_install: word == "RUN",
            span: whole,
            verbatim: false,
        });
    }
}

/// A text and the line that goes on with it.
fn continued(mut before: String, line: &str) -> String {
    before.push('\n');
    before.push_str(line);
    before
}

/// Whose recipes a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipes {
    Make,
    Just,
}

/// What stands above the indented lines that follow.
#[derive(Default)]
struct Header {
    names: Vec<String>,
    asks: bool,
}

/// Indented lines of a Makefile or justfile, continued lines joined; what a target needs first is a call of it.
pub(super) fn recipes(text: &[u8], sort: Recipes, pieces: &mut Vec<Piece>) {
    let mut open: Option<(String, Span)> = None;
    let mut header = Header::default();
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    // `[confirm]` stands on a line of its own above the recipe.
    let mut asks = false;
    for (line, span) in guards::lines(text) {
        let (joined, whole) = match open.take() {
            Some((before, start)) => (continued(before, &line), Span::new(start.start, span.end)),
            None if line.starts_with(['\t', ' ']) => (
                line.trim_start()
                    .trim_start_matches(['@', '-', '+'])
                    .to_owned(),
                span,
            ),
            None => {
                if let Some((name, value)) = assigned(&line) {
                    values.entry(name).or_insert(value);
                } else if line.starts_with('[') {
                    asks |= sort == Recipes::Just && line.contains("confirm");
                } else if let Some((names, rest)) = headed(&line, sort) {
                    header = Header { names, asks };
                    asks = false;
                    needed(&header, &rest, sort, span, pieces);
                } else if !line.is_empty() && !line.starts_with('#') {
                    header = Header::default();
                }
                continue;
            }
        };
        if joined.ends_with('\\') {
            open = Some((joined, whole));
            continue;
        }
        let text = match sort {
            Recipes::Make => without_make(&joined, &values),
            Recipes::Just => without_just(&joined, &values),
        };
        add(&header, &text, sort, whole, pieces);
    }
}

/// One piece for each name that the header gives, or one without a name.
fn add(header: &Header, text: &str, sort: Recipes, span: Span, pieces: &mut Vec<Piece>) {
    let none = [String::new()];
    let names = match header.names.is_empty() {
        true => none.as_slice(),
        false => header.names.as_slice(),
    };
    for name in names {
        let place = match sort {
            _ if name.is_empty() => "a recipe".to_owned(),
            Recipes::Make => format!("the target `{}`", quoted(name)),
            Recipes::Just => format!("the recipe `{}`", quoted(name)),
        };
        pieces.push(Piece {
            text: text.to_owned(),
            name: name.clone(),
            place,
            asks: header.asks,
            at_install: false,
            span,
            verbatim: false,
        });
    }
}

/// What stands behind the colon: targets that are made first, and a recipe on the same line.
fn needed(header: &Header, rest: &str, sort: Recipes, span: Span, pieces: &mut Vec<Piece>) {
    let (needs, recipe) = match sort {
        Recipes::Make => rest.split_once(';').unwrap_or((rest, "")),
        Recipes::Just => (rest, ""),
    };
    let program = match sort {
        Recipes::Make => "make",
        Recipes::Just => "just",
    };
    for need in needs.split_whitespace() {
        let need = need.trim_matches(['(', ')']);
        if !need.is_empty() && need.bytes().all(is_name_byte) {
            add(header, &format!("{program} {need}"), sort, span, pieces);
        }
    }
    if !recipe.trim().is_empty() {
        add(header, recipe.trim(), sort, span, pieces);
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte)
}

/// `NAME := value`, `NAME ?= value`, `export NAME = value`.
fn assigned(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', '!', ' ']);
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let value = value.trim().trim_matches(['"', '\'']);
    let is_plain = !value.is_empty() && value.len() <= 200 && !value.contains(['$', '(', '`']);
    (is_name && is_plain).then(|| (name.to_owned(), value.to_owned()))
}

/// The names in front of a header's colon, and what stands behind it.
fn headed(line: &str, sort: Recipes) -> Option<(Vec<String>, String)> {
    let line = line.split(" #").next().unwrap_or(line);
    let (names, rest) = line.split_once(':')?;
    if rest.starts_with('=') || line.starts_with('#') {
        return None;
    }
    let mut names: Vec<&str> = names.trim_start_matches('@').split_whitespace().collect();
    if sort == Recipes::Just {
        // What follows the name are parameters.
        names.truncate(1);
    }
    let is_name = |name: &&str| !name.starts_with('.') && name.bytes().all(is_name_byte);
    let names: Vec<String> = names
        .into_iter()
        .filter(is_name)
        .take(MOST_NAMES)
        .map(str::to_owned)
        .collect();
    let rest = rest.trim_start_matches(':').to_owned();
    (!names.is_empty()).then_some((names, rest))
}

/// A recipe as the shell sees it: `$(NAME)` stands for its value or for a word, `$$` for a dollar sign.
fn without_make(recipe: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(recipe.len());
    let mut rest = recipe;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let name = after
            .strip_prefix('(')
            .and_then(|inside| inside.split_once(')'))
            .or_else(|| after.strip_prefix('{')?.split_once('}'));
        match name {
            Some((name, behind))
                if !name.is_empty()
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') =>
            {
                match (name, values.get(name)) {
                    ("MAKE", _) => out.push_str("make"),
                    (_, Some(value)) => out.push_str(value),
                    _ => out.push_str(&format!("${{{name}}}")),
                }
                rest = behind;
            }
            _ => {
                out.push('$');
                rest = after.strip_prefix('$').unwrap_or(after);
            }
        }
    }
    out.push_str(rest);
    out
}

/// A recipe as the shell sees it: `{{name}}` stands for its value or for a word.
fn without_just(recipe: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(recipe.len());
    let mut rest = recipe;
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((name, behind)) = inside.split_once("}}") else {
            break;
        };
        out.push_str(before);
        match (name.trim(), values.get(name.trim())) {
            ("just_executable()", _) => out.push_str("just"),
            (_, Some(value)) => out.push_str(value),
            _ => out.push_str("${x}"),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

pub(super) fn procfile(text: &[u8], pieces: &mut Vec<Piece>) {
    for (line, span) in guards::lines(text) {
        if let Some((name, command)) = line.split_once(':') {
            pieces.push(Piece {
                text: command.to_owned(),
                name: name.trim().to_owned(),
                asks: false,
                place: format!("the process `{}`", quoted(name)),
                at_install: false,
                span,
                verbatim: false,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_lines_do_not_multiply() {
        let names = "a ".repeat(2000);
        let text = format!("{names}: x\n{}", "\tline\n".repeat(2000));
        let mut pieces = Vec::new();
        recipes(text.as_bytes(), Recipes::Make, &mut pieces);
        assert_eq!(pieces.len(), MOST_NAMES * 2001);
    }

    #[test]
    fn any_number_of_lines_go_on() {
        let lines = "x \\\n".repeat(30_000);
        let mut pieces = Vec::new();
        dockerfile(format!("RUN {lines}y").as_bytes(), &mut pieces);
        recipes(
            format!("a:\n\t{lines}y").as_bytes(),
            Recipes::Make,
            &mut pieces,
        );
        assert_eq!(pieces.len(), 2);
        let whole = |piece: &Piece| piece.text == format!("{lines}y");
        assert!(pieces.iter().all(whole));
    }
}
