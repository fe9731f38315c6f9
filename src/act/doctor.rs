//! Whether the guard is really on: one line for each thing that can be quietly off.

use std::fs;
use std::path::{Path, PathBuf};

use super::git::{self, Git};
use super::{hooks, install, prove};
use crate::error::Result;
use crate::rules::RuleSet;

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    On,
    Off,
    /// Worth knowing, and no fault of this checkout.
    Note,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub standing: Standing,
    pub says: String,
}

impl Check {
    /// Says what is in order.
    pub fn good(says: impl Into<String>) -> Self {
        Check::new(Standing::On, says)
    }

    /// Says what is quietly off.
    pub fn bad(says: impl Into<String>) -> Self {
        Check::new(Standing::Off, says)
    }

    /// Says what a person should know.
    pub fn note(says: impl Into<String>) -> Self {
        Check::new(Standing::Note, says)
    }

    fn new(standing: Standing, says: impl Into<String>) -> Self {
        let says = says.into();
        Check { standing, says }
    }
}

/// Examines the hooks of a repository and plants a token.
pub fn hooks_and_proof(repository: &Path, rules: &RuleSet) -> Result<Vec<Check>> {
    let folder = install::hooks_folder(repository)?;
    let mut checks = Vec::new();
    for name in hooks::DEFAULT {
        checks.push(examine_hook(repository, &folder, name)?);
    }
    if let Some(path) = configured(repository, &["core.hooksPath"])? {
        checks.push(Check::good(format!(
            "core.hooksPath is set to {path}; the hooks above stand there"
        )));
    }
    if checks[0].standing == Standing::On {
        checks.push(match prove::pre_commit(repository, rules)? {
            prove::Proof::Refused(took) => Check::good(format!(
                "refused a planted token in {} ms",
                took.as_millis()
            )),
            prove::Proof::Passed => Check::bad("a planted token passed the pre-commit hook"),
            prove::Proof::StoppedEarlier => Check::bad(
                "the pre-commit hook stopped before tokenleash could speak: the hook that runs first refuses",
            ),
        });
    }
    checks.push(examine_workflows(repository));
    Ok(checks)
}

/// A hook may stand in the folder or, since Git 2.54, in the configuration; `hook.<event>.enabled` switches the latter off.
fn examine_hook(repository: &Path, folder: &Path, name: &str) -> Result<Check> {
    let Some(binary) = configured_binary(repository, name)? else {
        return Ok(examine_script(folder, name));
    };
    Ok(if !is_executable(&binary) {
        Check::bad(format!("{name}: there is no {}", binary.display()))
    } else if is_ours_at(&folder.join(name)) {
        Check::note(format!(
            "{name}: stands in Git's configuration and in {}; it runs twice",
            folder.display()
        ))
    } else {
        Check::good(format!(
            "{name}: Git's configuration runs {}",
            binary.display()
        ))
    })
}

fn is_ours_at(path: &Path) -> bool {
    fs::read(path).is_ok_and(|script| hooks::is_ours(&script))
}

/// The binary that Git's configuration runs for a hook, where Git reads hooks from there and none is switched off.
fn configured_binary(repository: &Path, name: &str) -> Result<Option<PathBuf>> {
    let Some(hook) = hooks::by_name(name) else {
        return Ok(None);
    };
    if git::version()? < hooks::CONFIGURED_SINCE {
        return Ok(None);
    }
    let section = hooks::configured_section(hook);
    for key in [format!("hook.{name}.enabled"), format!("{section}.enabled")] {
        if configured(repository, &["--type=bool", &key])?.as_deref() == Some("false") {
            return Ok(None);
        }
    }
    let event = configured(repository, &[&format!("{section}.event")])?;
    let command = configured(repository, &[&format!("{section}.command")])?;
    Ok(command
        .filter(|_| event.as_deref() == Some(name))
        .and_then(|command| hooks::binary_of_command(&command)))
}

fn examine_script(folder: &Path, name: &str) -> Check {
    if let Some(file) = hooks::husky_file(folder, name) {
        let call = format!("tokenleash hook {name}");
        let calls_us = fs::read_to_string(&file).is_ok_and(|text| text.contains(&call));
        return match calls_us {
            true => Check::good(format!("{name}: {} calls it", file.display())),
            false => Check::bad(format!(
                "{name}: there is no line `{call} \"$@\"` in {}",
                file.display()
            )),
        };
    }
    let path = folder.join(name);
    let Ok(script) = fs::read(&path) else {
        return Check::bad(format!("{name}: not installed"));
    };
    if !hooks::is_ours(&script) {
        return Check::bad(format!(
            "{name}: another hook stands at {}; `tokenleash install` chains it",
            path.display()
        ));
    }
    if !is_executable(&path) {
        return Check::bad(format!(
            "{name}: {} is not executable, so Git skips it",
            path.display()
        ));
    }
    match hooks::binary_of(&script) {
        Some(binary) if is_executable(&binary) => {
            Check::good(format!("{name}: runs {}", binary.display()))
        }
        Some(binary) => Check::bad(format!("{name}: there is no {}", binary.display())),
        None => Check::bad(format!("{name}: the script was changed by hand")),
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

fn configured(repository: &Path, words: &[&str]) -> Result<Option<String>> {
    let output = Git::in_folder(repository)
        .args(["config"])
        .args(words)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(Some(text).filter(|text| output.status.success() && !text.is_empty()))
}

/// A hook is advice; the gate is in CI. Whether a pull request can edit it is a setting that no checkout shows.
fn examine_workflows(repository: &Path) -> Check {
    let folder = repository.join(".github").join("workflows");
    let runs_us = fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            fs::read(entry.path())
                .is_ok_and(|text| memchr::memmem::find(&text, b"tokenleash").is_some())
        })
    });
    if runs_us {
        Check::note(
            "a workflow names tokenleash; whether a pull request can edit it is not visible from here",
        )
    } else {
        Check::note(
            "no workflow names tokenleash: hooks alone are advice, since anyone can skip them",
        )
    }
}
