//! Named filters: why a match is no credential, judged by the value alone (decision 18).
//!
//! In: a value and what it was taken for. Out: the filter's name, or nothing. Surroundings are never looked at.

use sha2::{Digest, Sha256};

use crate::model::TokenKind;

/// First eight bytes of the SHA-256 of samples that providers publish.
const SAMPLES: [u64; 4] = [
    0x1a5d_44a2_dca1_9669,
    0x7831_4b11_be2e_5815,
    0xc6ea_27c5_34f9_93d3,
    0xe21b_597b_a6b9_cafa,
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
    of_random(body).or_else(|| is_sample(value).then_some("published-sample"))
}

/// Why a value that only its surroundings name is none.
pub fn of_named(value: &[u8]) -> Option<&'static str> {
    if is_reference(value) {
        return Some("reference");
    }
    if is_placeholder(value) {
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
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || lower
            .bytes()
            .all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'-' | b'_' | b'#' | b'?'))
}

fn is_sample(value: &[u8]) -> bool {
    let digest = Sha256::digest(value);
    let mut head = [0u8; 8];
    head.copy_from_slice(&digest[..8]);
    SAMPLES.contains(&u64::from_be_bytes(head))
}
