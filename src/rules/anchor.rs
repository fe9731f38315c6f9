//! Anchors: what must stand in a text wherever a kind stands, derived from the kind itself.
//!
//! In: a kind. Out: the literals and name ends the first pass looks for, or why there are none. A kind without an
//! anchor would never be found, so it is an error of the catalogue.

use super::buckets::in_run;
use super::table::{Family, Inside, LONG_RUN, Leads, TAIL};
use crate::model::{Segment, Shape, TokenKind};
use regex_syntax::hir::{Class, Hir, HirKind};

/// A literal that stands where a word starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartText {
    /// The literal from its first letter or digit on.
    pub literal: &'static str,
    /// What stands before that letter and belongs to the value.
    pub before: &'static str,
    /// What may stand behind the literal; only asked where it has three bytes.
    pub next: crate::model::Class,
    pub leads: Leads,
}

/// One thing the first pass looks for.
pub enum Anchor {
    Start(StartText),
    /// The last bytes of a name before an assignment mark; four, or the whole name where it has three.
    NameEnd(Vec<u8>),
    Inside(Inside),
}

/// The last letters of names that say credential, or that a credential's name stands beside.
pub const CREDENTIAL_ENDS: [&str; 55] = [
    "word", "sswd", "pwd", "cret", "oken", "pass", "hrase", "auth", "tial", "ials", "dsn", "pat",
    "zation", "earer", "cred", "creds", "sig", "value", "wort", "_pw", "-pw", "code", "_key",
    "-key", ".key", "ikey", "tkey", "skey", "ekey", "nkey", "hkey", "gkey", "rkey", "pkey", "dkey",
    "ault", "/key", "ckey", "ykey", "lkey", "xkey", "mkey", "bkey", "kkey", "akey", "okey", "ukey",
    "vkey", " key", "salt", "base", "prod", "live", "d by", "ring",
];

