//! Installing and removing the Git hooks: nothing that was there is lost.
//!
//! In: the folder of a repository and the hooks wanted. Out: scripts in the hooks folder that Git really uses, which may
//! be shared by worktrees or set by `core.hooksPath`; the hook that stood there before is kept beside and run first.

use std::fs;
use std::path::{Path, PathBuf};

use super::git::{self, Git};
use super::hooks::{self, Hook};
use crate::error::{Error, Result};

/// What happened to one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    pub hook: Hook,
    pub path: PathBuf,
    /// Whether a hook stood there before, which now runs first.
    pub chained: bool,
}

/// The hooks folder that Git uses for a repository, with `core.hooksPath` and worktrees respected.
pub fn hooks_folder(folder: &Path) -> Result<PathBuf> {
    let text = Git::in_folder(folder)
        .args(["rev-parse", "--git-path", "hooks"])
        .text()
        .map_err(|_| {
            Error::usage("this is no Git repository").hint("run `git init` first, or go into one")
        })?;
    let path = PathBuf::from(text);
    let path = if path.is_absolute() {
        path
    } else {
        folder.join(path)
    };
    Ok(path)
}

/// Installs hooks into a folder.
pub fn into_folder(folder: &Path, wanted: &[Hook], binary: &Path) -> Result<Vec<Installed>> {
    if let Some(file) = wanted
        .first()
        .and_then(|hook| hooks::husky_file(folder, hook.name))
    {
        let name = wanted[0].name;
        return Err(Error::usage(format!(
            "husky writes {} anew at each install, so a hook of ours would be lost there",
            folder.display()
        ))
        .hint(format!(
            "add the line `tokenleash hook {name} \"$@\"` to {}, and likewise for the other hooks; `tokenleash doctor` looks at them",
            file.display()
        )));
    }
    fs::create_dir_all(folder).map_err(|_| cannot_write(folder))?;
    let mut done = Vec::new();
    for hook in wanted {
        let path = folder.join(hook.name);
        let kept = hooks::kept_path(folder, *hook);
        if let Ok(present) = fs::read(&path)
            && !hooks::is_ours(&present)
        {
            if kept.exists() {
                return Err(Error::usage(format!(
                    "two hooks stand in the way: {} and {}",
                    path.display(),
                    kept.display()
                ))
                .hint("join them into one, then install again"));
            }
            fs::rename(&path, &kept).map_err(|_| cannot_write(&kept))?;
        }
        write_script(&path, &hooks::script(*hook, binary))?;
        done.push(Installed {
            hook: *hook,
            path,
            chained: kept.exists(),
        });
    }
    Ok(done)
}

/// Removes our hooks from a folder and restores what they were chained to.
pub fn out_of_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for hook in hooks::ALL {
        let path = folder.join(hook.name);
        let Ok(present) = fs::read(&path) else {
            continue;
        };
        if !hooks::is_ours(&present) {
            continue;
        }
        let kept = hooks::kept_path(folder, hook);
        if kept.exists() {
            fs::rename(&kept, &path).map_err(|_| cannot_write(&path))?;
        } else {
            fs::remove_file(&path).map_err(|_| cannot_write(&path))?;
        }
        removed.push(path);
    }
    Ok(removed)
}

/// Writes a script beside its place and moves it there, so that a hook is never half written.
fn write_script(path: &Path, text: &str) -> Result<()> {
    let fresh = path.with_extension("tokenleash-new");
    fs::write(&fresh, text).map_err(|_| cannot_write(&fresh))?;
    make_executable(&fresh)?;
    fs::rename(&fresh, path).map_err(|_| cannot_write(path))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(|_| cannot_write(path))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}

fn cannot_write(path: &Path) -> Error {
    Error::output(format!("{} could not be written", path.display()))
}

/// How `--global` was set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Global {
    /// Hooks in the user's Git configuration (Git 2.54 and newer): every repository has them at once.
    ConfigHooks,
    /// A template folder: repositories have them from the next `git init` or `git clone` on.
    Template(PathBuf),
}

/// Installs for every repository of the user. Never by a global `core.hooksPath`, which would switch off every
/// repository's own hooks.
pub fn globally(home: &Path, wanted: &[Hook], binary: &Path) -> Result<Global> {
    let here = Path::new(".");
    if git::version()? >= hooks::CONFIGURED_SINCE {
        for hook in wanted {
            let section = hooks::configured_section(*hook);
            let command = hooks::configured_command(*hook, binary);
            for (key, value) in [("event", hook.name), ("command", command.as_str())] {
                let key = format!("{section}.{key}");
                Git::in_folder(here)
                    .args(["config", "--global", &key, value])
                    .text()?;
            }
        }
        return Ok(Global::ConfigHooks);
    }
    let template = template_folder(home)?;
    into_folder(&template.join("hooks"), wanted, binary)?;
    Git::in_folder(here)
        .args(["config", "--global", "init.templateDir"])
        .args([&template])
        .text()?;
    Ok(Global::Template(template))
}

/// Undoes `globally`; says in words what was removed.
pub fn out_of_global(home: &Path) -> Result<Vec<String>> {
    let here = Path::new(".");
    let mut removed = Vec::new();
    for hook in hooks::ALL {
        let section = hooks::configured_section(hook);
        let gone = Git::in_folder(here)
            .args(["config", "--global", "--remove-section", &section])
            .output()?;
        if gone.status.success() {
            removed.push(format!("{section} of the user's Git configuration"));
        }
    }
    let template = template_folder(home)?;
    let own = own_template(home);
    for path in out_of_folder(&template.join("hooks"))? {
        removed.push(path.display().to_string());
    }
    if template == own {
        let unset = Git::in_folder(here)
            .args(["config", "--global", "--unset", "init.templateDir"])
            .output()?;
        if unset.status.success() {
            removed.push("init.templateDir of the user's Git configuration".to_owned());
        }
    }
    Ok(removed)
}

/// The template folder that is configured already, else one of our own.
fn template_folder(home: &Path) -> Result<PathBuf> {
    let configured = Git::in_folder(Path::new("."))
        .args(["config", "--global", "--type=path", "init.templateDir"])
        .output()?;
    let text = String::from_utf8_lossy(&configured.stdout)
        .trim()
        .to_owned();
    if configured.status.success() && !text.is_empty() {
        return Ok(PathBuf::from(text));
    }
    Ok(own_template(home))
}

fn own_template(home: &Path) -> PathBuf {
    home.join(".config").join("tokenleash").join("git-template")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_hook_is_kept_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let hook = hooks::by_name("pre-commit").unwrap();
        let path = folder.path().join(hook.name);
        fs::write(&path, "#!/bin/sh\nexit 0\n").unwrap();
        let binary = Path::new("/opt/tokenleash");
        let done = into_folder(folder.path(), &[hook], binary).unwrap();
        assert!(done[0].chained);
        assert!(hooks::is_ours(&fs::read(&path).unwrap()));
        let again = into_folder(folder.path(), &[hook], binary).unwrap();
        assert!(again[0].chained, "a second install loses nothing");
        out_of_folder(folder.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"#!/bin/sh\nexit 0\n");
    }
}
