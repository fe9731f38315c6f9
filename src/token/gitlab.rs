//! GitLab's routable tokens: `<prefix><payload>.<version>.<length><checksum>`.
//!
//! In: a whole value. Out: whether its checksum is right, a value in which it is, and what the payload says it belongs
//! to. The payload names the owner's kind and number; scopes are not inside.

use super::{base64, crc32::crc32};
use crate::model::{ChecksumState, Claims, Level};

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 2;
const CHECKSUM: usize = 7;

/// The longest payload that two base-36 digits can count.
const LONGEST_PAYLOAD: usize = 36 * 36 - 1;

/// Says whether length and checksum at the end are right.
pub fn check(value: &[u8]) -> ChecksumState {
    match Parts::of(value) {
        Some(parts)
            if parts.payload().is_some()
                && base36(crc32(&value[..parts.checksum]), CHECKSUM) == value[parts.checksum..] =>
        {
            ChecksumState::Valid
        }
        _ => ChecksumState::Invalid,
    }
}

/// Puts the right length and checksum in; a value of another shape stays as it is.
pub fn put(mut value: Vec<u8>) -> Vec<u8> {
    let Some(parts) = Parts::of(&value) else {
        return value;
    };
    let checksum = parts.checksum;
    let Some(length) = parts
        .body
        .len()
        .checked_sub(prefix_length(parts.body))
        .filter(|length| (1..=LONGEST_PAYLOAD).contains(length))
    else {
        return value;
    };
    value[checksum - LENGTH..checksum].copy_from_slice(&base36(length as u32, LENGTH));
    let right = base36(crc32(&value[..checksum]), CHECKSUM);
    value[checksum..].copy_from_slice(&right);
    value
}

/// Reads what the payload says the token belongs to.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let parts = Parts::of(value)?;
    let routing = routing(parts.payload()?)?;
    let mut claims = Claims::default();
    let id = |key| {
        routing
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))
            .and_then(|digits| u64::from_str_radix(digits, 36).ok())
    };
    let runner = value.starts_with(b"glrt-") || id("t").is_some();
    let owner = [
        ("p", "project", Level::Project),
        ("g", "group", Level::Org),
        ("u", "user", Level::Account),
    ]
    .into_iter()
    .find_map(|(key, word, level)| Some((word, level, id(key)?)));
    if let Some((word, level, id)) = owner {
        claims
            .evidence
            .push(format!("its payload says it belongs to {word} {id}"));
        // A runner's token takes jobs; it does not do what its owner may do.
        claims.level = (!runner).then_some(level);
        claims.reaches = (!runner).then(|| match level {
            Level::Org => format!("everything in group {id}"),
            Level::Account => format!("everything that user {id} reaches"),
            _ => format!("project {id}"),
        });
    }
    if let Some(organization) = id("o") {
        claims.evidence.push(format!(
            "its payload says it is of organization {organization}"
        ));
    }
    (!claims.evidence.is_empty()).then_some(claims)
}

struct Parts<'a> {
    /// Prefix and payload.
    body: &'a [u8],
    length: usize,
    /// Where the checksum starts.
    checksum: usize,
}

impl<'a> Parts<'a> {
    fn of(value: &'a [u8]) -> Option<Self> {
        let dot = value.iter().rposition(|b| *b == b'.')?;
        let tail = &value[dot + 1..];
        if tail.len() != LENGTH + CHECKSUM || !tail.iter().all(|b| DIGITS.contains(b)) {
            return None;
        }
        let mut body = &value[..dot];
        if let [rest @ .., b'.', a, b] = body {
            if !DIGITS.contains(a) || !DIGITS.contains(b) {
                return None;
            }
            body = rest;
        }
        let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_';
        if body.is_empty() || !body.iter().all(plain) {
            return None;
        }
        let length = std::str::from_utf8(&tail[..LENGTH]).ok()?;
        Some(Parts {
            body,
            length: usize::from_str_radix(length, 36).ok()?,
            checksum: dot + 1 + LENGTH,
        })
    }

    /// The payload as the length cuts it; a prefix must be left.
    fn payload(&self) -> Option<&'a [u8]> {
        let start = self.body.len().checked_sub(self.length)?;
        (start > 0 && self.length > 0).then(|| &self.body[start..])
    }
}

/// Takes the random bytes off the end: the last byte counts them.
fn routing(payload: &[u8]) -> Option<String> {
    let mut bytes = base64::decode(payload, LONGEST_PAYLOAD)?;
    let random = usize::from(*bytes.last()?);
    bytes.truncate(bytes.len().checked_sub(random + 1)?);
    if !bytes.is_ascii() {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// `glpat-`, or with the runner's type behind it: `glrt-t3_`.
fn prefix_length(body: &[u8]) -> usize {
    let Some(dash) = body.iter().position(|b| *b == b'-') else {
        return 0;
    };
    match &body[dash + 1..] {
        [b't', b'0'..=b'9', b'_', ..] => dash + 4,
        _ => dash + 1,
    }
}

fn base36(mut number: u32, places: usize) -> Vec<u8> {
    let mut text = vec![b'0'; places];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % 36) as usize];
        number /= 36;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn token(prefix: &str, routing: &str) -> Vec<u8> {
        let mut payload = routing.as_bytes().to_vec();
        payload.extend([0; 16]);
        payload.push(16);
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload);
        put(format!("{prefix}{payload}.01.{}", "0".repeat(9)).into_bytes())
    }

    #[test]
    fn the_vector_comes_out() {
        let value = token(concat!("gl", "pat-"), "o:1\nu:2");
        assert!(value.ends_with(b".01.0w0hi4zar"));
        assert_eq!(check(&value), ChecksumState::Valid);
        let claims = claims(&value).unwrap();
        assert_eq!(claims.level, Some(Level::Account));
        assert!(claims.evidence[0].ends_with("user 2"));
    }

    #[test]
    fn the_narrowest_owner_counts() {
        let level = |routing| {
            claims(&token(concat!("gl", "pat-"), routing))
                .unwrap()
                .level
        };
        assert_eq!(level("c:1\no:1\np:z\nu:2"), Some(Level::Project));
        assert_eq!(level("g:5\nu:2"), Some(Level::Org));
        assert_eq!(level("o:1"), None);
    }

    #[test]
    fn a_runner_does_not_reach_what_its_owner_reaches() {
        let value = token(concat!("gl", "rt-t3_"), "p:2\nt:3");
        assert_eq!(check(&value), ChecksumState::Valid);
        assert_eq!(claims(&value).unwrap().level, None);
    }

    #[test]
    fn the_first_generation_has_no_version() {
        let value = put(format!(
            "{}{}.{}",
            "glpat",
            "-".to_owned() + &"b".repeat(27),
            "0".repeat(9)
        )
        .into_bytes());
        assert_eq!(check(&value), ChecksumState::Valid);
    }

    #[test]
    fn other_shapes_are_invalid_and_stay() {
        for text in [
            "",
            ".",
            "abc.012345678",
            "a-.012345678",
            "a-b.c.012345678",
            "a-b.01.01234567Z",
        ] {
            assert_eq!(check(text.as_bytes()), ChecksumState::Invalid, "{text}");
            assert!(claims(text.as_bytes()).is_none());
        }
        assert_eq!(put(b"a-.012345678".to_vec()), b"a-.012345678");
    }
}
