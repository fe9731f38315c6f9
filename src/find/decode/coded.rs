//! Base64 and hexadecimal.
//!
//! In: where a run starts whose first bytes decode to text. Out: candidates of the decoded text.

use super::{nested, under_name};
use crate::find::search::Search;
use crate::find::site::Site;
use crate::find::{archive, readable, recognise};
use crate::model::{Encoding, Span};
use crate::token::base64;

/// The longest decoded text.
const LONGEST: usize = 256 * 1024;
/// The longest text of a packed one.
const LONGEST_UNPACKED: usize = 2 << 20;
/// The shortest line that a wrapped text goes on from.
const WRAPPED: usize = 40;

/// How far behind a run it is decided that it does not go on.
const BEHIND_RUN: usize = 80;

/// The bytes that base64 is made of, in both alphabets.
static CODE: [bool; 256] = {
    let mut code = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        code[byte] =
            letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/' | b'-' | b'_' | b'=');
        byte += 1;
    }
    code
};

/// A run that may be encoded text.
pub fn encoded(search: &mut Search<'_>, at: usize) {
    if at < search.decoded_until {
        search.look_far();
        return;
    }
    let text = search.text;
    let end = run_end(text, at);
    let span = Span::new(at, end);
    search.note_run(span);
    search.look_at(Span::new(at, end + BEHIND_RUN));
    search.decoded_until = end;
    let mark = search.memory.zip(search.path).and_then(|(memory, path)| {
        let mark = memory.mark_of(path.as_bytes(), span.of(text))?;
        Some((memory, mark))
    });
    if mark
        .as_ref()
        .is_some_and(|(memory, mark)| memory.knows(mark))
    {
        return;
    }
    let before = search.found.len();
    let depends = run(search, span);
    if depends == Depends::OnSurroundings {
        search.look_far();
    }
    let is_nothing = search.found.len() == before && search.limited.get().is_none();
    if let Some((memory, mark)) = mark.filter(|_| is_nothing && depends == Depends::OnItself) {
        memory.add(&mark);
    }
}

/// What the outcome of a run depends on, beside the path.
#[derive(PartialEq, Eq)]
enum Depends {
    OnItself,
    OnSurroundings,
}

fn run(search: &mut Search<'_>, span: Span) -> Depends {
    let value = span.of(search.text);
    let digits = value.strip_prefix(b"0x").unwrap_or(value);
    if let Some(decoded) = hexadecimal(digits) {
        nested(search, &decoded, Encoding::Hex, |_| span);
        return Depends::OnItself;
    }
    let Some(decoded) = base64::decode(value, LONGEST) else {
        return Depends::OnItself;
    };
    let form = recognise::form_of(&decoded);
    if let Some(form) = form
        && recognise::encoded(search, span, form)
    {
        return Depends::OnSurroundings;
    }
    if let Some(unpacked) = archive::gunzip(&decoded, LONGEST_UNPACKED) {
        let before = search.found.len();
        nested(search, &unpacked, Encoding::Gzip, |_| span);
        for candidate in &mut search.found[before..] {
            candidate.encodings.insert(0, Encoding::Base64);
        }
    } else if is_mostly_text(&decoded) {
        nested(search, &decoded, Encoding::Base64, |_| span);
    }
    match form {
        Some(_) => Depends::OnSurroundings,
        None => Depends::OnItself,
    }
}

/// Where a run of base64 ends, over wrapped lines.
fn run_end(text: &[u8], at: usize) -> usize {
    let is_code = |byte: &u8| CODE[usize::from(*byte)];
    let mut end = at;
    let limit = text.len().min(at + LONGEST * 4 / 3);
    loop {
        let rest = &text[end..limit];
        let line = rest.iter().position(|byte| !is_code(byte));
        let line = line.unwrap_or(rest.len());
        end += line;
        if line < WRAPPED || text[..end].ends_with(b"=") {
            return end;
        }
        let gap = text[end..limit]
            .iter()
            .take(16)
            .take_while(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t'))
            .count();
        let next = end + gap;
        let goes_on = text[end..next].contains(&b'\n')
            && text[next..limit]
                .iter()
                .take(4)
                .filter(|byte| is_code(byte))
                .count()
                == 4
            && !text[next..limit]
                .iter()
                .take(60)
                .take_while(|byte| **byte != b'\n')
                .any(|byte| matches!(byte, b':' | b' '));
        if !goes_on {
            return end;
        }
        end = next;
    }
}

fn hexadecimal(value: &[u8]) -> Option<Vec<u8>> {
    if !value.len().is_multiple_of(2)
        || value.len() > LONGEST
        || !value.iter().all(u8::is_ascii_hexdigit)
    {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16).map(|value| value as u8);
    let bytes: Option<Vec<u8>> = value
        .chunks_exact(2)
        .map(|two| Some(digit(two[0])? << 4 | digit(two[1])?))
        .collect();
    bytes.filter(|bytes| is_mostly_text(bytes))
}

fn is_mostly_text(bytes: &[u8]) -> bool {
    let odd = bytes
        .iter()
        .filter(|byte| !matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..))
        .count();
    !bytes.is_empty() && odd * 20 <= bytes.len()
}

/// Whether a named value may be base64 of a value.
pub fn may_be_named(value: &[u8]) -> bool {
    value.len() >= 16 && readable::decodes(value)
}

/// A named value that is base64 of a value: `data: {password: cGFzcw==}` of a Kubernetes secret.
pub fn named(search: &mut Search<'_>, site: &Site) -> bool {
    let text = search.text;
    let value = site.literal.span.of(text);
    if search.depth >= crate::find::search::DEPTH || !may_be_named(value) {
        return false;
    }
    let Some(decoded) = base64::decode(value, 4096).filter(|bytes| base64::is_text(bytes)) else {
        return false;
    };
    let name = site.written.of(text);
    let found = under_name(
        search,
        name,
        decoded.trim_ascii(),
        |inner, literal, name| Site::new(inner, literal, name, site.flag),
    );
    let any = !found.is_empty();
    for mut candidate in found {
        candidate.span = site.literal.span;
        candidate.encodings.insert(0, Encoding::Base64);
        search.push(candidate);
    }
    any
}
