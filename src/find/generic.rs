//! Literals under a name that says credential, where no kind is known.
//!
//! In: what the name promises, the value, whether quotes stand around it. Out: what it is worth, or the filter that
//! drops it. It must stay quiet on ordinary code: identifiers, words, paths, ids, hashes under names of hashes.

use base64::Engine;
use base64::engine::general_purpose;

use super::filter;
use super::marks;
use super::promise::Promise;
use super::random::{entropy, looks_random};

/// Parts of values that people write where no secret stands.
const WORDS: [&str; 48] = [
    "pass",
    "secret",
    "test",
    "example",
    "admin",
    "user",
    "demo",
    "foo",
    "bar",
    "baz",
    "token",
    "default",
    "qwert",
    "hunter",
    "your",
    "fake",
    "mock",
    "null",
    "undefined",
    "none",
    "key",
    "value",
    "auth",
    "hello",
    "world",
    "root",
    "guest",
    "login",
    "sample",
    "string",
    "invalid",
    "valid",
    "wrong",
    "correct",
    "horse",
    "random",
    "local",
    "some",
    "super",
    "temp",
    "welcome",
    "letmein",
    "account",
    "client",
    "bearer",
    "abc",
    "123",
    "xyz",
];

/// What a value under a name is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It looks made by a machine, or chosen with care.
    Strong,
    /// It may be a word, or the name may mean something else.
    Weak,
    /// It is none; the filter that says so.
    Dropped(&'static str),
    /// It is code, a path, a reference, or no value at all.
    Nothing,
}

/// Whether a value holds a word that people write where no secret stands, also with `@` for `a` and `0` for `o`.
pub fn is_written(value: &[u8]) -> bool {
    let plain = |byte: &u8| match byte {
        b'@' | b'4' => b'a',
        b'0' => b'o',
        b'3' => b'e',
        b'$' | b'5' => b's',
        b'!' => b'i',
        other => other.to_ascii_lowercase(),
    };
    let spelled: Vec<u8> = value.iter().map(plain).collect();
    let lower = value.to_ascii_lowercase();
    WORDS.iter().any(|word| {
        memchr::memmem::find(&lower, word.as_bytes()).is_some()
            || memchr::memmem::find(&spelled, word.as_bytes()).is_some()
    })
}

/// What a value under such a name is worth.
pub fn worth(promise: Promise, value: &[u8], quoted: bool) -> Worth {
    let (least, longest) = match promise {
        Promise::Password => (5, 64),
        Promise::Token => (8, 512),
        Promise::Key => (16, 512),
    };
    if value.len() < least || value.len() > longest || is_nothing(value, quoted) {
        return Worth::Nothing;
    }
    if let Some(filter) = of_encoded_text(value) {
        return Worth::Dropped(filter);
    }
    match promise {
        Promise::Password => of_password(value),
        Promise::Token => of_token(value),
        Promise::Key => of_key(value),
    }
}

/// Base64 of words or of a sequence is no more random than these: `user:pass`, `0123456789abcdef`.
fn of_encoded_text(value: &[u8]) -> Option<&'static str> {
    let unpadded = value.strip_suffix(b"==").or(value.strip_suffix(b"="));
    let text = general_purpose::STANDARD_NO_PAD
        .decode(unpadded.unwrap_or(value))
        .ok()
        .filter(|text| text.len() >= 8)?;
    let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    if !text.iter().all(printable) {
        return None;
    }
    filter::of_random(&text).or_else(|| (!looks_random(&text)).then_some("words"))
}

/// Whether a value is worth nothing under any name.
pub fn is_nothing(value: &[u8], quoted: bool) -> bool {
    if value.len() < 5 || value.len() > 512 {
        return true;
    }
    // Most values have none of the marks that the closer looks are about.
    let marks = marks::of(value);
    marks & (marks::NO_GRAPHIC | marks::TEMPLATE) != 0
        || is_code(value, marks, quoted)
        || has_template(value, marks)
        || marks & marks::SLASH != 0 && is_path(value)
}

