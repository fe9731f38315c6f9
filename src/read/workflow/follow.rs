//! What a command of a step runs besides itself: scripts and programs of the repository, and texts that the step wrote.
//!
//! In: one command of a step. Out: commands and agents of that step. Calls are followed a few levels deep; a script in a
//! language that is no shell gives only the agents that it starts.

use super::script::{InScript, command};
use super::steps::{Scope, Steering, local_path};
use super::{Reader, variables};
use crate::model::{AgentStep, CiSystem, Setting, Spot, Step, Through};
use crate::read::program;
use crate::read::shell::{self, Simple};
use crate::rules::ci;
use crate::syntax::{self, Format};

/// The longest script that is followed, in bytes.
const MAX_SCRIPT: usize = shell::MAX_TEXT;
/// How deep scripts that call scripts are followed.
const MAX_SCRIPTS: usize = 3;
/// How often a variable is led back to another one.
const MAX_ROUNDS: usize = 3;
/// The longest word that is made by putting variables in.
const MAX_WORD: usize = 4096;

/// What stands around the commands of one step.
pub(super) struct Around<'r, 's, 't> {
    pub scope: &'r Scope<'s, 't>,
    pub steering: &'r Steering,
    /// Variables that the step sets, as written.
    pub variables: Vec<(String, String)>,
    /// Paths in a container, and the paths outside that stand there.
    mounts: Vec<(String, String)>,
}

impl<'r, 's, 't> Around<'r, 's, 't> {
    pub(super) fn new(scope: &'r Scope<'s, 't>, steering: &'r Steering) -> Self {
        Around {
            scope,
            steering,
            variables: Vec::new(),
            mounts: Vec::new(),
        }
    }

    /// A word with the variables put in that the step and what is around it set.
    fn expand(&self, word: &str, env: &[Setting]) -> String {
        let mut word = word.to_owned();
        for _ in 0..MAX_ROUNDS {
            let Some((name, from, to)) = variable(&word) else {
                break;
            };
            let own = self.variables.iter().find(|(known, _)| known == name);
            let given = || env.iter().chain(self.scope.env).find(|s| s.name == name);
            let value = match own {
                Some((_, value)) => Some(value.as_str()),
                None => given().map(|setting| setting.value.as_str()),
            };
            match value {
                Some(value) if word.len() + value.len() <= MAX_WORD => {
                    word.replace_range(from..to, value);
                }
                _ => break,
            }
        }
        word
    }
}

/// The first variable in a word, and where it stands.
fn variable(word: &str) -> Option<(&str, usize, usize)> {
    let at = word.find('$')?;
    let rest = &word[at + 1..];
    let (start, braced) = match rest.strip_prefix('{') {
        Some(_) => (1, true),
        None => (0, false),
    };
    let name = &rest[start..];
    let length = name
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count();
    let end = at + 1 + start + length;
    if length == 0 || (braced && !word[end..].starts_with('}')) {
        return None;
    }
    Some((&name[..length], at, end + usize::from(braced)))
}

