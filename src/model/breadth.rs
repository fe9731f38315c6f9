//! What a credential can do: how far it reaches, and with which verbs.

use serde::{Deserialize, Serialize};

/// How far a credential reaches, from nothing private to everything of an organisation.
///
/// `Scoped` means that its maker chose the scope and the text does not show it; `Unknown` means that nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Public,
    Ingest,
    Unknown,
    Scoped,
    Resource,
    Project,
    Account,
    Org,
}

impl Level {
    /// The word used in rules, JSON and text.
    pub fn word(self) -> &'static str {
        match self {
            Level::Public => "public",
            Level::Ingest => "ingest",
            Level::Unknown => "unknown",
            Level::Scoped => "scoped",
            Level::Resource => "resource",
            Level::Project => "project",
            Level::Account => "account",
            Level::Org => "org",
        }
    }
}

/// One thing a credential lets its holder do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    Read,
    Write,
    Delete,
    Admin,
    Mint,
}

impl Verb {
    /// Every verb, weakest first.
    pub const ALL: [Verb; 5] = [
        Verb::Read,
        Verb::Write,
        Verb::Delete,
        Verb::Admin,
        Verb::Mint,
    ];

    /// The word used in rules, JSON and text.
    pub fn word(self) -> &'static str {
        match self {
            Verb::Read => "read",
            Verb::Write => "write",
            Verb::Delete => "delete",
            Verb::Admin => "admin",
            Verb::Mint => "mint",
        }
    }
}

/// A set of verbs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verbs(u8);

impl Verbs {
    /// The set without a verb.
    pub const NONE: Verbs = Verbs(0);

    /// The set of `verbs`.
    pub const fn of(verbs: &[Verb]) -> Verbs {
        let mut bits = 0;
        let mut i = 0;
        while i < verbs.len() {
            bits |= 1 << verbs[i] as u8;
            i += 1;
        }
        Verbs(bits)
    }

    /// Whether `verb` is in the set.
    pub fn has(self, verb: Verb) -> bool {
        self.0 & (1 << verb as u8) != 0
    }

    /// The two sets together.
    pub fn and(self, other: Verbs) -> Verbs {
        Verbs(self.0 | other.0)
    }

    /// The set less `verbs`.
    pub fn without(self, verbs: &[Verb]) -> Verbs {
        Verbs(self.0 & !Verbs::of(verbs).0)
    }

    /// Whether every verb of `other` is here too.
    pub fn covers(self, other: Verbs) -> bool {
        self.0 & other.0 == other.0
    }

    /// The verbs, weakest first.
    pub fn iter(self) -> impl Iterator<Item = Verb> {
        Verb::ALL.into_iter().filter(move |verb| self.has(*verb))
    }

    /// Whether no verb is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What one credential can do, and how we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breadth {
    pub level: Level,
    pub verbs: Verbs,
    /// One sentence each; made by us, never copied from a scanned file unmasked.
    pub evidence: Vec<String>,
}