fn of_password(value: &[u8]) -> Worth {
    let classes = Classes::of(value);
    // `PWD` is also the folder of a shell.
    if value.starts_with(b"/") {
        return Worth::Nothing;
    }
    if classes.letters() == 0 || classes.digits + classes.others == 0 && !looks_random(value) {
        return Worth::Nothing;
    }
    if is_guessable(value) {
        return Worth::Dropped("guessable");
    }
    let careful = classes.kinds() == 4 && value.len() >= 12;
    if is_joined_words(value) && !careful {
        return Worth::Dropped("words");
    }
    if classes.digits == 0 && !looks_random(value) && !careful {
        return Worth::Dropped("words");
    }
    match careful || value.len() >= 8 && classes.kinds() >= 2 && looks_random(value) {
        true if !is_written(value) => Worth::Strong,
        _ => Worth::Weak,
    }
}

fn of_token(value: &[u8]) -> Worth {
    let classes = Classes::of(value);
    if is_chain_address(value) {
        return Worth::Dropped("address");
    }
    if classes.letters() == 0 || classes.digits == 0 && value.len() < 12 {
        return Worth::Nothing;
    }
    let random = looks_random(value);
    if !random || is_joined_words(value) {
        return match classes.digits > 0 && classes.others > 0 && value.len() >= 12 {
            true => Worth::Dropped("words"),
            false => Worth::Nothing,
        };
    }
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let least = if hex { 3.0 } else { 3.4 };
    match value.len() >= 16 && entropy(value) >= least && classes.digits > 0 {
        true => Worth::Strong,
        false if entropy(value) >= 2.5 => Worth::Weak,
        false => Worth::Dropped("low-entropy"),
    }
}

fn of_key(value: &[u8]) -> Worth {
    let classes = Classes::of(value);
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let least = if hex { 3.0 } else { 3.4 };
    let made = !value.contains(&b':')
        && !is_key_id(value)
        && looks_random(value)
        && entropy(value) >= least
        && !is_joined_words(value);
    match made && (classes.digits >= 2 || classes.turns * 3 >= value.len()) {
        true => Worth::Weak,
        false => Worth::Nothing,
    }
}

/// Whether a value is an account or a contract on a chain: `0x` and twenty bytes. Its key has thirty-two.
fn is_chain_address(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or_default();
    digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a value is written as ids of OpenPGP keys are: sixteen or forty capital digits.
fn is_key_id(value: &[u8]) -> bool {
    let capital = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
    matches!(value.len(), 16 | 40) && value.iter().all(capital)
}

/// Whether a password is one that anybody would try first, with a year or a number behind it.
fn is_guessable(value: &[u8]) -> bool {
    let digits = value
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'!')
        .count();
    let body = &value[..value.len() - digits.min(5)];
    filter::is_guessed(value) || filter::is_guessed(body)
}

/// Two or more words joined by marks, or one with hardly a digit.
fn is_joined_words(value: &[u8]) -> bool {
    let cased = |part: &[u8]| {
        let tail = part.get(1..).unwrap_or_default();
        tail.iter().all(u8::is_ascii_lowercase) && part.first().is_none_or(u8::is_ascii_alphabetic)
            || part.len() <= 5 && part.iter().all(u8::is_ascii_uppercase)
    };
    let plain = value.split(|byte| !byte.is_ascii_alphanumeric()).all(cased);
    has_symbols(value) && is_words(value) && (plain || !looks_random(value))
}

fn has_template(value: &[u8], marks: u8) -> bool {
    let has = |mark: u8, part: &[u8]| {
        marks & mark != 0 && value.windows(part.len()).any(|window| window == part)
    };
    value.starts_with(b"$")
        || has(marks::COLON, b"://")
        || has(marks::COLON, b":?")
        || has(marks::POINT, b"...")
        || has(marks::SIGN, b"$(")
        || has(marks::SIGN, b"%s")
}

