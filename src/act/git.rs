//! Runs the user's `git` for acts that a person asked for: installing, proving, the demo. Never in a hook's path.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::error::{Error, Result};

/// One call of `git`.
pub struct Git {
    command: Command,
    input: Vec<u8>,
    words: String,
}

impl Git {
    /// Prepares a call in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        let mut command = Command::new("git");
        command.current_dir(folder).stdin(Stdio::null());
        Git {
            command,
            input: Vec::new(),
            words: String::new(),
        }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        for argument in arguments {
            if self.words.is_empty() {
                self.words = argument.as_ref().to_string_lossy().into_owned();
            }
            self.command.arg(argument);
        }
        self
    }

    /// Sets a variable for the call.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Forgets what Git handed to a hook, for calls in another repository.
    pub fn without_git_environment(mut self) -> Self {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                self.command.env_remove(name);
            }
        }
        self
    }

    /// Gives standard input.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self.command.stdin(Stdio::piped());
        self
    }

    /// Runs the call and hands back whatever came of it.
    pub fn output(mut self) -> Result<Output> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let gone = || {
            Error::source("`git` could not be started").hint("is Git installed and on the PATH?")
        };
        let mut child = self.command.spawn().map_err(|_| gone())?;
        if let Some(mut stdin) = child.stdin.take() {
            // A `git` that ends without reading is judged by its exit code.
            let _ = stdin.write_all(&self.input);
        }
        child.wait_with_output().map_err(|_| gone())
    }

    /// Runs the call and gives its standard output without the last line end; an error where it fails.
    pub fn text(self) -> Result<String> {
        let words = self.words.clone();
        let output = self.output()?;
        if !output.status.success() {
            return Err(Error::source(format!("`git {words}` failed")));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }
}

/// The version of the installed Git, as major and minor.
pub fn version() -> Result<(u32, u32)> {
    let text = Git::in_folder(Path::new(".")).args(["--version"]).text()?;
    let mut numbers = text
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    Ok((numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)))
}
