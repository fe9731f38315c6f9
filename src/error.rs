//! What goes wrong, in words: a kind that decides the exit code, a cause, and a hint.
//!
//! Library error texts are not shown (they quote what they read, decision 10): callers say it in their own words.

use std::fmt;

/// Why no answer could be given. Every kind exits with 2, which also blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command line, or an environment that Git hands over, does not fit.
    Usage,
    /// Our own configuration or rules are invalid.
    Config,
    /// Git, the index, a range or a blob could not be read.
    Source,
    /// Output could not be written.
    Output,
}

/// An error for people. Nothing in it is a secret: values never come here, paths and our own words do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    pub message: String,
    /// `file:line:column` or a command-line flag, where one is known.
    pub place: Option<String>,
    pub hint: Option<String>,
}

impl Error {
    /// Makes an error of a kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            place: None,
            hint: None,
        }
    }

    /// Makes a usage error.
    pub fn usage(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Usage, message)
    }

    /// Makes a configuration error.
    pub fn config(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Config, message)
    }

    /// Makes an error of reading Git or files.
    pub fn source(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Source, message)
    }

    /// Makes an error of writing.
    pub fn output(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Output, message)
    }

    /// Adds the place.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Adds a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The result of anything that may fail.
pub type Result<T> = std::result::Result<T, Error>;
