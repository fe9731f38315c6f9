//! Which whole commands cannot be undone, and which ask a person.
//!
//! In: the words of one command. Out: the entry of the table that it is. A command that only shows what it would do, or
//! that names what it deletes where the table takes that for a choice, is none.

use crate::read::shell::Simple;
use crate::rules::agent_facts::{FinalCommand, agent_facts};

/// The most words in front of a sub-command: `terraform -chdir=infra destroy`.
const MOST_OPTIONS: usize = 6;
/// What a deletion without limits names.
const EVERYTHING: &[&str] = &["/", "~", ".", "/*", "~/", "$HOME", "${HOME}", "$HOME/"];

/// Whether a person is asked by this command: those behind it wait for an answer.
pub(super) fn asks(command: &Simple, before: Option<&Simple>) -> bool {
    let Some((program, rest)) = command.words.split_first() else {
        return false;
    };
    let prompts = |word: &String| {
        let letters = word.strip_prefix('-').unwrap_or_default();
        letters.contains('p') && !letters.starts_with('-')
    };
    // `echo "Are you sure?"` and then `read answer`.
    let asked_before = before.is_some_and(|before| {
        let first = before.words.first().map(String::as_str);
        matches!(first, Some("echo" | "printf")) && before.words.iter().any(|w| w.contains('?'))
    });
    match program.as_str() {
        "read" => rest.iter().any(prompts) || rest.iter().any(|w| w.contains('?')) || asked_before,
        "gum" => rest.first().is_some_and(|word| word == "confirm"),
        "whiptail" | "dialog" => rest.iter().any(|word| word == "--yesno"),
        _ => false,
    }
}

/// The words with a variable in the first place put in: `$TF destroy`.
pub(super) fn expanded(words: &[String], variables: &[(String, String)]) -> Vec<String> {
    let Some((first, rest)) = words.split_first() else {
        return Vec::new();
    };
    let name = first.strip_prefix('$').map(|name| {
        let inside = name.strip_prefix('{').and_then(|n| n.strip_suffix('}'));
        inside.unwrap_or(name)
    });
    let value = name.and_then(|name| variables.iter().find(|(known, _)| known == name));
    match value {
        Some((_, value)) => {
            let value = value.trim_matches(['"', '\'']);
            let words = value.split_whitespace().map(str::to_owned);
            words.chain(rest.iter().cloned()).collect()
        }
        None => words.to_vec(),
    }
}

/// The command of the table that these words are, and what it does.
pub(super) fn final_command(
    words: &[String],
    here: Option<&str>,
) -> Option<(String, &'static str)> {
    let facts = agent_facts();
    let program = base(words.first()?);
    if let Some(command) = facts.commands.iter().find(|command| is(command, words)) {
        return Some((command.words.join(" "), &command.says));
    }
    let takes_text = facts.open.sends.iter().any(|known| known == program)
        || facts
            .commands
            .iter()
            .any(|command| command.words.len() == 1 && command.words[0] == program);
    if !takes_text {
        return None;
    }
    let text = format!("{} {}", words.join(" "), here.unwrap_or_default()).to_ascii_lowercase();
    let known = facts
        .texts
        .iter()
        .find(|known| text.contains(&known.has.to_ascii_lowercase()))?;
    Some((known.has.clone(), &known.says))
}

/// Whether a text may hold a command that cannot be undone whatever stands behind it: a cheap test.
pub(in crate::read::agent_config) fn may_destroy(text: &[u8]) -> bool {
    let has = |word: &String| memchr::memmem::find(text, word.as_bytes()).is_some();
    let mut commands = agent_facts().commands.iter();
    commands.any(|command| !command.narrowed && command.words.iter().all(has))
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether the words are the command, whole.
fn is(command: &FinalCommand, words: &[String]) -> bool {
    let Some(behind) = behind(command, words) else {
        return false;
    };
    let only_shows = |word: &String| word.starts_with("--dry-run") || word == "--help";
    if behind.iter().any(only_shows) {
        return false;
    }
    if command.narrowed {
        let mut named = behind.iter().filter(|word| !word.starts_with('-'));
        return named.clone().next().is_some()
            && named.all(|word| EVERYTHING.contains(&word.as_str()));
    }
    let says = |word: &String| {
        let name = word.split('=').next().unwrap_or(word);
        command.flags.iter().any(|flag| flag == name)
    };
    command.flags.is_empty() || behind.iter().any(says)
}

/// What stands behind the words of the command; options may stand between them.
fn behind<'w>(command: &FinalCommand, words: &'w [String]) -> Option<&'w [String]> {
    let (first, more) = command.words.split_first()?;
    if base(words.first()?) != first {
        return None;
    }
    let mut at = 1;
    for wanted in more {
        let mut options = 0;
        while words.get(at)? != wanted {
            let is_option = words[at].starts_with('-') && !wanted.starts_with('-');
            options += 1;
            if !is_option || options > MOST_OPTIONS {
                return None;
            }
            // `kubectl -n shop delete`: the word behind an option may be its value.
            let has_value = !words[at].contains('=')
                && words.get(at + 1) != Some(wanted)
                && words.get(at + 1).is_some_and(|word| !word.starts_with('-'));
            at += 1 + usize::from(has_value);
        }
        at += 1;
    }
    Some(&words[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        final_command(&words, None).map(|(shown, _)| shown)
    }

    #[test]
    fn a_whole_command_that_cannot_be_undone_is_known() {
        for (text, shown) in [
            ("terraform destroy -auto-approve", "terraform destroy"),
            ("terraform -chdir=infra destroy", "terraform destroy"),
            ("./bin/terraform destroy", "terraform destroy"),
            ("terraform apply -auto-approve", "terraform apply"),
            (
                "kubectl -n shop delete namespace a",
                "kubectl delete namespace",
            ),
            ("helm uninstall shop", "helm uninstall"),
            ("prisma migrate reset --force", "prisma migrate reset"),
            ("rm -rf /", "rm -rf"),
            ("psql -c DROP DATABASE a", "drop database"),
            ("curl -d volumeDelete x", "volumeDelete"),
        ] {
            assert_eq!(of(text).as_deref(), Some(shown), "{text}");
        }
    }

    #[test]
    fn a_command_that_deletes_little_or_nothing_is_none() {
        for text in [
            "terraform plan -destroy",
            "terraform apply",
            "terraform init destroy",
            "helm uninstall shop --dry-run",
            "rm -rf dist",
            "rm -rf ./build node_modules",
            "kubectl delete pod a",
            "kubectl delete -f a.yaml",
            "psql -f schema.sql",
            "psql",
            "echo drop database",
            "grep -r volumeDelete src",
            "",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
