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
    let text = template::expand(kind.examples.iter().next().unwrap().text, kind, &sample, 3);
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

/// A payload of `issue_comment` by somebody of an association.
fn comment(association: &str) -> String {
    format!(
        r#"{{"action":"created","sender":{{"login":"a"}},"comment":{{"user":{{"login":"a"}},"author_association":"{association}","body":"x"}}}}"#
    )
}

#[test]
fn the_payload_says_whether_an_outsider_started_this_run() {
    let steps = format!("      - uses: actions/checkout@v4\n{AGENT}");
    for (association, blocks) in [("OWNER", 0), ("MEMBER", 0), ("CONTRIBUTOR", 1), ("NONE", 1)] {
        let job = Job::new("issue_comment", "{contents: write}", &steps);
        let file = job.path("temp/event.json");
        std::fs::write(&file, comment(association)).unwrap();
        git(&job.path("work"), &["add", "-A"]);
        git(&job.path("work"), &["commit", "-qm", "a"]);
        let commit = git(&job.path("work"), &["rev-parse", "HEAD"]);
        let job = job
            .with("GITHUB_EVENT_NAME", "issue_comment")
            .with("GITHUB_WORKFLOW_SHA", &commit)
            .with("GITHUB_EVENT_PATH", file.to_str().unwrap());
        let (code, text) = job.gate();
        assert_eq!(code, blocks, "{association}: {text}");
    }
}

#[test]
fn a_file_beyond_all_bounds_is_undecided() {
    let job = Job::quiet();
    let file = job.path("temp/set_env");
    std::fs::write(&file, "A=b\n".repeat(3 << 20)).unwrap();
    let (code, text) = job.with("GITHUB_ENV", file.to_str().unwrap()).gate();
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("GITHUB_ENV"), "{text}");
}

fn git(folder: &std::path::Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_workflow_is_read_at_the_commit_that_github_took_it_from() {
    let handed = format!(
        "{AGENT}        env:\n          RAILWAY_API_TOKEN: ${{{{ secrets.RAILWAY_API_TOKEN }}}}\n"
    );
    let job = Job::new("push", "{}", &handed);
    let work = job.path("work");
    git(&work, &["add", "-A"]);
    git(&work, &["commit", "-qm", "a"]);
    let commit = git(&work, &["rev-parse", "HEAD"]);
    // The working tree says something harmless.
    let harmless = "on: push\njobs:\n  work:\n    steps:\n      - run: 'true'\n";
    std::fs::write(work.join(".github/workflows/a.yml"), harmless).unwrap();
    let (code, text) = job.with("GITHUB_WORKFLOW_SHA", &commit).gate();
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("TL305"), "{text}");
}

#[test]
fn a_job_of_a_called_workflow_is_found_by_its_own_id() {
    let job = Job::quiet();
    let folder = job.path("work/.github/workflows");
    let caller =
        "on: push\njobs:\n  outer:\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n";
    let called = format!(
        "on: workflow_call\njobs:\n  inner:\n    runs-on: x\n    permissions: {{}}\n    steps:\n{AGENT}        env:\n          RAILWAY_API_TOKEN: ${{{{ secrets.RAILWAY_API_TOKEN }}}}\n"
    );
    std::fs::write(folder.join("a.yml"), caller).unwrap();
    std::fs::write(folder.join("b.yml"), called).unwrap();
    let (code, text) = job.with("GITHUB_JOB", "inner").gate();
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("TL305") && text.contains("b.yml"), "{text}");
}

/// What a checkout writes: `AUTHORIZATION: basic` with the token as the password.
fn header(token: &str) -> String {
    let text = base64(&format!("x-access-token:{token}"));
    format!("[http \"https://github.com/\"]\n\textraheader = AUTHORIZATION: basic {text}\n")
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for part in text.as_bytes().chunks(3) {
        let number = part
            .iter()
            .fold(0u32, |sum, byte| sum << 8 | u32::from(*byte))
            << (8 * (3 - part.len()));
        for digit in 0..4 {
            out.push(match digit <= part.len() {
                true => char::from(DIGITS[(number >> (18 - 6 * digit)) as usize & 63]),
                false => '=',
            });
        }
    }
    out
}

