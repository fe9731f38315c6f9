//! Turns the hits of the first pass into candidates.
//!
//! In: one text (a blob, or what was decoded out of one), its path, the rules. Out: candidates, several to a place.
//! Depth and size of decoding are bounded; it never panics.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::candidate::Candidate;
use super::generic::{self, Worth};
use super::limit::Limit;
use super::memory::Memory;
use super::prefilter::{self, Hit};
use super::promise::Promise;
use super::site::Site;
use super::{beside, context, decode, flow, lexer, near, recognise, spaced, told, worth};
use crate::model::{Beside, RepoPath, Span, TokenKind};
use crate::rules::RuleSet;
use crate::syntax::Document;
use crate::token;

/// How often decoded text is decoded again.
pub const DEPTH: u8 = 3;
/// The most candidates of one text; a file of nothing but keys is not read to the end.
const MOST: usize = 20_000;

/// The longest reference to a variable that is followed.
const LONGEST_REFERENCE: usize = 64;

/// Of how many names the other uses are searched, in one text.
const NAMES: usize = 1024;

/// One text under search.
pub struct Search<'t> {
    pub text: &'t [u8],
    /// `None`: any path, for the question whether a text may hold anything.
    pub path: Option<&'t RepoPath>,
    pub rules: &'t RuleSet,
    pub depth: u8,
    pub found: Vec<Candidate>,
    pub first_only: bool,
    /// Encoded runs in which nothing was found before.
    pub memory: Option<&'t Memory>,
    /// Bytes before this offset were decoded already.
    pub decoded_until: usize,
    tried: HashSet<(usize, usize)>,
    document: OnceCell<Option<Document>>,
    kinds_here: OnceCell<Vec<(&'static TokenKind, &'static str)>>,
    pub(super) takes_bare: OnceCell<bool>,
    names_host: OnceCell<bool>,
    kubeconfig: OnceCell<bool>,
    /// A part of the text in which no known host ends.
    without_host: Cell<Span>,
    words: RefCell<HashMap<Vec<u8>, Vec<usize>>>,
    /// Strings of Azure before this offset were read already.
    pub read_until: usize,
    /// Why not everything was looked at.
    pub limited: Cell<Option<Limit>>,
}

impl<'t> Search<'t> {
    /// Prepares the search of a text.
    pub fn new(text: &'t [u8], path: Option<&'t RepoPath>, rules: &'t RuleSet, depth: u8) -> Self {
        Search {
            text,
            path,
            rules,
            depth,
            found: Vec::new(),
            first_only: false,
            memory: None,
            decoded_until: 0,
            tried: HashSet::new(),
            document: OnceCell::new(),
            kinds_here: OnceCell::new(),
            takes_bare: OnceCell::new(),
            names_host: OnceCell::new(),
            kubeconfig: OnceCell::new(),
            without_host: Cell::new(Span::new(0, 0)),
            words: RefCell::default(),
            read_until: 0,
            limited: Cell::default(),
        }
    }

    /// Searches the whole text.
    pub fn run(&mut self) {
        let (text, rules) = (self.text, self.rules);
        let _ = prefilter::scan(text, rules.tables(), &mut |hit| self.take(hit));
        if self.limited.get().is_none() {
            spaced::words(self);
            decode::state(self);
            told::lines(self);
        }
    }

