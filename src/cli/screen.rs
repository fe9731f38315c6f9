//! The terminal: who reads the output, whether it is coloured, how errors look.
//!
//! The only place that asks whether standard output is a terminal and whether an agent reads it.

use std::io::{self, IsTerminal, Write};

use super::{Color, ScreenArguments, UNDECIDED};
use crate::act::agent;
use crate::engine::without_secrets;
use crate::error::{Error, Result};
use crate::report::{Audience, Entry, Released, Style, Verbosity};

/// What is known of the reader.
pub struct Screen {
    color: Color,
    verbosity: Verbosity,
    audience: Audience,
}

impl Screen {
    /// Looks at the flags, the terminal and the environment.
    pub fn new(arguments: &ScreenArguments) -> Self {
        let verbosity = if arguments.quiet {
            Verbosity::Quiet
        } else if arguments.verbose {
            Verbosity::Verbose
        } else {
            Verbosity::Normal
        };
        let audience = if agent::running().is_some() {
            Audience::Agent
        } else if io::stderr().is_terminal() && std::env::var_os("CI").is_none() {
            Audience::Person
        } else {
            Audience::Machine
        };
        Screen {
            color: arguments.color,
            verbosity,
            audience,
        }
    }

    /// The style of a report that goes to standard output (a scan) or standard error (a hook).
    pub fn style(&self, entry: Entry) -> Style {
        let terminal = match entry {
            Entry::Hook => io::stderr().is_terminal(),
            Entry::Scan | Entry::Ci | Entry::Job => io::stdout().is_terminal(),
        };
        Style {
            color: self.colored(terminal),
            width: 80,
            verbosity: self.verbosity,
            audience: self.audience,
            entry,
            why_not: false,
            released: Released::Kept,
        }
    }

    fn colored(&self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                terminal && !plain
            }
        }
    }

    /// Whether a person sits at the terminal and no agent does.
    pub fn person_answers(&self) -> bool {
        self.audience == Audience::Person && io::stdin().is_terminal()
    }

    /// Writes to standard output; a reader that left early is no error.
    pub fn write(&self, text: &[u8]) -> Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(text).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::output("standard output could not be written"))
            }
            _ => Ok(()),
        }
    }

    /// Writes a line to standard output.
    pub fn say(&self, line: &str) -> Result<()> {
        self.write(format!("{line}\n").as_bytes())
    }

    /// Writes an error with its place and hint to standard error.
    pub fn error(&self, error: &Error) {
        let mut out = io::stderr().lock();
        // A closed standard error leaves nobody to tell; the exit code still says it.
        let said = without_secrets(&error.to_string());
        let _ = writeln!(out, "tokenleash: {said}");
        if let Some(hint) = &error.hint {
            let _ = writeln!(out, "  hint: {}", without_secrets(hint));
        }
    }

    /// Writes what is wrong with the arguments, or the help that they ask for; gives the exit code.
    pub fn usage(error: &clap::Error) -> u8 {
        let text = error.to_string();
        let said = without_secrets(&text);
        let shown = match said == text {
            true => error.print(),
            false => io::stderr().lock().write_all(said.as_bytes()),
        };
        match shown {
            Ok(()) if !error.use_stderr() => 0,
            _ => UNDECIDED,
        }
    }
}
