//! The catalogue: token kinds, surfaces, agents and providers, and how to look them up.
//!
//! In: the tables that `build.rs` baked, and a repository's own entries. Out: a `RuleSet`. It reads no file.

pub mod agent_facts;
pub mod anchor;
pub mod bounded;
pub mod buckets;
pub mod ci;
pub mod fitting;
pub mod glob;
mod heads;
pub mod key_path;
pub mod kind_keys;
pub mod known_hosts;
mod lower;
pub mod name;
pub mod packed;
pub mod recipe;
pub mod recipe_anchors;
mod recipes;
pub mod schema;
pub mod shape;
pub mod surface_index;
#[cfg(test)]
mod surfaces_tests;
pub mod table;
pub mod template;

use crate::model::{Agent, Provider, Recipe, Request, Surface, TokenKind};
use bounded::Bounded;
use fitting::{Bounds, Fitting};
use kind_keys::KindKeys;
use known_hosts::KnownHosts;
use packed::Table;
use schema::{Problem, TokenEntry};
use std::sync::OnceLock;
use surface_index::{PathKey, SurfaceIndex};
use table::{Family, Leads, Name, Start, Tables};

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Whether `rules/agents.toml` speaks of a file, without reading it.
pub fn is_agent_file(path: &[u8]) -> bool {
    let mut fits = false;
    AGENT_FILE_INDEX.candidates(path, |key| {
        let pattern = AGENT_FILES.get(usize::from(key.path));
        fits = fits || pattern.is_some_and(|pattern| glob::matches(pattern, path));
    });
    fits
}

/// The built-in catalogue, and a repository's own kinds beside it.
#[derive(Clone, Debug)]
pub struct RuleSet {
    base: &'static Table<TokenKind>,
    own: Vec<&'static TokenKind>,
    tables: Tables,
    by_context: ByContext,
}

impl Tables {
    /// The kinds that have an exact name, by number.
    fn kinds_named(&self, name: &str) -> impl Iterator<Item = u16> {
        let slot = table::name_slot(name.as_bytes());
        let (from, to) = (self.name_slots[slot], self.name_slots[slot + 1]);
        let same = &self.names[usize::from(from)..usize::from(to)];
        let letters = self.letters.as_bytes();
        let is_it = move |other: &&Name| {
            let at = other.at as usize;
            letters.get(at..at + usize::from(other.length)) == Some(name.as_bytes())
        };
        same.iter().filter(is_it).map(|name| name.kind)
    }
}

/// The kinds that each sort of surrounding names, each list made when it is first needed.
#[derive(Clone, Debug, Default)]
struct ByContext {
    requests: OnceLock<Vec<Asked>>,
    flags: OnceLock<Vec<(&'static TokenKind, &'static str)>>,
    words: OnceLock<Vec<&'static TokenKind>>,
    names: OnceLock<Vec<Bounded>>,
}

/// A request of a kind.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub kind: &'static TokenKind,
    pub request: &'static Request,
    /// Its header as a normalised name.
    pub header: String,
}

impl RuleSet {
    /// The catalogue that is baked into the binary; costs nothing.
    pub fn builtin() -> RuleSet {
        RuleSet {
            base: &KINDS,
            own: Vec::new(),
            tables: TABLES,
            by_context: ByContext::default(),
        }
    }

    /// Whether this is the catalogue that is baked into the binary, and nothing beside it.
    pub fn is_builtin(&self) -> bool {
        std::ptr::eq(self.base, &raw const KINDS) && self.own.is_empty()
    }

    /// The kinds that are not built in.
    pub fn own(&self) -> &[&'static TokenKind] {
        &self.own
    }

    /// The catalogue with a repository's own kinds. They live as long as the process.
    pub fn with_own(entries: &[TokenEntry]) -> Result<RuleSet, Vec<Problem>> {
        if entries.is_empty() {
            return Ok(RuleSet::builtin());
        }
        let mut problems = Vec::new();
        let mut own = Vec::new();
        for entry in entries {
            match entry.lower() {
                Ok(kind) => own.push(kind),
                Err(wrong) => problems.extend(wrong),
            }
        }
        let builtin = RuleSet::builtin();
        let known = |id: &str| builtin.kind(id).is_some();
        problems.extend(schema::check_together(&own, &[], &[], &known));
        let own: &'static [TokenKind] = Vec::leak(own);
        let all: Vec<&TokenKind> = KINDS.iter().chain(own).collect();
        match table::build(&all) {
            Ok(tables) if problems.is_empty() => Ok(RuleSet {
                base: &KINDS,
                own: own.iter().collect(),
                tables,
                by_context: ByContext::default(),
            }),
            Ok(_) => Err(problems),
            Err(wrong) => {
                problems.extend(wrong.into_iter().map(|(id, message)| Problem {
                    id: id.to_owned(),
                    message,
                }));
                Err(problems)
            }
        }
    }

