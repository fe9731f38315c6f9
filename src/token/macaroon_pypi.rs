//! Macaroons of the Python package index, in the second binary form of libmacaroons.
//!
//! In: a whole token. Out: whether its caveats narrow it to projects, and when it ends. Holders may add caveats by
//! themselves, so a caveat is a fact; that one is missing is only a hint.

use serde_json::Value;

use super::quote::quoted;
use super::{base64, json};
use crate::model::{Claims, Level, Verb, Verbs};

const LONGEST: usize = 8 * 1024;
const MOST_CAVEATS: usize = 64;

const END: u64 = 0;
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;

/// A macaroon without its signature.
struct Macaroon<'a> {
    location: &'a [u8],
    caveats: Vec<&'a [u8]>,
}

#[derive(Default)]
struct Narrowing {
    projects: usize,
    /// The name of the one project, where it is one and named.
    only: Option<String>,
    narrowed: bool,
    user: bool,
    publisher: bool,
    expires: Option<i64>,
    not_before: Option<i64>,
}

/// Reads the caveats of a token.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let bytes = base64::decode(value.strip_prefix(b"pypi-")?, LONGEST)?;
    let macaroon = parse(&bytes)?;
    let mut found = Narrowing::default();
    for caveat in &macaroon.caveats {
        read_caveat(caveat, &mut found);
    }
    let mut claims = Claims {
        issued: found.not_before,
        expires: found.expires,
        ..Claims::default()
    };
    let upload = Verbs::of(&[Verb::Read, Verb::Write]);
    if found.narrowed {
        claims.kind = Some("pypi-project-token");
        claims.level = Some(Level::Project);
        claims.verbs = Some(upload);
        let projects = match (found.projects, &found.only) {
            (0, _) => "chosen projects".to_owned(),
            (1, Some(name)) => format!("project {}", quoted(name)),
            (1, None) => "one project".to_owned(),
            (count, _) => format!("{count} projects"),
        };
        claims
            .evidence
            .push(format!("a caveat narrows it to {projects}"));
        claims.reaches = Some(projects);
    } else if found.publisher {
        claims.kind = Some("pypi-oidc-token");
        claims.level = Some(Level::Project);
        claims.verbs = Some(upload);
        claims
            .evidence
            .push("a caveat says that trusted publishing made it".to_owned());
    } else if found.user {
        claims.kind = Some("pypi-user-token");
        claims.level = Some(Level::Account);
        claims
            .evidence
            .push("a caveat names its user, and none names a project".to_owned());
    } else {
        claims
            .evidence
            .push("no caveat says what it is narrowed to".to_owned());
    }
    if macaroon.location.starts_with(b"test.") {
        claims.kind = Some("testpypi-token");
        claims
            .evidence
            .push("its location is the test index".to_owned());
    }
    Some(claims)
}

/// Version, location, identifier, end; per caveat identifier and end; end; signature.
fn parse(bytes: &[u8]) -> Option<Macaroon<'_>> {
    let mut rest = bytes.strip_prefix(&[2])?;
    let mut location: &[u8] = b"";
    loop {
        match packet(&mut rest)? {
            (END, _) => break,
            (LOCATION, data) => location = data,
            _ => {}
        }
    }
    let mut caveats = Vec::new();
    loop {
        let mut open = false;
        loop {
            match packet(&mut rest)? {
                (END, _) => break,
                (IDENTIFIER, data) => {
                    caveats.push(data);
                    open = true;
                }
                _ => open = true,
            }
        }
        if !open {
            break;
        }
        if caveats.len() > MOST_CAVEATS {
            return None;
        }
    }
    (!location.is_empty()).then_some(Macaroon { location, caveats })
}

/// Takes one packet off the front: type, and unless it is the end, length and data.
fn packet<'a>(rest: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let kind = varint(rest)?;
    if kind == END {
        return Some((END, b""));
    }
    let length = usize::try_from(varint(rest)?).ok()?;
    let (data, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some((kind, data))
}

/// At most five bytes: no length in a macaroon is longer.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..5 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn read_caveat(bytes: &[u8], found: &mut Narrowing) {
    if bytes.len() > json::LONGEST {
        return;
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Array(items)) => new_caveat(&items, found),
        Ok(Value::Object(members)) => old_caveat(&Value::Object(members), found),
        _ => {}
    }
}

/// `[type, ...]`.
fn new_caveat(items: &[Value], found: &mut Narrowing) {
    match items.first().and_then(Value::as_u64) {
        Some(0) => {
            found.expires = items.get(1).and_then(Value::as_i64);
            found.not_before = items.get(2).and_then(Value::as_i64);
        }
        Some(1 | 2) => narrowed(items.get(1), found),
        Some(3) => found.user = true,
        Some(4) => found.publisher = true,
        _ => {}
    }
}

