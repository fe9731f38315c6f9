//! The form of `rules.toml`: what an entry may say, what it must say, and how it is lowered.
//!
//! Compiled twice: into `build.rs`, which bakes the built-in catalogue, and into the crate, which reads a repository's
//! own kinds. In: TOML text. Out: model types, or problems that name entry and field. It reads no file.

use serde::Deserialize;

use crate::model::{
    Agent, Checked, Checksum, ClaimReader, Confidence, Destroys, How, Level, Surface, TokenKind,
    Verb,
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
        AlgoliaSecured, AtlassianDataCenter, AwsKeyId, AzureConnectionString, AzureSas, BasicAuth, CloudflareTunnel,
        DatabaseUrl, DiscordBot, Doppler, FlyMacaroon, GcpServiceAccount, GitlabRoutable, GrafanaCloud, JfrogReference,
        Jwt, KubeconfigCertificate, Mapbox, OnePassword, PrivateKey, PypiMacaroon, SentryOrg, Tinybird, Vault,
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
