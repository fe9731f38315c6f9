//! Commands in files that are no structure: Dockerfiles, Makefiles, Procfiles.
//!
//! In: the text. Out: pieces of shell text with their places. Continued lines are joined.

use super::scripts::{Piece, quote};
use super::{guards, quoted};
use crate::model::Span;
use crate::syntax::Node;

/// `RUN`, `CMD` and `ENTRYPOINT`, continued lines joined; the list form is JSON.
pub(super) fn dockerfile(text: &[u8], pieces: &mut Vec<Piece>) {
    let mut open: Option<(String, String, Span)> = None;
    for (line, span) in guards::lines(text) {
        let (word, rest, whole) = match open.take() {
            Some((word, before, start)) => {
                let whole = Span::new(start.start, span.end);
                (word, format!("{before}\n{line}"), whole)
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
            place: format!("`{word}`"),
            at_install: word == "RUN",
            span: whole,
            verbatim: false,
        });
    }
}

/// Indented lines of a Makefile or justfile, continued lines joined.
pub(super) fn recipes(text: &[u8], pieces: &mut Vec<Piece>) {
    let mut open: Option<(String, Span)> = None;
    for (line, span) in guards::lines(text) {
        let (joined, whole) = match open.take() {
            Some((before, start)) => (
                format!("{before}\n{line}"),
                Span::new(start.start, span.end),
            ),
            None if line.starts_with(['\t', ' ']) => (
                line.trim_start()
                    .trim_start_matches(['@', '-', '+'])
                    .to_owned(),
                span,
            ),
            None => continue,
        };
        if joined.ends_with('\\') {
            open = Some((joined, whole));
            continue;
        }
        pieces.push(Piece {
            text: without_make(&joined),
            place: "a recipe".to_owned(),
            at_install: false,
            span: whole,
            verbatim: false,
        });
    }
}

/// A recipe as the shell sees it: `$(NAME)` stands for a word, `$$` for a dollar sign.
fn without_make(recipe: &str) -> String {
    let mut out = String::with_capacity(recipe.len());
    let mut rest = recipe;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let name = after
            .strip_prefix('(')
            .and_then(|inside| inside.split_once(')'));
        match name {
            Some((name, behind))
                if !name.is_empty()
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') =>
            {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
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

pub(super) fn procfile(text: &[u8], pieces: &mut Vec<Piece>) {
    for (line, span) in guards::lines(text) {
        if let Some((name, command)) = line.split_once(':') {
            pieces.push(Piece {
                text: command.to_owned(),
                place: format!("the process `{}`", quoted(name)),
                at_install: false,
                span,
                verbatim: false,
            });
        }
    }
}
