//! The catalogue's own nouns: token kinds, surfaces and agents, as `rules.toml` is lowered to them.
//!
//! All of it is `'static`: the built-in catalogue is baked into the binary, and a repository's own kinds live as long
//! as the process that read them.

use super::{Confidence, How, Level, Verbs};

/// A set of bytes that may stand in one place of a shape, as a bit set over ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Class(pub u128);

impl Class {
    /// Whether `byte` is in the set.
    pub fn has(self, byte: u8) -> bool {
        byte < 128 && self.0 >> byte & 1 == 1
    }
}

/// One step of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    Literal(&'static str),
    /// Between `min` and `max` bytes of the class, as many as fit.
    Run {
        class: Class,
        min: u16,
        max: u16,
    },
}

/// What a value looks like: literals and runs one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape(pub &'static [Segment]);

impl Shape {
    /// The literal that every value of this shape starts with; empty where there is none.
    pub fn start(&self) -> &'static str {
        match self.0.first() {
            Some(Segment::Literal(text)) => text,
            _ => "",
        }
    }

    /// The least number of bytes in a value.
    pub fn min_len(&self) -> usize {
        self.0
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => text.len(),
                Segment::Run { min, .. } => *min as usize,
            })
            .sum()
    }
}

/// A checksum that is part of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// CRC-32 of the body in base 62 at the end; GitHub, npm, Vercel.
    Crc32Base62,
    GitlabRoutable,
    GrafanaServiceAccount,
    CratesIo,
    Confluent,
}

/// Which reader tells what the value says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimReader {
    AlgoliaSecured,
    AtlassianDataCenter,
    AwsKeyId,
    AzureConnectionString,
    AzureSas,
    BasicAuth,
    CloudflareTunnel,
    DatabaseUrl,
    DiscordBot,
    Doppler,
    FlyMacaroon,
    GcpServiceAccount,
    GitlabRoutable,
    GrafanaCloud,
    JfrogReference,
    Jwt,
    KubeconfigCertificate,
    Mapbox,
    OnePassword,
    PrivateKey,
    PypiMacaroon,
    SentryOrg,
    Tinybird,
    Vault,
}

/// A request that gives a value its meaning: provider hosts, and the header the value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    pub hosts: &'static [&'static str],
    /// The header's name, lower-cased; `authorization` stands for its bearer form. Empty: any place in the request.
    pub header: &'static str,
}

/// A place in a file that gives a value its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKey {
    /// A path glob, as in a surface.
    pub file: &'static str,
    /// The key path, dotted, lower-cased; `*` for any one key.
    pub key: &'static str,
}

/// Whether the kind can destroy what it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Destroys {
    Yes,
    No,
    Unknown,
}

/// What an entry of the catalogue was checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checked {
    Documentation,
    VendorSource,
    Shape,
}

/// A template with the file it stands in; expanded to text only at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Example {
    pub file: &'static str,
    pub text: &'static str,
}

/// Examples in one text. A table of them would hold two addresses for each, which are set at every start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Examples(pub &'static str);

impl Examples {
    /// Stands behind the file of an example.
    const BEHIND_FILE: char = '\u{1f}';
    /// Stands behind the text of an example.
    const BEHIND_TEXT: char = '\u{1e}';

    /// Packs examples, each its file and its text.
    pub fn pack<'e>(examples: impl IntoIterator<Item = (&'e str, &'e str)>) -> String {
        let marks = [Examples::BEHIND_FILE, Examples::BEHIND_TEXT];
        let plain = |text: &str| text.replace(marks, " ");
        let packed = examples.into_iter().map(|(file, text)| {
            let (file, text) = (plain(file), plain(text));
            format!("{file}{}{text}{}", marks[0], marks[1])
        });
        packed.collect()
    }

    /// The examples, in their order.
    pub fn iter(self) -> impl Iterator<Item = Example> {
        let packed = self.0.split_terminator(Examples::BEHIND_TEXT);
        packed.map(|example| {
            let (file, text) = example
                .split_once(Examples::BEHIND_FILE)
                .unwrap_or((example, ""));
            Example { file, text }
        })
    }
}

