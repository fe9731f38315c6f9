//! The calls that Git makes, read without clap.
//!
//! In: arguments. Out: the same as clap makes of them, or nothing where clap has to look. A test holds both equal.

use std::ffi::OsString;

use super::{Arguments, Color, Command, HookCommand, ScreenArguments};

/// The calls that Git makes at every commit, read without setting up every flag there is: a fifth of a small hook.
pub fn by_git(arguments: &[OsString]) -> Option<Arguments> {
    let words: Vec<&str> = arguments
        .iter()
        .skip(1)
        .map(|word| word.to_str().filter(|word| !word.starts_with('-')))
        .collect::<Option<_>>()?;
    let hook = match words[..] {
        ["hook", "pre-commit"] => HookCommand::PreCommit { rest: Vec::new() },
        ["hook", "post-commit"] => HookCommand::PostCommit { rest: Vec::new() },
        ["hook", "commit-msg", file] => HookCommand::CommitMsg { file: file.into() },
        _ => return None,
    };
    Some(Arguments {
        command: Command::Hook(hook),
        screen: ScreenArguments {
            color: Color::Auto,
            quiet: false,
            verbose: false,
        },
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn what_git_calls_is_read_as_anything_else_is() {
        let read = |line: &str| -> Vec<OsString> { line.split(' ').map(OsString::from).collect() };
        for line in [
            "tokenleash hook pre-commit",
            "tokenleash hook post-commit",
            "tokenleash hook commit-msg .git/COMMIT_EDITMSG",
        ] {
            let parsed = Arguments::try_parse_from(read(line)).unwrap();
            let called = by_git(&read(line)).unwrap();
            assert_eq!(format!("{called:?}"), format!("{parsed:?}"), "{line}");
        }
        for line in [
            "tokenleash",
            "tokenleash hook",
            "tokenleash hook pre-commit -v",
            "tokenleash hook commit-msg",
            "tokenleash scan",
        ] {
            assert!(by_git(&read(line)).is_none(), "{line}");
        }
    }
}
