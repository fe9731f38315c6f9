//! Anchors: what must stand in a text wherever a kind stands, derived from the kind itself.
//!
//! In: a kind. Out: the literals and name ends the first pass looks for, or why there are none. A kind without an
//! anchor would never be found, so it is an error of the catalogue.

use super::table::{Family, Leads, Start};
use crate::model::{Shape, TokenKind};

/// One thing the first pass looks for.
pub enum Anchor {
    Start(Start),
    /// The last three bytes of a name before an assignment mark.
    NameEnd([u8; 3]),
}

/// The last three letters of names that say credential.
pub const CREDENTIAL_ENDS: [&str; 22] = [
    "ord", "swd", "pwd", "ret", "ken", "key", "ass", "uth", "ial", "als", "dsn", "pat", "ase",
    "ion", "rer", "red", "eds", "sig", "lue", "ult", "ort", "_pw",
];

/// Families of recognisers that find their text by a name before it, not by a literal.
const BY_NAME: [(&str, &[&str]); 3] = [
    (
        "azure/",
        &["accountkey", "sharedaccesskey", "password", "pwd", "sig"],
    ),
    ("kubeconfig/", &["client-key-data", "token"]),
    ("basic/", &["authorization"]),
];

/// The starts of recognisers in code, present whatever the catalogue holds.
pub fn of_code() -> Vec<Start> {
    let start = |before, literal, family| Start {
        literal,
        before,
        leads: Leads::Code(family),
    };
    vec![
        start("-----", "BEGIN ", Family::Pem),
        start("---- ", "BEGIN SSH2", Family::Pem),
        start("", "PuTTY-User-Key-File", Family::Putty),
        start("", "eyJ", Family::Jwt),
        start("", "authorized_user", Family::AuthorizedUser),
    ]
}

/// Derives the anchors of a kind.
pub fn of(kind: &TokenKind, number: u16) -> Result<Vec<Anchor>, String> {
    let mut anchors = Vec::new();
    for (at, shape) in kind.shapes.iter().enumerate() {
        match start_of_shape(shape) {
            Some((before, literal)) => anchors.push(Anchor::Start(Start {
                literal,
                before,
                leads: Leads::Shape(number, at as u8),
            })),
            None if kind.alone => {
                return Err(format!(
                    "`value` {at} starts with no literal of 3 letters or digits"
                ));
            }
            None => {}
        }
    }
    for (at, pattern) in kind.patterns.iter().enumerate() {
        for literal in starts_of_pattern(pattern)? {
            let (before, literal) = split_start(literal)
                .ok_or_else(|| format!("`pattern` {at} starts with no literal of 3 letters"))?;
            anchors.push(Anchor::Start(Start {
                literal,
                before,
                leads: Leads::Pattern(number, at as u8),
            }));
        }
    }
    for (family, names) in BY_NAME {
        if kind.code.starts_with(family) {
            for name in names {
                ends(name, &mut anchors);
            }
        }
    }
    of_context(kind, number, &mut anchors)?;
    Ok(anchors)
}

fn of_context(kind: &TokenKind, number: u16, anchors: &mut Vec<Anchor>) -> Result<(), String> {
    for name in kind.names {
        match name.strip_suffix('*') {
            None => {
                let end = name.strip_prefix('*').unwrap_or(name);
                if end.len() < 3 {
                    return Err(format!(
                        "`names`: {name:?} has fewer than 3 letters at its end"
                    ));
                }
                ends(end, anchors);
            }
            Some(start) => {
                let start = start.strip_prefix('*').unwrap_or(start);
                if start.len() < 3 || name.starts_with('*') {
                    return Err(format!("`names`: {name:?} needs 3 letters at one end"));
                }
                for literal in [keep(start), keep(&start.to_ascii_lowercase())] {
                    anchors.push(Anchor::Start(Start {
                        literal,
                        before: "",
                        leads: Leads::Name(number),
                    }));
                }
            }
        }
    }
    for request in kind.requests {
        if request.header.len() >= 3 {
            ends(request.header, anchors);
        }
    }
    for flag in kind.flags {
        if flag.len() >= 3 {
            ends(flag, anchors);
        }
    }
    for file in kind.files {
        let last = file.key.rsplit('.').next().unwrap_or("");
        if last.len() >= 3 {
            ends(last, anchors);
        }
    }
    Ok(())
}

/// The last three bytes of every spelling of a name: with `_`, with `-`, with `.`, in camel case.
fn ends(name: &str, anchors: &mut Vec<Anchor>) {
    let bytes = name.as_bytes();
    let tail = [
        bytes[bytes.len() - 3],
        bytes[bytes.len() - 2],
        bytes[bytes.len() - 1],
    ];
    anchors.push(Anchor::NameEnd(tail));
    if tail.iter().all(u8::is_ascii_alphanumeric) {
        return;
    }
    for mark in [b'_', b'-', b'.'] {
        let spelled = tail.map(|byte| {
            if byte.is_ascii_alphanumeric() {
                byte
            } else {
                mark
            }
        });
        anchors.push(Anchor::NameEnd(spelled));
    }
    let joined: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(u8::is_ascii_alphanumeric)
        .collect();
    if let [.., a, b, c] = joined[..] {
        anchors.push(Anchor::NameEnd([a, b, c]));
    }
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// The literal start of a shape, cut where its first letter or digit stands.
pub fn start_of_shape(shape: &Shape) -> Option<(&'static str, &'static str)> {
    split_start(shape.start())
}

fn split_start(literal: &'static str) -> Option<(&'static str, &'static str)> {
    let cut = literal
        .bytes()
        .position(|byte| byte.is_ascii_alphanumeric())?;
    (literal.len() - cut >= 3).then(|| literal.split_at(cut))
}

/// The literals one of which every match of a pattern starts with.
fn starts_of_pattern(pattern: &str) -> Result<Vec<&'static str>, String> {
    use regex_syntax::hir::literal::{ExtractKind, Extractor};
    let hir = parse_pattern(pattern)?;
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_total(64)
        .limit_class(4);
    let sequence = extractor.extract(&hir);
    let literals = sequence
        .literals()
        .ok_or("`pattern` starts with no literal, so nothing leads to it")?;
    literals
        .iter()
        .map(|literal| {
            let text = std::str::from_utf8(literal.as_bytes())
                .map_err(|_| "`pattern` starts are ASCII".to_owned())?;
            if text.len() < 3 {
                return Err("`pattern` may start with fewer than 3 fixed bytes".to_owned());
            }
            Ok(keep(text))
        })
        .collect()
}

/// Parses a pattern as it will be compiled: bytes, no Unicode.
pub fn parse_pattern(pattern: &str) -> Result<regex_syntax::hir::Hir, String> {
    if !pattern.contains("(?P<secret>") && !pattern.contains("(?<secret>") {
        return Err("`pattern` needs the group `secret`".to_owned());
    }
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|_| "`pattern` is no regular expression that we can read".to_owned())
}
