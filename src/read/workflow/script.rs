//! What a `run:` block executes: its commands, and those of a script of the repository that it calls.
//!
//! In: a step with its text. Out: commands at their places in the file, agents among them. A script is followed one
//! level; text in a language that is no shell is said to be unread.

use super::file::File;
use super::steps::{Scope, Steering};
use super::{MAX_SHELL, Reader};
use crate::model::{Command, Setting, Span, Spot, Step};
use crate::read::shell::{self, Simple};
use crate::read::{agents, lines::Lines};
use crate::syntax::{self, Format};

/// The longest script that is followed, in bytes.
const MAX_SCRIPT: usize = shell::MAX_TEXT;

impl Reader<'_> {
    pub(super) fn run(&self, scope: &Scope<'_, '_>, step: &mut Step, steering: &Steering) {
        let Some(run) = step.run.take() else {
            return;
        };
        let shell = steering.shell.as_deref().unwrap_or("bash");
        let (read, wholly) = match shell.split(['/', ' ']).next_back().unwrap_or_default() {
            _ if shell.contains("bash") || shell.contains("sh ") || shell == "sh" => (true, true),
            _ if shell.contains("pwsh") || shell.contains("powershell") || shell == "cmd" => {
                (true, false)
            }
            _ if shell.contains("${{") => (true, false),
            _ => (false, false),
        };
        step.wholly_read = wholly;
        if read && self.spend(run.value.len()) {
            let script = shell::read(&run.value);
            step.wholly_read &= script.whole;
            let places = Places::of(scope.file, &run);
            for simple in script.commands {
                let spot = places.spot(simple.span);
                self.follow(scope, step, steering, &simple, &spot);
                step.commands
                    .push(command(simple, spot, scope, InScript::No));
            }
        } else {
            step.wholly_read = false;
        }
        step.agents.extend(agents::in_commands(&step.commands));
        step.run = Some(Setting {
            value: scope.values.text(&run.value),
            ..run
        });
    }

    /// Whether the bound on shell text allows another `length` bytes.
    fn spend(&self, length: usize) -> bool {
        let spent = self.shell.get().saturating_add(length);
        if spent > MAX_SHELL {
            return false;
        }
        self.shell.set(spent);
        true
    }

    /// Reads a script of the repository that a command runs, and takes its commands in.
    fn follow(
        &self,
        scope: &Scope<'_, '_>,
        step: &mut Step,
        steering: &Steering,
        simple: &Simple,
        spot: &Spot,
    ) {
        let text = match called(&simple.words) {
            Some(Called::File(word)) => {
                let Some(path) = script_path(scope, steering, word) else {
                    return;
                };
                match self.file(&path) {
                    Some(bytes) if is_shell(&path, &bytes) => String::from_utf8(bytes).ok(),
                    Some(_) => None,
                    None => return,
                }
            }
            Some(Called::Package(name)) => {
                let path = script_path(scope, steering, "package.json");
                let Some(bytes) = path.and_then(|path| self.file(&path)) else {
                    step.wholly_read = false;
                    return;
                };
                package_script(&bytes, name)
            }
            None => return,
        };
        let Some(text) = text.filter(|text| text.len() <= MAX_SCRIPT && self.spend(text.len()))
        else {
            step.wholly_read = false;
            return;
        };
        let script = shell::read(&text);
        step.wholly_read &= script.whole;
        for inner in script.commands {
            step.commands
                .push(command(inner, spot.clone(), scope, InScript::Yes));
        }
    }
}

/// Whether a command stands in a script that the step calls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InScript {
    Yes,
    No,
}

fn command(simple: Simple, spot: Spot, scope: &Scope<'_, '_>, place: InScript) -> Command {
    let words = simple.words.iter().map(|word| scope.values.text(word));
    Command {
        words: words.collect(),
        assignments: simple.assignments,
        has_input: simple.has_input,
        spot,
        in_script: place == InScript::Yes,
    }
}

