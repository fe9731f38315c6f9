//! What a `run:` block executes: its commands, and those of a script of the repository that it calls.
//!
//! In: a step with its text. Out: commands at their places in the file, agents among them. Text in a language that is no
//! shell is said to be unread; the agents that it starts are found.

use std::collections::BTreeSet;

use super::file::File;
use super::follow::{self, Around};
use super::jobs::RunDefaults;
use super::steps::{Scope, Steering};
use super::substitute::Values;
use super::{MAX_SHELL, Reader, variables};
use crate::model::{Command, Setting, Span, Spot, Step};
use crate::read::shell::{self, Simple};
use crate::read::{agents, lines::Lines};

impl Reader<'_> {
    pub(super) fn run(&self, scope: &Scope<'_, '_>, step: &mut Step, steering: &Steering) {
        let Some(run) = step.run.take() else {
            return;
        };
        let mut around = Around::new(scope, steering);
        self.text(&mut around, step, &run);
        name_agents(step);
        step.run = Some(Setting {
            value: scope.values.text(&run.value),
            ..run
        });
    }

    /// Reads a step that runs several texts one after the other in one shell, each at its own place.
    pub(super) fn run_pieces(
        &self,
        pieces: &[Piece<'_, '_>],
        values: &Values,
        env: &[Setting],
        step: &mut Step,
        steering: &Steering,
    ) {
        let defaults = RunDefaults::default();
        let mut variables = Vec::new();
        let mut joined: Option<Setting> = None;
        for piece in pieces {
            let scope = Scope {
                file: piece.file,
                defaults: &defaults,
                values,
                env,
                folder: None,
                depth: 0,
            };
            let mut around = Around::new(&scope, steering);
            around.variables = std::mem::take(&mut variables);
            let places = Places::of(piece.file, &piece.text);
            for (name, span) in variables::spans(&piece.text.value) {
                step.mentions
                    .push(variables::mention(name, places.spot(Some(span))));
            }
            let filled = values.text(&piece.text.value);
            if filled != piece.text.value {
                let names = variables::named(&filled).into_iter();
                let whole = &piece.text.spot;
                step.mentions
                    .extend(names.map(|name| variables::mention(name, whole.clone())));
            }
            self.text(&mut around, step, &piece.text);
            variables = around.variables;
            match &mut joined {
                Some(joined) => {
                    joined.value.push('\n');
                    joined.value.push_str(&filled);
                }
                None => {
                    joined = Some(Setting {
                        value: filled,
                        ..piece.text.clone()
                    });
                }
            }
        }
        step.mentions
            .retain(|mention| !variables::is_set(&mention.name, &variables));
        let mut seen = BTreeSet::new();
        step.mentions
            .retain(|mention| seen.insert(mention.name.clone()));
        name_agents(step);
        step.run = joined;
    }

    /// Reads one text of a step in the shell of its steering.
    fn text(&self, around: &mut Around<'_, '_, '_>, step: &mut Step, run: &Setting) {
        let shell = around.steering.shell.as_deref().unwrap_or("bash");
        let (read, wholly) = match shell.split(['/', ' ']).next_back().unwrap_or_default() {
            _ if shell.contains("bash") || shell.contains("sh ") || shell == "sh" => (true, true),
            _ if shell.contains("pwsh") || shell.contains("powershell") || shell == "cmd" => {
                (true, false)
            }
            _ if shell.contains("${{") => (true, false),
            _ => (false, false),
        };
        step.wholly_read &= wholly;
        if read && self.spend(run.value.len()) {
            let script = shell::read(&run.value);
            step.wholly_read &= script.whole;
            let places = Places::of(around.scope.file, run);
            around.variables.extend(script.variables);
            for simple in script.commands {
                let spot = places.spot(simple.span);
                self.follow(around, step, &simple, &spot, 0);
                step.commands
                    .push(command(simple, spot, around.scope, InScript::No));
            }
        } else {
            step.wholly_read = false;
            follow::programs(step, &run.value, &run.spot);
        }
    }

    /// Whether the bound on shell text allows another `length` bytes.
    pub(super) fn spend(&self, length: usize) -> bool {
        let spent = self.shell.get().saturating_add(length);
        if spent > MAX_SHELL {
            return false;
        }
        self.shell.set(spent);
        true
    }
}

/// How far from one byte of a text the next may stand in the file: a byte that an escape stands for is not there at all.
const FARTHEST: usize = 4096;

/// How far away the next byte of a text stands in the file; 0 where it is not near.
fn gap_before(byte: u8, rest: &[u8]) -> usize {
    if rest.first() == Some(&byte) {
        return 0;
    }
    let near = &rest[..rest.len().min(FARTHEST)];
    memchr::memchr(byte, near).unwrap_or(0)
}

/// Stands for each byte of what is put into a text before a shell sees it.
pub(super) const MARK: u8 = 0x1f;

/// One text of a step, and the file in which it stands.
pub(super) struct Piece<'g, 't> {
    pub file: &'g File<'t>,
    pub text: Setting,
}

/// Finds the agents among a step's commands.
fn name_agents(step: &mut Step) {
    for agent in agents::in_commands(&step.commands) {
        if step.agents.iter().all(|known| known.agent != agent.agent) {
            step.agents.push(agent);
        }
    }
}

/// Whether a command stands in a script that the step calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InScript {
    Yes,
    No,
}

pub(super) fn command(
    simple: Simple,
    spot: Spot,
    scope: &Scope<'_, '_>,
    place: InScript,
) -> Command {
    let words = simple.words.iter().map(|word| scope.values.text(word));
    Command {
        words: words.collect(),
        assignments: simple.assignments,
        has_input: simple.has_input,
        spot,
        in_script: place == InScript::Yes,
    }
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
            if byte == MARK {
                written.push(u32::try_from(at).unwrap_or(u32::MAX));
                at = (at + 1).min(end);
                continue;
            }
            if !byte.is_ascii_whitespace() {
                // Indentation, folded line ends and escapes stand only in the file.
                at += gap_before(byte, file.text.get(at..end).unwrap_or_default());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_not_looked_for_to_the_end_of_the_file() {
        let far = [&b" ".repeat(FARTHEST)[..], b"x"].concat();
        assert_eq!(gap_before(b'x', &far), 0);
        assert_eq!(gap_before(b'x', &far[1..]), FARTHEST - 1);
        assert_eq!(gap_before(b'x', b""), 0);
    }
}
