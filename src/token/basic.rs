//! `user:password` in base64, as Basic headers, Docker's `auth` and npm's `_auth` hold it.
//!
//! In: the base64 text, or the decoded pair. Out: user and password, and what the user's name hints at.
//! The password never gets into a sentence; whoever recognises tokens looks at it again.

use super::base64;
use super::quote::quoted_bytes;
use crate::model::{Claims, Secret};

/// The most bytes of a decoded pair.
const LONGEST: usize = 4096;

/// Names of users that usually administer.
const ADMINISTRATORS: [&[u8]; 7] = [
    b"admin",
    b"administrator",
    b"root",
    b"superuser",
    b"elastic",
    b"system",
    b"owner",
];

/// A user's name with the password.
pub struct BasicAuth {
    pub user: Vec<u8>,
    pub password: Secret,
}

/// Decodes the base64 of `user:password`; `None` unless it is text with a colon and a password.
pub fn decode(value: &[u8]) -> Option<BasicAuth> {
    let value = value.strip_prefix(b"Basic ").unwrap_or(value);
    let pair = base64::decode(value, LONGEST)?;
    if !base64::is_text(&pair) {
        return None;
    }
    let colon = pair.iter().position(|b| *b == b':')?;
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    (!password.is_empty()).then(|| BasicAuth {
        user: user.to_vec(),
        password: Secret::new(password),
    })
}

/// Reads what the user's name hints at.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let pair = decode(value)?;
    let mut claims = Claims::default();
    let lower = pair.user.to_ascii_lowercase();
    if ADMINISTRATORS.contains(&lower.as_slice()) {
        claims.evidence.push(format!(
            "its user {} usually administers",
            quoted_bytes(&pair.user)
        ));
    } else if lower == b"aws" {
        claims
            .evidence
            .push("its user `AWS` is that of a registry login for twelve hours".to_owned());
    } else {
        claims
            .evidence
            .push("its content is a user and a password".to_owned());
    }
    Some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    #[test]
    fn user_and_password_come_apart_at_the_first_colon() {
        let pair = decode(BASE64_STANDARD.encode("root:a:b").as_bytes()).unwrap();
        assert_eq!(pair.user, b"root");
        assert!(pair.password.expose(|password| password == b"a:b"));
    }

    #[test]
    fn the_password_is_never_said() {
        let read = claims(BASE64_STANDARD.encode("admin:hidden-one").as_bytes()).unwrap();
        assert_eq!(read.evidence, ["its user `admin` usually administers"]);
        let read = claims(BASE64_STANDARD.encode("someone:hidden-one").as_bytes()).unwrap();
        assert!(
            !read.evidence.concat().contains("hidden")
                && !read.evidence.concat().contains("someone")
        );
    }

    #[test]
    fn what_is_no_pair_gives_nothing() {
        for bytes in [&b"no colon"[..], b"user:", &[0, b':', 1], b""] {
            assert!(decode(BASE64_STANDARD.encode(bytes).as_bytes()).is_none());
        }
        assert!(decode(b"!!!").is_none());
    }
}