enum Called<'w> {
    File(&'w str),
    /// A script of `package.json`.
    Package(&'w str),
}

/// The script that a command runs.
fn called(words: &[String]) -> Option<Called<'_>> {
    let name = words.first()?.as_str();
    let base = name.rsplit('/').next().unwrap_or(name);
    match base {
        "bash" | "sh" | "zsh" | "dash" | "source" | "." => words
            .iter()
            .skip(1)
            .find(|word| !word.starts_with('-'))
            .map(|word| Called::File(word)),
        "npm" | "pnpm" | "yarn" | "bun" => {
            let at = words
                .iter()
                .position(|word| word == "run" || word == "run-script")?;
            words.get(at + 1).map(|word| Called::Package(word))
        }
        _ if name.contains('/') && !name.starts_with('/') || is_in_workspace(name) => {
            Some(Called::File(name))
        }
        _ => None,
    }
}

const WORKSPACE: &[&str] = &[
    "$GITHUB_WORKSPACE/",
    "${GITHUB_WORKSPACE}/",
    "${{ github.workspace }}/",
    "${{github.workspace}}/",
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

fn is_in_workspace(word: &str) -> bool {
    WORKSPACE
        .iter()
        .chain(ACTION)
        .any(|start| word.starts_with(start))
}

/// The path of a script from the repository's root.
fn script_path(scope: &Scope<'_, '_>, steering: &Steering, word: &str) -> Option<String> {
    let strip = |starts: &[&str]| {
        starts
            .iter()
            .find_map(|start| word.strip_prefix(*start).map(str::to_owned))
    };
    let joined = if let Some(rest) = strip(ACTION) {
        format!("{}/{rest}", scope.folder.unwrap_or_default())
    } else if let Some(rest) = strip(WORKSPACE) {
        rest
    } else {
        match steering.folder.as_deref() {
            Some(folder) => format!("{}/{word}", folder.trim_end_matches('/')),
            None => word.to_owned(),
        }
    };
    if joined.contains(['$', '*', '~']) || joined.starts_with('/') {
        return None;
    }
    super::steps::local_path(&format!("./{joined}")).filter(|path| !path.is_empty())
}

/// Whether a file is a shell script, by its first line or its name.
fn is_shell(path: &str, bytes: &[u8]) -> bool {
    let line = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    if line.starts_with(b"#!") {
        return line.ends_with(b"sh")
            || line
                .windows(3)
                .any(|part| part == b"sh " || part == b"sh\r");
    }
    path.ends_with(".sh")
        || path.ends_with(".bash")
        || !path.rsplit('/').next().unwrap_or(path).contains('.')
}

/// The text of a script in `package.json`.
fn package_script(bytes: &[u8], name: &str) -> Option<String> {
    let document = syntax::parse(Format::Json, bytes).ok()?;
    let node = document.get(&["scripts", name]).into_iter().next()?;
    node.as_text().map(str::to_owned)
}

/// From places in a value's text to places in the file, whatever the notation of the value.
struct Places<'f, 't> {
    lines: &'f Lines<'t>,
    whole: Spot,
    /// For each byte of the text, the byte of the file that it is written by.
    written: Vec<u32>,
}

impl<'f, 't> Places<'f, 't> {
    fn of(file: &'f File<'t>, run: &Setting) -> Self {
        let mut written = Vec::with_capacity(run.value.len());
        let mut at = run.spot.span.start;
        let end = run.spot.span.end.min(file.text.len());
        for byte in run.value.bytes() {
            if !byte.is_ascii_whitespace() {
                // Indentation, folded line ends and escapes stand only in the file.
                let here = memchr::memchr(byte, file.text.get(at..end).unwrap_or_default());
                at += here.unwrap_or(0);
            }
            written.push(u32::try_from(at).unwrap_or(u32::MAX));
            if !byte.is_ascii_whitespace() {
                at = (at + 1).min(end);
            }
        }
        Places {
            lines: &file.lines,
            whole: run.spot.clone(),
            written,
        }
    }

    fn spot(&self, span: Option<Span>) -> Spot {
        let found = span.and_then(|span| {
            let start = *self.written.get(span.start)?;
            let last = *self.written.get(span.end.checked_sub(1)?)?;
            Some(Span::new(start as usize, last as usize + 1))
        });
        match found {
            Some(span) => Spot {
                path: self.whole.path.clone(),
                span,
                place: self.lines.place(span),
            },
            None => self.whole.clone(),
        }
    }
}
