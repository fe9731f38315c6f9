//! Azure shared access signatures: storage, Service Bus and logic apps.
//!
//! In: a signature's query, or the URL that carries it. Out: its flavour and what it says of rights, place and life.
//! The signature itself is never read.

use super::quote::quoted;
use super::{lifetime, query};
use crate::model::{Claims, Level, Verb, Verbs};

/// The longest signature or URL that is read.
const LONGEST: usize = 8 * 1024;

/// The policy that a namespace is born with; it manages everything.
pub const ROOT_POLICY: &str = "RootManageSharedAccessKey";

/// Which sort of signature it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    Account,
    Service,
    UserDelegation,
    ServiceBus,
    LogicApp,
}

/// A signature's query, without the signature.
#[derive(Clone, Debug)]
pub struct Sas {
    pub flavour: Flavour,
    pairs: Vec<(String, String)>,
}

impl Sas {
    /// The decoded value of a parameter; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        let pair = self.pairs.iter().find(|(known, _)| known == name);
        pair.map_or("", |(_, value)| value)
    }

    /// The variant that recognisers name: `sas-account` and so on.
    pub fn variant(&self) -> &'static str {
        match self.flavour {
            Flavour::Account => "sas-account",
            Flavour::Service => "sas-service",
            Flavour::UserDelegation => "sas-user-delegation",
            Flavour::ServiceBus => "sas-service-bus",
            Flavour::LogicApp => "logic-app-url",
        }
    }
}

/// Reads a signature; `None` without `sig`, or where the other parameters fit no flavour.
pub fn parse(value: &[u8]) -> Option<Sas> {
    if value.len() > LONGEST {
        return None;
    }
    let bare = value
        .strip_prefix(b"SharedAccessSignature ")
        .unwrap_or(value);
    let query = match bare.iter().position(|b| *b == b'?') {
        Some(mark) => &bare[mark + 1..],
        None => bare,
    };
    let mut pairs = query::pairs(query);
    let has = |name: &str| {
        pairs
            .iter()
            .any(|(known, value)| known == name && !value.is_empty())
    };
    if !has("sig") {
        return None;
    }
    let flavour = if has("skoid") && has("ske") {
        Flavour::UserDelegation
    } else if has("ss") && has("srt") {
        Flavour::Account
    } else if has("sr") && (has("skn") || has("se")) && !has("sv") {
        Flavour::ServiceBus
    } else if has("sr") || (has("tn") && has("sv")) {
        Flavour::Service
    } else if has("sp") && has("sv") && memchr::memmem::find(bare, b"/triggers/").is_some() {
        Flavour::LogicApp
    } else {
        return None;
    };
    pairs.retain(|(name, _)| name != "sig");
    Some(Sas { flavour, pairs })
}

/// Reads what a signature says of itself.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let sas = parse(value)?;
    let mut claims = match sas.flavour {
        Flavour::ServiceBus => service_bus(&sas),
        Flavour::LogicApp => Claims {
            level: Some(Level::Resource),
            verbs: Some(Verbs::of(&[Verb::Write])),
            kind: Some("azure-logicapp-sas-url"),
            evidence: vec!["it starts one flow of a logic app".to_owned()],
            ..Claims::default()
        },
        _ => storage(&sas),
    };
    if sas.flavour != Flavour::LogicApp && sas.get("si").is_empty() {
        lifetime::note(&mut claims);
    }
    Some(claims)
}

fn storage(sas: &Sas) -> Claims {
    let rights = sas.get("sp");
    let mut claims = Claims {
        issued: lifetime::unix(sas.get("st")),
        expires: lifetime::unix(sas.get("se")),
        verbs: verbs(rights),
        level: Some(Level::Resource),
        ..Claims::default()
    };
    if !rights.is_empty() {
        claims
            .evidence
            .push(format!("its rights are {}", quoted(rights)));
    }
    if sas.flavour == Flavour::Account {
        claims.kind = Some("azure-storage-account-sas");
        let types = sas.get("srt");
        if types.contains(['s', 'c']) {
            claims.level = Some(Level::Project);
            claims.reaches = Some("every container of the storage account".to_owned());
        }
        claims
            .evidence
            .push(format!("it opens services {}", quoted(sas.get("ss"))));
    } else {
        claims.kind = Some("azure-storage-service-sas");
        let place = match sas.get("sr") {
            "c" => "one container",
            "b" | "bv" | "bs" => "one blob",
            "d" => "one directory",
            "s" => "one file share",
            "f" => "one file",
            _ => "one table or queue",
        };
        claims.reaches = Some(place.to_owned());
    }
    if sas.flavour == Flavour::UserDelegation {
        claims.evidence.push(
            "it was made with a user's own key, lives for 7 days at most and can be revoked"
                .to_owned(),
        );
    }
    if !sas.get("si").is_empty() {
        claims
            .evidence
            .push("a policy on the server holds its rights and its expiry".to_owned());
    }
    if !sas.get("sip").is_empty() {
        claims
            .evidence
            .push("it is bound to chosen network addresses".to_owned());
    }
    claims
}

