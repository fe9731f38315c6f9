//! Temporary repositories made by the real `git`, apart from every configuration of this machine, and a look at what a
//! source hands over.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use tempfile::TempDir;
use tokenleash::source::{
    Content, Form, GitEnvironment, Item, Keeping, Repository, Source, Visited,
};

/// A folder of its own with repositories in it; gone when dropped.
pub struct Sandbox {
    folder: TempDir,
}

/// One repository, or checkout, of a sandbox.
#[derive(Clone)]
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

    /// A repository that exists, or will.
    pub fn at(&self, name: &str) -> Repo {
        Repo {
            path: self.path(name),
            home: self.path("home"),
        }
    }

    /// An empty repository.
    pub fn init(&self, name: &str, options: &[&str]) -> Repo {
        let repo = self.at(name);
        std::fs::create_dir_all(&repo.path).unwrap();
        repo.git(&[&["init", "-q", "-b", "main"], options].concat());
        repo
    }

    /// A repository with one commit: `README` and `src/main.rs`.
    pub fn started(&self, name: &str) -> Repo {
        let repo = self.init(name, &[]);
        repo.start();
        repo
    }
}

impl Repo {
    pub fn start(&self) {
        self.write("README", "hello\n");
        self.write("src/main.rs", "fn main() {}\n");
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", "start"]);
    }

    /// Runs git and demands that it succeeds; what it prints, trimmed.
    pub fn git(&self, arguments: &[impl AsRef<OsStr>]) -> String {
        let output = self.try_git(arguments);
        let words: Vec<_> = arguments
            .iter()
            .map(|word| word.as_ref().to_string_lossy())
            .collect();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {}: {error}", words.join(" "));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs git, which may fail.
    pub fn try_git(&self, arguments: &[impl AsRef<OsStr>]) -> Output {
        let mut command = Command::new("git");
        command.current_dir(&self.path).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
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
        command.args(arguments).output().unwrap()
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

    /// Writes an executable hook.
    pub fn hook(&self, name: &str, script: &str) {
        let bare = self.path.join("hooks");
        let folder = if bare.is_dir() {
            bare
        } else {
            self.path.join(".git/hooks")
        };
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    pub fn open(&self) -> Repository {
        self.open_with(&GitEnvironment::default())
    }

    pub fn open_with(&self, environment: &GitEnvironment) -> Repository {
        Repository::open(&self.path, environment).unwrap()
    }
}

/// What a source handed over for one item.
#[derive(Clone, Debug)]
pub struct Seen {
    pub item: Item,
    pub path: String,
    pub form: Form,
    pub keeping: Keeping,
    pub bytes: Vec<u8>,
    pub streamed: bool,
}

impl Seen {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// A finished visit, sorted.
pub struct Look {
    pub seen: Vec<Seen>,
    pub visited: Visited,
}

impl Look {
    pub fn paths(&self) -> Vec<&str> {
        self.seen.iter().map(|seen| seen.path.as_str()).collect()
    }

    /// The paths without messages.
    pub fn files(&self) -> Vec<&str> {
        let files = self.seen.iter().filter(|seen| seen.form != Form::Message);
        files.map(|seen| seen.path.as_str()).collect()
    }

    pub fn messages(&self) -> Vec<String> {
        let messages = self.seen.iter().filter(|seen| seen.form == Form::Message);
        messages.map(Seen::text).collect()
    }

    pub fn of(&self, path: &str) -> &Seen {
        let found = self.seen.iter().find(|seen| seen.path == path);
        found.unwrap_or_else(|| panic!("{path} is not among {:?}", self.paths()))
    }

    pub fn is_decided(&self) -> bool {
        !self
            .visited
            .unchecked
            .iter()
            .any(|unchecked| unchecked.undecided)
    }
}

/// Looks at all that a source hands over.
pub fn look_at(source: &dyn Source, threads: usize) -> Look {
    let seen = Mutex::new(Vec::new());
    let visited = source
        .visit(threads, &|item, content| {
            let (bytes, streamed) = match content {
                Content::Bytes(bytes) => (bytes.to_vec(), false),
                Content::Version(version) => (version.bytes.to_vec(), false),
                Content::Stream(stream) => {
                    let mut bytes = Vec::new();
                    stream.read_to_end(&mut bytes).unwrap();
                    (bytes, true)
                }
                Content::Remembered(_) => return,
            };
            seen.lock().unwrap().push(Seen {
                path: item.path.lossy(),
                form: item.form,
                keeping: item.keeping,
                item: item.clone(),
                bytes,
                streamed,
            });
        })
        .unwrap();
    let mut seen = seen.into_inner().unwrap();
    seen.sort_by(|a, b| (&a.item.path, &a.bytes).cmp(&(&b.item.path, &b.bytes)));
    Look { seen, visited }
}

/// Looks with two threads.
pub fn look(source: &dyn Source) -> Look {
    look_at(source, 2)
}

/// What a source says that stood there before, as text.
pub fn before(source: &dyn Source, seen: &Seen) -> Vec<(String, String)> {
    let before = source.before(&seen.item).unwrap();
    let text = |(path, bytes): (tokenleash::model::RepoPath, Vec<u8>)| {
        (path.lossy(), String::from_utf8_lossy(&bytes).into_owned())
    };
    before.into_iter().map(text).collect()
}
