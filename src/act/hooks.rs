//! The scripts that Git runs: what they say, how ours is told from a stranger's, where a kept one stands.
//!
//! A kept hook runs first and ours last, so that nothing changes the index after we have looked.

use std::path::{Path, PathBuf};

/// A Git hook that tokenleash serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hook {
    pub name: &'static str,
    /// Whether Git hands it lines on standard input.
    pub reads_input: bool,
}

/// Every hook that can be installed.
pub const ALL: [Hook; 6] = [
    Hook {
        name: "pre-commit",
        reads_input: false,
    },
    Hook {
        name: "pre-merge-commit",
        reads_input: false,
    },
    Hook {
        name: "commit-msg",
        reads_input: false,
    },
    Hook {
        name: "post-commit",
        reads_input: false,
    },
    Hook {
        name: "pre-push",
        reads_input: true,
    },
    Hook {
        name: "pre-receive",
        reads_input: true,
    },
];

/// The hooks of a plain `install`: a clone's, not a server's.
pub const DEFAULT: [&str; 5] = [
    "pre-commit",
    "pre-merge-commit",
    "commit-msg",
    "post-commit",
    "pre-push",
];

/// The first version of Git that reads hooks from its configuration.
pub const CONFIGURED_SINCE: (u32, u32) = (2, 54);

/// The line that tells our scripts from others.
const MARK: &str = "# tokenleash hook 1";

/// Finds a hook by its name.
pub fn by_name(name: &str) -> Option<Hook> {
    ALL.into_iter().find(|hook| hook.name == name)
}

/// Whether a script is ours.
pub fn is_ours(script: &[u8]) -> bool {
    memchr::memmem::find(script, MARK.as_bytes()).is_some()
}

/// The binary that a script of ours names.
pub fn binary_of(script: &[u8]) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(script);
    text.lines()
        .find_map(|line| line.strip_prefix("tokenleash="))
        .and_then(unquoted)
}

/// The section of the user's Git configuration that holds a hook (Git 2.54 and newer). Git forbids an event's own name.
pub fn configured_section(hook: Hook) -> String {
    format!("hook.tokenleash-{}", hook.name)
}

/// The command of a hook in Git's configuration. Git adds the hook's arguments behind it, so it ends with a function's name.
pub fn configured_command(hook: Hook, binary: &Path) -> String {
    let binary = quoted(binary);
    let name = hook.name;
    format!(
        "tokenleash={binary}; guard() {{ if [ -x \"$tokenleash\" ]; then exec \"$tokenleash\" hook {name} \"$@\"; fi; \
         echo \"tokenleash: the guard is gone: there is no $tokenleash\" >&2; \
         echo \"tokenleash: nothing was looked at, so {name} stops here; build or install tokenleash and run 'tokenleash install --global'\" >&2; \
         exit 2; }}; guard"
    )
}

/// The binary that a command of ours in Git's configuration names.
pub fn binary_of_command(command: &str) -> Option<PathBuf> {
    let (assignment, _) = command.split_once("; guard()")?;
    unquoted(assignment.strip_prefix("tokenleash=")?)
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', "'\\''"))
}

fn unquoted(text: &str) -> Option<PathBuf> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(PathBuf::from(inner.replace("'\\''", "'")))
}

/// Where a hook that stood here before us is kept.
pub fn kept_path(folder: &Path, hook: Hook) -> PathBuf {
    folder.join(format!("{}.before-tokenleash", hook.name))
}

/// The file that a person keeps a hook in where the folder is husky's: husky writes its folder anew at each install, and
/// its scripts look for that file by their own name, so that nothing can be chained there.
pub fn husky_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let is_husky =
        folder.ends_with(".husky/_") || (folder.ends_with("_") && folder.join("h").is_file());
    let parent = folder.parent().filter(|_| is_husky)?;
    Some(parent.join(name))
}

/// Writes the script of a hook. The binary is named by its absolute path: an agent's or a window's PATH is not the shell's.
pub fn script(hook: Hook, binary: &Path) -> String {
    let binary = quoted(binary);
    let name = hook.name;
    let (take_input, give_input) = if hook.reads_input {
        (
            "input=$(cat)\nend='\n'\n",
            "printf '%s' \"${input:+$input$end}\" | ",
        )
    } else {
        ("", "")
    };
    let run = if hook.reads_input {
        format!("{give_input}\"$tokenleash\" hook {name} \"$@\"")
    } else {
        format!("exec \"$tokenleash\" hook {name} \"$@\"")
    };
    format!(
        "#!/bin/sh
{MARK}
# Refuses broad tokens that an agent could read. The hook that stood here before runs first.
tokenleash={binary}
kept=\"${{0%/*}}/{name}.before-tokenleash\"
{take_input}if [ -x \"$kept\" ]; then
    {give_input}\"$kept\" \"$@\" || exit $?
fi
if [ ! -x \"$tokenleash\" ]; then
    where=''
    if [ -f /.dockerenv ] || [ -n \"$REMOTE_CONTAINERS$CODESPACES\" ]; then
        where=' in this container'
    fi
    echo \"tokenleash: the guard is gone: there is no $tokenleash$where\" >&2
    echo \"tokenleash: nothing was looked at, so {name} stops here; build or install tokenleash and run 'tokenleash install'\" >&2
    exit 2
fi
{run}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_knows_its_binary_again_whatever_its_name() {
        for path in ["/usr/bin/tokenleash", "/home/o'neil/a b/tokenleash"] {
            for hook in ALL {
                let text = script(hook, Path::new(path));
                assert!(is_ours(text.as_bytes()));
                assert_eq!(binary_of(text.as_bytes()), Some(PathBuf::from(path)));
                let command = configured_command(hook, Path::new(path));
                assert_eq!(binary_of_command(&command), Some(PathBuf::from(path)));
            }
        }
    }
}
