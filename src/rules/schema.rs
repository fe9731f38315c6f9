//! The form of `rules.toml`: what an entry may say, what it must say, and how it is lowered.
//!
//! Compiled twice: into `build.rs`, which bakes the built-in catalogue, and into the crate, which reads a repository's
//! own kinds. In: TOML text. Out: model types, or problems that name entry and field. It reads no file.

use serde::Deserialize;

use super::shape;
use crate::model::{
    Agent, Checked, Checksum, ClaimReader, Confidence, Destroys, Example, FileKey, How, Level,
    Provider, Request, Shape, Surface, TokenKind, Verb, Verbs,
};

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The entry's id.
    pub id: String,
    pub message: String,
}

/// The whole of `rules.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesFile {
    #[serde(default)]
    pub provider: Vec<ProviderEntry>,
    #[serde(default)]
    pub token: Vec<TokenEntry>,
    #[serde(default)]
    pub surface: Vec<SurfaceEntry>,
    #[serde(default)]
    pub agent: Vec<AgentEntry>,
}

/// `[[provider]]`: hosts and words that show a provider is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEntry {
    pub name: String,
    #[serde(default)]
    pub hosts: Vec<String>,
    #[serde(default)]
    pub words: Vec<String>,
}

/// `[[token]]`: one kind of credential.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenEntry {
    pub id: String,
    pub provider: String,
    pub name: String,
    #[serde(default)]
    pub value: Vec<String>,
    #[serde(default)]
    pub pattern: Vec<String>,
    #[serde(default)]
    pub code: String,
    pub alone: Option<bool>,
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub requests: Vec<RequestEntry>,
    #[serde(default)]
    pub flags: Vec<String>,
    #[serde(default)]
    pub files: Vec<FileKeyEntry>,
    /// Whether a word of the provider near the value, under a credential key, is enough for weak evidence.
    #[serde(default)]
    pub by_word: bool,
    #[serde(default)]
    pub pair: String,
    pub checksum: Option<ChecksumWord>,
    pub claims: Option<ClaimWord>,
    pub level: Level,
    #[serde(default)]
    pub verbs: Vec<Verb>,
    pub why: String,
    pub destroys: DestroysWord,
    #[serde(default)]
    pub worst: String,
    #[serde(default)]
    pub narrower: Vec<String>,
    #[serde(default)]
    pub none_because: String,
    pub how: String,
    pub docs: String,
    #[serde(default)]
    pub reference: String,
    #[serde(default = "high")]
    pub shape_confidence: Confidence,
    #[serde(default)]
    pub test_mode: bool,
    pub checked: CheckedWord,
    pub as_of: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub examples: Vec<ExampleEntry>,
    #[serde(default)]
    pub neighbours: Vec<ExampleEntry>,
}

fn high() -> Confidence {
    Confidence::High
}

/// `requests = [{ hosts = [...], header = "..." }]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestEntry {
    #[serde(default)]
    pub hosts: Vec<String>,
    #[serde(default)]
    pub header: String,
}

/// `files = [{ file = "**/.railway/config.json", key = "user.token" }]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileKeyEntry {
    pub file: String,
    #[serde(default)]
    pub key: String,
}

/// `examples = [{ file = ".env", text = "NAME={value}" }]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleEntry {
    pub file: String,
    pub text: String,
}

/// `[[surface]]`: a place that agents read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurfaceEntry {
    pub id: String,
    pub title: String,
    pub paths: Vec<String>,
    #[serde(default)]
    pub keys: Vec<String>,
    pub how: How,
    #[serde(default)]
    pub agents: Vec<String>,
    #[serde(default)]
    pub reference: String,
    pub why: String,
    #[serde(default)]
    pub docs: String,
}

/// `[[agent]]`: an agent and the paths that show it is used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentEntry {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub markers: Vec<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $word:ident => $model:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $word { $($variant),+ }

        impl From<$word> for $model {
            fn from(word: $word) -> $model {
                match word { $($word::$variant => $model::$variant),+ }
            }
        }
    };
}

words! {
    /// `checksum = "crc32-base62"`.
    ChecksumWord => Checksum { Crc32Base62, GitlabRoutable, GrafanaServiceAccount, CratesIo, Confluent }
}
words! {
    /// `claims = "jwt"`.
    ClaimWord => ClaimReader {
        AwsKeyId, AzureConnectionString, AzureSas, BasicAuth, DatabaseUrl, Doppler, FlyMacaroon, GcpServiceAccount,
        GitlabRoutable, GrafanaCloud, Jwt, KubeconfigCertificate, Mapbox, OnePassword, PrivateKey, PypiMacaroon,
        SentryOrg, Vault,
    }
}
words! {
    /// `destroys = "yes"`.
    DestroysWord => Destroys { Yes, No, Unknown }
}
words! {
    /// `checked = "documentation"`.
    CheckedWord => Checked { Documentation, VendorSource, Shape }
}

pub(super) fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

pub(super) fn keep_list(texts: &[String]) -> &'static [&'static str] {
    keep_all(texts.iter().map(|text| keep(text)))
}

pub(super) fn keep_all<T>(items: impl Iterator<Item = T>) -> &'static [T] {
    Box::leak(items.collect::<Vec<_>>().into_boxed_slice())
}

impl ExampleEntry {
    pub(super) fn lower(&self) -> Example {
        Example {
            file: keep(&self.file),
            text: keep(&self.text),
        }
    }
}

