//! Named filters: why a match is no credential, judged by the value alone (decision 18).
//!
//! In: a value and what it was taken for. Out: the filter's name, or nothing. Surroundings are never looked at.

use sha2::{Digest, Sha256};

use crate::model::TokenKind;

/// First eight bytes of the SHA-256 of samples that providers publish.
const SAMPLES: [u64; 12] = [
    0x1a5d_44a2_dca1_9669,
    0x7831_4b11_be2e_5815,
    0xc6ea_27c5_34f9_93d3,
    0xe21b_597b_a6b9_cafa,
    0xbc3a_e723_f57c_6b9e,
    0x3543_c50b_0cb9_cea8,
    0x82e7_4299_544e_0073,
    0x8600_7eb3_6769_6d32,
    // The random part of Stripe's sample key, which people put behind other prefixes.
    0x153a_1825_8645_1358,
    // The first account of a local test chain, with and without `0x`.
    0xbc1a_5096_6c9e_6486,
    0x60a0_9e43_5786_8c1e,
    // The client of Gemini CLI: an installed application's secret, which its maker publishes.
    0x6a5f_78b8_b99d_d402,
];

/// Starts of references, in the syntax of shells, agents and templates.
const REFERENCES: [&str; 34] = [
    "$",
    "{{",
    "<%",
    "%{",
    "#{",
    "@{",
    "{env:",
    "{file:",
    "{secret",
    "op://",
    "vault:",
    "secret://",
    "secretref:",
    "env:",
    "ssm:",
    "sops:",
    "process.env",
    "os.environ",
    "os.getenv",
    "getenv(",
    "env(",
    "env.",
    "secrets.",
    "vars.",
    "import.meta",
    "config.",
    "ENC[",
    "projects/",
    "arn:aws:",
    "!vault",
    "!Ref",
    "@Microsoft.KeyVault",
    "keyring:",
    "awskms:",
];

/// Words that people make passwords of where no secret stands; the longer of two that start alike first.
const GUESSED: [&str; 47] = [
    "password",
    "passwort",
    "passwd",
    "passw",
    "pass",
    "pswd",
    "pwd",
    "secret",
    "secure",
    "s3cret",
    "changeme",
    "change",
    "letmein",
    "welcome",
    "hunter",
    "qwerty",
    "admin",
    "root",
    "user",
    "testing",
    "test",
    "guest",
    "login",
    "demo",
    "default",
    "super",
    "mysql",
    "postgres",
    "sql",
    "redis",
    "mongo",
    "rabbit",
    "clickhouse",
    "database",
    "db",
    "token",
    "auth",
    "key",
    "foo",
    "bar",
    "baz",
    "local",
    "dev",
    "my",
    "pw",
    "open",
    "sesame",
];

/// Words of placeholders.
const PLACEHOLDERS: [&str; 26] = [
    "your",
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "replace",
    "insert",
    "redacted",
    "todo",
    "dummy",
    "sample",
    "fake",
    "xxxx",
    "****",
    "....",
    "<",
    ">",
    "goes-here",
    "goes_here",
    "enter-",
    "enter_",
    "fixme",
    "notreal",
    "not-real",
    "put-",
];

/// Why the value of a kind found by its own text is none.
pub fn of_shaped(value: &[u8], kind: &TokenKind) -> Option<&'static str> {
    let start = kind
        .shapes
        .iter()
        .map(|shape| shape.start())
        .filter(|start| value.starts_with(start.as_bytes()))
        .map(str::len)
        .max()
        .unwrap_or(0);
    let body = &value[start.min(value.len())..];
    if kind.shapes.is_empty() && (is_guessed(value) || is_placeholder(value)) {
        return Some("placeholder");
    }
    of_random(body).or_else(|| (is_sample(value) || is_sample(body)).then_some("published-sample"))
}

/// Why a value that only its surroundings name is none.
pub fn of_named(value: &[u8]) -> Option<&'static str> {
    if is_reference(value) {
        return Some("reference");
    }
    if is_placeholder(value) || is_short_sample(value) {
        return Some("placeholder");
    }
    of_random(value).or_else(|| is_sample(value).then_some("published-sample"))
}