/// Calls, member access, indexing, prefixes of data.
fn is_code(value: &[u8], marks: u8, quoted: bool) -> bool {
    if value.starts_with(b"data:")
        || value.starts_with(b"sha")
        || value.starts_with(b"urn:")
        || value.starts_with(b"--")
    {
        return true;
    }
    let identifier = |part: &[u8]| {
        part.first()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && part
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-')
    };
    let dotted = marks & marks::POINT != 0
        && value
            .split(|byte| *byte == b'.')
            .all(|part| identifier(part) && part.len() < 20);
    let scoped = marks & marks::COLON != 0
        && value
            .split(|byte| *byte == b':')
            .all(|part| part.is_empty() || identifier(part));
    dotted || scoped || (!quoted && marks & marks::CALL != 0)
}

fn is_path(value: &[u8]) -> bool {
    let slashes = value.iter().filter(|byte| **byte == b'/').count();
    let host = value.split(|byte| *byte == b'/').next().unwrap_or_default();
    let below_host = slashes >= 1
        && host.contains(&b'.')
        && host
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || *byte == b'.' || *byte == b'-');
    let random =
        value.len() >= 24 && value.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3;
    // No alphabet of keys has both `/` and `.`, so an ending makes a random-looking path a path.
    let file = value.rsplit(|byte| *byte == b'/').next();
    let has_ending = file.is_some_and(|file| file.contains(&b'.'));
    // Nor has one both `/` and `_`.
    let mixed = slashes >= 2 && value.contains(&b'_');
    mixed
        || (value.starts_with(b"/") && (!random || (slashes >= 2 && has_ending)))
        || value.starts_with(b"./")
        || value.starts_with(b"~/")
        || (slashes >= 2 && !random)
        || below_host
}

/// Whether three or more words stand here, joined by marks.
pub fn is_phrase(value: &[u8]) -> bool {
    value
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .count()
        >= 3
        && is_words(value)
}

/// Words of letters joined by marks, with at most short numbers: `my-service-v2`, `api_token_1`.
fn is_words(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    let plain = |part: &&[u8]| {
        let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
        let turns = part
            .windows(2)
            .filter(|two| two[0].is_ascii_digit() != two[1].is_ascii_digit())
            .count();
        let upper_inside = part
            .windows(2)
            .filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
            .count();
        (digits == 0 || (turns <= 1 && digits <= 4)) && upper_inside * 4 <= part.len()
    };
    let mut marks: Vec<u8> = value
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_alphanumeric())
        .collect();
    marks.sort_unstable();
    marks.dedup();
    marks.len() <= 3
        && parts.iter().all(plain)
        && (parts.len() > 1
            || value.iter().filter(|byte| byte.is_ascii_digit()).count() <= 4
                && !has_symbols(value))
}

fn has_symbols(value: &[u8]) -> bool {
    value.iter().any(|byte| !byte.is_ascii_alphanumeric())
}

/// Counts of byte classes.
struct Classes {
    lower: usize,
    upper: usize,
    digits: usize,
    others: usize,
    /// How often the class changes from one byte to the next.
    turns: usize,
}

impl Classes {
    fn of(value: &[u8]) -> Classes {
        let class = |byte: &u8| match byte {
            b'a'..=b'z' => 0,
            b'A'..=b'Z' => 1,
            b'0'..=b'9' => 2,
            _ => 3,
        };
        let count = |wanted| value.iter().filter(|byte| class(byte) == wanted).count();
        Classes {
            lower: count(0),
            upper: count(1),
            digits: count(2),
            others: count(3),
            turns: value
                .windows(2)
                .filter(|two| class(&two[0]) != class(&two[1]))
                .count(),
        }
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }

    fn kinds(&self) -> usize {
        [self.lower, self.upper, self.digits, self.others]
            .iter()
            .filter(|count| **count > 0)
            .count()
    }
}
