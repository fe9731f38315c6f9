//! What a command runs behind its wrappers: `timeout 5 a`, `sudo -E a`, `npx a`, `bash -c 'a'`, `awf -- a`.
//!
//! In: one simple command. Out: the commands and texts that it really runs; the wrapper itself where it means something.
//! The words of a command are only taken apart, never expanded.

use super::Simple;
use super::tables::{CONTAINER_VALUED, INERT, RUNNERS, WRAPPERS};

/// The most wrappers that are taken off one command.
const MAX_WRAPPERS: usize = 8;

/// What a command runs.
pub(super) enum Unwrapped {
    Command(Simple),
    /// Text that a shell reads again.
    Text(String),
}

/// Takes the wrappers off a command.
pub(super) fn strip(command: Simple) -> Vec<Unwrapped> {
    let mut command = command;
    let mut out = Vec::new();
    for _ in 0..MAX_WRAPPERS {
        let Some(first) = command.words.first() else {
            return out;
        };
        let name = base_name(first).to_owned();
        if name.starts_with('-') {
            // A container whose entry point is a shell: `docker run … image -c 'a'`.
            if let Some(text) = command.words.get(1).filter(|_| is_shell_flag(&name)) {
                out.push(Unwrapped::Text(text.clone()));
            }
            return out;
        }
        if let Some(text) = shell_text(&name, &command) {
            out.push(Unwrapped::Text(text));
            return out;
        }
        let next = wrapped(&name, &command.words)
            .or_else(|| run_by_package_runner(&command.words))
            .or_else(|| in_container(&name, &command.words));
        if let Some(from) = next {
            if is_worth_keeping(&name) {
                out.push(Unwrapped::Command(command.clone()));
            }
            command.words.drain(..from);
            take_assignments(&mut command);
            continue;
        }
        break;
    }
    let behind = behind_dashes(&command);
    out.push(Unwrapped::Command(command));
    if let Some(inner) = behind {
        out.extend(strip_once(inner));
    }
    out
}

/// Takes the wrappers off what stands behind `--`, where no second `--` is followed.
fn strip_once(inner: Simple) -> Vec<Unwrapped> {
    let name = inner.words.first().map_or("", |word| base_name(word));
    match shell_text(name, &inner) {
        Some(text) => vec![Unwrapped::Text(text)],
        None => vec![Unwrapped::Command(inner)],
    }
}

/// The name behind the last `/`.
pub(super) fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_worth_keeping(name: &str) -> bool {
    matches!(name, "docker" | "podman" | "nerdctl")
}

/// The words of `env A=b c` in front of the command are assignments.
fn take_assignments(command: &mut Simple) {
    while let Some((name, value)) = command.words.first().and_then(|word| assignment(word)) {
        command.assignments.push((name, value));
        command.words.remove(0);
    }
}

fn assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.as_bytes()[0].is_ascii_digit();
    is_name.then(|| (name.to_owned(), value.to_owned()))
}

/// The text that a shell reads: of `-c`, of `eval`, or of a here-document without a script's name.
fn shell_text(name: &str, command: &Simple) -> Option<String> {
    let words = &command.words;
    match name {
        "bash" | "sh" | "zsh" | "dash" | "ash" => {
            let flag = words.iter().skip(1).position(|word| is_shell_flag(word));
            if let Some(flag) = flag {
                let text = words.iter().skip(flag + 2).find(|word| !is_option(word))?;
                return Some(text.clone());
            }
            let has_script = words
                .iter()
                .skip(1)
                .any(|word| !is_option(word) && word != "/dev/stdin");
            if has_script {
                None
            } else {
                command.here.clone()
            }
        }
        "eval" => (words.len() > 1).then(|| words[1..].join(" ")),
        "su" | "script" => {
            let flag = words
                .iter()
                .position(|word| word == "-c" || word == "-qec")?;
            words.get(flag + 1).cloned()
        }
        _ => None,
    }
}

/// Whether an option of a shell says that a text follows, alone or among others: `-c`, `-lc`.
fn is_shell_flag(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains('c')
}

fn is_option(word: &str) -> bool {
    word.starts_with('-') && word.len() > 1
}

/// Where the command begins behind a wrapper.
fn wrapped(name: &str, words: &[String]) -> Option<usize> {
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == name)?;
    if wrapper.own == usize::MAX {
        return None;
    }
    let mut at = 1;
    let mut own = wrapper.own;
    while let Some(word) = words.get(at) {
        if word == "--" {
            at += 1;
            break;
        }
        if wrapper.valued.contains(&word.as_str()) {
            at += 2;
        } else if is_option(word) || (name == "env" && assignment(word).is_some()) {
            if assignment(word).is_some() && !is_option(word) {
                break;
            }
            at += 1;
        } else if own > 0 {
            own -= 1;
            at += 1;
        } else {
            break;
        }
    }
    (at < words.len()).then_some(at)
}

fn run_by_package_runner(words: &[String]) -> Option<usize> {
    let (names, valued) = RUNNERS.iter().find(|(names, _)| {
        names.len() < words.len()
            && names
                .iter()
                .zip(words)
                .all(|(name, word)| base_name(word) == *name)
    })?;
    let mut at = names.len();
    while let Some(word) = words.get(at) {
        if word == "--" {
            at += 1;
            break;
        }
        if valued.contains(&word.as_str()) {
            at += 2;
        } else if is_option(word) {
            at += 1;
        } else {
            break;
        }
    }
    (at < words.len()).then_some(at)
}

/// Where the command begins that a container runs, behind the image's name.
fn in_container(name: &str, words: &[String]) -> Option<usize> {
    if !is_worth_keeping(name) {
        return None;
    }
    let verb = words
        .iter()
        .position(|word| word == "run" || word == "exec")?;
    let mut at = verb + 1;
    while let Some(word) = words.get(at) {
        if CONTAINER_VALUED.contains(&word.as_str()) {
            at += 2;
        } else if is_option(word) {
            at += 1;
        } else {
            break;
        }
    }
    (at + 1 < words.len()).then_some(at + 1)
}

/// The command behind `--` of a program that is no wrapper known here, as in `awf … -- /bin/bash -c '…'`.
fn behind_dashes(command: &Simple) -> Option<Simple> {
    let name = base_name(command.words.first()?);
    if INERT.contains(&name) {
        return None;
    }
    let dashes = command.words.iter().position(|word| word == "--")?;
    if dashes + 1 >= command.words.len() {
        return None;
    }
    let mut inner = command.clone();
    inner.words.drain(..=dashes);
    Some(inner)
}
