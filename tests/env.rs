//! `tokenleash env`: what an agent started right here could read, and the command that starts only when that is allowed.
#![cfg(unix)]

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;
use tokenleash::find::sample;
use tokenleash::rules::{RuleSet, template};

const AGENT: &str = "      - run: claude -p 'hello'\n";

/// A step of a job on GitHub: a checkout with a workflow, a home and the runner's folder.
struct Job {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

fn secret(kind: &str) -> String {
    let rules = RuleSet::builtin();
    template::expand("{value}", rules.kind(kind).unwrap(), &sample, 7)
}

impl Job {
    fn new(on: &str, permissions: &str, steps: &str) -> Job {
        let folder = tempfile::tempdir().unwrap();
        let job = Job {
            folder,
            variables: Vec::new(),
        };
        for name in ["home", "temp", "work/.github/workflows"] {
            std::fs::create_dir_all(job.path(name)).unwrap();
        }
        let text = format!(
            "on: {on}\npermissions: {permissions}\njobs:\n  work:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
        );
        std::fs::write(job.path("work/.github/workflows/a.yml"), text).unwrap();
        let status = Command::new("git")
            .args(["init", "-q"])
            .current_dir(job.path("work"))
            .status();
        assert!(status.unwrap().success());
        job
    }

    fn quiet() -> Job {
        Job::new("push", "{}", AGENT)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn with(mut self, name: &str, value: &str) -> Job {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(env!("CARGO_BIN_EXE_tokenleash"))
            .arg("env")
            .args(arguments)
            .current_dir(self.path("work"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"))
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", self.path("work"))
            .env("GITHUB_REPOSITORY", "o/r")
            .env(
                "GITHUB_WORKFLOW_REF",
                "o/r/.github/workflows/a.yml@refs/heads/main",
            )
            .env("GITHUB_JOB", "work")
            .env("GITHUB_EVENT_NAME", "push")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        );
        (status.code().unwrap(), text)
    }

    fn gate(&self) -> (i32, String) {
        self.run(&["--before-agent"])
    }
}

#[test]
fn nothing_passes_and_is_not_called_clean() {
    let (code, text) = Job::quiet().gate();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("cannot be seen from here"), "{text}");
    assert!(!text.contains("tokenleash: clean"), "{text}");
}

#[test]
fn a_broad_secret_of_the_job_blocks_by_its_value() {
    let value = secret("railway-account-token");
    for format in ["text", "json", "sarif", "github"] {
        let job = Job::quiet().with("RAILWAY_API_TOKEN", &value);
        let (code, text) = job.run(&["--before-agent", "--format", format]);
        assert_eq!(code, 1, "{text}");
        assert!(
            text.contains("RAILWAY_API_TOKEN") && text.contains("TL101"),
            "{text}"
        );
        assert!(!text.contains(&value), "{format}");
    }
}

#[test]
fn a_broad_secret_of_the_agents_step_blocks_by_its_name() {
    let steps = format!(
        "{AGENT}        env:\n          RAILWAY_API_TOKEN: ${{{{ secrets.RAILWAY_API_TOKEN }}}}\n"
    );
    let (code, text) = Job::new("push", "{}", &steps).gate();
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("TL305"), "{text}");
}

#[test]
fn what_this_step_writes_for_later_ones_counts() {
    let value = secret("railway-account-token");
    for text in [
        format!("RAILWAY_API_TOKEN={value}\n"),
        format!("RAILWAY_API_TOKEN<<END\n{value}\nEND\n"),
    ] {
        let job = Job::quiet();
        let file = job.path("temp/set_env");
        std::fs::write(&file, text).unwrap();
        let job = job.with("GITHUB_ENV", file.to_str().unwrap());
        let (code, text) = job.gate();
        assert_eq!(code, 1, "{text}");
        assert!(
            text.contains("env:RAILWAY_API_TOKEN") && !text.contains(&value),
            "{text}"
        );
    }
}

#[test]
fn a_cloud_login_in_the_workspace_is_said() {
    let rules = RuleSet::builtin();
    let of_google = |kind: &&tokenleash::model::TokenKind| {
        kind.claims == Some(tokenleash::model::ClaimReader::GcpServiceAccount)
    };
    let kind = rules.kinds().find(of_google).unwrap();
    let text = template::expand(kind.examples[0].text, kind, &sample, 3);
    let job = Job::quiet();
    let file = job.path("work/gha-creds-0a1b.json");
    std::fs::write(&file, text).unwrap();
    let job = job.with("GOOGLE_APPLICATION_CREDENTIALS", file.to_str().unwrap());
    let (_, text) = job.run(&["--before-agent", "--format", "json"]);
    assert!(
        text.contains("gha-creds-0a1b.json") && text.contains(kind.id),
        "{text}"
    );
}

#[test]
fn a_persisted_token_blocks_where_it_is_broad() {
    let value = secret("github-classic-pat");
    let job = Job::quiet();
    let line = format!("[remote \"origin\"]\n\turl = https://x:{value}@github.com/o/r\n");
    std::fs::write(job.path("work/.git/config"), line).unwrap();
    let (code, text) = job.gate();
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains(".git/config") && !text.contains(&value),
        "{text}"
    );
}

#[test]
fn a_writing_token_blocks_only_where_outsiders_start_the_run() {
    let steps = format!("      - uses: actions/checkout@v4\n{AGENT}");
    let job = || Job::new("[issues, push]", "{contents: write}", &steps);
    let (code, text) = job().with("GITHUB_EVENT_NAME", "issues").gate();
    assert_eq!((code, text.contains("TL301")), (1, true), "{text}");
    let (code, text) = job().gate();
    assert_eq!(code, 0, "{text}");
}

#[test]
fn the_models_own_key_and_the_runners_are_expected() {
    let job = Job::quiet().with("ANTHROPIC_API_KEY", &secret("anthropic-api-key"));
    let (code, text) = job.gate();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("expected here"), "{text}");
    let job = Job::quiet().with("ANTHROPIC_API_KEY", &secret("github-classic-pat"));
    assert_eq!(job.gate().0, 1);
}

#[test]
fn a_command_starts_only_when_the_verdict_allows_it() {
    let (code, _) = Job::quiet().run(&["--", "sh", "-c", "exit 7"]);
    assert_eq!(code, 7);
    let value = secret("railway-account-token");
    let job = Job::quiet().with("RAILWAY_API_TOKEN", &value);
    let (code, text) = job.run(&["--", "touch", "started"]);
    assert_eq!(code, 1, "{text}");
    assert!(!job.path("work/started").exists() && !text.contains(&value));
    let script = "test -z \"$RAILWAY_API_TOKEN\" && test -n \"$KEPT\" && exit 5";
    let (code, text) = job
        .with("KEPT", "1")
        .run(&["--scrub", "--", "sh", "-c", script]);
    assert_eq!(code, 5, "{text}");
}

#[test]
fn a_workflow_that_is_not_here_is_undecided() {
    let job = Job::quiet().with(
        "GITHUB_WORKFLOW_REF",
        "o/r/.github/workflows/b.yml@refs/heads/main",
    );
    assert_eq!(job.gate().0, 2);
}
