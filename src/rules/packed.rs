//! The catalogue without addresses: entries in one text and one row of numbers, each read when it is first asked for.
//!
//! An address in a static table is set at every start, and the page it stands on copied; the catalogue has some 27,000.
//! Compiled into `build.rs`, which writes entries, and into the crate, which reads them. In: the model's types. Out: the
//! same again. What is read lives as long as the process; nothing is read twice.

use std::sync::OnceLock;

use super::lower::keep_all;
use crate::model::{
    Agent, Checked, Checksum, ClaimReader, Class, Confidence, Destroys, Examples, FileKey, How,
    Level, Provider, Recipe, RecipeForm, RecipePart, Request, Segment, Shape, Surface, TokenKind,
    Verb, Verbs,
};

/// Entries of the catalogue in their order, each read from its packed form when it is first asked for.
#[derive(Debug)]
pub struct Table<T: 'static> {
    /// One for each entry, filled when that is read.
    pub slots: &'static [OnceLock<&'static T>],
    /// Where the numbers and the text of each entry begin.
    pub places: &'static [(u32, u32)],
    pub numbers: &'static [u8],
    pub text: &'static str,
}

impl<T: Packed> Table<T> {
    /// The entry with a number.
    #[inline]
    pub fn get(&self, number: usize) -> Option<&'static T> {
        let slot = self.slots.get(number)?;
        Some(slot.get_or_init(|| self.read(number)))
    }

    #[cold]
    fn read(&self, number: usize) -> &'static T {
        let (numbers, text) = self.places.get(number).copied().unwrap_or_default();
        Box::leak(Box::new(T::unpack(&mut Reader {
            numbers: self.numbers.get(numbers as usize..).unwrap_or_default(),
            text: self.text.get(text as usize..).unwrap_or_default(),
        })))
    }

    /// Every entry, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static T> + Clone + '_ {
        (0..self.len()).filter_map(|number| self.get(number))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// A table of entries that were made in this process.
    pub fn of(entries: Vec<T>) -> Table<T> {
        let filled = |entry| OnceLock::from(&*Box::leak(Box::new(entry)));
        Table {
            slots: keep_all(entries.into_iter().map(filled)),
            places: &[],
            numbers: &[],
            text: "",
        }
    }
}

/// Writes what `Reader` reads.
#[derive(Debug, Default)]
pub struct Writer {
    pub numbers: Vec<u8>,
    pub text: String,
}

impl Writer {
    /// Writes entries one after the other; returns where each begins.
    pub fn entries<T: Packed>(&mut self, entries: &[T]) -> Vec<(u32, u32)> {
        let each = entries.iter().map(|entry| {
            let place = (self.numbers.len() as u32, self.text.len() as u32);
            entry.pack(self);
            place
        });
        each.collect()
    }

    /// Seven bits in a byte, the lowest first; the eighth says that there are more.
    fn number(&mut self, mut number: u128) {
        while number > 0x7f {
            self.numbers.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.numbers.push(number as u8);
    }
}

/// What is left of an entry to read. Behind its end stand zeros and empty texts.
#[derive(Debug)]
pub struct Reader {
    numbers: &'static [u8],
    text: &'static str,
}

impl Reader {
    #[inline]
    fn number(&mut self) -> u128 {
        match self.numbers.split_first() {
            Some((byte, rest)) if byte & 0x80 == 0 => {
                self.numbers = rest;
                u128::from(*byte)
            }
            _ => self.large_number(),
        }
    }

    fn large_number(&mut self) -> u128 {
        let (mut number, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.numbers.split_first() {
            self.numbers = rest;
            number |= u128::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    fn text(&mut self) -> &'static str {
        let length = self.number() as usize;
        let (text, rest) = self.text.split_at_checked(length).unwrap_or_default();
        self.text = rest;
        text
    }
}

/// What can be written into a packed table and read from it.
pub trait Packed: Sized + 'static {
    /// Writes it.
    fn pack(&self, to: &mut Writer);
    /// Reads it.
    fn unpack(from: &mut Reader) -> Self;
}

impl Packed for &'static str {
    fn pack(&self, to: &mut Writer) {
        to.number(self.len() as u128);
        to.text.push_str(self);
    }

    fn unpack(from: &mut Reader) -> Self {
        from.text()
    }
}

impl<T: Packed> Packed for &'static [T] {
    fn pack(&self, to: &mut Writer) {
        to.number(self.len() as u128);
        self.iter().for_each(|item| item.pack(to));
    }

    fn unpack(from: &mut Reader) -> Self {
        match from.number() {
            0 => &[],
            length => keep_all((0..length).map(|_| T::unpack(from))),
        }
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, to: &mut Writer) {
        to.number(u128::from(self.is_some()));
        self.iter().for_each(|item| item.pack(to));
    }

    fn unpack(from: &mut Reader) -> Self {
        (from.number() != 0).then(|| T::unpack(from))
    }
}

impl Packed for Verbs {
    fn pack(&self, to: &mut Writer) {
        let verbs: Vec<Verb> = self.iter().collect();
        to.number(verbs.len() as u128);
        verbs.iter().for_each(|verb| verb.pack(to));
    }

    fn unpack(from: &mut Reader) -> Self {
        let count = from.number();
        (0..count).fold(Verbs::NONE, |verbs, _| {
            verbs.and(Verbs::of(&[Verb::unpack(from)]))
        })
    }
}

impl Packed for Segment {
    fn pack(&self, to: &mut Writer) {
        match self {
            Segment::Literal(text) => {
                to.number(0);
                text.pack(to);
            }
            Segment::Run { class, min, max } => {
                to.number(1);
                class.pack(to);
                min.pack(to);
                max.pack(to);
            }
        }
    }

