//! `tokenleash install`, `uninstall` and `demo`: the acts, said in lines.

use std::env;
use std::path::{Path, PathBuf};

use super::policy::home;
use super::scan::here;
use super::screen::Screen;
use super::{InstallArguments, UninstallArguments};
use crate::act::git::Git;
use crate::act::hooks::{self, Hook};
use crate::act::{demo as play, install as act, prove, waive};
use crate::error::{Error, Result};
use crate::rules::RuleSet;

/// Installs the hooks and proves that they refuse.
pub fn install(arguments: &InstallArguments, screen: &Screen) -> Result<u8> {
    let wanted = wanted_hooks(&arguments.hook)?;
    let binary = own_binary()?;
    if arguments.global {
        return install_globally(&wanted, &binary, screen);
    }
    let folder = here()?;
    let hooks_folder = act::hooks_folder(&folder)?;
    for installed in act::into_folder(&hooks_folder, &wanted, &binary)? {
        let chained = if installed.chained {
            "; the hook that stood there runs first"
        } else {
            ""
        };
        screen.say(&format!("installed {}{chained}", installed.path.display()))?;
    }
    if let Some(root) = work_tree(&folder)
        && waive::ensure_salt(&root)?
    {
        screen.say("wrote a salt for fingerprints to .tokenleash.toml; commit it")?;
    }
    if !wanted.iter().any(|hook| hook.name == "pre-commit") || work_tree(&folder).is_none() {
        return Ok(0);
    }
    say_proof(&folder, screen)
}

/// Sends a planted token through the hook of a repository and says what came of it.
fn say_proof(repository: &Path, screen: &Screen) -> Result<u8> {
    match prove::pre_commit(repository, &RuleSet::builtin())? {
        prove::Proof::Refused(took) => {
            screen.say(&format!(
                "refused a planted token in {} ms",
                took.as_millis()
            ))?;
            Ok(0)
        }
        prove::Proof::Passed => Err(Error::source("the hook let a planted token pass")
            .hint("`tokenleash doctor` says what is off")),
        prove::Proof::StoppedEarlier => Err(Error::source(
            "the hook that runs first refuses, so tokenleash could not prove itself",
        )
        .hint("run the kept hook by hand to see why")),
    }
}

fn install_globally(wanted: &[Hook], binary: &Path, screen: &Screen) -> Result<u8> {
    let home = home().ok_or_else(|| Error::usage("there is no home folder"))?;
    match act::globally(&home, wanted, binary)? {
        act::Global::ConfigHooks => {
            screen.say("installed in the user's Git configuration: every repository has the hooks now")?;
        }
        act::Global::Template(folder) => screen.say(&format!(
            "installed in the template {}: repositories have the hooks from the next `git init` or `git clone` on",
            folder.display()
        ))?,
    }
    if !wanted.iter().any(|hook| hook.name == "pre-commit") {
        return Ok(0);
    }
    let scratch = prove::Scratch::new()?;
    Git::in_folder(scratch.path()).args(["init", "-q"]).text()?;
    say_proof(scratch.path(), screen)
}

/// Removes the hooks and restores what was kept.
pub fn uninstall(arguments: &UninstallArguments, screen: &Screen) -> Result<u8> {
    let removed = if arguments.global {
        let home = home().ok_or_else(|| Error::usage("there is no home folder"))?;
        act::out_of_global(&home)?
    } else {
        let folder = act::hooks_folder(&here()?)?;
        let paths = act::out_of_folder(&folder)?;
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    if removed.is_empty() {
        screen.say("there was nothing to remove")?;
    }
    for place in removed {
        screen.say(&format!("removed {place}"))?;
    }
    Ok(0)
}

/// Plays the incident; succeeds only if the guard blocked and then let the fixed version pass.
pub fn demo(screen: &Screen) -> Result<u8> {
    let played = play::play(&own_binary()?, &RuleSet::builtin(), &mut |line| {
        screen.say(line)
    })?;
    screen.say("")?;
    match (played.refused, played.passed) {
        (true, true) => {
            screen.say("The guard refused the broad token and let the fixed version pass.")?;
            Ok(0)
        }
        (false, _) => Err(Error::source("the guard did not refuse the broad token")),
        (true, false) => Err(Error::source(
            "the guard did not let the fixed version pass",
        )),
    }
}

fn wanted_hooks(names: &[String]) -> Result<Vec<Hook>> {
    if names.is_empty() {
        return Ok(hooks::DEFAULT
            .iter()
            .filter_map(|name| hooks::by_name(name))
            .collect());
    }
    names
        .iter()
        .map(|name| {
            hooks::by_name(name).ok_or_else(|| {
                let known: Vec<_> = hooks::ALL.iter().map(|hook| hook.name).collect();
                Error::usage(format!("there is no hook {name:?}"))
                    .at("--hook")
                    .hint(format!("the hooks are {}", known.join(", ")))
            })
        })
        .collect()
}

fn own_binary() -> Result<PathBuf> {
    env::current_exe()
        .and_then(|path| path.canonicalize())
        .map_err(|_| Error::source("the path of this binary is not known"))
}

fn work_tree(folder: &Path) -> Option<PathBuf> {
    Git::in_folder(folder)
        .args(["rev-parse", "--show-toplevel"])
        .text()
        .ok()
        .filter(|text| !text.is_empty())
        .map(PathBuf::from)
}
