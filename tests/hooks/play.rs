//! Plays the real binary and the real `git` in throwaway repositories, apart from every configuration of this machine.
//!
//! Tokens are made at run time from the catalogue's templates; whatever is printed is searched for them.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use tokenleash::find;
use tokenleash::rules::{RuleSet, template};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_tokenleash");

/// A folder of its own; gone when dropped.
pub struct Stage {
    folder: TempDir,
}

/// One repository or folder of a stage, and the environment that commands run with.
#[derive(Clone)]
pub struct Repo {
    pub path: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// All that was printed.
    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {}", self.all()))
    }
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Stage { folder }
    }

    /// A folder that exists.
    pub fn folder(&self, name: &str) -> Repo {
        let root = self.folder.path().canonicalize().unwrap();
        let path = root.join(name);
        std::fs::create_dir_all(&path).unwrap();
        let mut repo = Repo {
            path,
            environment: Vec::new(),
        };
        for (name, value) in [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "A Person"),
            ("GIT_AUTHOR_EMAIL", "person@example.invalid"),
            ("GIT_COMMITTER_NAME", "A Person"),
            ("GIT_COMMITTER_EMAIL", "person@example.invalid"),
            ("LC_ALL", "C"),
        ] {
            repo = repo.with(name, value);
        }
        repo.with("HOME", root.join("home"))
            .with("PATH", std::env::var_os("PATH").unwrap())
    }

    /// An empty repository with our hooks.
    pub fn guarded(&self, name: &str, options: &[&str]) -> Repo {
        let repo = self.folder(name);
        repo.git(&[&["init", "-q", "-b", "main"], options].concat());
        repo.install();
        repo
    }

    /// A guarded repository with one commit.
    pub fn started(&self, name: &str) -> Repo {
        let repo = self.guarded(name, &[]);
        repo.start();
        repo
    }
}

impl Repo {
    /// The same place with one more variable.
    pub fn with(&self, name: &str, value: impl Into<OsString>) -> Repo {
        let mut repo = self.without(name);
        repo.environment.push((name.into(), value.into()));
        repo
    }

    /// The same place with one variable less.
    pub fn without(&self, name: &str) -> Repo {
        let mut repo = self.clone();
        repo.environment.retain(|(known, _)| known != name);
        repo
    }

    /// Another folder with the same environment.
    pub fn at(&self, path: impl AsRef<Path>) -> Repo {
        Repo {
            path: self.path.join(path),
            environment: self.environment.clone(),
        }
    }

    pub fn start(&self) {
        self.write("README", "hello\n");
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "-m", "start"]);
    }

    pub fn install(&self) {
        let ran = self.tokenleash(&["install"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert!(ran.out.contains("refused a planted token"), "{}", ran.all());
        std::fs::remove_file(self.path.join(".tokenleash.toml")).ok();
    }

    pub fn run(&self, program: &str, arguments: &[impl AsRef<OsStr>], input: &[u8]) -> Ran {
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(&self.path)
            .env_clear()
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that ends without reading is judged by its exit code.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn try_git(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        self.run("git", arguments, b"")
    }

    /// Runs git and demands that it succeeds.
    pub fn git(&self, arguments: &[impl AsRef<OsStr>]) -> String {
        let ran = self.try_git(arguments);
        let words: Vec<_> = arguments
            .iter()
            .map(|word| word.as_ref().to_string_lossy())
            .collect();
        assert_eq!(ran.code, 0, "git {}: {}", words.join(" "), ran.all());
        ran.out.trim().to_owned()
    }

    pub fn tokenleash(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        self.run(BINARY, arguments, b"")
    }

    /// Runs git, which our hook must refuse with a block that names every one of `named`.
    pub fn refused(&self, arguments: &[&str], named: &[&str]) -> Ran {
        let before = self.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).out;
        let ran = self.try_git(arguments);
        assert_ne!(ran.code, 0, "git {arguments:?} passed: {}", ran.all());
        assert!(ran.err.contains("error[TL"), "no block: {}", ran.all());
        for name in named {
            assert!(ran.err.contains(name), "{name} is not named: {}", ran.all());
        }
        assert_eq!(
            self.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).out,
            before
        );
        ran
    }

    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn stage(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        self.write(path.as_ref(), content);
        self.git(&[
            OsStr::new("add"),
            OsStr::new("--"),
            path.as_ref().as_os_str(),
        ]);
    }

    /// Writes an executable script.
    pub fn script(&self, path: &str, text: &str) {
        self.write(path, format!("#!/bin/sh\n{text}\n"));
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.path.join(path), mode).unwrap();
    }
}

/// A value of a kind.
pub fn value(kind: &str, seed: u64) -> String {
    let rules = RuleSet::builtin();
    let kind = rules.kind(kind).unwrap();
    template::expand("{value}", kind, &find::sample, seed)
}

/// A shell line with a broad token, which every place of a repository refuses.
pub fn broad(seed: u64) -> String {
    format!(
        "export GITHUB_TOKEN={}\n",
        value("github-classic-pat", seed)
    )
}