    /// Looks closer at one hit.
    pub fn take(&mut self, hit: Hit) -> ControlFlow<()> {
        match hit {
            Hit::Start(at) => self.at_start(at),
            Hit::Mark(at) => self.at_mark(at),
            Hit::Url(at) => recognise::url(self, at),
            Hit::Flag(at) => self.at_flag(at),
            Hit::Escape(at) => decode::escapes(self, at),
            Hit::Encoded(at) => decode::encoded(self, at),
            Hit::Inside(at, number) => {
                if let Some(inside) = self.rules.tables().inside.get(number) {
                    self.lead(inside.leads, at, inside.literal.len());
                }
            }
            Hit::Glued(at) => self.glued(at),
            Hit::Spaced(at) => self.behind_space(at),
            Hit::Called(at) => self.called(at),
            Hit::Joined(at) => decode::joined(self, at),
        }
        if self.found.len() >= MOST {
            self.limited.set(Some(Limit::Candidates));
            return ControlFlow::Break(());
        }
        if self.first_only && !self.found.is_empty() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn at_flag(&mut self, at: usize) {
        let end = at + prefilter::flag_length(&self.text[at..]);
        if !matches!(self.text.get(end), Some(b' ' | b'\t' | b'=' | b'"' | b'\'')) {
            return;
        }
        if matches!(&self.text[at..end], b"-u" | b"--user") {
            self.login(end, Span::new(at, end));
        } else if matches!(self.text[end], b' ' | b'\t') {
            self.behind_mark(end, end);
        }
    }

    /// `curl -u user:password`, `-u key:`.
    fn login(&mut self, mark: usize, flag: Span) {
        let Some(literal) = lexer::literal_after(self.text, mark) else {
            return;
        };
        let value = literal.span.of(self.text);
        let Some(colon) = value.iter().rposition(|byte| *byte == b':') else {
            return;
        };
        let middle = literal.span.start + colon;
        let span = match colon + 1 == value.len() {
            true => Span::new(literal.span.start, middle),
            false => Span::new(middle + 1, literal.span.end),
        };
        if span.len() >= 6 {
            let site = Site::login(lexer::Literal { span, ..literal }, flag);
            let known = context::candidates(self, &site);
            if known.is_empty() {
                self.generic(Promise::Password, &site);
            }
            for candidate in known {
                self.push(candidate);
            }
        }
    }

    /// Adds a candidate, with what its own text says.
    pub fn push(&mut self, mut candidate: Candidate) {
        if let Some(kind) = candidate.kind {
            if let Some(algorithm) = kind.checksum {
                candidate.checksum = token::checksum(algorithm, &candidate.value);
            }
            if candidate.claims.is_none() {
                candidate.claims = kind
                    .claims
                    .and_then(|reader| token::claims(reader, &candidate.value));
            }
        }
        self.found.push(candidate);
    }

    pub(super) fn at_mark(&mut self, mark: usize) {
        recognise::at_mark(self, mark);
        if let Some((name, literal)) = spaced::property(self.text, mark) {
            self.named(literal, name);
            return;
        }
        if let Some(equals) = spaced::behind_type(self.text, mark) {
            self.behind_mark(equals, mark + 1);
            return;
        }
        self.behind_mark(mark, mark + 1);
    }

    /// `#define NAME "v"`, `{:name "v"}`: only names in a place that assigns.
    fn behind_space(&mut self, space: usize) {
        let (Some(name), Some(literal)) = (
            spaced::name_before(self.text, space),
            lexer::literal_after(self.text, space),
        ) else {
            return;
        };
        self.named(literal, name);
    }

    /// `client.setApiKey("v")`: the literal that is the first argument.
    fn called(&mut self, quote: usize) {
        let Some(literal) = lexer::literal_after(self.text, quote - 1) else {
            return;
        };
        let left = beside::left_of(self.text, literal.span.start);
        let value = literal.span.of(self.text);
        if let Some(name) = left.name.filter(|_| left.call)
            && value.len() >= 12
            && self.tried.insert((literal.span.start, literal.span.end))
        {
            let site = Site::new(self, literal, name, false);
            let known = context::candidates(self, &site);
            if known.is_empty()
                && site
                    .promise()
                    .is_some_and(|promise| generic::worth(promise, value, true) == Worth::Strong)
            {
                self.generic(Promise::Token, &site);
            }
            for candidate in known {
                self.push(self.under_name(candidate, &site));
            }
        }
    }

    /// A literal under a name that stands somewhere else.
    pub fn named(&mut self, literal: lexer::Literal, name: Span) {
        if self.tried.insert((literal.span.start, literal.span.end)) {
            let left = beside::Left {
                name: Some(name),
                ..beside::Left::default()
            };
            self.site(literal, &left);
        }
    }

    pub(super) fn behind_mark(&mut self, mark: usize, name_end: usize) {
        let Some(literal) = lexer::literal_after(self.text, mark) else {
            return;
        };
        let value = literal.span.of(self.text);
        if value.len() <= LONGEST_REFERENCE {
            flow::lead_back(self, &literal, name_end);
        }
        let plausible =
            value.len() >= 8 || value.len() >= 5 && value.iter().any(u8::is_ascii_digit);
        if plausible
            && worth::under_any_name(self, &literal)
            && self.tried.insert((literal.span.start, literal.span.end))
        {
            let left = beside::left_of(self.text, name_end);
            self.site(literal, &left);
        }
    }

    /// A literal under a name.
    fn site(&mut self, literal: lexer::Literal, left: &beside::Left) {
        let Some(name) = left.name else {
            return;
        };
        let site = Site::new(self, literal, name, left.flag);
        let known = context::candidates(self, &site);
        if !known.is_empty() {
            for candidate in known {
                self.push(self.under_name(candidate, &site));
            }
            return;
        }
        if decode::named(self, &site) {
            return;
        }
        if worth::as_secret(self, &literal)
            && let Some(promise) = site.promise()
            && !site.is_part(self.text)
        {
            self.generic(promise, &site);
        }
    }

    /// A literal of no kind under a name that promises something.
    pub fn generic(&mut self, promise: Promise, site: &Site) {
        let value = site.literal.span.of(self.text);
        let candidate = Candidate::promised(promise, site.literal.span, value, site.literal.quoted);
        if let Some(candidate) = candidate {
            self.push(self.under_name(candidate, site));
        }
    }

    /// Keeps the name that led to a candidate.
    fn under_name(&self, mut candidate: Candidate, site: &Site) -> Candidate {
        if !site.flag {
            let written = site.written.of(self.text);
            candidate.beside.name = Some(String::from_utf8_lossy(written).into_owned());
        }
        candidate
    }

    /// The file read as structure, where its path names a format and it parses.
    pub fn document(&self) -> Option<&Document> {
        let path = self.path.filter(|_| self.depth == 0)?;
        self.document
            .get_or_init(|| {
                let format = crate::syntax::format_of(path)?;
                crate::syntax::parse(format, self.text).ok()
            })
            .as_ref()
    }

    /// Whether the question for the document would have the file read as structure now.
    pub fn would_parse(&self) -> bool {
        let format = || self.path.and_then(crate::syntax::format_of);
        self.depth == 0 && self.document.get().is_none() && format().is_some()
    }

    /// Where a word stands by itself; nowhere once the first names were asked for.
    pub fn places_of(&self, word: &[u8]) -> Vec<usize> {
        let mut words = self.words.borrow_mut();
        if words.len() >= NAMES && !words.contains_key(word) {
            self.limited.set(self.limited.get().or(Some(Limit::Names)));
            return Vec::new();
        }
        if word.is_empty() {
            return Vec::new();
        }
        words
            .entry(word.to_vec())
            .or_insert_with(|| near::places_of(self.text, word))
            .clone()
    }

    /// Other places where a variable is used.
    pub fn uses(&self, name: Span) -> Vec<near::Use> {
        let word = name.of(self.text);
        self.places_of(word)
            .into_iter()
            .filter(|at| *at != name.start)
            .map(|at| near::use_at(self.text, Span::new(at, at + word.len())))
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
        let whole = Span::new(0, self.text.len());
        let known = &self.rules.tables().hosts;
        *self
            .names_host
            .get_or_init(|| near::may_name_host(self.text, whole, known))
    }

    /// Whether the text is a kubeconfig; looked at once, since a file may hold any number of tokens.
    pub fn is_kubeconfig(&self) -> bool {
        *self
            .kubeconfig
            .get_or_init(|| recognise::is_kubeconfig(self.text))
    }

    /// Whether such a host may stand around a span; what was looked at before is not looked at again.
    pub fn may_name_host_around(&self, span: Span) -> bool {
        if !self.may_name_host() {
            return false;
        }
        let around = near::request_around(self.text, span);
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

    /// What stands beside a span.
    pub fn beside(&self, span: Span) -> Beside {
        context::beside(self, span)
    }
}
