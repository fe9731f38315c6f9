//! A remote, a runner's clone of it, and one call of `tokenleash ci` as the runner would make it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tokenleash::find;
use tokenleash::rules::{RuleSet, template};

use super::sandbox::{Repo, Sandbox};

/// A broad token in a file that an engineer would commit.
pub fn leak(seed: u64) -> String {
    let rules = RuleSet::builtin();
    let kind = rules.kind("github-classic-pat").unwrap();
    let value = template::expand("{value}", kind, &find::sample, seed);
    format!("export GITHUB_TOKEN={value}\n")
}

/// The value alone.
pub fn token(seed: u64) -> String {
    let leak = leak(seed);
    leak.trim().rsplit('=').next().unwrap().to_owned()
}

/// A remote with `main`, and what a runner needs beside it.
pub struct Stage {
    pub sandbox: Sandbox,
    /// Where people work; pushes go to `origin`, a bare repository.
    pub work: Repo,
}

/// What a call gave.
pub struct Said {
    pub code: i32,
    pub text: String,
    pub sarif: Option<Value>,
    pub summary: String,
    pub outputs: String,
}

impl Said {
    /// Asserts the exit code, showing all that was said.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{}\n{}", self.text, self.summary);
        self
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text.contains(words), "no {words:?} in:\n{}", self.text);
        self
    }

    #[track_caller]
    pub fn is_silent_on(&self, words: &str) -> &Self {
        let results = |sarif: &Value| sarif["runs"][0]["results"].to_string();
        let sarif = self.sarif.as_ref().map(results);
        for text in [
            &self.text,
            &self.summary,
            &self.outputs,
            &sarif.unwrap_or_default(),
        ] {
            assert!(!text.contains(words), "{words:?} in:\n{text}");
        }
        self
    }

    /// Rule ids of the SARIF file with the paths they stand at.
    pub fn results(&self) -> Vec<(String, String)> {
        let sarif = self.sarif.as_ref().expect("no SARIF");
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let place = "/locations/0/physicalLocation/artifactLocation/uri";
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        results
            .iter()
            .map(|result| {
                (
                    text(&result["ruleId"]),
                    text(result.pointer(place).unwrap()),
                )
            })
            .collect()
    }

    pub fn output(&self, name: &str) -> String {
        let mut lines = self.outputs.lines();
        while let Some(line) = lines.next() {
            if let Some(delimiter) = line.strip_prefix(&format!("{name}<<")) {
                let value: Vec<&str> = lines
                    .by_ref()
                    .take_while(|line| *line != delimiter)
                    .collect();
                return value.join("\n");
            }
        }
        panic!("no output {name} in {}", self.outputs);
    }
}

impl Stage {
    pub fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.init("remote.git", &["--bare"]);
        let work = sandbox.init("work", &[]);
        work.commit("README", "hello\n");
        let remote = sandbox.path("remote.git");
        work.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
        work.git(&["push", "-q", "origin", "main"]);
        Stage { sandbox, work }
    }

    /// Starts a branch from `main`.
    pub fn branch(&self, name: &str) {
        self.work.git(&["switch", "-q", "-c", name, "main"]);
    }

    pub fn tip(&self, name: &str) -> String {
        self.work.git(&["rev-parse", name])
    }

    pub fn push(&self, refspec: &str) {
        self.work.git(&["push", "-q", "-f", "origin", refspec]);
    }

    /// Pushes `branch` as pull request 7, with its merge, as GitHub would; the merge's id.
    pub fn propose(&self, branch: &str) -> String {
        self.work.git(&["switch", "-q", "--detach", "main"]);
        self.work
            .git(&["merge", "-q", "--no-ff", "-m", "merge", branch]);
        let merge = self.tip("HEAD");
        self.push(&format!("{branch}:refs/pull/7/head"));
        self.push("HEAD:refs/pull/7/merge");
        merge
    }

    /// A runner's checkout of one ref, in a detached HEAD.
    pub fn checkout(&self, reference: &str, depth: Option<u32>) -> Runner {
        let _ = std::fs::remove_dir_all(self.sandbox.path("clone"));
        let clone = self.sandbox.init("clone", &[]);
        let remote = self.sandbox.path("remote.git");
        let url = format!("file://{}", remote.to_str().unwrap());
        clone.git(&["remote", "add", "origin", url.as_str()]);
        let mut arguments = vec!["fetch".to_owned(), "-q".to_owned(), "--no-tags".to_owned()];
        arguments.extend(depth.map(|depth| format!("--depth={depth}")));
        arguments.push("origin".to_owned());
        if depth.is_none() {
            arguments.push("+refs/heads/*:refs/remotes/origin/*".to_owned());
        }
        arguments.push(format!("+{reference}:refs/remotes/checked/out"));
        clone.git(&arguments);
        clone.git(&["checkout", "-q", "--detach", "refs/remotes/checked/out"]);
        Runner {
            folder: clone.path,
            home: self.sandbox.path("home"),
            variables: Vec::new(),
            arguments: Vec::new(),
        }
    }

    pub fn pull_request(&self, base: &str, head: &str) -> Value {
        let count = self
            .work
            .git(&["rev-list", "--count", &format!("{base}..{head}")]);
        json!({
            "action": "synchronize", "number": 7,
            "pull_request": {
                "number": 7, "title": "Add a script", "body": "It deploys.",
                "commits": count.parse::<u64>().unwrap(),
                "user": { "login": "ana", "type": "User" },
                "head": { "sha": self.tip(head), "ref": head },
                "base": { "sha": self.tip(base), "ref": base }
            },
            "repository": { "default_branch": "main" }
        })
    }
}

/// One job on a runner.
pub struct Runner {
    pub folder: PathBuf,
    home: PathBuf,
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
}

impl Runner {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Runs as GitHub would for an event.
    pub fn on_github(self, event: &str, sha: &str, payload: &Value) -> Said {
        self.on_github_with(event, sha, payload.to_string().as_bytes())
    }

    pub fn on_github_with(self, event: &str, sha: &str, payload: &[u8]) -> Said {
        let path = self.home.join("event.json");
        std::fs::write(&path, payload).unwrap();
        self.with("GITHUB_ACTIONS", "true")
            .with("CI", "true")
            .with("GITHUB_EVENT_NAME", event)
            .with("GITHUB_SHA", sha)
            .with("GITHUB_EVENT_PATH", path.to_str().unwrap())
            .run()
    }

    pub fn run(self) -> Said {
        let sarif = self.home.join("out.sarif");
        let summary = self.home.join("summary.md");
        let outputs = self.home.join("outputs");
        for path in [&sarif, &summary, &outputs] {
            let _ = std::fs::remove_file(path);
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokenleash"));
        command.arg("ci").arg("--sarif").arg(&sarif);
        command.args(&self.arguments).current_dir(&self.folder);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.home);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GITHUB_STEP_SUMMARY", &summary);
        command.env("GITHUB_OUTPUT", &outputs);
        command.envs(self.variables);
        let output = command.output().unwrap();
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let text = [output.stdout, output.stderr].concat();
        Said {
            code: output.status.code().unwrap(),
            text: String::from_utf8(text).unwrap(),
            sarif: serde_json::from_str(&read(&sarif)).ok(),
            summary: read(&summary),
            outputs: read(&outputs),
        }
    }
}