/// The objects of older tokens.
fn old_caveat(members: &Value, found: &mut Narrowing) {
    match members.get("permissions") {
        Some(Value::String(text)) if text == "user" => found.user = true,
        Some(Value::Object(permissions)) if permissions.contains_key("projects") => {
            narrowed(permissions.get("projects"), found);
        }
        _ => {}
    }
    if members.get("project_ids").is_some() {
        narrowed(members.get("project_ids"), found);
    }
    if let Some(expires) = members.get("exp").and_then(Value::as_i64) {
        found.expires = Some(expires);
        found.not_before = members.get("nbf").and_then(Value::as_i64);
    }
}

fn narrowed(projects: Option<&Value>, found: &mut Narrowing) {
    found.narrowed = true;
    let projects = projects.and_then(Value::as_array);
    found.projects = projects.map_or(0, Vec::len);
    let name = projects.and_then(|all| all.first()?.as_str());
    // A project's number says nothing to people.
    let plain = name.filter(|name| name.len() < 36);
    found.only = plain.map(str::to_owned);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;

    const NIL: &str = "00000000-0000-0000-0000-000000000000";
    const INDEX: &str = concat!("pypi", ".org");

    fn bytes(location: &str, caveats: &[&str]) -> Vec<u8> {
        let mut bytes = vec![2];
        let mut put = |kind: u8, data: &[u8]| {
            bytes.extend([kind, data.len() as u8]);
            bytes.extend(data);
        };
        put(1, location.as_bytes());
        put(2, NIL.as_bytes());
        bytes.push(0);
        for caveat in caveats {
            bytes.extend([2, caveat.len() as u8]);
            bytes.extend(caveat.as_bytes());
            bytes.push(0);
        }
        bytes.extend([0, 6, 32]);
        bytes.extend([0; 32]);
        bytes
    }

    fn token(location: &str, caveats: &[&str]) -> String {
        format!(
            "pypi{}{}",
            "-",
            BASE64_URL_SAFE_NO_PAD.encode(bytes(location, caveats))
        )
    }

    fn read(caveats: &[&str]) -> Claims {
        claims(token(INDEX, caveats).as_bytes()).unwrap()
    }

    #[test]
    fn the_vector_has_its_published_size_and_is_a_users() {
        let caveat = format!("[3,\"{NIL}\"]");
        assert_eq!(bytes(INDEX, &[&caveat]).len(), 130);
        assert_eq!(token(INDEX, &[&caveat]).len(), 179);
        let read = read(&[&caveat]);
        assert_eq!(
            (read.kind, read.level),
            (Some("pypi-user-token"), Some(Level::Account))
        );
    }

    #[test]
    fn a_project_narrows_whatever_stands_beside_it() {
        for caveat in [
            r#"[1, ["shop"]]"#,
            r#"[2, ["id"]]"#,
            r#"{"version":1,"permissions":{"projects":["shop"]}}"#,
            r#"{"project_ids":["id"]}"#,
        ] {
            let read = read(&["[3, \"u\"]", caveat]);
            assert_eq!(read.kind, Some("pypi-project-token"), "{caveat}");
            assert!(read.evidence[0].starts_with("a caveat narrows it to project `"));
        }
    }

    #[test]
    fn the_other_caveats_are_read() {
        let oidc = read(&["[4, \"p\", null]", "[0, 200, 100]"]);
        assert_eq!(oidc.kind, Some("pypi-oidc-token"));
        assert_eq!((oidc.expires, oidc.issued), (Some(200), Some(100)));
        let old = read(&[
            r#"{"version":1,"permissions":"user"}"#,
            r#"{"nbf":1,"exp":2}"#,
        ]);
        assert_eq!((old.level, old.expires), (Some(Level::Account), Some(2)));
        assert_eq!(read(&[]).level, None);
    }

    #[test]
    fn the_test_index_is_known_by_its_location() {
        let location = format!("test.{INDEX}");
        let read = claims(token(&location, &[]).as_bytes()).unwrap();
        assert_eq!(read.kind, Some("testpypi-token"));
    }

    #[test]
    fn cut_tokens_give_nothing() {
        let whole = bytes(INDEX, &["[3, \"u\"]"]);
        for end in 0..whole.len() - 34 {
            let text = format!(
                "pypi{}{}",
                "-",
                BASE64_URL_SAFE_NO_PAD.encode(&whole[..end])
            );
            assert!(claims(text.as_bytes()).is_none(), "{end}");
        }
    }
}
