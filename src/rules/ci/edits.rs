//! What must be known before an edit of a workflow is called safe.
//!
//! In: `rules/fix.toml`, built into the program. Out: who talks to the git remote, which commands use no token, what a
//! cloud's login takes in the place of a stored key. What no entry covers is unknown.

use std::sync::OnceLock;

use serde::Deserialize;

/// A login by a stored key, and what it takes instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudLogin {
    uses: Vec<String>,
    /// The inputs of the stored key.
    pub stored: Vec<String>,
    /// The inputs that take its place, with references to variables.
    pub instead: Vec<(String, String)>,
    /// What must be set up on the cloud's side.
    pub setup: String,
    /// Where the facts were read.
    pub source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    plain: Vec<String>,
    remote: Vec<String>,
    quiet: Vec<String>,
    pushes: Vec<String>,
    own_login: Vec<String>,
    prompts: Vec<String>,
    cloud: Vec<CloudLogin>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE
        .get_or_init(|| toml::from_str(include_str!("../../../rules/fix.toml")).unwrap_or_default())
}

/// Whether a command uses neither a token of GitHub nor the login that a checkout leaves.
pub fn is_plain_command(words: &[String]) -> bool {
    let name = words.first().map_or("", |word| base(word));
    table().plain.iter().any(|entry| {
        let mut wanted = entry.split(' ');
        wanted.next() == Some(name)
            && wanted
                .enumerate()
                .all(|(at, word)| words.get(at + 1).is_some_and(|given| given == word))
    })
}

/// The subcommand by which a command talks to the git remote.
pub fn remote_of_git(words: &[String]) -> Option<&str> {
    let name = words.first().map_or("", |word| base(word));
    if name != "git" {
        return None;
    }
    let mut rest = words[1..].iter();
    while let Some(word) = rest.next() {
        if matches!(word.as_str(), "-C" | "-c" | "--git-dir" | "--work-tree") {
            rest.next();
        } else if !word.starts_with('-') {
            return table().remote.contains(word).then_some(word.as_str());
        }
    }
    None
}

/// Whether an action does not talk to the git remote with the login that a checkout left.
pub fn is_quiet_action(uses: &str) -> bool {
    table().quiet.iter().any(|name| name == uses)
}

/// Whether an action talks to the git remote with the login that a checkout left.
pub fn is_pushing_action(uses: &str) -> bool {
    table().pushes.iter().any(|name| name == uses)
}

/// Whether an agent's action sets up a login for git of its own.
pub fn has_own_login(uses: &str) -> bool {
    table().own_login.iter().any(|name| name == uses)
}

/// The inputs with which such an action does as told, and does not answer by itself where it was called.
pub fn prompt_inputs() -> &'static [String] {
    &table().prompts
}

/// What the login of a cloud takes in the place of a stored key.
pub fn cloud_login(uses: &str) -> Option<&'static CloudLogin> {
    let mut all = table().cloud.iter();
    all.find(|entry| entry.uses.iter().any(|name| name == uses))
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_table_reads_and_says_where_its_facts_come_from() {
        let read: Table = toml::from_str(include_str!("../../../rules/fix.toml")).unwrap();
        assert!(read.cloud.iter().all(|entry| !entry.source.is_empty()));
        assert!(read.quiet.iter().all(|name| !read.pushes.contains(name)));
    }

    #[test]
    fn commands_are_told_apart() {
        assert!(is_plain_command(&words("npm ci --no-audit")));
        assert!(!is_plain_command(&words("npm run release")));
        assert!(!is_plain_command(&words("./release.sh")));
        assert_eq!(remote_of_git(&words("git -C x push origin")), Some("push"));
        assert_eq!(remote_of_git(&words("git commit -m push")), None);
    }
}
