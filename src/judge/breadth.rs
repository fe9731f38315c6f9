//! Breadth: from the kind, from what the token says of itself, and from how it is used.
//!
//! Names are evidence and never proof, and the evidence says so.

use super::Class;
use crate::model::{
    Breadth, ChecksumState, Encoding, Level, Recognised, Sighting, TokenKind, Verb, Verbs,
};
use crate::rules::RuleSet;

/// Whether the credential counts at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Live,
    TestMode,
    /// A published sample, a demo key, or a login that only this machine accepts.
    Sample,
    /// Its own claim says that it has expired.
    Expired,
}

impl Standing {
    /// The reason in words, where the credential does not count in full.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Standing::Live => None,
            Standing::TestMode => Some("it is a test-mode key"),
            Standing::Sample => Some("it is a published sample or works on the local machine only"),
            Standing::Expired => Some("its own claim says that it has expired"),
        }
    }
}

/// Judges how far a sighting reaches; `None` where no kind is known.
pub fn judge_breadth(
    sighting: &Sighting,
    rules: &RuleSet,
    now: i64,
) -> (Option<Breadth>, Standing) {
    let Some(kind) = sighting.kind else {
        return (None, Standing::Live);
    };
    let claims = sighting.claims.as_ref();
    let shown = claims
        .and_then(|claims| claims.kind)
        .and_then(|id| rules.kind(id));
    let kind = shown.unwrap_or(kind);
    let level = claims.and_then(|claims| claims.level).unwrap_or(kind.level);
    let verbs = match claims.and_then(|claims| claims.verbs) {
        Some(shown) => shown,
        // Of a scoped kind the catalogue lists what its maker may have chosen; only its content shows what was.
        None if level == Level::Scoped => kind.verbs.without(&[Verb::Admin, Verb::Mint]),
        None => kind.verbs,
    };
    let mut evidence = vec![how_recognised(sighting, kind)];
    if let Some(claims) = claims {
        evidence.extend(claims.evidence.iter().cloned());
    }
    if !kind.why.is_empty() {
        evidence.push(kind.why.to_owned());
    }
    if let Some(member) = &sighting.member {
        evidence.push(format!(
            "It stands in {} inside this file, line {}",
            member.name, member.line
        ));
    }
    let in_archive = |layer: &&Encoding| {
        sighting.member.is_some() && matches!(layer, Encoding::Gzip | Encoding::Zip | Encoding::Tar)
    };
    let hidden = sighting.encodings.iter().filter(|layer| !in_archive(layer));
    let layers: Vec<_> = hidden.map(|layer| layer.word()).collect();
    if !layers.is_empty() {
        evidence.push(format!("It was hidden by {}", layers.join(" in ")));
    }
    let standing = if kind.test_mode {
        Standing::TestMode
    } else if claims.is_some_and(|claims| claims.sample) {
        Standing::Sample
    } else if claims
        .and_then(|claims| claims.expires)
        .is_some_and(|expires| expires < now)
    {
        Standing::Expired
    } else {
        Standing::Live
    };
    (
        Some(Breadth {
            level,
            verbs,
            evidence,
        }),
        standing,
    )
}

/// Sorts a breadth into the class that the matrix knows.
pub fn class_of(
    kind: Option<&'static TokenKind>,
    breadth: Option<&Breadth>,
    standing: Standing,
) -> Class {
    if standing != Standing::Live {
        return Class::Public;
    }
    let (Some(_), Some(breadth)) = (kind, breadth) else {
        return Class::NoKind;
    };
    match breadth.level {
        Level::Public => Class::Public,
        Level::Ingest => Class::Ingest,
        Level::Account | Level::Org => Class::Broad,
        _ if mints_or_administers(breadth.verbs) => Class::Broad,
        Level::Scoped | Level::Unknown => Class::Selectable,
        Level::Project | Level::Resource => Class::Narrow,
    }
}

fn mints_or_administers(verbs: Verbs) -> bool {
    verbs.has(Verb::Admin) || verbs.has(Verb::Mint)
}

/// Says in one sentence how the kind was recognised, and what that is worth.
fn how_recognised(sighting: &Sighting, kind: &TokenKind) -> String {
    let beside = &sighting.beside;
    match sighting.recognised {
        Recognised::Decoded => "Its content decodes".to_owned(),
        Recognised::Pair => "It stands with its other half in the same file".to_owned(),
        Recognised::Prefix => match sighting.checksum {
            ChecksumState::Valid => {
                "Its prefix and length name the kind, and its checksum is right".to_owned()
            }
            ChecksumState::Invalid => {
                "Its prefix and length name the kind, but its checksum is wrong".to_owned()
            }
            ChecksumState::None => "Its prefix and length name the kind".to_owned(),
        },
        Recognised::Requested => match (&beside.header, beside.hosts.first(), &beside.flag) {
            (Some(header), Some(host), _) => {
                format!("It is sent as `{header}` to {host}")
            }
            (Some(header), None, _) => format!("It stands in the header `{header}`"),
            (None, _, Some(flag)) => format!("It is the value of the flag `{flag}`"),
            (None, Some(host), None) => format!("It is sent to {host}"),
            (None, None, None) => format!("It stands where {} reads it", kind.provider),
        },
        Recognised::Named => match &beside.name {
            Some(name) => format!("The name `{name}` says so; a name is evidence, not proof"),
            None => "The place in this file says so".to_owned(),
        },
        Recognised::Near => format!(
            "Its shape fits and {} is named nearby; the value alone says nothing",
            kind.provider
        ),
        Recognised::Weak | Recognised::Generic => {
            "It stands under a key that says credential".to_owned()
        }
    }
}
