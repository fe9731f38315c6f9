//! No output holds a secret: not in a value, a key, a path, a name of Git, an encoded form, a broken file, a command's
//! argument, or a panic. What may show is the mask: the kind's public prefix and four characters.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use proptest::prelude::*;
use tokenleash::find;
use tokenleash::rules::{RuleSet, template};

const BINARY: &str = env!("CARGO_BIN_EXE_tokenleash");

/// Kinds of every form: prefix and checksum, a bare UUID, hexadecimal, a URL, a JWT, a key in PEM.
const KINDS: [&str; 8] = [
    "github-classic-pat",
    "railway-account-token",
    "npm-granular-token",
    "stripe-secret-key-live",
    "openai-admin-key",
    "anthropic-api-key",
    "digitalocean-pat",
    "slack-bot-token",
];

/// Files that hold a value, or break over it.
const FILES: [(&str, &str); 27] = [
    (
        ".github/workflows/agent.yml",
        "on: issue_comment\njobs:\n  {s}:\n    name: {s}\n    runs-on: ubuntu-latest\n    env:\n      K: ${{ secrets.{s} }}\n    steps:\n      - name: {s}\n        uses: anthropics/claude-code-action@{s}\n        with:\n          anthropic_api_key: {s}\n",
    ),
    (".env", "RAILWAY_API_TOKEN={s}\nOTHER=\"{s}\"\n"),
    (
        ".mcp.json",
        "{\"mcpServers\":{\"x\":{\"env\":{\"GITHUB_TOKEN\":\"{s}\"}}}}",
    ),
    (
        ".mcp.json",
        "{\"mcpServers\":{\"x\":{\"env\":{\"GITHUB_TOKEN\":\"{s}\"",
    ),
    (
        ".mcp.json",
        "{\"mcpServers\":{\"{s}\":{\"command\":\"x\"}}}",
    ),
    ("broken.json", "{\"a\": \"{s}\", \"{s}\" \"b\"}"),
    ("broken.yml", "a: [{s}\n  b: {s}: {s}\n"),
    ("config.yml", "{s}:\n  password: {s}\n"),
    ("broken.toml", "a = {s}\n[{s}\n"),
    (".tokenleash.toml", "{s} = 1\n"),
    (".tokenleash.toml", "exclude = [\"{s}{\"]\n"),
    (".tokenleash.toml", "[levels]\n\"{s}\" = \"warn\"\n"),
    (".tokenleash.toml", "[levels]\nTL104 = \"{s}\"\n"),
    (
        ".tokenleash.toml",
        "[[waiver]]\nfingerprint = \"{s}\"\npath = \"{s}\"\nowner = \"{s}\"\nreason = \"{s}\"\nexpires = 2026-12-01\n",
    ),
    (
        ".tokenleash.toml",
        "[[token]]\nid = \"{s}\"\nprovider = \"{s}\"\n",
    ),
    (".tokenleash.toml", "requires = \"{s}\"\n"),
    (
        ".tokenleash-baseline.toml",
        "[[known]]\nfingerprint = \"{s}\"\n",
    ),
    (
        "CLAUDE.md",
        "Use `{s}` as the token.\nAuthorization: Bearer {s}\n",
    ),
    (
        "run.sh",
        "curl -H 'Authorization: Bearer {s}' -u user:{s} https://u:{s}@backboard.railway.com/{s}?token={s}\n",
    ),
    (
        "hidden.py",
        "TOKEN = '{base64}'\nhexed = '{hex}'\nquery = '{percent}'\n",
    ),
    ("joined.js", "const token = '{first}' +\n  '{rest}';\n"),
    (
        "same.sh",
        "export GITHUB_TOKEN={s} PASSWORD={s} DB_PASSWORD={s} # {s}\n",
    ),
    ("sub/{s}.txt", "nothing\n"),
    ("{s}/deploy.sh", "export GITHUB_TOKEN={s}\n"),
    (
        "compose.yml",
        "services:\n  db:\n    environment:\n      - DATABASE_URL=postgres://admin:{s}@db.example.com/app\n",
    ),
    ("k8s.yml", "kind: Secret\ndata:\n  token: {base64}\n"),
    ("notes.txt", "{s}"),
];