    fn unpack(from: &mut Reader) -> Self {
        match from.number() {
            0 => Segment::Literal(from.text()),
            _ => Segment::Run {
                class: Packed::unpack(from),
                min: Packed::unpack(from),
                max: Packed::unpack(from),
            },
        }
    }
}

macro_rules! numbers {
    ($($kind:ty),+) => {
        $(impl Packed for $kind {
            fn pack(&self, to: &mut Writer) {
                to.number(*self as u128);
            }

            fn unpack(from: &mut Reader) -> Self {
                from.number() as $kind
            }
        })+
    };
}

macro_rules! words {
    ($($kind:ident { $first:ident $(, $variant:ident)* $(,)? })+) => {
        $(impl Packed for $kind {
            fn pack(&self, to: &mut Writer) {
                to.number(*self as u128);
            }

            fn unpack(from: &mut Reader) -> Self {
                match from.number() {
                    $(number if number == $kind::$variant as u128 => $kind::$variant,)*
                    _ => $kind::$first,
                }
            }
        })+
    };
}

macro_rules! fields {
    ($($kind:ident { $($field:tt),+ $(,)? })+) => {
        $(impl Packed for $kind {
            fn pack(&self, to: &mut Writer) {
                $(self.$field.pack(to);)+
            }

            fn unpack(from: &mut Reader) -> Self {
                // Fields are read in the order in which they stand here, which is that of `pack`.
                $kind { $($field: Packed::unpack(from)),+ }
            }
        })+
    };
}

numbers!(u16, u128);

impl Packed for bool {
    fn pack(&self, to: &mut Writer) {
        to.number(u128::from(*self));
    }

    fn unpack(from: &mut Reader) -> Self {
        from.number() != 0
    }
}

words! {
    Checked { Documentation, VendorSource, Shape }
    Checksum { Crc32Base62, GitlabRoutable, GrafanaServiceAccount, CratesIo, Confluent }
    ClaimReader {
        AlgoliaSecured, AtlassianDataCenter, AwsKeyId, AzureConnectionString, AzureSas, BasicAuth, CloudflareTunnel,
        DatabaseUrl, DiscordBot, Doppler, FlyMacaroon, GcpServiceAccount, GitlabRoutable, GrafanaCloud, JfrogReference,
        Jwt, KubeconfigCertificate, Mapbox, OnePassword, PrivateKey, PypiMacaroon, SentryOrg, Tinybird, Vault,
    }
    Confidence { Low, Medium, High }
    Destroys { Yes, No, Unknown }
    How { Machine, Workspace, Handed, Loaded }
    Level { Public, Ingest, Unknown, Scoped, Resource, Project, Account, Org }
    RecipeForm { Command, Iac, Scopes, Manifest, Instruction }
    Verb { Read, Write, Delete, Admin, Mint }
}

fields! {
    Agent { id, name, markers }
    Class { 0 }
    Examples { 0 }
    FileKey { file, key }
    Provider { name, hosts, words }
    Recipe {
        id, provider, name, form, anchors, files, beside, command, resource, with, without, why, narrower, docs, checked,
        as_of, source, examples, neighbours,
    }
    RecipePart { keys, values }
    Request { hosts, header }
    Shape { 0 }
    Surface { id, title, paths, keys, how, agents, reference, why, docs }
    TokenKind {
        id, provider, name, shapes, patterns, code, alone, names, requests, flags, files, by_word, pair, checksum, claims,
        level, verbs, why, destroys, worst, narrower, none_because, how, docs, reference, shape_confidence, test_mode,
        checked, as_of, source, tags, examples, neighbours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use crate::rules::recipe::{self, RecipesFile};
    use crate::rules::schema::{AgentEntry, ProviderEntry, RulesFile, SurfaceEntry};
    use std::fmt::Debug;

    fn equal<T: Packed + Debug>(table: &Table<T>, entries: &[T], least: usize) {
        assert!(entries.len() >= least);
        assert_eq!(table.len(), entries.len());
        for (number, entry) in entries.iter().enumerate() {
            let read = format!("{:?}", table.get(number).unwrap());
            assert_eq!(read, format!("{entry:?}"), "entry {number}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_rules_say() {
        let rules = RuleSet::builtin();
        let file: RulesFile = toml::from_str(include_str!("../../rules.toml")).unwrap();
        let kinds: Vec<TokenKind> = file.token.iter().map(|one| one.lower().unwrap()).collect();
        equal(rules.base, &kinds, 400);
        let surfaces: Vec<Surface> = file.surface.iter().map(SurfaceEntry::lower).collect();
        equal(rules.surfaces(), &surfaces, 100);
        let agents: Vec<Agent> = file.agent.iter().map(AgentEntry::lower).collect();
        equal(rules.agents(), &agents, 10);
        let providers: Vec<Provider> = file.provider.iter().map(ProviderEntry::lower).collect();
        equal(rules.providers(), &providers, 100);
        let file: RecipesFile = toml::from_str(include_str!("../../rules/recipes.toml")).unwrap();
        equal(rules.recipes(), &recipe::lower(&file).unwrap(), 60);
    }

    #[test]
    fn every_number_is_read_and_nothing_behind_the_end() {
        let numbers = [
            0,
            1,
            127,
            128,
            300,
            u128::from(u64::MAX),
            1 << 127,
            u128::MAX,
        ];
        let mut writer = Writer::default();
        numbers.iter().for_each(|number| writer.number(*number));
        let packed: &'static [u8] = writer.numbers.leak();
        let mut reader = Reader {
            numbers: packed,
            text: "cut",
        };
        assert_eq!(numbers, numbers.map(|_| reader.number()));
        assert_eq!((reader.number(), reader.text()), (0, ""));
    }
}
