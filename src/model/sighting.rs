//! Facts: credentials as they were seen in one blob. Nothing here is a judgement.

use super::{Level, Place, RepoPath, Secret, Span, TokenKind, Verbs};

/// What stands beside a value and may give it a meaning. Later stages see this instead of the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The variable, key or attribute that the value is assigned to, as written.
    pub name: Option<String>,
    /// The dotted key path, where the file was read as structure.
    pub key_path: Option<String>,
    /// The HTTP header, lower-cased, with its scheme where it has one: `authorization: bearer`.
    pub header: Option<String>,
    /// The command-line flag, with its dashes.
    pub flag: Option<String>,
    /// Hosts in the same request or statement.
    pub hosts: Vec<String>,
    /// Whether the file was read as structure, so that the name is a key and not a guess.
    pub structured: bool,
}

/// A word of a provider near a value, with how many lines lie between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    pub provider: &'static str,
    pub lines: u32,
}

/// How a kind was recognised, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognised {
    /// A literal under a name that may say credential, or one that may be a word; no kind.
    Weak,
    /// A literal under a name that says credential; no kind.
    Generic,
    /// The value's shape, and a word of the provider near it.
    Near,
    /// The value's shape, and a name or key path of the provider.
    Named,
    /// The value's shape in a request to the provider, or in its own header or flag.
    Requested,
    /// A fixed prefix and length.
    Prefix,
    /// Found with its other half.
    Pair,
    /// Its content decodes.
    Decoded,
}

/// What a checksum said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumState {
    /// The kind has none that is published.
    None,
    Valid,
    Invalid,
}

/// A layer that hid the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    Base64,
    Hex,
    Percent,
    Escapes,
    Utf16,
    Joined,
    Gzip,
    Zip,
    Tar,
}

impl Encoding {
    /// The word used in evidence.
    pub fn word(self) -> &'static str {
        match self {
            Encoding::Base64 => "base64",
            Encoding::Hex => "hex",
            Encoding::Percent => "percent-encoding",
            Encoding::Escapes => "string escapes",
            Encoding::Utf16 => "UTF-16",
            Encoding::Joined => "joined string pieces",
            Encoding::Gzip => "gzip",
            Encoding::Zip => "a zip archive",
            Encoding::Tar => "a tar archive",
        }
    }
}

/// What a value says of itself, read offline and unverified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// How far it says it reaches; overrides the kind's own level.
    pub level: Option<Level>,
    /// What it says it may do; overrides the kind's own verbs.
    pub verbs: Option<Verbs>,
    /// What its verbs act on, in words, where the content says it better than a level does: "every container of the
    /// storage account". Ours, as the evidence is.
    pub reaches: Option<String>,
    /// Sentences of ours. Quoted parts are cut to 60 characters and hold nothing secret.
    pub evidence: Vec<String>,
    /// Unix seconds.
    pub issued: Option<i64>,
    /// Unix seconds.
    pub expires: Option<i64>,
    /// A published sample, a local demo key, or a login that only this machine accepts.
    pub sample: bool,
    /// The id of the kind that the content shows, where it differs from the kind that was matched.
    pub kind: Option<&'static str>,
}

/// A line with every value masked; built, never copied (decision 10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// Where the mask stands in `text`, in characters.
    pub mask_start: usize,
    pub mask_len: usize,
}

/// A place inside an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The names that lead there, joined by `!`, fit to be printed, in back-ticks.
    pub name: String,
    pub line: u32,
}

/// One credential seen in one blob.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub path: RepoPath,
    /// `None` for a literal under a credential key whose kind is not known.
    pub kind: Option<&'static TokenKind>,
    pub secret: Secret,
    /// Where the value stands in the blob; of an encoded one, where the encoded text stands.
    pub span: Span,
    pub place: Place,
    pub beside: Beside,
    pub near: Option<Near>,
    pub recognised: Recognised,
    pub checksum: ChecksumState,
    pub claims: Option<Claims>,
    /// Outermost first.
    pub encodings: Vec<Encoding>,
    pub excerpt: Excerpt,
    pub mask: String,
    /// The published hash of the line for code scanning; empty where it was not computed.
    pub line_hash: String,
    /// The count of this value's key path among equal ones in the file, from 0; part of place-bound fingerprints.
    pub ordinal: u32,
    /// The other halves of a pair, in the same file.
    pub other_halves: Vec<(Span, Place, &'static str)>,
    /// Where it stands inside the file, where the file is an archive.
    pub member: Option<Member>,
}

/// A match that a filter dropped, for `--why-not`.
#[derive(Clone, Debug)]
pub struct Dropped {
    pub path: RepoPath,
    pub place: Place,
    pub kind: Option<&'static TokenKind>,
    pub mask: String,
    /// The filter's name.
    pub filter: &'static str,
}