/// Why bytes that should be random are not.
pub fn of_random(body: &[u8]) -> Option<&'static str> {
    let plain: Vec<u8> = body
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .collect();
    if plain.len() < 6 {
        return None;
    }
    let mut counts = [0usize; 256];
    for byte in &plain {
        counts[usize::from(*byte)] += 1;
    }
    let distinct = counts.iter().filter(|count| **count > 0).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    if distinct <= 3 || most * 2 > plain.len() {
        return Some("repeated");
    }
    let steps = plain
        .windows(2)
        .filter(|two| two[1] == two[0].wrapping_add(1) || two == b"90")
        .count();
    let woven = plain
        .windows(3)
        .filter(|three| three[2] == three[0].wrapping_add(1))
        .count();
    if steps * 10 >= (plain.len() - 1) * 6 || woven * 10 >= (plain.len() - 2) * 7 {
        return Some("sequence");
    }
    let period = (1..=plain.len() / 3).find(|period| {
        plain
            .windows(period + 1)
            .all(|part| part[0] == part[*period])
    });
    period.filter(|period| *period <= 12).map(|_| "repeated")
}

/// Whether the whole value refers to another place.
pub fn is_reference(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    REFERENCES
        .iter()
        .any(|start| value.starts_with(start.as_bytes()))
        || (value.starts_with(b"%") && value.ends_with(b"%") && value.len() > 2)
        || memchr::memmem::find(value, b"${").is_some()
        || memchr::memmem::find(value, b"{{").is_some()
        || (value.starts_with(b"<") && value.ends_with(b">"))
        || (value.starts_with(b"[") && value.ends_with(b"]"))
        || (value.starts_with(b"{") && value.ends_with(b"}"))
        || (value.starts_with(b"__") && value.ends_with(b"__"))
}

/// Whether the value says that a value goes here.
pub fn is_placeholder(value: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(value).to_ascii_lowercase();
    holds_word(lower.as_bytes())
        || lower
            .bytes()
            .all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'-' | b'_' | b'#' | b'?'))
        || is_capital_name(value)
}

/// The bytes that words of placeholders start with.
static STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut at = 0;
    while at < PLACEHOLDERS.len() {
        starts[PLACEHOLDERS[at].as_bytes()[0] as usize] = true;
        at += 1;
    }
    starts
};

/// Whether one of the words of placeholders stands in a text in small letters.
fn holds_word(lower: &[u8]) -> bool {
    lower.iter().enumerate().any(|(at, byte)| {
        let stands = |word: &&str| {
            let word = word.as_bytes();
            word[0] == *byte && lower[at..].starts_with(word)
        };
        STARTS[usize::from(*byte)] && PLACEHOLDERS.iter().any(stands)
    })
}

/// Whether a short value holds what people type where any value would do: `sk-abc123`, `whsec_xxx`.
fn is_short_sample(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let typed: [&[u8]; 5] = [b"abc123", b"123abc", b"abcdef", b"xyz789", b"qwerty"];
    value.len() < 24
        && (lower.ends_with(b"xxx")
            || typed
                .iter()
                .any(|typed| memchr::memmem::find(&lower, typed).is_some()))
}

/// Whether a value is a capitalised name of words, `AUTH_TOKEN` or `APP_E2E_TOKEN`, that stands for a value.
fn is_capital_name(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"@").unwrap_or(value);
    let mut words = 0;
    let mut digits = 0;
    for part in value.split(|byte| *byte == b'_') {
        if !part
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        {
            return false;
        }
        words += usize::from(part.len() > 1);
        digits += part.iter().filter(|byte| byte.is_ascii_digit()).count();
    }
    words >= 2 && digits * 8 <= value.len()
}

/// Whether a password is made of words that anybody would try first, with at most three characters beside them.
pub fn is_guessed(value: &[u8]) -> bool {
    let plain = |byte: &u8| match byte {
        b'@' | b'4' => b'a',
        b'0' => b'o',
        b'3' => b'e',
        b'$' | b'5' => b's',
        b'1' | b'!' => b'i',
        other => other.to_ascii_lowercase(),
    };
    let lower = value.to_ascii_lowercase();
    let spelled: Vec<u8> = value.iter().map(plain).collect();
    value.len() <= 32
        && [lower, spelled].iter().any(|text| {
            let rest = beside_words(text);
            rest < text.len() && rest <= 3
        })
}

/// How many letters and digits stand in a text beside guessed words.
fn beside_words(text: &[u8]) -> usize {
    let (mut at, mut rest) = (0, 0);
    while at < text.len() {
        match GUESSED
            .iter()
            .find(|word| text[at..].starts_with(word.as_bytes()))
        {
            Some(word) => at += word.len(),
            None => {
                rest += usize::from(text[at].is_ascii_alphanumeric());
                at += 1;
            }
        }
    }
    rest
}

fn is_sample(value: &[u8]) -> bool {
    let digest = Sha256::digest(value);
    let mut head = [0u8; 8];
    head.copy_from_slice(&digest[..8]);
    SAMPLES.contains(&u64::from_be_bytes(head))
}
