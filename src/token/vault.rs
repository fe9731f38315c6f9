//! Vault tokens: service, batch, recovery, and the short form that the server gives root tokens.
//!
//! In: a whole token. Out: which form it has. The vendor calls the inner structure volatile, so this is a strong hint.

use super::base64;
use crate::model::{Claims, Level, Verb, Verbs};

/// Length of the random part of root tokens and of all old ones.
const SHORT: usize = 24;

/// What a wrapped service token starts with: version 1, then a field of 32 bytes.
const WRAPPED: [u8; 4] = [8, 1, 0x12, 0x20];

/// Reads the form.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let dot = value.iter().take(4).position(|b| *b == b'.')?;
    let (prefix, rest) = (&value[..dot], &value[dot + 1..]);
    let mut parts = rest.split(|b| *b == b'.');
    let body = parts.next()?;
    let namespaced = parts.next().is_some();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_';
    if body.is_empty() || !body.iter().all(plain) {
        return None;
    }
    let mut claims = match prefix {
        b"hvs" => service(body),
        b"hvb" | b"b" => form(
            "vault-batch-token",
            Level::Scoped,
            "it is a batch token, which is never root",
        ),
        b"hvr" | b"r" => {
            let mut recovery = form(
                "vault-recovery-token",
                Level::Org,
                "it is a recovery token of the whole server",
            );
            recovery.verbs = Some(Verbs::of(&Verb::ALL));
            recovery
        }
        b"s" if body.len() == SHORT => form(
            "vault-legacy-token",
            Level::Unknown,
            "its old form does not say whether it is a root token",
        ),
        _ => return None,
    };
    if namespaced {
        claims
            .evidence
            .push("its end says it belongs to one namespace".to_owned());
    }
    Some(claims)
}

fn form(kind: &'static str, level: Level, evidence: &str) -> Claims {
    Claims {
        kind: Some(kind),
        level: Some(level),
        evidence: vec![evidence.to_owned()],
        ..Claims::default()
    }
}

fn service(body: &[u8]) -> Claims {
    if body.len() == SHORT {
        let mut root = form(
            "vault-root-or-short-token",
            Level::Account,
            "it has the short form in which the server gives root tokens",
        );
        root.verbs = Some(Verbs::of(&Verb::ALL));
        return root;
    }
    let wrapped = base64::decode(body, 4096).is_some_and(|bytes| bytes.starts_with(&WRAPPED));
    form(
        "vault-service-token",
        Level::Scoped,
        if wrapped {
            "it has the long form of ordinary service tokens; policies on the server bound it"
        } else {
            "policies on the server bound it"
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(prefix: &str, body: &str) -> Claims {
        claims(format!("{prefix}.{body}").as_bytes()).unwrap()
    }

    #[test]
    fn the_short_form_means_root() {
        let read = read("hvs", &"a".repeat(24));
        assert_eq!(read.kind, Some("vault-root-or-short-token"));
        assert!(read.verbs.unwrap().has(Verb::Mint));
    }

    #[test]
    fn the_other_forms_are_told_apart() {
        let wrapped = read("hvs", &format!("{}{}", "CAESI", "A".repeat(90)));
        assert_eq!(wrapped.kind, Some("vault-service-token"));
        assert!(wrapped.evidence[0].contains("long form"));
        assert_eq!(
            read("hvb", &"a".repeat(120)).kind,
            Some("vault-batch-token")
        );
        assert_eq!(read("hvr", &"a".repeat(24)).level, Some(Level::Org));
        let spaced = read("s", &format!("{}.{}", "a".repeat(24), "b".repeat(5)));
        assert_eq!(
            (spaced.level, spaced.evidence.len()),
            (Some(Level::Unknown), 2)
        );
        assert!(claims(b"s.short").is_none());
        assert!(claims(b"hvs.").is_none());
        assert!(claims(b"x.y").is_none());
    }
}