#[test]
fn a_persisted_token_in_a_file_of_its_own_is_read() {
    let value = secret("github-classic-pat");
    let job = Job::quiet();
    let file = job.path("temp/git-credentials-0a1b2c3d.config");
    std::fs::write(&file, header(&value)).unwrap();
    let config = format!(
        "[includeIf \"gitdir:/x/.git\"]\n\tpath = {}\n",
        file.display()
    );
    std::fs::write(job.path("work/.git/config"), config).unwrap();
    let (code, text) = job.gate();
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("git-credentials-0a1b2c3d.config"), "{text}");
    assert!(
        !text.contains(&value) && !text.contains(&base64(&value)),
        "{text}"
    );
}

#[test]
fn scrubbing_keeps_what_the_agent_itself_needs_and_says_so() {
    let job = Job::quiet()
        .with("RAILWAY_API_TOKEN", &secret("railway-account-token"))
        .with("ANTHROPIC_API_KEY", &secret("anthropic-api-key"));
    let script = "test -z \"$RAILWAY_API_TOKEN\" && test -n \"$ANTHROPIC_API_KEY\" && exit 5";
    let (code, text) = job.run(&["--scrub", "--", "sh", "-c", script]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("not handed on: RAILWAY_API_TOKEN"), "{text}");
    assert!(
        text.contains("expected here, no finding: ANTHROPIC_API_KEY"),
        "{text}"
    );
}

#[test]
fn a_login_in_the_home_folder_is_said_and_stops_nothing() {
    let value = secret("github-oauth-token");
    let job = Job::quiet();
    let folder = job.path("home/.config/gh");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("github.com:\n    user: a\n    oauth_token: {value}\n");
    std::fs::write(folder.join("hosts.yml"), text).unwrap();
    for arguments in [&[][..], &["--before-agent"]] {
        let (code, text) = job.run(arguments);
        assert_eq!(code, 0, "{text}");
        assert!(
            text.contains("TL107") && text.contains("~/.config/gh/hosts.yml"),
            "{text}"
        );
        assert!(!text.contains(&value), "{text}");
    }
}

#[test]
fn a_pipe_in_a_files_place_is_said_and_not_waited_for() {
    for name in ["GITHUB_ENV", "GITHUB_EVENT_PATH"] {
        let job = Job::quiet();
        let pipe = job.path("temp/pipe");
        let status = Command::new("mkfifo").arg(&pipe).status();
        assert!(status.unwrap().success());
        let (code, text) = job.with(name, pipe.to_str().unwrap()).gate();
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn tokens_of_other_checkouts_and_submodules_are_found() {
    let value = secret("github-classic-pat");
    for place in ["work/below/.git", "work/.git/modules/sub"] {
        let job = Job::quiet();
        std::fs::create_dir_all(job.path(place)).unwrap();
        std::fs::write(job.path(place).join("config"), header(&value)).unwrap();
        let (code, text) = job.gate();
        assert_eq!(code, 1, "{place}: {text}");
        assert!(text.contains("config") && !text.contains(&value), "{text}");
    }
}

#[test]
fn every_file_of_a_list_is_read() {
    let value = secret("github-classic-pat");
    let job = Job::quiet();
    let (one, two) = (job.path("temp/../one"), job.path("temp/../two"));
    std::fs::write(&one, "apiVersion: v1\n").unwrap();
    let text = format!("apiVersion: v1\nusers:\n- name: a\n  user:\n    token: {value}\n");
    std::fs::write(&two, text).unwrap();
    let list = std::env::join_paths([&one, &two]).unwrap();
    let (code, text) = job.with("KUBECONFIG", list.to_str().unwrap()).gate();
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("/two") && !text.contains(&value), "{text}");
}
