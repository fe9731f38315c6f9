//! What the name of a variable says of the credential in it.
//!
//! In: a name and the catalogue. Out: the broad kind that stands under it, and whether a narrow one can. Names are
//! evidence, never proof.

use crate::model::{Level, Purpose, TokenKind, Verb};
use crate::rules::agent_facts::agent_facts;
use crate::rules::{RuleSet, ci};

/// What a name says.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The kind that the name makes likely; `None` where only the name's words speak.
    pub kind: Option<&'static TokenKind>,
    /// Whether nothing narrow can stand under the name.
    pub only_broad: bool,
}

/// Whether a kind is broad: account, organisation, or admin or mint at any level.
pub fn is_broad(kind: &TokenKind) -> bool {
    !kind.test_mode
        && (kind.level >= Level::Account
            || (kind.level != Level::Scoped
                && (kind.verbs.has(Verb::Admin) || kind.verbs.has(Verb::Mint))))
}

/// Says what a name means; `None` where nothing broad is known under it.
pub fn meaning(name: &str, rules: &RuleSet) -> Option<Meaning> {
    let name = normalised(name);
    if name.len() < 3 || name.len() > 128 {
        return None;
    }
    let known = &agent_facts().names;
    let listed = |list: &[String]| list.contains(&name);
    let kinds: Vec<&'static TokenKind> = rules
        .by_name(&name)
        .into_iter()
        .filter(|named| named.equal && !named.kind.test_mode)
        .map(|named| named.kind)
        .collect();
    let mut broad: Vec<&'static TokenKind> = kinds
        .iter()
        .copied()
        .filter(|kind| is_broad(kind))
        .collect();
    broad.sort_by_key(|kind| kind.narrower.is_empty());
    if listed(&known.only_broad) || says_root(&name) {
        let kind = broad.first().or(kinds.first()).copied();
        return Some(Meaning {
            kind,
            only_broad: true,
        });
    }
    // Every agent has a model's key; it is no finding.
    if ci::purpose_of(&name) == Purpose::Model {
        return None;
    }
    if let Some(kind) = broad.first() {
        let all = broad.len() == kinds.len() && !listed(&known.may_be_narrow);
        return Some(Meaning {
            kind: Some(kind),
            only_broad: all,
        });
    }
    if listed(&known.broad_in_practice) {
        return Some(Meaning {
            kind: kinds.first().copied(),
            only_broad: false,
        });
    }
    None
}

/// Whether a name says that a credential stands under it, broad or not.
pub(crate) fn says_credential(name: &str, rules: &RuleSet) -> bool {
    let normal = normalised(name);
    let words = [
        "TOKEN",
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "CREDENTIALS",
        "PAT",
        "KEY",
    ];
    let last = normal.rsplit('_').next().unwrap_or_default();
    normal.len() >= 3
        && ((normal.contains('_') && words.contains(&last))
            || rules.by_name(&normal).iter().any(|named| named.equal))
}

fn normalised(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c == '-' || c == '.' {
                '_'
            } else {
                c.to_ascii_uppercase()
            }
        })
        .collect()
}

/// `*_ROOT_*` and `*_ADMIN_*` in front of a word for a credential.
fn says_root(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let Some((last, before)) = words.split_last() else {
        return false;
    };
    let credential = [
        "TOKEN",
        "KEY",
        "PASSWORD",
        "SECRET",
        "CREDENTIAL",
        "CREDENTIALS",
        "PASS",
    ];
    let all = ["ROOT", "ADMIN", "SUPERUSER", "SUPERADMIN"];
    credential.contains(last) && before.iter().any(|word| all.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_can() {
        let rules = RuleSet::builtin();
        let cases = [
            ("RAILWAY_API_TOKEN", Some(true)),
            ("RAILWAY_TOKEN", None),
            ("SUPABASE_SERVICE_ROLE_KEY", Some(true)),
            ("GITHUB_PERSONAL_ACCESS_TOKEN", Some(false)),
            ("SUPABASE_ACCESS_TOKEN", Some(false)),
            ("STRIPE_SECRET_KEY", Some(false)),
            ("AWS_SECRET_ACCESS_KEY", Some(false)),
            ("HEROKU_API_KEY", Some(true)),
            ("VAULT_ROOT_TOKEN", Some(true)),
            ("MYSQL_ROOT_PASSWORD", Some(true)),
            ("PROJECT_ROOT", None),
            ("OPENAI_API_KEY", None),
            ("LOG_LEVEL", None),
            ("BRAVE_API_KEY", None),
        ];
        for (name, expected) in cases {
            assert_eq!(
                meaning(name, &rules).map(|m| m.only_broad),
                expected,
                "{name}"
            );
        }
    }
}
