//! The catalogue: token kinds, surfaces, agents and providers, and how to look them up.
//!
//! In: the tables that `build.rs` baked, and a repository's own entries. Out: a `RuleSet`. It reads no file.

pub mod agent_facts;
mod anchor;
pub mod ci;
pub mod glob;
pub mod key_path;
mod lower;
pub mod name;
pub mod recipe;
mod recipes;
pub mod schema;
pub mod shape;
pub mod surface_index;
pub mod table;
pub mod template;

use crate::model::{
    Agent, Checked, Checksum, ClaimReader, Class, Confidence, Destroys, Example, FileKey, Level,
    Provider, Recipe, Request, Segment, Shape, Surface, TokenKind, Verb, Verbs,
};
use schema::{Problem, TokenEntry};
use std::sync::OnceLock;
use surface_index::{PathKey, SurfaceIndex};
use table::{Family, Leads, Start, Tables};

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The built-in catalogue, and a repository's own kinds beside it.
#[derive(Clone, Debug)]
pub struct RuleSet {
    base: &'static [TokenKind],
    own: Vec<&'static TokenKind>,
    tables: Tables,
    by_context: OnceLock<ByContext>,
}

/// The kinds that each sort of surrounding names, so that no look-up walks over all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ByContext {
    pub requests: Vec<&'static TokenKind>,
    pub flags: Vec<&'static TokenKind>,
    pub files: Vec<&'static TokenKind>,
    pub words: Vec<&'static TokenKind>,
    /// For each byte, whether any shape of any kind can hold it.
    in_shapes: Vec<bool>,
}

impl ByContext {
    /// Whether some shape can hold every byte of a value: prose has spaces, and no credential has.
    pub fn may_have_shape(&self, value: &[u8]) -> bool {
        let known = |byte: &u8| self.in_shapes.get(usize::from(*byte)) == Some(&true);
        value.iter().all(known)
    }
}

/// For each byte, whether any shape of `kinds` can hold it.
fn bytes_of_shapes<'k>(kinds: impl Iterator<Item = &'k TokenKind>) -> Vec<bool> {
    let mut held = vec![false; 256];
    let mut runs = 0u128;
    for segment in kinds.flat_map(|kind| kind.shapes).flat_map(|shape| shape.0) {
        match segment {
            Segment::Literal(text) => text.bytes().for_each(|byte| held[usize::from(byte)] = true),
            Segment::Run { class, .. } => runs |= class.0,
        }
    }
    for byte in 0..128u8 {
        held[usize::from(byte)] |= Class(runs).has(byte);
    }
    held
}

impl RuleSet {
    /// The catalogue that is baked into the binary; costs nothing.
    pub fn builtin() -> RuleSet {
        RuleSet {
            base: &KINDS,
            own: Vec::new(),
            tables: TABLES,
            by_context: OnceLock::new(),
        }
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
        let known = |id: &str| KINDS.iter().any(|kind| kind.id == id);
        problems.extend(schema::check_together(&own, &[], &[], &known));
        let own: &'static [TokenKind] = Vec::leak(own);
        let all: Vec<&TokenKind> = KINDS.iter().chain(own).collect();
        match table::build(&all) {
            Ok(tables) if problems.is_empty() => Ok(RuleSet {
                base: &KINDS,
                own: own.iter().collect(),
                tables,
                by_context: OnceLock::new(),
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
        let base: &'static [TokenKind] = Vec::leak(vec![kind]);
        let tables = table::build(&[&base[0]]).ok()?;
        Some(RuleSet {
            base,
            own: Vec::new(),
            tables,
            by_context: OnceLock::new(),
        })
    }

    /// Every kind, the catalogue's first.
    pub fn kinds(&self) -> impl Iterator<Item = &'static TokenKind> + '_ {
        self.base.iter().chain(self.own.iter().copied())
    }

    /// The kind with an id.
    pub fn kind(&self, id: &str) -> Option<&'static TokenKind> {
        self.kinds().find(|kind| kind.id == id)
    }

    /// The kind that a recogniser in code stands for, `family/variant`.
    pub fn by_code(&self, code: &str) -> Option<&'static TokenKind> {
        self.kinds().find(|kind| kind.code == code)
    }

    /// The kinds whose names hold a normalised name, each with the length of the name that fitted and whether it is equal.
    pub fn by_name(&self, normalised: &str) -> Vec<Named> {
        let mut found = Vec::new();
        let mut look_up = |part: &str, equal: bool| {
            let from = self.tables.names.partition_point(|(name, _)| *name < part);
            for (name, kind) in &self.tables.names[from..] {
                if *name != part {
                    break;
                }
                found.extend(self.number(*kind).map(|kind| Named {
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
    pub fn surfaces(&self) -> &'static [Surface] {
        &SURFACES
    }

    /// The places that a path is one of, in their order.
    pub fn surfaces_at(&self, path: &[u8]) -> Vec<&'static Surface> {
        let mut numbers = Vec::new();
        SURFACE_INDEX.candidates(path, |key| {
            let number = usize::from(key.surface);
            if !numbers.contains(&number)
                && glob::matches(SURFACES[number].paths[usize::from(key.path)], path)
            {
                numbers.push(number);
            }
        });
        numbers.sort_unstable();
        numbers
            .into_iter()
            .map(|number| &SURFACES[number])
            .collect()
    }

    /// The agents.
    pub fn agents(&self) -> &'static [Agent] {
        &AGENTS
    }

    /// The lines that make broad credentials.
    pub fn recipes(&self) -> &'static [Recipe] {
        recipes::all()
    }

    /// The providers.
    pub fn providers(&self) -> &'static [Provider] {
        &PROVIDERS
    }

    /// The kinds that surroundings name.
    pub(crate) fn by_context(&self) -> &ByContext {
        self.by_context.get_or_init(|| {
            let having =
                |wanted: fn(&TokenKind) -> bool| self.kinds().filter(|kind| wanted(kind)).collect();
            ByContext {
                requests: having(|kind| !kind.requests.is_empty()),
                flags: having(|kind| !kind.flags.is_empty()),
                files: having(|kind| !kind.files.is_empty()),
                words: having(|kind| kind.by_word),
                in_shapes: bytes_of_shapes(self.kinds()),
            }
        })
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

/// A kind that a name leads to.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub kind: &'static TokenKind,
    /// How many letters of the name fitted.
    pub length: usize,
    /// Whether the whole name fitted.
    pub equal: bool,
}
