//! CI systems besides GitHub Actions: what their variables are, and what starts their jobs.
//!
//! In: `rules/ci_systems.toml`. Out: answers about names and texts. A name is evidence, never proof.

use std::sync::OnceLock;

use serde::Deserialize;

use super::fits;
use crate::model::CiSystem;

#[derive(Debug, Deserialize)]
struct OfSystem {
    system: String,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Names {
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Login {
    text: String,
    cloud: String,
}

#[derive(Debug, Deserialize)]
struct Event {
    name: String,
    #[serde(default, rename = "ref")]
    reference: String,
    #[serde(default)]
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Credential {
    words: Vec<String>,
    never: Vec<String>,
}

/// A task of Azure Pipelines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    names: Vec<String>,
    /// Inputs that are a script's text.
    #[serde(default)]
    pub scripts: Vec<String>,
    /// Inputs that name a script's file.
    #[serde(default)]
    pub files: Vec<String>,
    /// What reads the script, where no input says so.
    #[serde(default)]
    pub shell: String,
    /// Inputs that name a service connection, into which the script is logged in.
    #[serde(default)]
    pub connections: Vec<String>,
    /// The service of that connection.
    #[serde(default)]
    pub login: String,
    /// What stays for the steps behind it.
    #[serde(default)]
    pub leaves: String,
    /// Whether what stays deploys or administers.
    #[serde(default)]
    pub deploys: bool,
    /// The command with which it stays; any where empty.
    #[serde(default)]
    pub where_set: String,
    /// Where the facts were read.
    pub source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    task: Vec<Task>,
    job_token: Vec<OfSystem>,
    forge_token: Vec<Names>,
    words_of: Vec<Names>,
    login: Vec<Login>,
    event: Vec<Event>,
    credential: Vec<Credential>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    // A test reads the same text, so a mistake in it cannot be released.
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../../rules/ci_systems.toml")).unwrap_or_default()
    })
}

fn is_among(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern, name))
}

/// Whether a system hands a job its own token under this name.
pub fn is_job_token(system: CiSystem, name: &str) -> bool {
    let word = match system {
        CiSystem::Github => "github",
        CiSystem::Gitlab => "gitlab",
        CiSystem::Azure => "azure",
        CiSystem::Circleci => "circleci",
    };
    let mut entries = table().job_token.iter();
    entries.any(|entry| entry.system == word && is_among(&entry.names, name))
}

/// Whether a name stands for a token of GitLab or Azure DevOps that somebody made.
pub fn is_forge_token(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let mut entries = table().forge_token.iter();
    entries.any(|entry| is_among(&entry.names, &name))
}

/// Whether a variable holds what somebody wrote in an issue, a comment or a merge request.
pub fn holds_words_of_people(name: &str) -> bool {
    let mut entries = table().words_of.iter();
    entries.any(|entry| is_among(&entry.names, name))
}

/// The cloud into which a text logs in by an identity token.
pub fn login_by_identity(text: &str) -> Option<&'static str> {
    let mut entries = table().login.iter();
    let found = entries.find(|entry| text.contains(&entry.text))?;
    Some(&found.cloud)
}

/// Whether a variable's name says that a credential stands under it.
pub fn says_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let parts: Vec<&str> = name.split(['_', '.']).collect();
    table().credential.iter().any(|entry| {
        let among = |words: &[String], part: &&str| words.iter().any(|word| word == part);
        let last = parts.last().is_some_and(|part| among(&entry.never, part));
        let never = parts
            .iter()
            .any(|part| matches!(*part, "PUBLIC" | "PUB" | "CACHE") && among(&entry.never, part));
        !last && !never && parts.iter().any(|part| among(&entry.words, part))
    })
}

/// The entry of a task, or of a step of CircleCI or an orb: `task/bash`, `orb/add_ssh_keys`.
pub fn task(uses: &str) -> Option<&'static Task> {
    let name = uses.strip_prefix("task/").unwrap_or(uses);
    let mut entries = table().task.iter();
    entries.find(|entry| entry.names.iter().any(|own| own == name))
}