impl Reader<'_> {
    /// Takes in what a command runs besides itself.
    pub(super) fn follow(
        &self,
        around: &mut Around<'_, '_, '_>,
        step: &mut Step,
        simple: &Simple,
        spot: &Spot,
        depth: usize,
    ) {
        let words: Vec<String> = simple
            .words
            .iter()
            .map(|word| around.expand(word, &step.env))
            .collect();
        container(around, step, &words, spot);
        self.remember(around, step, simple);
        if let Some(text) = inline(&words, simple) {
            programs(step, text, spot);
        }
        if depth >= MAX_SCRIPTS {
            return;
        }
        let text = match self.called_text(around, step, &words, spot) {
            Calls::Text(text) => Some(text),
            Calls::Unread => None,
            Calls::Nothing => return,
        };
        let Some(text) = text.filter(|text| text.len() <= MAX_SCRIPT && self.spend(text.len()))
        else {
            step.wholly_read = false;
            return;
        };
        let script = shell::read(&text);
        step.wholly_read &= script.whole;
        around.variables.extend(script.variables);
        if self.system != CiSystem::Github {
            let names = variables::named(&text).into_iter();
            let mentions = names.map(|name| variables::mention(name, spot.clone()));
            step.mentions.extend(mentions);
        }
        for mut inner in script.commands {
            self.follow(around, step, &inner, spot, depth + 1);
            // `amp "$@"` in a script gets the words that the script is called with.
            if let Some(at) = inner.words.iter().position(|word| word == "$@") {
                inner.words.splice(at..=at, words.iter().skip(1).cloned());
            }
            let next = command(inner, spot.clone(), around.scope, InScript::Yes);
            step.commands.push(next);
        }
    }

    /// The text that a command runs besides itself.
    fn called_text(
        &self,
        around: &Around<'_, '_, '_>,
        step: &mut Step,
        words: &[String],
        spot: &Spot,
    ) -> Calls {
        let text = match called(words) {
            Some(Called::File(word)) => match self.file_text(around, word) {
                Found::Shell(text) => Some(text),
                Found::Program(text) => {
                    programs(step, &text, spot);
                    return Calls::Nothing;
                }
                Found::Other => None,
                Found::Nothing => return Calls::Nothing,
            },
            Some(Called::Package(name)) => {
                let path = script_path(around, "package.json");
                let bytes = path.and_then(|path| self.file(&path));
                bytes.and_then(|bytes| package_script(&bytes, name))
            }
            None => match words.first().and_then(|name| self.written(name)) {
                Some(text) => Some(text),
                None => return Calls::Nothing,
            },
        };
        text.map_or(Calls::Unread, Calls::Text)
    }

    /// Keeps a text that a command writes to a file.
    fn remember(&self, around: &Around<'_, '_, '_>, step: &Step, simple: &Simple) {
        if let (Some(text), Some(output)) = (&simple.here, &simple.output) {
            let name = base(&around.expand(output, &step.env)).to_owned();
            self.written.borrow_mut().push((name, text.clone()));
        }
    }

    /// A text that an earlier step of the job wrote to a file of this name.
    fn written(&self, name: &str) -> Option<String> {
        let name = base(name);
        let written = self.written.borrow();
        let mut texts = written.iter().rev();
        texts
            .find(|(known, _)| known == name)
            .map(|(_, text)| text.clone())
    }

    fn file_text(&self, around: &Around<'_, '_, '_>, word: &str) -> Found {
        if let Some(text) = self.written(word) {
            return Found::Shell(text);
        }
        let mounted = around.mounts.iter().find(|(inside, _)| inside == word);
        let word = mounted.map_or(word, |(_, outside)| outside.as_str());
        let Some(path) = script_path(around, word) else {
            return Found::Nothing;
        };
        let Some(bytes) = self.file(&path) else {
            return Found::Nothing;
        };
        let shell = shell::is_script(&path, &bytes);
        match String::from_utf8(bytes) {
            Ok(text) if shell => Found::Shell(text),
            Ok(text) if is_program(&path) => Found::Program(text),
            _ => Found::Other,
        }
    }
}

/// What a command runs besides itself.
enum Calls {
    Text(String),
    /// There, and not read.
    Unread,
    Nothing,
}

enum Found {
    Shell(String),
    Program(String),
    /// There, and not read.
    Other,
    Nothing,
}

/// Sees what a container is given: the image of an agent, and files of the repository under other names.
fn container(around: &mut Around<'_, '_, '_>, step: &mut Step, words: &[String], spot: &Spot) {
    let name = words.first().map_or("", |word| base(word));
    if !matches!(name, "docker" | "podman" | "nerdctl") || !words.iter().any(|word| word == "run") {
        return;
    }
    for (at, word) in words.iter().enumerate() {
        if let Some(agent) = ci::image_agent(word) {
            add(step, agent, Vec::new(), spot);
        }
        let volume = matches!(word.as_str(), "-v" | "--volume")
            .then(|| words.get(at + 1))
            .flatten();
        if let Some((outside, rest)) = volume.and_then(|pair| pair.split_once(":/")) {
            let inside = rest.split(':').next().unwrap_or(rest);
            let pair = (format!("/{inside}"), outside.to_owned());
            around.mounts.push(pair);
        }
    }
}

