//! Literals under a name that says credential, where no kind is known.
//!
//! In: the normalised name, the value, whether quotes stand around it. Out: whether it may be a secret. It must stay
//! quiet on ordinary code: identifiers, words, paths, ids, hashes under names of hashes.

/// The shortest value that may be a secret.
pub const SHORTEST: usize = 8;

/// What a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// People choose it.
    Password,
    /// Machines make it.
    Token,
}

const PASSWORDS: [&str; 12] = [
    "PASSWORD",
    "PASSWD",
    "PWD",
    "PASS",
    "PASSPHRASE",
    "PASSWORT",
    "PW",
    "PASSCODE",
    "USERPASS",
    "DBPASS",
    "BINDPW",
    "REQUIREPASS",
];
const TOKENS: [&str; 15] = [
    "TOKEN",
    "SECRET",
    "APIKEY",
    "APITOKEN",
    "AUTHTOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "BEARER",
    "PAT",
    "AUTHORIZATION",
    "ACCESSTOKEN",
    "SECRETKEY",
    "AUTHKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
];
/// Words before `KEY` that make it a credential.
const KEYS: [&str; 27] = [
    "API",
    "SECRET",
    "ACCESS",
    "PRIVATE",
    "AUTH",
    "ENCRYPTION",
    "ENCRYPT",
    "SIGNING",
    "MASTER",
    "CLIENT",
    "ADMIN",
    "SERVICE",
    "ACCOUNT",
    "JWT",
    "WEBHOOK",
    "STORAGE",
    "SUBSCRIPTION",
    "APP",
    "APPLICATION",
    "SHARED",
    "ROOT",
    "HMAC",
    "AES",
    "COOKIE",
    "LICENSE",
    "DEPLOY",
    "INTEGRATION",
];
/// Words that say the value is no secret.
const HARMLESS: [&str; 23] = [
    "PUBLIC",
    "PUBLISHABLE",
    "HASH",
    "HASHED",
    "CHECKSUM",
    "CHECKSUMS",
    "DIGEST",
    "FINGERPRINT",
    "INTEGRITY",
    "SITE",
    "CACHE",
    "CSRF",
    "XSRF",
    "ID",
    "URL",
    "CONTINUATION",
    "PAGE",
    "NEXT",
    "CANCELLATION",
    "SYNC",
    "IDEMPOTENCY",
    "EOF",
    "SHA",
];
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

/// What a normalised name promises, where it promises anything.
pub fn promise(name: &str) -> Option<Promise> {
    if crate::rules::name::is_about(name) {
        return None;
    }
    let words: Vec<&str> = name.split('_').collect();
    if words.iter().any(|word| HARMLESS.contains(word)) {
        return None;
    }
    let last = *words.last()?;
    let before = words.len().checked_sub(2).map(|at| words[at]);
    if PASSWORDS.contains(&last) {
        return Some(Promise::Password);
    }
    let key = last == "KEY" && before.is_some_and(|word| KEYS.contains(&word));
    let secret_first = words[0] == "SECRET" && words.len() <= 3;
    (TOKENS.contains(&last) || key || secret_first).then_some(Promise::Token)
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

/// Whether a value under such a name may be a secret.
pub fn may_be_secret(promise: Promise, value: &[u8], quoted: bool) -> bool {
    let longest = match promise {
        Promise::Password => 64,
        Promise::Token => 512,
    };
    if value.len() < SHORTEST || value.len() > longest || !value.iter().all(u8::is_ascii_graphic) {
        return false;
    }
    if has_template(value) || is_code(value, quoted) || is_path(value) {
        return false;
    }
    let classes = Classes::of(value);
    if classes.digits == 0 || classes.letters() == 0 {
        return false;
    }
    match promise {
        Promise::Password => {
            !is_written(value)
                && (classes.kinds() >= 3 || (value.len() >= 10 && entropy(value) >= 3.0))
                && (!is_words(value) || (classes.kinds() == 4 && value.len() >= 12))
        }
        Promise::Token => {
            let lower = String::from_utf8_lossy(value).to_ascii_lowercase();
            let hex = value.iter().all(u8::is_ascii_hexdigit);
            let least = if hex { 3.0 } else { 3.4 };
            value.len() >= 16
                && entropy(value) >= least
                && !is_words(value)
                && !WORDS[..32]
                    .iter()
                    .filter(|word| word.len() > 3)
                    .any(|word| lower.contains(word))
                && (hex || classes.turns * 5 >= value.len())
        }
    }
}

fn has_template(value: &[u8]) -> bool {
    value
        .iter()
        .any(|byte| matches!(byte, b'{' | b'}' | b'<' | b'>' | b'`' | b'\\'))
        || value.starts_with(b"$")
        || memchr::memmem::find(value, b"$(").is_some()
        || memchr::memmem::find(value, b"://").is_some()
        || memchr::memmem::find(value, b":?").is_some()
        || memchr::memmem::find(value, b"...").is_some()
        || memchr::memmem::find(value, b"%s").is_some()
}

/// Calls, member access, indexing, prefixes of data.
fn is_code(value: &[u8], quoted: bool) -> bool {
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
    let dotted = value.contains(&b'.')
        && value
            .split(|byte| *byte == b'.')
            .all(|part| identifier(part) && part.len() < 20);
    let scoped = value.contains(&b':')
        && value
            .split(|byte| *byte == b':')
            .all(|part| part.is_empty() || identifier(part));
    dotted
        || scoped
        || (!quoted
            && value
                .iter()
                .any(|byte| matches!(byte, b'(' | b'[' | b'*' | b'&' | b'|')))
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
    (value.starts_with(b"/") && (!random || (slashes >= 2 && has_ending)))
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

/// Shannon's entropy in bits per byte.
pub fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let length = value.len().max(1) as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}