/// Whether a pool of Azure Pipelines is one's own; a name that is computed may be any.
pub fn is_own_pool(name: &str) -> bool {
    let is_computed = name.contains('$');
    let is_hosted = name == "Azure Pipelines" || name.starts_with("Hosted") || name == "server";
    !name.is_empty() && !is_computed && !is_hosted
}

/// The event that `only` calls so.
pub fn gitlab_event_of_ref(reference: &str) -> Option<&'static str> {
    let mut entries = table().event.iter();
    let named = entries.find(|entry| !reference.is_empty() && entry.reference == reference);
    let is_push = matches!(reference, "branches" | "tags");
    named
        .map(|entry| entry.name.as_str())
        .or(is_push.then_some("push"))
}

/// The events that a condition lets in: those that it compares with the pipeline's source, and those whose own variables
/// it asks for. What it excludes by `!=` is none.
pub fn gitlab_events_of_condition(condition: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for part in condition.split("||").flat_map(|part| part.split("&&")) {
        let excludes = part.contains("!=") || part.contains("!~");
        for entry in &table().event {
            let compared = part.contains("CI_PIPELINE_SOURCE") && names(part, &entry.name);
            let asked = entry.words.iter().any(|word| names(part, word));
            if !excludes && (compared || asked) {
                found.push(entry.name.as_str());
            }
        }
    }
    found.dedup();
    found
}

/// Whether a text names a word, and not a longer one that holds it.
fn names(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_every_entry_says_where_it_was_read() {
        let text = include_str!("../../../rules/ci_systems.toml");
        let table: Table = toml::from_str(text).unwrap();
        assert!(table.event.len() > 8 && table.login.len() > 3);
        let plain: toml::Table = toml::from_str(text).unwrap();
        for entry in plain.values().flat_map(|list| list.as_array().unwrap()) {
            let source = entry.get("source").and_then(toml::Value::as_str);
            assert!(source.is_some_and(|source| !source.is_empty()), "{entry}");
        }
    }

    #[test]
    fn names_say_whether_a_credential_stands_under_them() {
        for (name, expected) in [
            ("GITLAB_TOKEN", true),
            ("AWS_SECRET_ACCESS_KEY", true),
            ("OPENCODE_AUTH_JSON", true),
            ("GITLAB_TOKEN_CLAUDE", true),
            ("DEPLOY_SSH_KEY_B64", true),
            ("KUBECONFIG", true),
            ("SSH_PUBLIC_KEY", false),
            ("CACHE_KEY", false),
            ("MAX_TOKENS", false),
            ("TOKEN_URL", false),
            ("AWS_REGION", false),
            ("DOCKER_HOST", false),
            ("KEYCLOAK", false),
        ] {
            assert_eq!(says_credential(name), expected, "{name}");
        }
    }

    #[test]
    fn conditions_say_what_starts_a_job() {
        for (condition, events) in [
            (
                "$CI_PIPELINE_SOURCE == \"merge_request_event\"",
                vec!["merge_request_event"],
            ),
            (
                "$CI_PIPELINE_SOURCE =~ /^(web|trigger)$/",
                vec!["web", "trigger"],
            ),
            ("$CI_PIPELINE_SOURCE != 'push'", vec![]),
            (
                "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == 'schedule'",
                vec!["push", "schedule"],
            ),
            (
                "$CI_PIPELINE_SOURCE == \"parent_pipeline\"",
                vec!["parent_pipeline"],
            ),
            ("$DEPLOY == 'push'", vec![]),
        ] {
            assert_eq!(gitlab_events_of_condition(condition), events, "{condition}");
        }
        assert_eq!(
            gitlab_event_of_ref("merge_requests"),
            Some("merge_request_event")
        );
        assert_eq!(gitlab_event_of_ref("tags"), Some("push"));
        assert_eq!(gitlab_event_of_ref("main"), None);
    }
}
