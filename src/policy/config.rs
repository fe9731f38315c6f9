//! `.tokenleash.toml`: a repository's own policy, read and checked.
//!
//! In: text and the name it is shown under. Out: a `Policy`, or an error that points at the line. Unknown keys are errors;
//! `requires` is read first, so that an older binary says "needs a newer tokenleash" instead of a riddle (decision 8).

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{Declaration, Level, Policy, Waiver};
use crate::error::{Error, Result};
use crate::judge::rules;
use crate::model::{How, Verdict};
use crate::rules::schema::TokenEntry;

/// The file's name, at the repository's root.
pub const CONFIG_NAME: &str = ".tokenleash.toml";

/// The longest life of a waiver, in days, where the configuration does not say otherwise.
pub const WAIVER_DAYS: u16 = 90;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    #[serde(rename = "requires")]
    _requires: Option<String>,
    salt: Option<Spanned<String>>,
    waiver_days: Option<u16>,
    #[serde(default)]
    policy_refs: Vec<String>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    #[serde(default)]
    levels: std::collections::BTreeMap<Spanned<String>, Spanned<LevelWord>>,
    #[serde(default)]
    token: Vec<Spanned<TokenEntry>>,
    #[serde(default)]
    waiver: Vec<Spanned<RawWaiver>>,
    #[serde(default)]
    credential: Vec<Spanned<RawCredential>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCredential {
    name: String,
    #[serde(rename = "where")]
    place: String,
    declared: String,
    owner: String,
    expires: toml::value::Datetime,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LevelWord {
    Off,
    Note,
    Warn,
    Block,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWaiver {
    fingerprint: String,
    path: String,
    reach: Option<How>,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    reason: String,
    expires: Option<toml::value::Datetime>,
    added: Option<toml::value::Datetime>,
}

/// Reads a policy. `shown_as` names the file in errors: a path, or a path at a commit.
pub fn read(text: &str, shown_as: &str) -> Result<Policy> {
    check_requires(text)?;
    let raw: RawConfig =
        toml::from_str(text).map_err(|error| syntax_error(&error, text, shown_as))?;
    let at = |offset: usize| place(text, shown_as, offset);
    let levels = read_levels(&raw, text, &at)?;
    let mut exclude = Vec::new();
    for pattern in &raw.exclude {
        if !is_pattern(pattern.get_ref()) {
            return Err(
                Error::config("this path pattern is not valid").at(at(pattern.span().start))
            );
        }
        exclude.push((
            pattern.get_ref().clone(),
            line_of(text, pattern.span().start),
        ));
    }
    let mut waivers = Vec::new();
    for waiver in &raw.waiver {
        let line = line_of(text, waiver.span().start);
        waivers.push(read_waiver(waiver.get_ref(), line, || {
            at(waiver.span().start)
        })?);
    }
    let mut credentials = Vec::new();
    for credential in &raw.credential {
        credentials.push(read_credential(credential.get_ref(), || {
            at(credential.span().start)
        })?);
    }
    if let Some(salt) = &raw.salt
        && salt.get_ref().len() < 16
    {
        return Err(Error::config("`salt` has at least 16 characters")
            .at(at(salt.span().start))
            .hint("`tokenleash install` makes one"));
    }
    Ok(Policy {
        levels,
        exclude,
        waivers,
        known: Vec::new(),
        tokens: raw
            .token
            .iter()
            .map(|entry| (entry.get_ref().clone(), line_of(text, entry.span().start)))
            .collect(),
        credentials,
        salt: raw.salt.map(|salt| salt.into_inner()),
        waiver_days: raw.waiver_days.unwrap_or(WAIVER_DAYS),
        policy_refs: raw.policy_refs,
        shown_as: shown_as.to_owned(),
    })
}

fn read_levels(raw: &RawConfig, text: &str, at: &dyn Fn(usize) -> String) -> Result<Vec<Level>> {
    let mut levels = Vec::new();
    for (id, word) in &raw.levels {
        let rule = rules::by_id(id.get_ref()).ok_or_else(|| {
            Error::config("there is no rule with this id")
                .at(at(id.span().start))
                .hint("`tokenleash rules list` shows the ids")
        })?;
        levels.push(Level {
            rule: rule.id,
            verdict: match word.get_ref() {
                LevelWord::Off => Verdict::Silent,
                LevelWord::Note => Verdict::Note,
                LevelWord::Warn => Verdict::Warn,
                LevelWord::Block => Verdict::Block,
            },
            line: line_of(text, id.span().start),
        });
    }
    Ok(levels)
}

fn read_credential(raw: &RawCredential, at: impl Fn() -> String) -> Result<Declaration> {
    if raw.name.trim().is_empty() || raw.owner.trim().is_empty() {
        return Err(Error::config("a credential has a `name` and an `owner`").at(at()));
    }
    if !is_pattern(&raw.place) {
        return Err(Error::config("a credential's `where` is a path pattern").at(at()));
    }
    let expires = raw
        .expires
        .date
        .and_then(|date| Date::new(date.year as i16, date.month as i8, date.day as i8).ok())
        .ok_or_else(|| {
            Error::config("a credential's `expires` is a date, as in 2026-12-31").at(at())
        })?;
    Ok(Declaration {
        name: raw.name.trim().to_owned(),
        place: raw.place.clone(),
        kind: raw.declared.clone(),
        owner: raw.owner.trim().to_owned(),
        expires,
    })
}

fn read_waiver(raw: &RawWaiver, line: u32, at: impl Fn() -> String) -> Result<Waiver> {
    let known_form = raw
        .fingerprint
        .strip_prefix("v1:")
        .or_else(|| raw.fingerprint.strip_prefix("p1:"))
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if !known_form {
        return Err(Error::config(
            "a waiver's `fingerprint` is `v1:` or `p1:` and 32 hexadecimal digits",
        )
        .at(at()));
    }
    if !is_pattern(&raw.path) {
        return Err(Error::config("a waiver's `path` is a path pattern").at(at()));
    }
    let date = |value: Option<toml::value::Datetime>, key: &str| match value {
        None => Ok(None),
        Some(value) => value
            .date
            .and_then(|date| Date::new(date.year as i16, date.month as i8, date.day as i8).ok())
            .map(Some)
            .ok_or_else(|| {
                Error::config(format!("a waiver's `{key}` is a date, as in 2026-12-31")).at(at())
            }),
    };
    Ok(Waiver {
        fingerprint: raw.fingerprint.clone(),
        path: raw.path.clone(),
        reach: raw.reach.unwrap_or(How::Workspace),
        owner: raw.owner.trim().to_owned(),
        reason: raw.reason.trim().to_owned(),
        expires: date(raw.expires, "expires")?,
        added: date(raw.added, "added")?,
        line,
    })
}

/// Refuses a file that asks for a newer tokenleash, before anything else in it can confuse.
fn check_requires(text: &str) -> Result<()> {
    let Ok(table) = text.parse::<toml::Table>() else {
        return Ok(());
    };
    let Some(requires) = table.get("requires").and_then(toml::Value::as_str) else {
        return Ok(());
    };
    let wanted = requires.trim().trim_start_matches(">=").trim();
    let numbers = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        let mut next = || parts.next().unwrap_or(Some(0));
        Some([next()?, next()?, next()?])
    };
    match (numbers(wanted), numbers(env!("CARGO_PKG_VERSION"))) {
        (Some(wanted_parts), Some(have)) if wanted_parts > have => Err(Error::config(format!(
            "this repository needs tokenleash {} or newer; this is {}",
            wanted_parts.map(|n| n.to_string()).join("."),
            env!("CARGO_PKG_VERSION"),
        ))
        .hint("upgrade tokenleash")),
        (Some(_), Some(_)) => Ok(()),
        _ => Err(Error::config("`requires` is a version, as in \">=1.2\"")),
    }
}

/// Puts a parse error into our own words: library texts quote what they read (decision 10).
pub(super) fn syntax_error(error: &toml::de::Error, text: &str, shown_as: &str) -> Error {
    let message = error.message();
    let what = if message.starts_with("unknown field") {
        "unknown key"
    } else if message.starts_with("missing field") {
        "a key is missing here"
    } else if message.starts_with("unknown variant") {
        "this word is not one of those allowed here"
    } else if message.starts_with("invalid type") || message.starts_with("invalid value") {
        "this value has the wrong type"
    } else if message.contains("duplicate key") {
        "this key stands twice"
    } else {
        "this is not TOML"
    };
    let offset = error.span().map_or(0, |span| span.start);
    let names = message
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| {
            !name.is_empty()
                && name.len() <= 24
                && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        })
        .collect::<Vec<_>>();
    let mut result = Error::config(what).at(place(text, shown_as, offset));
    if message.starts_with("unknown field") || message.starts_with("unknown variant") {
        let allowed: Vec<_> = names
            .iter()
            .skip(1)
            .map(|name| format!("`{name}`"))
            .collect();
        if !allowed.is_empty() {
            result = result.hint(format!("allowed here: {}", allowed.join(", ")));
        }
    } else if message.starts_with("missing field")
        && let Some(name) = names.first()
    {
        result = result.hint(format!("`{name}` is needed"));
    }
    result
}

/// Whether a text can be a path pattern: not empty, not endless, its braces closed.
fn is_pattern(text: &str) -> bool {
    let mut open = 0i32;
    let balanced = text.bytes().all(|byte| {
        open += i32::from(byte == b'{') - i32::from(byte == b'}');
        open >= 0
    });
    balanced && open == 0 && !text.is_empty() && text.len() <= 512
}

fn line_of(text: &str, offset: usize) -> u32 {
    let upto = &text.as_bytes()[..offset.min(text.len())];
    memchr::memchr_iter(b'\n', upto).count() as u32 + 1
}

/// Writes `file:line:column` for a byte offset.
pub(super) fn place(text: &str, shown_as: &str, offset: usize) -> String {
    let offset = offset.min(text.len());
    let line_start = text.as_bytes()[..offset]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |i| i + 1);
    let column = String::from_utf8_lossy(&text.as_bytes()[line_start..offset])
        .chars()
        .count()
        + 1;
    format!("{shown_as}:{}:{column}", line_of(text, offset))
}
