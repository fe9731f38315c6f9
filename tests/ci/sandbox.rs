//! Temporary repositories made by the real `git`, apart from every configuration of this machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder of its own with repositories in it; gone when dropped.
pub struct Sandbox {
    folder: TempDir,
}

/// One repository, or checkout, of a sandbox.
pub struct Repo {
    pub path: PathBuf,
    home: PathBuf,
}

impl Sandbox {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Sandbox { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// An empty repository.
    pub fn init(&self, name: &str, options: &[&str]) -> Repo {
        let repo = Repo {
            path: self.path(name),
            home: self.path("home"),
        };
        std::fs::create_dir_all(&repo.path).unwrap();
        repo.git(&[&["init", "-q", "-b", "main"], options].concat());
        repo
    }
}

impl Repo {
    /// Runs git and demands that it succeeds; what it prints, trimmed.
    #[track_caller]
    pub fn git(&self, arguments: &[impl AsRef<OsStr>]) -> String {
        let mut command = Command::new("git");
        command.current_dir(&self.path).env_clear();
        command
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C");
        for setting in [
            "user.name=A Person",
            "user.email=person@example.invalid",
            "commit.gpgSign=false",
            "core.autocrlf=false",
            "protocol.file.allow=always",
            "advice.detachedHead=false",
            "gc.auto=0",
        ] {
            command.args(["-c", setting]);
        }
        let output = command.args(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git: {error}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "--", path]);
    }

    pub fn commit(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.stage(path, content);
        self.git(&["commit", "-q", "-m", &format!("change {path}")]);
        self.git(&["rev-parse", "HEAD"])
    }
}
