//! References to variables, in the syntax of every agent.
//!
//! In: the text of one value. Out: the variables that it names, and where a literal stands as a default.
//! It does not say whether the rest of the value is a credential.

/// A variable that a value names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub name: String,
    pub source: Source,
    /// Whether a default that is more than nothing stands behind the name.
    pub has_default: bool,
}

/// Where the variable's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The environment of the agent.
    Environment,
    /// The agent asks a person and keeps the answer.
    Asked,
    /// A store of secrets of the agent or of the host.
    Store,
    /// A file or a command.
    Elsewhere,
}

/// The most references that one value gives.
const MOST: usize = 64;

/// Finds every reference of a value, in order.
pub fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{']) {
        if found.len() >= MOST {
            break;
        }
        let from = &rest[at..];
        let (reference, length) = one(from);
        found.extend(reference);
        rest = &from[length..];
    }
    found
}

/// Reads what stands at a `$` or `{`; returns how many bytes it took, at least one.
fn one(from: &str) -> (Option<Reference>, usize) {
    if let Some(inside) = from.strip_prefix("${{") {
        let Some(end) = inside.find("}}") else {
            return (None, 3);
        };
        return (expression(inside[..end].trim()), end + 5);
    }
    if let Some(inside) = from.strip_prefix("${") {
        let Some(end) = inside.find('}') else {
            return (None, 2);
        };
        return (braced(&inside[..end]), end + 3);
    }
    if let Some(inside) = from.strip_prefix('{') {
        let marked = ["env:", "file:"]
            .iter()
            .any(|mark| inside.starts_with(mark));
        return match inside.find('}') {
            Some(end) if marked => (braced(&inside[..end]), end + 2),
            _ => (None, 1),
        };
    }
    let inside = from.strip_prefix('$').unwrap_or_default();
    let inside = inside.strip_prefix("env:").unwrap_or(inside);
    let length = name_length(inside);
    if length == 0 {
        return (None, 1);
    }
    let reference = Reference {
        name: inside[..length].to_owned(),
        source: Source::Environment,
        has_default: false,
    };
    (Some(reference), from.len() - inside.len() + length)
}

/// `secrets.NAME`, `env.NAME`, `inputs.NAME`.
fn expression(inside: &str) -> Option<Reference> {
    let (place, name) = inside.split_once('.')?;
    let length = name_length(name);
    let source = match place {
        "secrets" | "vars" => Source::Store,
        "env" => Source::Environment,
        "inputs" => Source::Asked,
        _ => Source::Elsewhere,
    };
    (length > 0).then(|| Reference {
        name: name[..length].to_owned(),
        source,
        has_default: false,
    })
}

/// `NAME`, `NAME:-default`, `env:NAME`, `input:id`, `localEnv:NAME:default`, `file:path`.
fn braced(inside: &str) -> Option<Reference> {
    let (source, rest) = match inside.split_once(':') {
        Some(("env" | "localEnv" | "containerEnv", rest)) => (Source::Environment, rest),
        Some(("input" | "promptString", rest)) => (Source::Asked, rest),
        Some(("secret" | "secrets" | "vault" | "keychain", rest)) => (Source::Store, rest),
        Some(("file" | "cmd" | "command" | "config", rest)) => (Source::Elsewhere, rest),
        _ => (Source::Environment, inside),
    };
    let rest = rest.strip_prefix("user_config.").unwrap_or(rest);
    let length = name_length(rest);
    if length == 0 {
        return None;
    }
    let default = rest[length..].trim_start_matches([':', '-', '=', '?']);
    Some(Reference {
        name: rest[..length].to_owned(),
        source,
        has_default: !default.is_empty(),
    })
}

/// How many bytes at the start can be a variable's name or an input's id.
fn name_length(text: &str) -> usize {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.bytes().next() {
        Some(first) if first.is_ascii_alphabetic() || first == b'_' => {}
        _ => return 0,
    }
    let mut length = text.bytes().take_while(|byte| fits(*byte)).count();
    // Ids of inputs may hold hyphens; a `:-` behind a name is a default.
    while text[length..].starts_with('-') && text[length + 1..].bytes().next().is_some_and(fits) {
        length += 1;
        length += text[length..]
            .bytes()
            .take_while(|byte| fits(*byte))
            .count();
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Vec<String> {
        references(text).into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn every_agents_syntax_is_known() {
        let cases = [
            ("${GITHUB_PAT}", "GITHUB_PAT"),
            ("$GITHUB_PAT", "GITHUB_PAT"),
            ("Bearer ${env:GITHUB_PAT}", "GITHUB_PAT"),
            ("{env:GITHUB_PAT}", "GITHUB_PAT"),
            ("${{ secrets.GITHUB_PAT }}", "GITHUB_PAT"),
            ("${localEnv:GITHUB_PAT}", "GITHUB_PAT"),
            ("$env:GITHUB_PAT", "GITHUB_PAT"),
            ("${input:github-pat}", "github-pat"),
            ("${user_config.api_key}", "api_key"),
        ];
        for (text, name) in cases {
            assert_eq!(names(text), [name], "{text}");
        }
        assert!(names("$5 and { env } and {\"a\": 1} and ${}").is_empty());
        assert_eq!(names("$A:${B}"), ["A", "B"]);
    }

    #[test]
    fn a_default_is_seen() {
        assert!(references("${A:-word}")[0].has_default);
        assert!(!references("${A:-}")[0].has_default);
        assert!(!references("${A}")[0].has_default);
        assert_eq!(references("${input:x}")[0].source, Source::Asked);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC|[$\\{\\}:a\\-]){0,60}") {
            references(&text);
        }
    }
}