impl TokenEntry {
    /// Lowers the entry; says every problem that the entry has by itself.
    pub fn lower(&self) -> Result<TokenKind, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wrong = |message: String| {
            problems.push(Problem {
                id: self.id.clone(),
                message,
            });
        };
        if self.id.is_empty()
            || !self
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            wrong("`id` is lower-case letters, digits and `-`".to_owned());
        }
        let mut shapes = Vec::new();
        for text in &self.value {
            match shape::parse(text) {
                Ok(segments) => shapes.push(Shape(keep_all(segments.into_iter()))),
                Err(message) => wrong(format!("`value` {text:?}: {message}")),
            }
        }
        if self.value.is_empty() && self.pattern.is_empty() && self.code.is_empty() {
            wrong("one of `value`, `pattern`, `code` is needed".to_owned());
        }
        let starts = !shapes.is_empty() && shapes.iter().all(|shape| shape.start().len() >= 3);
        let alone = self
            .alone
            .unwrap_or(starts || !self.code.is_empty() || !self.pattern.is_empty());
        if alone && !shapes.is_empty() && !starts {
            wrong(
                "`alone` needs every shape to start with a literal of 3 bytes or more".to_owned(),
            );
        }
        let has_context = !self.names.is_empty()
            || !self.requests.is_empty()
            || !self.flags.is_empty()
            || !self.files.is_empty()
            || !self.pair.is_empty()
            || self.by_word;
        if !alone && !has_context {
            wrong("a shape that says nothing alone needs `names`, `requests`, `flags`, `files`, `pair` or `by_word`".to_owned());
        }
        if self.narrower.is_empty() == self.none_because.is_empty() {
            wrong("exactly one of `narrower` and `none_because` is needed".to_owned());
        }
        if !self.docs.starts_with("https://") {
            wrong("`docs` is an https link".to_owned());
        }
        if self.as_of.len() != 7 || self.as_of.as_bytes()[4] != b'-' {
            wrong("`as_of` is a year and a month, `2026-11`".to_owned());
        }
        if self.checked == CheckedWord::Shape
            && !matches!(self.level, Level::Unknown | Level::Public | Level::Ingest)
            && self.source.is_empty()
        {
            wrong("a level that was not read in documentation needs a `source`".to_owned());
        }
        for name in &self.names {
            if name.bytes().any(|b| b.is_ascii_lowercase() || b == b'-') {
                wrong(format!("`names`: {name:?} is upper case with `_`"));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(TokenKind {
            id: keep(&self.id),
            provider: keep(&self.provider),
            name: keep(&self.name),
            shapes: keep_all(shapes.into_iter()),
            patterns: keep_list(&self.pattern),
            code: keep(&self.code),
            alone,
            names: keep_list(&self.names),
            requests: keep_all(self.requests.iter().map(|request| Request {
                hosts: keep_list(&request.hosts),
                header: keep(&request.header),
            })),
            flags: keep_list(&self.flags),
            files: keep_all(self.files.iter().map(|entry| FileKey {
                file: keep(&entry.file),
                key: keep(&entry.key),
            })),
            by_word: self.by_word,
            pair: keep(&self.pair),
            checksum: self.checksum.map(Checksum::from),
            claims: self.claims.map(ClaimReader::from),
            level: self.level,
            verbs: Verbs::of(&self.verbs),
            why: keep(&self.why),
            destroys: self.destroys.into(),
            worst: keep(&self.worst),
            narrower: keep_list(&self.narrower),
            none_because: keep(&self.none_because),
            how: keep(&self.how),
            docs: keep(&self.docs),
            reference: keep(&self.reference),
            shape_confidence: self.shape_confidence,
            test_mode: self.test_mode,
            checked: self.checked.into(),
            as_of: keep(&self.as_of),
            source: keep(&self.source),
            tags: keep_list(&self.tags),
            examples: keep_all(self.examples.iter().map(ExampleEntry::lower)),
            neighbours: keep_all(self.neighbours.iter().map(ExampleEntry::lower)),
        })
    }
}

impl SurfaceEntry {
    /// Lowers the entry.
    pub fn lower(&self) -> Surface {
        Surface {
            id: keep(&self.id),
            title: keep(&self.title),
            paths: keep_list(&self.paths),
            keys: keep_list(&self.keys),
            how: self.how,
            agents: keep_list(&self.agents),
            reference: keep(&self.reference),
            why: keep(&self.why),
            docs: keep(&self.docs),
        }
    }
}

impl AgentEntry {
    /// Lowers the entry.
    pub fn lower(&self) -> Agent {
        Agent {
            id: keep(&self.id),
            name: keep(&self.name),
            markers: keep_list(&self.markers),
        }
    }
}

impl ProviderEntry {
    /// Lowers the entry.
    pub fn lower(&self) -> Provider {
        Provider {
            name: keep(&self.name),
            hosts: keep_list(&self.hosts),
            words: keep_list(&self.words),
        }
    }
}

/// Checks what no entry can see alone: ids that repeat, references that lead nowhere.
pub fn check_together(
    tokens: &[TokenKind],
    surfaces: &[Surface],
    agents: &[Agent],
    known: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let ids = tokens
        .iter()
        .map(|kind| kind.id)
        .chain(surfaces.iter().map(|surface| surface.id));
    for id in ids {
        if !seen.insert(id) || known(id) {
            problems.push(Problem {
                id: id.to_owned(),
                message: "this id exists already".to_owned(),
            });
        }
    }
    for kind in tokens {
        let pair = Some(kind.pair).filter(|pair| !pair.is_empty());
        for other in kind.narrower.iter().copied().chain(pair) {
            if !seen.contains(other) && !known(other) {
                problems.push(Problem {
                    id: kind.id.to_owned(),
                    message: format!("there is no token kind `{other}`"),
                });
            }
        }
    }
    for surface in surfaces {
        for agent in surface.agents {
            if !agents.iter().any(|known| known.id == *agent) {
                problems.push(Problem {
                    id: surface.id.to_owned(),
                    message: format!("there is no agent `{agent}`"),
                });
            }
        }
    }
    problems
}
