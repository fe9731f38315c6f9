//! A job on a runner: `action.yml`'s steps, each `run` executed as GitHub's runner would, with a built binary.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tokenleash::syntax::{self, Format, Node};

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub struct Step {
    pub id: String,
    pub shell: String,
    pub run: String,
    pub env: BTreeMap<String, String>,
}

pub fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let entry = node.as_map()?.iter().find(|entry| entry.key == key)?;
    Some(&entry.value)
}

pub fn text(node: &Node, key: &str) -> String {
    let text = child(node, key).and_then(Node::as_text);
    text.unwrap_or_default().to_owned()
}

pub fn action() -> Node {
    let bytes = std::fs::read(Path::new(ROOT).join("action.yml")).unwrap();
    syntax::parse(Format::Yaml, &bytes).unwrap().roots.remove(0)
}

pub fn steps(action: &Node) -> Vec<Step> {
    let steps = child(child(action, "runs").unwrap(), "steps").unwrap();
    let env = |step: &Node| {
        let entries = child(step, "env")
            .and_then(Node::as_map)
            .unwrap_or_default();
        entries
            .iter()
            .map(|entry| {
                let value = entry.value.as_text().unwrap_or_default();
                (entry.key.clone(), value.to_owned())
            })
            .collect()
    };
    let step = |step: &Node| Step {
        id: text(step, "id"),
        shell: text(step, "shell"),
        run: text(step, "run"),
        env: env(step),
    };
    steps.as_list().unwrap().iter().map(step).collect()
}

/// A job: a repository with one pushed commit, and the runner's folders beside it.
pub struct Job {
    pub folder: TempDir,
    pub inputs: BTreeMap<String, String>,
    pub variables: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, BTreeMap<String, String>>,
    pub log: String,
}

impl Job {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let job = Job {
            folder,
            inputs: BTreeMap::new(),
            variables: BTreeMap::new(),
            outputs: BTreeMap::new(),
            log: String::new(),
        };
        for name in ["workspace", "temp", "home"] {
            std::fs::create_dir(job.path(name)).unwrap();
        }
        let start = job.commit("README", "hello\n", &["init", "-q", "-b", "main"]);
        let after = job.commit("more", "more\n", &[]);
        let payload = format!(
            "{{\"ref\":\"refs/heads/main\",\"before\":\"{start}\",\"after\":\"{after}\",\"repository\":{{\"default_branch\":\"main\"}}}}"
        );
        std::fs::write(job.path("event.json"), payload).unwrap();
        job
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub fn input(mut self, name: &str, value: &str) -> Self {
        self.inputs.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn commit(&self, name: &str, content: &str, first: &[&str]) -> String {
        if !first.is_empty() {
            self.git(first);
        }
        std::fs::write(self.path("workspace").join(name), content).unwrap();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.invalid"])
            .args(arguments)
            .current_dir(self.path("workspace"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What an expression of action.yml gives.
    pub fn value(&self, action: &Node, expression: &str) -> String {
        let Some(inner) = expression.strip_prefix("${{ ") else {
            assert!(
                !expression.contains("${{"),
                "a mixed expression: {expression}"
            );
            return expression.to_owned();
        };
        let inner = inner.strip_suffix(" }}").unwrap();
        if inner == "github.action_path" {
            return ROOT.to_owned();
        }
        if let Some(name) = inner.strip_prefix("inputs.") {
            let inputs = child(action, "inputs").unwrap();
            let declared = child(inputs, name).unwrap_or_else(|| panic!("no input {name}"));
            let given = self.inputs.get(name).cloned();
            return given.unwrap_or_else(|| text(declared, "default"));
        }
        let parts: Vec<&str> = inner.split('.').collect();
        let ["steps", step, "outputs", name] = parts[..] else {
            panic!("an unknown expression: {inner}");
        };
        let outputs = self.outputs.get(step);
        outputs
            .and_then(|outputs| outputs.get(name).cloned())
            .unwrap_or_default()
    }

    /// Runs every step until one fails; the exit code of the last.
    pub fn run(&mut self) -> i32 {
        let action = action();
        for step in steps(&action) {
            assert_eq!(step.shell, "bash");
            let output_file = self.path(&format!("output-{}", step.id));
            std::fs::write(&output_file, "").unwrap();
            let script = self.path("script.sh");
            std::fs::write(&script, &step.run).unwrap();
            let mut command = Command::new("bash");
            command
                .args(["--noprofile", "--norc", "-eo", "pipefail"])
                .arg(&script)
                .current_dir(self.path("workspace"))
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap())
                .env("HOME", self.path("home"))
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("CI", "true")
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_WORKSPACE", self.path("workspace"))
                .env("GITHUB_EVENT_NAME", "push")
                .env("GITHUB_EVENT_PATH", self.path("event.json"))
                .env("GITHUB_ACTION_PATH", ROOT)
                .env("GITHUB_OUTPUT", &output_file)
                .env("GITHUB_STEP_SUMMARY", self.path("summary.md"))
                .env("RUNNER_TEMP", self.path("temp"))
                .env("RUNNER_OS", "Linux")
                .env("RUNNER_ARCH", "X64")
                .envs(&self.variables);
            for (name, expression) in &step.env {
                command.env(name, self.value(&action, expression));
            }
            let output = command.output().unwrap();
            self.log.push_str(&String::from_utf8_lossy(&output.stdout));
            self.log.push_str(&String::from_utf8_lossy(&output.stderr));
            let outputs = std::fs::read_to_string(&output_file).unwrap();
            self.outputs.insert(step.id, decode(&outputs));
            let code = output.status.code().unwrap();
            if code != 0 {
                return code;
            }
        }
        0
    }

    pub fn output(&self, name: &str) -> String {
        let action = action();
        let declared = child(child(&action, "outputs").unwrap(), name).unwrap();
        self.value(&action, &text(declared, "value"))
    }
}

/// Reads the runner's file of outputs.
pub fn decode(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").expect("a plain output");
        let value: Vec<&str> = lines
            .by_ref()
            .take_while(|line| *line != delimiter)
            .collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}

/// A copy of the built binary outside every workspace, where nobody else writes.
pub fn binary(job: &Job) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = job.path("temp").join("tokenleash");
    std::fs::copy(env!("CARGO_BIN_EXE_tokenleash"), &path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The rest of a token, so that no literal of one stands here.
pub fn token() -> String {
    let rules = tokenleash::rules::RuleSet::builtin();
    let kind = rules.kind("github-classic-pat").unwrap();
    let sample = &tokenleash::find::sample;
    let value = tokenleash::rules::template::expand("{value}", kind, sample, 9);
    value["gh".len()..].to_owned()
}