/// The agents that a program's text starts.
pub(super) fn programs(step: &mut Step, text: &str, spot: &Spot) {
    for found in program::started(text) {
        add(step, found.agent, found.arguments, spot);
    }
}

fn add(step: &mut Step, agent: &'static str, arguments: Vec<String>, spot: &Spot) {
    if step.agents.iter().all(|known| known.agent != agent) {
        step.agents.push(AgentStep {
            agent,
            how: Through::Cli,
            spot: spot.clone(),
            arguments,
        });
    }
}

/// The text of a program that stands in a command: behind `-c` or `-e`, or in a here-document.
fn inline<'w>(words: &'w [String], simple: &'w Simple) -> Option<&'w str> {
    if !is_interpreter(base(words.first()?)) {
        return None;
    }
    let flag = words
        .iter()
        .position(|word| matches!(word.as_str(), "-c" | "-e" | "--eval"));
    match flag {
        Some(at) => words.get(at + 1).map(String::as_str),
        None => simple.here.as_deref(),
    }
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_interpreter(name: &str) -> bool {
    matches!(
        name,
        "python" | "python3" | "node" | "bun" | "deno" | "tsx" | "ts-node"
    )
}

fn is_program(path: &str) -> bool {
    [".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx"]
        .iter()
        .any(|end| path.ends_with(end))
}

enum Called<'w> {
    File(&'w str),
    /// A script of `package.json`.
    Package(&'w str),
}

/// The script that a command runs.
fn called(words: &[String]) -> Option<Called<'_>> {
    let name = words.first()?.as_str();
    let base = base(name);
    match base {
        "bash" | "sh" | "zsh" | "dash" | "source" | "." => words
            .iter()
            .skip(1)
            .find(|word| !word.starts_with('-'))
            .map(|word| Called::File(word)),
        "npm" | "pnpm" | "yarn" | "bun" if words.iter().any(|word| word.starts_with("run")) => {
            let at = words
                .iter()
                .position(|word| word == "run" || word == "run-script")?;
            words.get(at + 1).map(|word| Called::Package(word))
        }
        _ if is_interpreter(base) => {
            let mut files = words.iter().skip(1);
            files
                .find(|word| is_program(word))
                .map(|word| Called::File(word))
        }
        _ if name.contains('/') || is_program(name) => Some(Called::File(name)),
        _ => None,
    }
}

const WORKSPACE: &[&str] = &[
    "$GITHUB_WORKSPACE/",
    "${GITHUB_WORKSPACE}/",
    "${{ github.workspace }}/",
    "${{github.workspace}}/",
    "$CI_PROJECT_DIR/",
    "${CI_PROJECT_DIR}/",
    "$(Build.SourcesDirectory)/",
    "$(System.DefaultWorkingDirectory)/",
    "$BUILD_SOURCESDIRECTORY/",
    "$PWD/",
    "${PWD}/",
    "$(pwd)/",
];

const ACTION: &[&str] = &[
    "$GITHUB_ACTION_PATH/",
    "${GITHUB_ACTION_PATH}/",
    "${{ github.action_path }}/",
    "${{github.action_path}}/",
];

/// The path of a script from the repository's root.
fn script_path(around: &Around<'_, '_, '_>, word: &str) -> Option<String> {
    let strip = |starts: &[&str]| {
        starts
            .iter()
            .find_map(|start| word.strip_prefix(*start).map(str::to_owned))
    };
    let joined = if let Some(rest) = strip(ACTION) {
        format!("{}/{rest}", around.scope.folder.unwrap_or_default())
    } else if let Some(rest) = strip(WORKSPACE) {
        rest
    } else {
        match around.steering.folder.as_deref() {
            Some(folder) => format!("{}/{word}", folder.trim_end_matches('/')),
            None => word.to_owned(),
        }
    };
    if joined.contains(['$', '*', '~']) || joined.starts_with('/') {
        return None;
    }
    local_path(&format!("./{joined}")).filter(|path| !path.is_empty())
}

/// The text of a script in `package.json`.
fn package_script(bytes: &[u8], name: &str) -> Option<String> {
    let document = syntax::parse(Format::Json, bytes).ok()?;
    let node = document.get(&["scripts", name]).into_iter().next()?;
    node.as_text().map(str::to_owned)
}
