//! Which kinds have an id, a recogniser, another half, a flag: so that only those are read from the packed catalogue.
//!
//! Compiled into `build.rs`, which bakes the lists, and into the crate. In: the kinds, then a word. Out: numbers of kinds
//! that may have it; whether one has it is for the caller to ask. It never leaves one out.

use super::known_hosts::hash;
use crate::model::TokenKind;

/// Numbers of kinds, sorted by the hash of a word of theirs.
pub type ByWord = [(u32, u16)];

/// The lists.
#[derive(Clone, Copy, Debug)]
pub struct KindKeys {
    pub ids: &'static ByWord,
    pub codes: &'static ByWord,
    /// By the kind that must be found beside them.
    pub pairs: &'static ByWord,
    pub by_word: &'static [u16],
    pub with_flags: &'static [u16],
    pub with_requests: &'static [u16],
    /// Those that a name may tell where their own text does not.
    pub told_by_name: &'static [u16],
}

impl KindKeys {
    /// Makes the lists.
    pub fn new(kinds: &[TokenKind]) -> Self {
        KindKeys {
            ids: keys(kinds, |kind| kind.id),
            codes: keys(kinds, |kind| kind.code),
            pairs: keys(kinds, |kind| kind.pair),
            by_word: those(kinds, |kind| kind.by_word),
            with_flags: those(kinds, |kind| !kind.flags.is_empty()),
            with_requests: those(kinds, |kind| !kind.requests.is_empty()),
            told_by_name: those(kinds, is_told_by_name),
        }
    }
}

/// Whether a name may tell a kind whose own text does not.
pub fn is_told_by_name(kind: &TokenKind) -> bool {
    let tells_itself = kind.alone && !kind.shapes.is_empty();
    !kind.names.is_empty() && !tells_itself
}

fn numbers(kinds: &[TokenKind]) -> impl Iterator<Item = (u16, &TokenKind)> {
    (0..).zip(kinds)
}

fn keys(kinds: &[TokenKind], word: fn(&TokenKind) -> &'static str) -> &'static ByWord {
    let with_word = numbers(kinds).filter(|(_, kind)| !word(kind).is_empty());
    let mut keys: Vec<(u32, u16)> = with_word
        .map(|(number, kind)| (hash(word(kind).as_bytes()), number))
        .collect();
    keys.sort_unstable();
    Vec::leak(keys)
}

fn those(kinds: &[TokenKind], wanted: fn(&TokenKind) -> bool) -> &'static [u16] {
    let those = numbers(kinds).filter(|(_, kind)| wanted(kind));
    Vec::leak(those.map(|(number, _)| number).collect())
}

/// The numbers under a word, in order.
pub fn under(keys: &'static ByWord, word: &str) -> impl Iterator<Item = u16> {
    let wanted = hash(word.as_bytes());
    let from = keys.partition_point(|(hash, _)| *hash < wanted);
    let same = keys[from..]
        .iter()
        .take_while(move |(hash, _)| *hash == wanted);
    same.map(|(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use crate::model::TokenKind;
    use crate::rules::RuleSet;

    fn ids<'k>(kinds: impl Iterator<Item = &'k TokenKind>) -> Vec<&'k str> {
        kinds.map(|kind| kind.id).collect()
    }

    #[test]
    fn what_is_looked_up_is_what_a_search_of_all_finds() {
        let rules = RuleSet::builtin();
        let mut coded = 0;
        for kind in rules.kinds() {
            assert_eq!(rules.kind(kind.id).map(|found| found.id), Some(kind.id));
            let all = ids(rules.kinds().filter(|other| other.pair == kind.id));
            assert_eq!(ids(rules.by_pair(kind.id)), all);
            if !kind.code.is_empty() {
                let all = ids(rules.kinds().filter(|other| other.code == kind.code));
                assert_eq!(ids(rules.all_by_code(kind.code)), all);
                coded += 1;
            }
        }
        assert!(coded > 20);
        assert!(rules.kind("no-such-kind").is_none());
        let all = ids(rules.kinds().filter(|kind| kind.by_word));
        assert_eq!(ids(rules.kinds_by_word().iter().copied()), all);
        let all = rules.kinds().map(|kind| kind.flags.len()).sum::<usize>();
        assert_eq!(rules.flags().len(), all);
        let all = rules.kinds().map(|kind| kind.requests.len()).sum::<usize>();
        assert_eq!(rules.requests().len(), all);
    }

    #[test]
    fn a_rule_set_of_its_own_kinds_is_searched_whole() {
        let builtin = RuleSet::builtin();
        let kind = builtin.kinds().find(|kind| !kind.code.is_empty()).unwrap();
        let only = RuleSet::only(*kind).unwrap();
        assert_eq!(only.kind(kind.id).map(|found| found.id), Some(kind.id));
        assert_eq!(ids(only.all_by_code(kind.code)), [kind.id]);
    }
}