    /// A rule set of one kind and nothing else, to try changes of it; `None` where it has no anchor.
    pub fn only(kind: TokenKind) -> Option<RuleSet> {
        let tables = table::build(&[&kind]).ok()?;
        Some(RuleSet {
            base: Box::leak(Box::new(Table::of(vec![kind]))),
            own: Vec::new(),
            tables,
            by_context: ByContext::default(),
        })
    }

    /// Every kind, the catalogue's first.
    pub fn kinds(&self) -> impl Iterator<Item = &'static TokenKind> + '_ {
        self.base.iter().chain(self.own.iter().copied())
    }

    /// The kind with an id.
    pub fn kind(&self, id: &str) -> Option<&'static TokenKind> {
        let mut kinds = self.among(|keys| kind_keys::under(keys.ids, id));
        kinds.find(|kind| kind.id == id)
    }

    /// The first kind that a recogniser in code stands for, `family/variant`.
    pub fn by_code(&self, code: &str) -> Option<&'static TokenKind> {
        self.all_by_code(code).next()
    }

    /// The kinds that a recogniser in code stands for.
    pub fn all_by_code<'c>(
        &'c self,
        code: &'c str,
    ) -> impl Iterator<Item = &'static TokenKind> + 'c {
        let kinds = self.among(|keys| kind_keys::under(keys.codes, code));
        kinds.filter(move |kind| kind.code == code)
    }

    /// The kinds that are of use only beside another one, by its id.
    pub fn by_pair<'c>(&'c self, id: &'c str) -> impl Iterator<Item = &'static TokenKind> + 'c {
        let kinds = self.among(|keys| kind_keys::under(keys.pairs, id));
        kinds.filter(move |kind| kind.pair == id)
    }

    /// The kinds with numbers of a list of the built-in ones, and all that are in no such list; in order.
    fn among<'c, N: Iterator<Item = u16> + 'c>(
        &'c self,
        list: impl FnOnce(&KindKeys) -> N,
    ) -> impl Iterator<Item = &'static TokenKind> + 'c {
        let is_builtin = std::ptr::eq(self.base, &raw const KINDS);
        let listed = is_builtin.then(|| list(&KIND_KEYS));
        let all = if is_builtin { 0 } else { self.base.len() };
        let numbers = listed.into_iter().flatten().map(usize::from).chain(0..all);
        let base = numbers.filter_map(|number| self.base.get(number));
        base.chain(self.own.iter().copied())
    }

    /// The kinds whose names hold a normalised name, each with the length of the name that fitted and whether it is equal.
    pub fn by_name(&self, normalised: &str) -> Vec<Named> {
        let mut found = Vec::new();
        let mut look_up = |part: &str, equal: bool| {
            for kind in self.tables.kinds_named(part) {
                found.extend(self.number(kind).map(|kind| Named {
                    kind,
                    length: part.len(),
                    equal,
                }));
            }
        };
        look_up(normalised, true);
        let about = name::is_about(normalised);
        for (at, _) in normalised.match_indices('_') {
            look_up(&normalised[at + 1..], false);
            if !about {
                look_up(&normalised[..at], false);
            }
        }
        for (wanted, kind) in self.tables.name_globs {
            if !about && name::holds(normalised, wanted) {
                found.extend(self.number(*kind).map(|kind| Named {
                    kind,
                    length: wanted.len() - 1,
                    equal: false,
                }));
            }
        }
        found
    }

    /// The places that agents read.
    pub fn surfaces(&self) -> &'static Table<Surface> {
        &SURFACES
    }

    /// The places that a path is one of, in their order.
    pub fn surfaces_at(&self, path: &[u8]) -> Vec<&'static Surface> {
        self.surfaces_among(path, |_| true)
    }

    /// Those of the places that a path is one of that an agent has in its context at every call.
    pub fn surfaces_in_context_at(&self, path: &[u8]) -> Vec<&'static Surface> {
        self.surfaces_among(path, |surface| surface.how.in_context())
    }

    fn surfaces_among(
        &self,
        path: &[u8],
        counts: impl Fn(&Surface) -> bool,
    ) -> Vec<&'static Surface> {
        let mut numbers = Vec::new();
        SURFACE_INDEX.candidates(path, |key| {
            let number = usize::from(key.surface);
            let Some(surface) = SURFACES.get(number) else {
                return;
            };
            if counts(surface)
                && !numbers.contains(&number)
                && glob::matches(surface.paths[usize::from(key.path)], path)
            {
                numbers.push(number);
            }
        });
        numbers.sort_unstable();
        numbers
            .into_iter()
            .filter_map(|number| SURFACES.get(number))
            .collect()
    }

    /// The agents.
    pub fn agents(&self) -> &'static Table<Agent> {
        &AGENTS
    }

    /// The lines that make broad credentials.
    pub fn recipes(&self) -> &'static Table<Recipe> {
        recipes::all()
    }

    /// The table by which recipes' literals are found.
    pub(crate) fn recipe_anchors(&self) -> &'static recipe_anchors::RecipeAnchors {
        recipes::anchors()
    }

    /// The providers.
    pub fn providers(&self) -> &'static Table<Provider> {
        &PROVIDERS
    }

    /// Every request of every kind.
    pub(crate) fn requests(&self) -> &[Asked] {
        let asked = |kind: &'static TokenKind| {
            kind.requests.iter().map(move |request| Asked {
                kind,
                request,
                header: name::normalise(request.header.as_bytes()),
            })
        };
        let kinds = || self.among(|keys| keys.with_requests.iter().copied());
        let all = || kinds().flat_map(asked).collect();
        self.by_context.requests.get_or_init(all)
    }

    /// Every flag, with the command before it, if any.
    pub(crate) fn flags(&self) -> &[(&'static TokenKind, &'static str)] {
        let flags = |kind: &'static TokenKind| kind.flags.iter().map(move |flag| (kind, *flag));
        let kinds = || self.among(|keys| keys.with_flags.iter().copied());
        let all = || kinds().flat_map(flags).collect();
        self.by_context.flags.get_or_init(all)
    }

    /// The kinds that a word of their provider names.
    pub(crate) fn kinds_by_word(&self) -> &[&'static TokenKind] {
        let kinds = || self.among(|keys| keys.by_word.iter().copied());
        let all = || kinds().filter(|kind| kind.by_word).collect();
        self.by_context.words.get_or_init(all)
    }

    /// The kinds that a name may tell where their own text does not.
    pub(crate) fn kinds_told_by_name(&self) -> &[Bounded] {
        let kinds = || self.among(|keys| keys.told_by_name.iter().copied());
        let told = || kinds().filter(|kind| kind_keys::is_told_by_name(kind));
        let all = || told().map(Bounded::new).collect();
        self.by_context.names.get_or_init(all)
    }

    /// The kinds that files at a path hold, in their order, each with its key.
    pub(crate) fn kinds_at(&self, path: &[u8]) -> Vec<(&'static TokenKind, &'static str)> {
        let mut fitting = Vec::new();
        let mut try_one = |number: usize, at: usize| {
            if let Some(kind) = self.number(number as u16)
                && let Some(file) = kind.files.get(at)
                && glob::matches(file.file, path)
            {
                fitting.push((number, at, kind, file.key));
            }
        };
        match std::ptr::eq(self.base, &raw const KINDS) {
            true => KIND_FILE_INDEX.candidates(path, |key| {
                try_one(usize::from(key.surface), usize::from(key.path))
            }),
            false => all_files(0, self.base.iter(), &mut try_one),
        }
        all_files(self.base.len(), self.own.iter().copied(), &mut try_one);
        fitting.sort_unstable_by_key(|(number, at, ..)| (*number, *at));
        fitting.dedup_by_key(|(number, at, ..)| (*number, *at));
        fitting
            .into_iter()
            .map(|(.., kind, key)| (kind, key))
            .collect()
    }

    /// The first pass's tables.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The kind with a number of the tables.
    pub(crate) fn number(&self, number: u16) -> Option<&'static TokenKind> {
        let number = usize::from(number);
        match self.base.get(number) {
            Some(kind) => Some(kind),
            None => self.own.get(number - self.base.len()).copied(),
        }
    }
}

/// Hands over every file of kinds that are numbered from `first` on.
fn all_files(
    first: usize,
    kinds: impl Iterator<Item = &'static TokenKind>,
    try_one: &mut impl FnMut(usize, usize),
) {
    for (number, kind) in kinds.enumerate() {
        (0..kind.files.len()).for_each(|at| try_one(first + number, at));
    }
}

/// A kind that a name leads to.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub kind: &'static TokenKind,
    /// How many letters of the name fitted.
    pub length: usize,
    /// Whether the whole name fitted.
    pub equal: bool,
}