/// Commands and calls that take a password without a name; what is read behind each is in `find::told`.
pub const TOLD: [&str; 18] = [
    "IDENTIFIED",
    "identified by",
    "secret set",
    "sshpass",
    "getConnection(",
    "HTTPBasicAuth(",
    "BasicAuth(",
    "SetBasicAuth(",
    "basicAuth(",
    "basic_auth(",
    "auth=(",
    "login(",
    "ConvertTo-SecureString",
    "mysql",
    "docker login",
    "PASSWORD(",
    "Fernet(",
    "smbclient",
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
pub fn of_code() -> Vec<StartText> {
    let start = |before, literal, family| StartText {
        literal,
        before,
        next: ANY,
        leads: Leads::Code(family),
    };
    let mut starts: Vec<StartText> = TOLD
        .iter()
        .map(|literal| start("", literal, Family::Told))
        .collect();
    starts.extend([
        start("-----", "BEGIN ", Family::Pem),
        start("---- ", "BEGIN SSH2", Family::Pem),
        start("", "PuTTY-User-Key-File", Family::Putty),
        start("", "eyJ", Family::Jwt),
        start("", "authorized_user", Family::AuthorizedUser),
        // A gzip file in base64.
        start("", "H4sI", Family::Packed),
    ]);
    starts
}

/// Derives the anchors of a kind.
pub fn of(kind: &TokenKind, number: u16) -> Result<Vec<Anchor>, String> {
    let mut anchors = Vec::new();
    for (at, shape) in kind.shapes.iter().enumerate() {
        match start_of_shape(shape) {
            Some((before, literal)) => anchors.push(Anchor::Start(StartText {
                literal,
                before,
                next: behind_start(shape),
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
        of_pattern(pattern, Leads::Pattern(number, at as u8), &mut anchors)?;
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
                    anchors.push(Anchor::Start(StartText {
                        literal,
                        before: "",
                        next: ANY,
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
        let last = flag.rsplit(' ').next().unwrap_or("");
        if last.len() >= 3 && !last.starts_with('-') {
            anchors.push(Anchor::Start(StartText {
                literal: keep(last),
                before: "",
                next: ANY,
                leads: Leads::Name(number),
            }));
        } else if flag.len() >= 3 {
            ends(flag, anchors);
            // Other words may stand between the command and its flag.
            let end = &flag.as_bytes()[flag.len().saturating_sub(4)..];
            anchors.push(Anchor::NameEnd(end.to_vec()));
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

/// The last bytes of every spelling of a name, and of its last words: under a block that has the first words of a name
/// they stand alone.
fn ends(name: &str, anchors: &mut Vec<Anchor>) {
    let mut add = |spelled: &[u8]| {
        let tail = &spelled[spelled.len().saturating_sub(*TAIL.end())..];
        anchors.push(Anchor::NameEnd(tail.to_vec()));
    };
    for spelled in spellings(name) {
        add(&spelled);
    }
    for (at, _) in name.match_indices(|letter: char| !letter.is_ascii_alphanumeric()) {
        // Longer ones end like the name does.
        let is_short = |spelled: &Vec<u8>| (4..*TAIL.end()).contains(&spelled.len());
        for spelled in spellings(&name[at + 1..])
            .iter()
            .filter(|one| is_short(one))
        {
            add(spelled);
        }
    }
}

/// A name as it is, in camel case, with `_`, with `-`, with `.`; none of fewer than three bytes.
fn spellings(name: &str) -> Vec<Vec<u8>> {
    let is_mark = |byte: &u8| !byte.is_ascii_alphanumeric();
    let joined = name.bytes().filter(|byte| !is_mark(byte)).collect();
    let with = |mark: u8| {
        name.bytes()
            .map(|byte| if is_mark(&byte) { mark } else { byte })
            .collect()
    };
    let all = [name.into(), joined, with(b'_'), with(b'-'), with(b'.')];
    all.into_iter()
        .filter(|spelled: &Vec<u8>| spelled.len() >= 3)
        .collect()
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Any byte may follow.
const ANY: crate::model::Class = crate::model::Class(u128::MAX);

/// What may stand behind the literal that a shape starts with.
fn behind_start(shape: &Shape) -> crate::model::Class {
    match shape.0.get(1) {
        Some(Segment::Run { class, min, .. }) if *min > 0 => *class,
        _ => ANY,
    }
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

/// The anchors of a pattern: the literals it starts with, or one literal that every match holds.
fn of_pattern(pattern: &str, leads: Leads, anchors: &mut Vec<Anchor>) -> Result<(), String> {
    let hir = parse_pattern(pattern)?;
    if let Some(starts) = starts_of(&hir) {
        anchors.extend(starts.into_iter().map(|(before, literal)| {
            Anchor::Start(StartText {
                literal,
                before,
                next: ANY,
                leads,
            })
        }));
        return Ok(());
    }
    let mut parts = Vec::new();
    flatten(&hir, &mut parts);
    let anchor = (0..parts.len()).find_map(|at| inner(&parts, at, leads));
    anchors.push(anchor.ok_or("`pattern` holds no literal of 3 letters that leads to it")?);
    Ok(())
}

/// The literals that a pattern starts with, each from its first letter or digit on, with what stands before that.
pub fn starts_of(hir: &Hir) -> Option<Vec<(&'static str, &'static str)>> {
    use regex_syntax::hir::literal::{ExtractKind, Extractor};
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_total(128)
        .limit_class(40);
    let literals = extractor.extract(hir);
    let split = |literal: &regex_syntax::hir::literal::Literal| {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?;
        split_start(keep(text))
    };
    let starts: Vec<_> = literals
        .literals()?
        .iter()
        .map(split)
        .collect::<Option<_>>()?;
    (!starts.is_empty()).then_some(starts)
}

/// The parts of a pattern that follow each other, groups opened.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Look(_) | HirKind::Empty => {}
        _ => parts.push(hir),
    }
}

/// The anchor that the literal at `at` gives: at a word start of its own, or inside a long run of credential bytes.
fn inner(parts: &[&Hir], at: usize, leads: Leads) -> Option<Anchor> {
    let HirKind::Literal(literal) = parts[at].kind() else {
        return None;
    };
    let text = keep(std::str::from_utf8(&literal.0).ok()?);
    let bytes = text.as_bytes();
    let word = (1..bytes.len()).find(|cut| {
        bytes[*cut].is_ascii_alphanumeric()
            && !bytes[cut - 1].is_ascii_alphanumeric()
            && bytes.len() - cut >= 3
    });
    if let Some(cut) = word {
        let (before, literal) = text.split_at(cut);
        return Some(Anchor::Start(StartText {
            literal,
            before,
            next: ANY,
            leads,
        }));
    }
    let length = |parts: &mut dyn Iterator<Item = &&Hir>| {
        parts
            .take_while(|part| is_credential(part))
            .filter_map(|part| part.properties().minimum_len())
            .sum::<usize>()
    };
    let run = length(&mut parts[..at].iter().rev()) + length(&mut parts[at..].iter());
    (text.len() >= 3 && run >= LONG_RUN).then_some(Anchor::Inside(Inside {
        literal: text,
        leads,
    }))
}

/// Whether everything that a part matches is made of letters, digits, `_` and `-`.
fn is_credential(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|one| in_run(*one)),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .all(|range| (range.start()..=range.end()).all(in_run)),
        HirKind::Class(Class::Unicode(_)) => false,
        HirKind::Repetition(repetition) => is_credential(&repetition.sub),
        HirKind::Capture(capture) => is_credential(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_credential),
    }
}

/// Parses a pattern as it will be compiled: bytes, no Unicode.
pub fn parse_pattern(pattern: &str) -> Result<Hir, String> {
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
