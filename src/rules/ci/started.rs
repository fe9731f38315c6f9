//! How agents are started besides actions and programs of their own.
//!
//! In: `rules/agents_run.toml`. Out: the agent of an image, of an import, of a credential; the inputs that are commands.

use std::sync::OnceLock;

use serde::Deserialize;

use super::fits;

#[derive(Debug, Deserialize)]
struct Named {
    agent: String,
    #[serde(alias = "imports")]
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Runs {
    uses: Vec<String>,
    inputs: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    image: Vec<Named>,
    kit: Vec<Named>,
    runs: Vec<Runs>,
    credential: Vec<Named>,
    called: Vec<Named>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    // A test reads the same text, so a mistake in it cannot be released.
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../../rules/agents_run.toml")).unwrap_or_default()
    })
}

fn agent_of(entries: &'static [Named], text: &str) -> Option<&'static str> {
    let fitting = |entry: &&Named| entry.names.iter().any(|pattern| fits(pattern, text));
    entries
        .iter()
        .find(fitting)
        .map(|entry| entry.agent.as_str())
}

/// A word without what a shell puts behind it: `exec${MODEL:+ --model x}` is `exec`.
pub fn unexpanded(word: &str) -> &str {
    match word.find('$') {
        Some(at) if at > 0 => &word[..at],
        _ => word,
    }
}

/// The agent that a container image runs, by its name with or without tag and digest.
pub fn image_agent(image: &str) -> Option<&'static str> {
    let image = image.split('@').next().unwrap_or(image);
    let folder = image.rfind('/').map_or(0, |at| at + 1);
    let end = image[folder..]
        .find(':')
        .map_or(image.len(), |at| folder + at);
    agent_of(&table().image, &image[..end].to_ascii_lowercase())
}

/// What programs import to run an agent by themselves, and the agent.
pub fn kits() -> impl Iterator<Item = (&'static str, &'static str)> {
    let entries = table().kit.iter();
    entries.flat_map(|entry| {
        let names = entry.names.iter();
        names.map(|name| (name.as_str(), entry.agent.as_str()))
    })
}

/// The inputs of an action whose text it runs as a command, lower-cased.
pub fn command_inputs(uses: &str) -> &'static [String] {
    let mut entries = table().runs.iter();
    entries
        .find(|entry| entry.uses.iter().any(|own| own == uses))
        .map_or(&[], |entry| entry.inputs.as_slice())
}

/// The agent that a called workflow is named after, by what stands before the `@`.
pub fn named_agent(uses: &str) -> Option<&'static str> {
    let name = uses.rsplit('/').next()?;
    let mut words = name.split(['-', '_', '.']);
    words.find_map(|word| agent_of(&table().called, word))
}

/// The agent that alone takes a credential of this name.
pub fn credential_agent(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_uppercase().replace('-', "_");
    agent_of(&table().credential, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_every_entry_says_where_it_was_read() {
        let text = include_str!("../../../rules/agents_run.toml");
        let table: Table = toml::from_str(text).unwrap();
        assert!(table.image.len() > 3 && table.kit.len() > 3 && table.credential.len() > 5);
        let plain: toml::Table = toml::from_str(text).unwrap();
        for entry in plain.values().flat_map(|list| list.as_array().unwrap()) {
            let source = entry.get("source").and_then(toml::Value::as_str);
            assert!(source.is_some_and(|source| !source.is_empty()), "{entry}");
        }
    }

    #[test]
    fn images_are_known_whatever_their_tag() {
        for image in [
            "pragent/pr-agent",
            "pragent/pr-agent:0.36.0-github_action",
            "docker.io/codiumai/pr-agent@sha256:0123",
        ] {
            assert_eq!(image_agent(image), Some("pr-agent"), "{image}");
        }
        assert_eq!(image_agent("localhost:5000/pr-agent"), None);
    }

    #[test]
    fn a_credential_that_one_agent_takes_names_it() {
        assert_eq!(credential_agent("claude-oauth-token"), Some("claude-code"));
        assert_eq!(credential_agent("FACTORY_API_KEY"), Some("droid"));
        assert_eq!(credential_agent("ANTHROPIC_API_KEY"), None);
    }
}
