//! What names, inputs and values say of the credential behind them.
//!
//! In: names and settings. Out: roles, scopes, kinds. Nothing is resolved here.

use crate::model::{Access, Level, Purpose, Scopes, Setting, Step};
use crate::read::expression::Reference;
use crate::rules::ci;
use crate::rules::{RuleSet, name};

/// What a place says of the value that stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A token of GitHub, whatever the secret is called.
    GithubToken,
    /// The model's own credential.
    Model,
    Any,
}

/// Variables in which programs look for a token of GitHub, and those of models.
pub(super) fn role_of(variable: &str) -> Role {
    match variable {
        "GITHUB_TOKEN"
        | "GH_TOKEN"
        | "GITHUB_PERSONAL_ACCESS_TOKEN"
        | "GITHUB_PAT"
        | "GH_PAT"
        | "GH_ENTERPRISE_TOKEN"
        | "GITHUB_API_TOKEN"
        | "GITHUB__USER_TOKEN" => Role::GithubToken,
        _ if ci::purpose_of(variable) == Purpose::Model => Role::Model,
        _ => Role::Any,
    }
}

/// Whether a context is the job's own token.
pub(super) fn is_job_token(reference: &Reference) -> bool {
    let second = reference.part(1);
    (reference.is_of("github") && second.eq_ignore_ascii_case("token"))
        || (reference.is_of("secrets") && second.eq_ignore_ascii_case("GITHUB_TOKEN"))
}

/// A private key makes tokens of an App; it is none itself.
pub(super) fn is_key_of_app(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.ends_with("KEY") || name.ends_with("APP_ID") || name.ends_with("_PEM")
}

/// Whether a secret's name says that it only names something.
pub(super) fn is_identifier(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "_ID",
        "_URL",
        "_REGION",
        "_USERNAME",
        "_USER",
        "_HOST",
        "_PROJECT",
        "_NAME",
        "_EMAIL",
        "_ORG",
        "_ENDPOINT",
        "_ACCOUNT",
        "_PROVIDER",
        "_BASE",
        "_ARN",
        "_BUCKET",
    ];
    let name = name.to_ascii_uppercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a secret's name says that it opens nothing by itself; an address may hold a login.
pub(crate) fn is_mere_name(name: &str) -> bool {
    is_identifier(name) && !name.to_ascii_uppercase().ends_with("_URL")
}

/// Whether a step writes to the environment of the steps behind it.
pub(super) fn exports(step: &Step) -> bool {
    step.run
        .as_ref()
        .is_some_and(|run| run.value.contains("GITHUB_ENV"))
}

/// Adds `scope: level` lines of an input.
pub(super) fn add_named(setting: Option<&Setting>, scopes: &mut Scopes) {
    for line in setting.map_or("", |setting| setting.value.as_str()).lines() {
        if let Some((scope, word)) = line.split_once(':')
            && let Some(access) = Access::from_word(word.trim())
        {
            scopes.insert(scope.trim().replace('_', "-"), access);
        }
    }
}

/// The permissions that an App token is asked for; `None` where it carries all of the installation.
pub(super) fn minted(step: &Step, mints: &ci::Mints) -> Option<Scopes> {
    let mut scopes = Scopes::new();
    if !mints.permission_prefix.is_empty() {
        for setting in &step.with {
            let Some(scope) = setting.name.strip_prefix(&mints.permission_prefix) else {
                continue;
            };
            let given = setting.value.trim();
            // A level that is computed elsewhere may be the widest.
            let computed = given.contains("${{").then_some(Access::Write);
            if let Some(access) = Access::from_word(given).or(computed) {
                scopes.insert(scope.to_owned(), access);
            }
        }
    }
    if !mints.permissions.is_empty()
        && let Some(setting) = step.input(&mints.permissions)
    {
        for part in setting.value.split(['{', '}', ',', '\n']) {
            let Some((scope, word)) = part.split_once(':') else {
                continue;
            };
            let bare = |text: &str| text.trim().trim_matches(['"', '\'']).replace('_', "-");
            if let Some(access) = Access::from_word(&bare(word)) {
                scopes.insert(bare(scope), access);
            }
        }
    }
    (!scopes.is_empty()).then_some(scopes)
}

/// The kind that a name stands for, where it stands for one alone; its level; whether every kind of that name is broad.
pub(super) fn by_catalogue(named: &str) -> (Option<&'static str>, Option<&'static str>, bool) {
    let normalised = name::normalise(named.as_bytes());
    let mut found = RuleSet::builtin().by_name(&normalised);
    found.retain(|named| named.equal);
    let Some(first) = found.first() else {
        return (None, None, false);
    };
    let level = first.kind.level;
    let of_one_level = found.iter().all(|named| named.kind.level == level);
    let broad = found
        .iter()
        .all(|named| matches!(named.kind.level, Level::Account | Level::Org));
    let kind = (found.len() == 1).then_some(first.kind.id);
    (kind, of_one_level.then(|| level.word()), broad)
}
