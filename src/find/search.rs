//! Turns the hits of the first pass into candidates.
//!
//! In: one text (a blob, or what was decoded out of one), its path, the rules. Out: candidates, several to a place.
//! Depth and size of decoding are bounded; it never panics.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::candidate::Candidate;
use super::generic::{self, Worth};
use super::hit::Hit;
use super::key_words::KeyWords;
use super::limit::Limit;
use super::look::{Look, around_site};
use super::memory::Memory;
use super::prefilter;
use super::promise::Promise;
use super::site::Site;
use super::trace::{self, Mark};
use super::{beside, context, decode, flow, lexer, name_end, recognise, spaced, told, worth};
use crate::model::{Beside, Kin, RepoPath, Span, TokenKind};
use crate::rules::RuleSet;
use crate::syntax::{Document, Format};
use crate::token;

/// How often decoded text is decoded again.
pub const DEPTH: u8 = 3;
/// The most candidates of one text; a file of nothing but keys is not read to the end.
const MOST: usize = 20_000;

/// The longest reference to a variable that is followed.
const LONGEST_REFERENCE: usize = 64;

/// How far before a mark its name is read by everybody who looks at it.
const TAIL: usize = 64;
/// How far before a space a name and its keyword are read.
const LINE_BEFORE: usize = 128;
/// How far behind a mark a type may stand.
const TYPE: usize = 56;

/// Of how many names the other uses are searched, in one text.
pub(super) const NAMES: usize = 1024;

/// Words that were asked for, and where each stands.
pub(super) type Words = HashMap<Vec<u8>, Vec<usize>>;

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
    /// Another version of the text, that was searched before.
    pub kin: Option<Kin<'t>>,
    /// What is noted of the hits, where other versions may come.
    pub marks: Option<Vec<Mark>>,
    /// How far the closer look at the last hit went.
    pub(super) look: Cell<Look>,
    /// Bytes before this offset were decoded already.
    pub decoded_until: usize,
    tried: HashSet<(usize, usize)>,
    pub(super) document: OnceCell<Option<Document>>,
    pub(super) format: OnceCell<Option<Format>>,
    pub(super) key_words: OnceCell<KeyWords>,
    pub(super) kinds_here: OnceCell<Vec<(&'static TokenKind, &'static str)>>,
    pub(super) takes_bare: OnceCell<bool>,
    pub(super) names_host: OnceCell<Option<usize>>,
    pub(super) kubeconfig: OnceCell<bool>,
    /// A part of the text in which no known host ends.
    pub(super) without_host: Cell<Span>,
    pub(super) words: RefCell<Words>,
    /// The same where a request to a known host may stand.
    pub(super) words_of_requests: RefCell<Words>,
    pub(super) around_hosts: OnceCell<Vec<Span>>,
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
            kin: None,
            marks: None,
            look: Cell::default(),
            decoded_until: 0,
            tried: HashSet::new(),
            document: OnceCell::new(),
            format: OnceCell::new(),
            key_words: OnceCell::new(),
            kinds_here: OnceCell::new(),
            takes_bare: OnceCell::new(),
            names_host: OnceCell::new(),
            kubeconfig: OnceCell::new(),
            without_host: Cell::new(Span::new(0, 0)),
            words: RefCell::default(),
            words_of_requests: RefCell::default(),
            around_hosts: OnceCell::new(),
            read_until: 0,
            limited: Cell::default(),
        }
    }

    /// Searches the whole text.
    pub fn run(&mut self) {
        let (text, rules) = (self.text, self.rules);
        if !trace::hits(self) {
            let _ = prefilter::scan(text, rules.tables(), &mut |hit| self.take(hit));
        }
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

    /// Whether a literal was not looked at before under another name.
    fn is_new(&mut self, literal: &lexer::Literal) -> bool {
        let is_new = self.tried.insert((literal.span.start, literal.span.end));
        match is_new {
            true => self.note_tried(literal.span),
            false => self.look_far(),
        }
        is_new
    }

    /// Does for the rest of the text what a closer look at a settled hit would do.
    pub(super) fn pass_by(&mut self, place: usize, run: usize, tried: Option<Span>) {
        if run > 0 && place >= self.decoded_until {
            self.decoded_until = place + run;
        }
        if let Some(literal) = tried {
            self.tried.insert((literal.start, literal.end));
        }
    }

    fn at_flag(&mut self, at: usize) {
        let end = at + name_end::flag_length(&self.text[at..]);
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
        let Some(literal) = self.literal_after(mark) else {
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
            self.look_at(around_site(&literal));
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
        self.look_at(Span::new(mark.saturating_sub(TAIL), mark + TYPE));
        recognise::at_mark(self, mark);
        if self.text[..mark].ends_with(b"</key") {
            self.look_far();
        }
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
        self.look_at(Span::new(space.saturating_sub(LINE_BEFORE), space + 1));
        let (Some(name), Some(literal)) = (
            spaced::name_before(self.text, space),
            self.literal_after(space),
        ) else {
            return;
        };
        self.named(literal, name);
    }

    /// `client.setApiKey("v")`: the literal that is the first argument.
    fn called(&mut self, quote: usize) {
        let Some(literal) = self.literal_after(quote - 1) else {
            return;
        };
        let value = literal.span.of(self.text);
        if value.len() < 12 {
            return;
        }
        let left = beside::left_of(self.text, literal.span.start);
        self.look_at(around_site(&literal));
        self.look_at_sibling(&left);
        if let Some(name) = left.name.filter(|_| left.call)
            && self.is_new(&literal)
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
        if self.is_new(&literal) {
            let left = beside::Left {
                name: Some(name),
                ..beside::Left::default()
            };
            self.site(literal, &left);
        }
    }

    pub(super) fn behind_mark(&mut self, mark: usize, name_end: usize) {
        let Some(literal) = self.literal_after(mark) else {
            return;
        };
        let value = literal.span.of(self.text);
        if value.len() <= LONGEST_REFERENCE {
            flow::lead_back(self, &literal, name_end);
        }
        let plausible =
            value.len() >= 8 || value.len() >= 5 && value.iter().any(u8::is_ascii_digit);
        if plausible && worth::under_any_name(self, &literal) && self.is_new(&literal) {
            let left = beside::left_of(self.text, name_end);
            self.site(literal, &left);
        }
    }

    /// A literal under a name.
    fn site(&mut self, literal: lexer::Literal, left: &beside::Left) {
        self.look_at(around_site(&literal));
        self.look_at_sibling(left);
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

    /// What stands beside a span.
    pub fn beside(&self, span: Span) -> Beside {
        context::beside(self, span)
    }
}
