//! Agents that a program starts: Python, JavaScript, TypeScript.
//!
//! In: the text of a program. Out: the agents that it starts as processes, and those whose kit it imports. Only lists and
//! calls of literal words are read; text that mentions an agent gives none.

use std::sync::OnceLock;

use memchr::memmem::Finder;

use super::shell;
use crate::rules::ci;

/// The most bytes of a program that are looked at.
const MAX_TEXT: usize = 256 * 1024;
/// The most words of one call.
const MAX_WORDS: usize = 24;
/// How far in front of a command's text the call that starts it may stand.
const BEFORE: usize = 48;

/// Parts of the names of calls that start a process.
const CALLS: &[&str] = &[
    "run(",
    "exec(",
    "execSync(",
    "spawn(",
    "spawnSync(",
    "Popen(",
    "call(",
    "system(",
    "popen(",
    "check_output(",
    "execa(",
    "execaCommand(",
    "getExecOutput(",
    "$`",
    "shell(",
];

/// An agent that a program starts, and the words behind its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    pub agent: &'static str,
    pub arguments: Vec<String>,
}

/// The agents that a program's text starts, each once.
pub fn started(text: &str) -> Vec<Started> {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let mut found: Vec<Started> = Vec::new();
    let mut take = |next: Started| {
        if !found.iter().any(|known| known.agent == next.agent) {
            found.push(next);
        }
    };
    let words = words();
    let has = |kit: &Finder<'_>| kit.find(text.as_bytes()).is_some();
    if words.kits.iter().any(has) && !is_probe(text) {
        for agent in text.lines().filter_map(imported) {
            take(Started {
                agent,
                arguments: Vec::new(),
            });
        }
    }
    for (name, finder) in &words.programs {
        for at in finder.find_iter(text.as_bytes()) {
            if let Some(next) = at_literal(text, at, name) {
                take(next);
            }
        }
    }
    found
}

/// What is looked for in every program.
struct Words {
    kits: Vec<Finder<'static>>,
    programs: Vec<(&'static str, Finder<'static>)>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words {
        kits: ci::kits().map(|(name, _)| Finder::new(name)).collect(),
        programs: ci::cli_names()
            .map(|name| (name, Finder::new(name)))
            .collect(),
    })
}

/// Parts of the calls by which a kit's agent is started.
const STARTS: &[&str] = &[
    "query(", "Client(", "Agent(", "Thread(", "ession(", "Codex(",
];

/// Whether a program of one line only looks whether a package is there.
fn is_probe(text: &str) -> bool {
    let looks = text.contains("print(") || text.contains("assert ");
    looks && !text.trim().contains('\n') && !STARTS.iter().any(|call| text.contains(call))
}

/// The agent whose kit a line imports.
fn imported(line: &str) -> Option<&'static str> {
    let line = line.trim_start();
    let imports = line.starts_with("import ")
        || line.starts_with("from ")
        || line.contains("require(")
        || line.contains("import(")
        || line.starts_with("} from ");
    if !imports {
        return None;
    }
    ci::kits()
        .find(|(name, _)| {
            let is_part = |b: Option<&u8>| {
                b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/'))
            };
            line.find(name).is_some_and(|at| {
                let bytes = line.as_bytes();
                let before = at.checked_sub(1).and_then(|at| bytes.get(at));
                !is_part(before) && !is_part(bytes.get(at + name.len()))
            })
        })
        .map(|(_, agent)| agent)
}

