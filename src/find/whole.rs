//! What a whole text says, beyond the surroundings of a hit: its structure, its names, its hosts.
//!
//! In: a search. Out: answers, each worked out once and only where somebody asks. Whoever asks has looked far.

use std::cell::RefCell;

use super::key_words::KeyWords;
use super::look::Missing;
use super::search::{NAMES, Search, Words};
use super::{near, recognise, trace};
use crate::find::limit::Limit;
use crate::model::{Span, TokenKind};
use crate::syntax::{self, Document, Format};

impl Search<'_> {
    /// The format that the text is read in as structure, by its path.
    fn format(&self) -> Option<Format> {
        let of_path = || self.path.and_then(syntax::format_of);
        let format = *self.format.get_or_init(of_path);
        format.filter(|_| self.depth == 0)
    }

    /// The file read as structure, where its path names a format and it parses.
    pub fn document(&self) -> Option<&Document> {
        let format = self.format()?;
        self.look_far();
        self.document
            .get_or_init(|| syntax::parse(format, self.text).ok())
            .as_ref()
    }

    /// Whether the question for the document would have the file read as structure now.
    pub fn would_parse(&self) -> bool {
        self.document.get().is_none() && self.format().is_some()
    }

    /// Whether the path of keys to a value at `at` may name a kind, by its number among those that names tell; a longer text
    /// is not read as structure.
    pub fn may_be_named_by_keys(&self, number: usize, kind: &TokenKind, at: usize) -> bool {
        let Some(format) = self.format() else {
            return false;
        };
        self.look_far();
        if self.text.len() > syntax::MAX_TEXT {
            return false;
        }
        let words = self
            .key_words
            .get_or_init(|| KeyWords::of(format, self.text));
        words.may_name(number, kind, self.text, at)
    }

    /// Whether it is known that no path of keys names the kind of a number.
    pub fn keys_name_none_of(&self, number: usize) -> bool {
        let words = self.key_words.get();
        words.is_some_and(|words| words.names_none_of(number))
    }

    /// Where a word stands by itself; nowhere once the first names were asked for.
    pub fn places_of(&self, word: &[u8]) -> Vec<usize> {
        let whole = [Span::new(0, self.text.len())];
        self.places_in(&self.words, &whole, word)
    }

    fn places_in(&self, words: &RefCell<Words>, parts: &[Span], word: &[u8]) -> Vec<usize> {
        self.look_far();
        let mut words = words.borrow_mut();
        if words.len() >= NAMES && !words.contains_key(word) {
            self.limited.set(self.limited.get().or(Some(Limit::Names)));
            return Vec::new();
        }
        if word.is_empty() {
            return Vec::new();
        }
        words
            .entry(word.to_vec())
            .or_insert_with(|| near::places_of(self.text, parts, word))
            .clone()
    }

    /// Other places where a variable is used.
    pub fn uses(&self, name: Span) -> Vec<near::Use> {
        self.uses_at(name, self.places_of(name.of(self.text)))
    }

    /// Other places where a variable may be used in a request to a known host.
    pub fn uses_in_requests(&self, name: Span) -> Vec<near::Use> {
        let hosts = || near::around_hosts(self.text, &self.rules.tables().hosts);
        let requests = self.around_hosts.get_or_init(hosts);
        let word = name.of(self.text);
        self.uses_at(
            name,
            self.places_in(&self.words_of_requests, requests, word),
        )
    }

    fn uses_at(&self, name: Span, places: Vec<usize>) -> Vec<near::Use> {
        let others = places.into_iter().filter(|at| *at != name.start);
        others
            .map(|at| near::use_at(self.text, Span::new(at, at + name.len())))
            .collect()
    }

    /// The kinds that files like this one hold, each with its key.
    pub fn kinds_of_this_file(&self) -> &[(&'static TokenKind, &'static str)] {
        self.kinds_here.get_or_init(|| match self.path {
            Some(path) => self.rules.kinds_at(path.as_bytes()),
            None => self
                .rules
                .kinds()
                .flat_map(|kind| kind.files.iter().map(move |file| (kind, file.key)))
                .collect(),
        })
    }

    /// Whether a host that any kind's request names may stand in the text.
    pub fn may_name_host(&self) -> bool {
        let may = self.names_host();
        self.look_for(Missing::Host, may);
        may
    }

    fn names_host(&self) -> bool {
        let host = self.names_host.get_or_init(|| trace::host_in(self));
        host.is_some()
    }

    /// Whether the text is a kubeconfig; looked at once, since a file may hold any number of tokens.
    pub fn is_kubeconfig(&self) -> bool {
        let is = self.is_a_kubeconfig();
        self.look_for(Missing::Kubeconfig, is);
        is
    }

    fn is_a_kubeconfig(&self) -> bool {
        *self
            .kubeconfig
            .get_or_init(|| recognise::is_kubeconfig(self.text))
    }

    /// Whether what was missing in another text is missing in this one.
    pub(super) fn is_missing(&self, missing: Missing) -> bool {
        match missing {
            Missing::Nothing => true,
            Missing::Host => !self.names_host(),
            Missing::Kubeconfig => !self.is_a_kubeconfig(),
            Missing::Both => !self.names_host() && !self.is_a_kubeconfig(),
        }
    }

    /// Whether such a host may stand around a span; what was looked at before is not looked at again.
    pub fn may_name_host_around(&self, span: Span) -> bool {
        if !self.names_host() {
            self.look_for(Missing::Host, false);
            return false;
        }
        let around = near::request_around(self.text, span);
        self.look_at(near::hosts_in(around));
        let without = self.without_host.get();
        let follows = without.start <= around.start && around.start <= without.end;
        let start = if follows { without.end } else { around.start };
        if start < around.end {
            let rest = Span::new(start, around.end);
            if near::may_name_host(self.text, rest, &self.rules.tables().hosts) {
                return true;
            }
            let from = if follows { without.start } else { around.start };
            self.without_host.set(Span::new(from, around.end));
        }
        false
    }
}