/// What the letters of `sp` allow; `None` where no letter is known.
fn verbs(rights: &str) -> Option<Verbs> {
    let all = rights.chars().fold(Verbs::NONE, |all, letter| {
        let verb = match letter {
            'r' | 'l' | 'f' | 'e' => Verb::Read,
            'a' | 'c' | 'w' | 'm' | 't' | 'i' | 'u' => Verb::Write,
            'd' | 'x' | 'y' => Verb::Delete,
            'o' | 'p' => Verb::Admin,
            _ => return all,
        };
        all.and(Verbs::of(&[verb]))
    });
    (!all.is_empty()).then_some(all)
}

fn service_bus(sas: &Sas) -> Claims {
    let resource = sas.get("sr");
    let inside = resource
        .split_once("://")
        .map_or(resource, |(_, rest)| rest)
        .trim_end_matches('/');
    let narrowed = inside.contains('/');
    let mut claims = Claims {
        expires: sas.get("se").parse().ok(),
        level: Some(if narrowed {
            Level::Resource
        } else {
            Level::Project
        }),
        ..Claims::default()
    };
    claims.reaches = Some(format!(
        "{} {}",
        if narrowed {
            "one entity,"
        } else {
            "the whole namespace,"
        },
        quoted(inside)
    ));
    policy(sas.get("skn"), &mut claims);
    claims
}

/// Says what a policy's name shows.
pub fn policy(name: &str, claims: &mut Claims) {
    let manager = [ROOT_POLICY, "iothubowner"]
        .into_iter()
        .find(|known| *known == name);
    if let Some(name) = manager {
        claims.verbs = Some(Verbs::of(&[
            Verb::Read,
            Verb::Write,
            Verb::Delete,
            Verb::Admin,
        ]));
        claims
            .evidence
            .push(format!("its policy `{name}` manages everything there"));
    } else if !name.is_empty() {
        claims
            .evidence
            .push(format!("its policy is named {}", quoted(name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_signature(query: &str) -> Vec<u8> {
        format!("{query}&{}={}", "sig", "Zm9v%3D").into_bytes()
    }

    fn read(query: &str) -> Claims {
        claims(&with_signature(query)).unwrap()
    }

    #[test]
    fn an_account_signature_reaches_the_account() {
        let read = read(
            "sv=2024-11-04&ss=bf&srt=sco&sp=rwdl&st=2026-01-01&se=2027-01-01T00:00Z&spr=https",
        );
        assert_eq!(read.level, Some(Level::Project));
        let verbs = read.verbs.unwrap();
        assert!(verbs.has(Verb::Delete) && !verbs.has(Verb::Admin));
        assert!(read.evidence.iter().any(|line| line.contains("365 days")));
    }

    #[test]
    fn a_service_signature_opens_one_thing() {
        let read = read("sv=2024-11-04&amp;sr=b&amp;sp=r&amp;se=2026-01-01");
        assert_eq!(read.level, Some(Level::Resource));
        assert_eq!(read.verbs, Some(Verbs::of(&[Verb::Read])));
        assert!(read.expires.is_some());
    }

    #[test]
    fn the_flavours_are_told_apart() {
        for (query, flavour) in [
            (
                "sv=2024-11-04&sr=c&skoid=1&sktid=2&ske=2026-01-01&sp=r",
                Flavour::UserDelegation,
            ),
            (
                "sr=sb%3A%2F%2Fshop.servicebus.windows.net%2F&se=1700000000&skn=RootManageSharedAccessKey",
                Flavour::ServiceBus,
            ),
            (
                "https://a.logic.azure.com/workflows/1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sv=1.0",
                Flavour::LogicApp,
            ),
            (
                "https://a.table.core.windows.net/t?sv=2024-11-04&tn=orders&sp=r",
                Flavour::Service,
            ),
        ] {
            assert_eq!(
                parse(&with_signature(query)).unwrap().flavour,
                flavour,
                "{query}"
            );
        }
        assert!(parse(b"sv=1&sr=b&sp=r").is_none());
        assert!(parse(&with_signature("a=1")).is_none());
    }

    #[test]
    fn the_root_policy_manages_the_namespace() {
        let root = read(
            "sr=sb%3A%2F%2Fshop.servicebus.windows.net%2F&se=1700000000&skn=RootManageSharedAccessKey",
        );
        assert_eq!(root.level, Some(Level::Project));
        assert!(root.verbs.unwrap().has(Verb::Admin));
        let sentence = "its policy `RootManageSharedAccessKey` manages everything there";
        assert!(root.evidence.contains(&sentence.to_owned()));
        let queue =
            read("sr=sb%3A%2F%2Fshop.servicebus.windows.net%2Forders&se=1700000000&skn=send");
        assert_eq!((queue.level, queue.verbs), (Some(Level::Resource), None));
    }

    #[test]
    fn the_signature_is_never_kept() {
        let sas = parse(&with_signature("sr=b&sv=2024-11-04")).unwrap();
        assert_eq!(sas.get("sig"), "");
    }
}