/// The agent that the literal at `at` starts, where one begins there with an agent's name.
fn at_literal(text: &str, at: usize, name: &str) -> Option<Started> {
    let quote = text[..at].chars().next_back()?;
    if !matches!(quote, '"' | '\'' | '`') {
        return None;
    }
    let after = &text[at + name.len()..];
    if let Some(rest) = after.strip_prefix(quote) {
        return of_words(name, words_behind(rest));
    }
    if !after.starts_with(' ') {
        return None;
    }
    // `execSync("claude -p …")`: the text of a command, behind a call that runs one.
    let mut from = at.saturating_sub(BEFORE);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = &text[from..at];
    let opened = |call: &&&str| {
        let at = before.rfind(**call);
        at.is_some_and(|at| !before[at..].contains(')'))
    };
    CALLS.iter().find(opened)?;
    let line = after.split(['\n', quote]).next()?;
    let command = shell::read(&format!("{name}{line}"))
        .commands
        .into_iter()
        .next()?;
    of_words(name, command.words.get(1..)?.to_vec())
}

/// The literal words of the list or call behind a program's name: `, "-p", prompt, "--model"` and `, ["-p", prompt]`.
fn words_behind(rest: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = rest;
    while words.len() < MAX_WORDS {
        let Some(at) = rest.find(['"', '\'', '`', ')', ']', ';', '{']) else {
            break;
        };
        let mark = rest[at..].chars().next().unwrap_or(')');
        if !matches!(mark, '"' | '\'' | '`') {
            break;
        }
        let inside = &rest[at + 1..];
        let Some(end) = inside.find(mark) else {
            break;
        };
        words.push(inside[..end].to_owned());
        rest = &inside[end + 1..];
    }
    words
}

/// A name followed by words that no agent takes is a list of names, or a look-up.
fn of_words(name: &str, arguments: Vec<String>) -> Option<Started> {
    let first = arguments.first()?;
    let is_argument = first.starts_with('-') || matches!(first.as_str(), "exec" | "run" | "chat");
    let entry = ci::cli_agent(name, &arguments, false)?;
    is_argument.then_some(Started {
        agent: &entry.agent,
        arguments,
    })
}

#[cfg(test)]
mod tests {
    use super::started;

    fn agents(text: &str) -> Vec<&'static str> {
        started(text).iter().map(|found| found.agent).collect()
    }

    #[test]
    fn processes_that_a_program_starts_are_found() {
        for (text, agent) in [
            (
                "cmd = [\n  \"aider\",\n  \"--yes\",\n  *safe,\n  \"--message\", task\n]",
                "aider",
            ),
            (
                "spawn('claude', ['--print', '--model', 'opus'], {})",
                "claude-code",
            ),
            (
                "execSync(`claude -p \"${prompt}\" --verbose`)",
                "claude-code",
            ),
            (
                "subprocess.run(['codex', 'exec', '--full-auto', prompt])",
                "codex",
            ),
            ("await exec.exec('copilot', ['-p', prompt])", "copilot-cli"),
            ("os.system(\"gemini -p hello\")", "gemini-cli"),
        ] {
            assert_eq!(agents(text), [agent], "{text}");
        }
    }

    #[test]
    fn kits_that_a_program_imports_are_found() {
        for (text, agent) in [
            ("from claude_agent_sdk import query", "claude-code"),
            (
                "import { query } from '@anthropic-ai/claude-agent-sdk';",
                "claude-code",
            ),
            ("import {\n  Codex,\n} from \"@openai/codex-sdk\";", "codex"),
            (
                "const { query } = require('@anthropic-ai/claude-code')",
                "claude-code",
            ),
        ] {
            assert_eq!(agents(text), [agent], "{text}");
        }
    }

    #[test]
    fn text_that_names_an_agent_starts_none() {
        for text in [
            "shutil.which(\"claude\")",
            "subprocess.run([\"claude\", \"--version\"])",
            "choices=[\"claude\", \"codex\", \"gemini\"]",
            "print(\"claude -p is what you type\")",
            "# from claude_agent_sdk import query",
            "if author in ('copilot', 'cursor-agent'): pass",
            "mkdirSync('claude'); x = '-p'",
            "import my_claude_agent_sdk_helper",
        ] {
            assert!(agents(text).is_empty(), "{text}");
        }
    }
}
