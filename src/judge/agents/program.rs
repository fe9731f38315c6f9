//! What a rule that names a command lets an agent do beyond that command.
//!
//! In: the text of one rule. Out: whether it allows every command, sends anything, or prints a credential. The text is
//! read as the start of a command: assignments and runners in front of it are passed by.

use super::names;
use crate::read::agent_config::hides_credentials;
use crate::rules::RuleSet;
use crate::rules::agent_facts::agent_facts;

/// What an open rule lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    /// Every command: the program runs whatever stands behind it.
    Runs(&'static str),
    /// Any request: what an agent read, it can send.
    Sends(&'static str),
}

/// Words that take code in the next argument.
const CODE_FLAGS: &[&str] = &["-c", "-e", "-lc", "--eval", "--command", "-Command", "-r"];
/// Words in front of a command that change nothing about it; `true`: a number follows.
const IN_FRONT: &[(&str, bool)] = &[
    ("timeout", true),
    ("nohup", false),
    ("time", false),
    ("exec", false),
    ("command", false),
    ("nice", false),
];
/// Programs that print a file.
const READERS: &[&str] = &[
    "cat",
    "head",
    "tail",
    "less",
    "more",
    "bat",
    "type",
    "Get-Content",
];

/// The words of a rule without what stands in front of the command, and whether anything may follow.
fn words_of(about: &str) -> (Vec<&str>, bool) {
    let about = about.trim();
    let open = about.ends_with('*');
    let text = about.trim_end_matches('*').trim_end().trim_end_matches(':');
    let mut words: Vec<&str> = text.split_whitespace().collect();
    loop {
        let first = words.first().copied().unwrap_or_default();
        let known = IN_FRONT.iter().find(|(word, _)| *word == first);
        let count = match known {
            Some((_, true)) => 2,
            Some((_, false)) => 1,
            None if is_assignment(first) => 1,
            None => break,
        };
        // A lone `timeout:*` is a rule for whatever it runs, and is not looked into.
        if words.len() <= count {
            break;
        }
        words.drain(..count);
    }
    (words, open)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn base(word: &str) -> &str {
    word.rsplit(['/', '\\'])
        .next()
        .unwrap_or(word)
        .trim_end_matches(".exe")
}

/// What a rule lets through besides the command that it names.
pub(crate) fn power_of(about: &str) -> Option<Power> {
    let (words, open) = words_of(about);
    let (program, rest) = words.split_first()?;
    if !open {
        return None;
    }
    let facts = &agent_facts().open;
    let program = base(program);
    let without_code = rest
        .iter()
        .all(|word| CODE_FLAGS.contains(word) || matches!(*word, "\"" | "'" | "$'"));
    let names = |known: &&String| {
        let mut parts = known.split(' ');
        let first = parts.next() == Some(program);
        let more: Vec<&str> = parts.collect();
        first
            && match more.is_empty() {
                true => without_code,
                false => rest == more.as_slice(),
            }
    };
    if let Some(known) = facts.runs.iter().find(names) {
        return Some(Power::Runs(known));
    }
    let sends = facts.sends.iter().find(|known| *known == program);
    sends
        .filter(|_| rest.is_empty())
        .map(|known| Power::Sends(known))
}

/// The shell that a rule allows with any text behind it: that is every command.
pub(crate) fn shell_of(about: &str) -> Option<&'static str> {
    match power_of(about) {
        Some(Power::Runs(known)) if agent_facts().open.shells.iter().any(|one| one == known) => {
            Some(known)
        }
        _ => None,
    }
}

/// What a rule prints into the transcript, in words, where that is a credential.
pub(crate) fn prints(about: &str, rules: &RuleSet) -> Option<&'static str> {
    let (words, _) = words_of(about);
    let (program, rest) = words.split_first()?;
    match base(program) {
        "printenv" | "env" | "export" | "set" if rest.is_empty() => {
            Some("the whole environment, credentials included")
        }
        "ps" if rest.iter().any(|word| is_wide_list(word)) => {
            Some("the environment of every process, credentials included")
        }
        "echo" | "printf" | "printenv" => {
            let is_credential = |word: &str| {
                let name: String = word
                    .chars()
                    .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                (word.contains('$') || base(program) == "printenv")
                    && names::says_credential(&name, rules)
            };
            rest.iter()
                .any(|word| is_credential(word))
                .then_some("the credential in that variable")
        }
        reader if READERS.contains(&reader) => rest
            .iter()
            .any(|word| !word.starts_with('-') && !word.contains("..") && hides_credentials(word))
            .then_some("a file that is meant for credentials"),
        _ => None,
    }
}

/// `eww`, `auxe`: the letters by which `ps` shows environments.
fn is_wide_list(word: &str) -> bool {
    !word.starts_with('-')
        && word.contains('e')
        && word.bytes().all(|byte| b"aeuxwf".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_rule_says_what_it_lets_through() {
        let runs = |about: &str| match power_of(about) {
            Some(Power::Runs(known)) => Some(known),
            _ => None,
        };
        for (about, expected) in [
            ("bash:*", Some("bash")),
            ("node *", Some("node")),
            ("/usr/bin/python3:*", Some("python3")),
            ("python -c \":*", Some("python")),
            ("node -e:*", Some("node")),
            ("timeout 10 bash:*", Some("bash")),
            ("PYTHONPATH=. python -c:*", Some("python")),
            ("A=\"b\" node:*", Some("node")),
            ("docker compose:*", Some("docker compose")),
            ("docker run:*", Some("docker run")),
            ("find:*", Some("find")),
            ("find . -name:*", None),
            ("docker ps:*", None),
            ("python manage.py:*", None),
            ("python -m pytest:*", None),
            ("node script.js", None),
            ("npm run:*", None),
            ("timeout:*", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(runs(about), expected, "{about}");
        }
        for (about, expected) in [
            ("bash:*", Some("bash")),
            ("powershell -Command:*", Some("powershell")),
            ("node:*", None),
            ("bash scripts/test.sh:*", None),
        ] {
            assert_eq!(shell_of(about), expected, "{about}");
        }
        assert_eq!(power_of("curl:*"), Some(Power::Sends("curl")));
        assert_eq!(power_of("curl -s http://localhost:*"), None);
    }

    #[test]
    fn a_rule_that_prints_a_credential_is_known() {
        let rules = RuleSet::builtin();
        for about in [
            "echo $OPENAI_API_KEY",
            "printenv",
            "printenv:*",
            "env",
            "ps eww:*",
            "cat .env",
            "cat ./backend/.env.local",
            "printenv STRIPE_SECRET_KEY",
        ] {
            assert!(prints(about, &rules).is_some(), "{about}");
        }
        for about in [
            "echo $PATH",
            "echo hello",
            "cat:*",
            "cat README.md",
            "ps aux",
            "env FOO=1 npm test",
            "cat .env.example",
            "ls",
            "",
        ] {
            assert!(prints(about, &rules).is_none(), "{about}");
        }
    }
}
