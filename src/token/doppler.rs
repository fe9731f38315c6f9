//! Doppler tokens say what they are in their prefix, and service tokens often name their config.
//!
//! In: a whole token. Out: its sort and level. Rights of service accounts stand on the server.

use super::quote::quoted_bytes;
use crate::model::{Claims, Level, Verb, Verbs};

const PRODUCTION: [&[u8]; 5] = [b"prd", b"prod", b"production", b"live", b"main"];

/// Reads the prefix.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let mut parts = value.strip_prefix(b"dp.")?.split(|b| *b == b'.');
    let (sort, second, third) = (parts.next()?, parts.next()?, parts.next());
    let mut claims = of_sort(sort)?;
    if sort == b"st" && third.is_some() && second.len() <= 35 {
        claims
            .evidence
            .push(format!("it names config {}", quoted_bytes(second)));
        let first = second.split(|b| *b == b'_' || *b == b'-').next();
        if first.is_some_and(|first| PRODUCTION.contains(&first)) {
            claims
                .evidence
                .push("its config looks like production".to_owned());
        }
    }
    Some(claims)
}

/// What each sort of token reaches.
fn of_sort(sort: &[u8]) -> Option<Claims> {
    let all = Verbs::of(&Verb::ALL);
    let read = Verbs::of(&[Verb::Read]);
    let (kind, level, verbs, evidence) = match sort {
        b"pt" => (
            "doppler-personal-token",
            Level::Account,
            Some(all),
            "its prefix says it is a person's own token",
        ),
        b"ct" => (
            "doppler-cli-token",
            Level::Account,
            Some(all),
            "its prefix says it is the login of the command line",
        ),
        b"st" => (
            "doppler-service-token",
            Level::Resource,
            None,
            "its prefix says it opens one config",
        ),
        b"sa" => (
            "doppler-service-account-token",
            Level::Scoped,
            None,
            "its prefix says it is a service account's",
        ),
        b"scim" => (
            "doppler-scim-token",
            Level::Org,
            Some(Verbs::of(&[
                Verb::Read,
                Verb::Write,
                Verb::Delete,
                Verb::Admin,
            ])),
            "its prefix says it manages the members of the workplace",
        ),
        b"audit" => (
            "doppler-audit-token",
            Level::Org,
            Some(read),
            "its prefix says it reads the audit log",
        ),
        _ => return None,
    };
    Some(Claims {
        kind: Some(kind),
        level: Some(level),
        verbs,
        reaches: (sort == b"st").then(|| "the secrets of one config".to_owned()),
        evidence: vec![evidence.to_owned()],
        ..Claims::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(start: &str) -> Option<Claims> {
        claims(format!("dp{}{}", start, "a".repeat(40)).as_bytes())
    }

    #[test]
    fn each_prefix_has_its_level() {
        for (start, level) in [
            (".pt.", Level::Account),
            (".ct.", Level::Account),
            (".st.", Level::Resource),
            (".sa.", Level::Scoped),
            (".scim.", Level::Org),
            (".audit.", Level::Org),
        ] {
            assert_eq!(read(start).unwrap().level, Some(level), "{start}");
        }
        assert!(read(".xx.").is_none());
        assert!(claims(b"dp.pt").is_none());
    }

    #[test]
    fn a_config_is_named_and_the_token_is_not() {
        let read = read(".st.prd_eu.").unwrap();
        assert_eq!(
            read.evidence[1..],
            [
                "it names config `prd_eu`",
                "its config looks like production"
            ]
        );
    }
}