/// Who issues a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Provider {
    pub name: &'static str,
    /// Hosts of the provider's interfaces, without a scheme.
    pub hosts: &'static [&'static str],
    /// Words that show the provider is meant, lower-cased.
    pub words: &'static [&'static str],
}

/// One kind of credential: how it is recognised, what it can do, what to make instead.
#[derive(Clone, Copy, Debug)]
pub struct TokenKind {
    pub id: &'static str,
    pub provider: &'static str,
    pub name: &'static str,
    pub shapes: &'static [Shape],
    /// Patterns for what no shape can say; each has the group `secret`.
    pub patterns: &'static [&'static str],
    /// The recogniser in code that finds this kind, `family/variant`; empty for none.
    pub code: &'static str,
    /// Whether the value's own text is enough to name the kind.
    pub alone: bool,
    /// Names of variables and keys that hold this kind, upper-cased with `_`.
    pub names: &'static [&'static str],
    pub requests: &'static [Request],
    /// Command-line flags that take this kind.
    pub flags: &'static [&'static str],
    pub files: &'static [FileKey],
    /// Whether a word of the provider near the value, under a credential key, is enough for weak evidence.
    pub by_word: bool,
    /// The kind that must be found with this one for it to be of use, by id; empty for none.
    pub pair: &'static str,
    pub checksum: Option<Checksum>,
    pub claims: Option<ClaimReader>,
    pub level: Level,
    pub verbs: Verbs,
    /// Why the level is what it is, one or two sentences in plain words.
    pub why: &'static str,
    pub destroys: Destroys,
    /// What the worst call does, in the words of the first line of a block: "delete any volume in any environment".
    pub worst: &'static str,
    /// Narrower kinds, by id, best first.
    pub narrower: &'static [&'static str],
    /// Why there is no narrower kind; empty where there is one.
    pub none_because: &'static str,
    /// The exact clicks or command that make the narrower one, or the way round.
    pub how: &'static str,
    pub docs: &'static str,
    /// The variable that the narrower credential is usually given in.
    pub reference: &'static str,
    /// How far the shape itself can be trusted.
    pub shape_confidence: Confidence,
    /// Whether this is a test-mode or otherwise harmless twin.
    pub test_mode: bool,
    pub checked: Checked,
    /// Year and month of that check, `2026-11`.
    pub as_of: &'static str,
    pub source: &'static str,
    pub tags: &'static [&'static str],
    pub examples: Examples,
    /// Neighbours that look alike and must not be taken for this kind.
    pub neighbours: Examples,
}

impl TokenKind {
    /// The public start of a value that a mask may show: that of the first of its shapes that the value starts like.
    pub fn public_prefix(&self, value: &[u8]) -> &'static str {
        let fits = |shape: &&Shape| {
            value.len() >= shape.min_len() && value.starts_with(shape.start().as_bytes())
        };
        let starts = self.shapes.iter().filter(fits).map(Shape::start);
        starts.max_by_key(|start| start.len()).unwrap_or("")
    }
}

/// A place that agents read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surface {
    pub id: &'static str,
    pub title: &'static str,
    /// Globs over repository paths: `*` within a part, `**` over parts, `{a,b}` alternatives.
    pub paths: &'static [&'static str],
    /// Key paths that hand a value over; empty: the whole file.
    pub keys: &'static [&'static str],
    pub how: How,
    /// Ids of agents that read it.
    pub agents: &'static [&'static str],
    /// The form of a reference in this file, with `NAME` for the variable; empty where there is none.
    pub reference: &'static str,
    /// One sentence: how we know that it is read.
    pub why: &'static str,
    pub docs: &'static str,
}

/// An agent, and the paths that show it is used in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    pub id: &'static str,
    pub name: &'static str,
    /// Paths or path prefixes (ending in `/`) whose presence is evidence.
    pub markers: &'static [&'static str],
}