fn sh(folder: &Path, program: &str, arguments: &[&str], input: &str) -> (i32, String) {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder.parent().unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "A")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "a@example.invalid")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::Write;
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn base64(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Every run of a secret that must not show, in every form.
fn forbidden(secret: &str, prefix: usize) -> Vec<String> {
    let mut runs = Vec::new();
    for window in secret.as_bytes()[prefix..].windows(8) {
        let window = String::from_utf8_lossy(window).into_owned();
        runs.push(hex(&window));
        runs.push(hex(&window).to_uppercase());
        runs.push(percent(&window));
        runs.push(window);
    }
    // The first characters of an encoded secret are those of its public prefix.
    let encoded = base64(secret);
    let public = prefix.div_ceil(3) * 4;
    runs.extend(
        encoded.as_bytes()[public..]
            .windows(12)
            .map(|w| String::from_utf8_lossy(w).into_owned()),
    );
    runs
}

fn check(shown: &str, runs: &[String], what: &str) -> Result<(), TestCaseError> {
    for run in runs {
        // The run itself is not printed: a failure is no leak either.
        prop_assert!(
            !shown.contains(run.as_str()),
            "{what} shows {} bytes of a secret",
            run.len()
        );
    }
    Ok(())
}

/// Every command that may show something. `argument` is what a person may type by mistake: only a value that says by
/// itself what it is can be known again there.
fn commands(argument: Option<&str>) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for format in ["text", "json", "sarif", "github"] {
        for place in [
            &["scan"][..],
            &["scan", "--staged"],
            &["scan", "--history", "--all"],
        ] {
            for extra in [&["--verbose", "--why-not"][..], &["--policy", "none"]] {
                all.push([place, &["--format", format], extra].concat());
            }
        }
    }
    all.push(vec!["hook", "pre-commit"]);
    all.push(vec!["hook", "pre-commit", "--verbose"]);
    all.push(vec!["doctor"]);
    let mut all: Vec<Vec<String>> = all
        .into_iter()
        .map(|words| words.into_iter().map(str::to_owned).collect())
        .collect();
    for words in [
        &["explain"][..],
        &["rules", "show"],
        &["waive", "--owner", "a", "--reason", "b"],
        &["scan", "--range"],
        &["scan", "--policy"],
        &["scan", "--config"],
        &["scan", "--format"],
        &["scan"],
        &["install", "--hook"],
        &["hook", "commit-msg"],
        &[],
    ] {
        if let Some(argument) = argument {
            let words = words.iter().copied().chain([argument]).map(str::to_owned);
            all.push(words.collect());
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_output_holds_a_secret(seed in any::<u64>(), kind in 0..KINDS.len(), files in prop::collection::vec(0..FILES.len(), 5)) {
        let rules = RuleSet::builtin();
        let kind = rules.kind(KINDS[kind]).unwrap();
        let secret = template::expand("{value}", kind, &find::sample, seed);
        let runs = forbidden(&secret, kind.shapes[0].start().len());
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("repository");
        fs::create_dir(&folder).unwrap();
        let git = |arguments: &[&str]| sh(&folder, "git", arguments, "");
        git(&["init", "-q", "-b", "main"]);
        let half = secret.len() / 2;
        let fill = |text: &str| {
            text.replace("{s}", &secret)
                .replace("{base64}", &base64(&secret))
                .replace("{hex}", &hex(&secret))
                .replace("{percent}", &percent(&secret))
                .replace("{first}", &secret[..half])
                .replace("{rest}", &secret[half..])
        };
        for number in files {
            let (name, text) = FILES[number];
            let path = folder.join(fill(name));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, fill(text)).unwrap();
        }
        git(&["add", "--all"]);
        for words in commands(Some(secret.as_str()).filter(|_| !kind.public_prefix(secret.as_bytes()).is_empty())) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let (_, shown) = sh(&folder, BINARY, &words, "");
            check(&shown, &runs, &format!("{:?}", &words[..words.len().saturating_sub(1)]))?;
        }
        git(&["commit", "-q", "--no-verify", "-m", &format!("say {secret}\n\nand {}", base64(&secret))]);
        git(&["checkout", "-q", "-b", &format!("feature/{secret}")]);
        let id = git(&["rev-parse", "HEAD"]).1;
        let zeros = "0".repeat(40);
        let line = format!("refs/heads/{secret} {} refs/heads/{secret} {zeros}\n", id.trim());
        for (words, input) in [
            (vec!["hook", "pre-push", "origin", secret.as_str()], line.as_str()),
            (vec!["hook", "pre-push", "origin"], secret.as_str()),
            (vec!["hook", "pre-receive"], secret.as_str()),
            (vec!["hook", "post-commit"], ""),
            (vec!["scan", "--history", "--verbose"], ""),
            (vec!["scan", "--history", "--format", "sarif"], ""),
            (vec!["scan", "--stdin", "--path", secret.as_str(), "--format", "json"], secret.as_str()),
            (vec!["scan", "--stdin", "--path", "a.env", "--verbose", "--why-not"], secret.as_str()),
        ] {
            let (_, shown) = sh(&folder, BINARY, &words, input);
            check(&shown, &runs, &format!("{:?} {:?}", words[0], words[1]))?;
        }
        let kept = fs::read_to_string(folder.join(".git/tokenleash-judged-tree")).unwrap_or_default();
        check(&kept, &runs, "the file that remembers the judged tree")?;
    }
}

#[test]
fn a_panic_says_where_and_never_what() {
    let secret = "A".repeat(3) + &"b7".repeat(12);
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "panics_where_it_is_asked", "--nocapture"])
        .env("TOKENLEASH_TEST_PANIC", &secret)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(
        shown.contains("internal error at tests/no_secret.rs:"),
        "{shown}"
    );
    assert!(!shown.contains(&secret), "a panic shows its message");
}

#[test]
fn panics_where_it_is_asked() {
    if let Ok(secret) = std::env::var("TOKENLEASH_TEST_PANIC") {
        tokenleash::cli::silence_panics();
        let _ = std::panic::catch_unwind(|| panic!("{secret}"));
    }
}
