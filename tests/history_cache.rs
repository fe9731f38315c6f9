//! A history scanned with a cache, in parts, or after a kill says what one run without a cache says; and a cache that
//! somebody else could have written is not believed.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::{Repo, Sandbox};
use tokenleash::find;
use tokenleash::rules::{RuleSet, template};

fn token(seed: u64) -> String {
    let rules = RuleSet::builtin();
    let kind = rules.kind("railway-account-token").unwrap();
    template::expand("{value}", kind, &find::sample, seed)
}

fn script(seed: u64) -> String {
    format!(
        "#!/bin/sh\nexport RAILWAY_API_TOKEN={}\ncurl https://backboard.railway.com/graphql/v2\n",
        token(seed)
    )
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tokenleash"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap()
}

const OWN_KIND: &str = r#"[[token]]
id = "acme-deploy-key"
provider = "Acme"
name = "Acme deploy key"
value = ["acme_{alnum:32}"]
level = "org"
verbs = ["read", "write", "delete"]
why = "Acme has one key for everything."
worst = "delete every deployment"
destroys = "yes"
none_because = "Acme has no narrower key."
how = "Keep it in the deploy environment of CI."
docs = "https://acme.example/keys"
checked = "documentation"
as_of = "2026-11"
"#;

/// A scan of the whole history; the document, without remarks, and the remarks.
fn scan(repo: &Repo, more: &[&str]) -> (Value, Vec<String>) {
    let all = ["scan", "--history", "--all", "--format", "json"];
    let output = run(&repo.path, &[&all, more].concat());
    let mut document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let remarks = document["remarks"].take();
    let remarks = remarks.as_array().unwrap().iter();
    let text = |remark: &Value| remark.as_str().unwrap().to_owned();
    (document, remarks.map(text).collect())
}

fn cached(repo: &Repo, cache: &Path) -> (Value, Vec<String>) {
    scan(repo, &["--cache", cache.to_str().unwrap()])
}

/// Versions, copies, a secret that is gone, one in a moved folder, one that no ref leads to, an agent's files.
fn started(sandbox: &Sandbox) -> Repo {
    let repo = sandbox.started("repo");
    repo.commit("AGENTS.md", "Be careful.\n");
    repo.commit(
        ".claude/settings.json",
        "{ \"permissions\": { \"allow\": [\"Bash(curl:*)\"] } }\n",
    );
    for number in 0..80 {
        repo.commit(
            "versions",
            format!("{}\nversion {number}\n", "line\n".repeat(40)),
        );
    }
    repo.commit("scripts/domains.sh", script(1));
    repo.commit("scripts/domains.sh", format!("{}echo done\n", script(1)));
    repo.git(&["mv", "scripts", "tools"]);
    repo.git(&["commit", "-q", "-m", "move"]);
    repo.git(&["rm", "-q", "-r", "tools"]);
    repo.git(&["commit", "-q", "-m", "remove"]);
    repo.git(&["checkout", "-q", "-b", "gone"]);
    repo.commit("gone.sh", script(2));
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["branch", "-q", "-D", "gone"]);
    repo
}

fn folder(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.path(name)
}

fn used(remarks: &[String]) -> u64 {
    let said = remarks
        .iter()
        .find(|remark| remark.contains("not read again"));
    said.unwrap().split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn every_commit_and_path_of_a_finding_is_named() {
    let sandbox = Sandbox::new();
    let (document, _) = scan(&started(&sandbox), &[]);
    let findings = document["findings"].as_array().unwrap();
    let of = |path: &str| {
        let at = |finding: &&Value| finding["path"] == path && !finding["secret"].is_null();
        findings
            .iter()
            .find(at)
            .unwrap_or_else(|| panic!("{path}: {findings:#?}"))
    };
    assert_eq!(of("scripts/domains.sh")["commits"], 2);
    assert_eq!(of("tools/domains.sh")["commits"], 1);
    let gone = of("gone.sh");
    let reasons = gone["reasons"].to_string();
    assert!(reasons.contains("no ref leads to it"), "{reasons}");
    assert!(
        !of("tools/domains.sh")["reasons"]
            .to_string()
            .contains("no ref")
    );
}

#[test]
fn a_cache_changes_no_result_and_saves_what_was_read() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    let cache = folder(&sandbox, "cache");
    for packed in [false, true] {
        if packed {
            repo.git(&["repack", "-q", "-a", "-d", "-k"]);
        }
        let (plain, _) = scan(&repo, &[]);
        assert_eq!(plain["summary"]["verdict"], "blocked");
        let (first, remarks) = cached(&repo, &cache);
        assert_eq!((&first, used(&remarks) > 0), (&plain, packed));
        let (second, remarks) = cached(&repo, &cache);
        assert_eq!(second, plain);
        assert!(used(&remarks) > 150, "{remarks:?}");
    }
    repo.commit("new.sh", script(3));
    let (plain, _) = scan(&repo, &[]);
    assert!(plain.to_string().contains("new.sh"));
    assert_eq!(cached(&repo, &cache).0, plain);
}

#[test]
fn no_part_of_a_secret_or_a_text_is_in_the_cache() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    let cache = folder(&sandbox, "cache");
    cached(&repo, &cache);
    let mut files = 0;
    for entry in fs::read_dir(&cache).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for word in [&token(1)[..8], &token(2)[..8], "domains", "version", "line"] {
            assert!(memchr::memmem::find(&bytes[64..], word.as_bytes()).is_none());
        }
        files += 1;
    }
    assert_eq!(files, 1);
}

#[test]
fn parts_of_a_history_add_up_to_one_run_and_a_lost_part_is_read_again() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    repo.git(&["repack", "-q", "-a", "-d", "-k"]);
    let (plain, _) = scan(&repo, &[]);
    let cache = folder(&sandbox, "cache");
    let part = |cache: &Path, part: &str| {
        let name = cache.to_str().unwrap();
        let scan = ["scan", "--history", "--all", "--format", "json"];
        let more = ["--cache", name, "--shard", part];
        run(&repo.path, &[&scan[..], &more].concat())
    };
    let files = |output: &Output| {
        assert_eq!(output.status.code(), Some(0));
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(line["type"], "shard");
        line["files"].as_u64().unwrap()
    };
    let alone = |number: u8| {
        let cache = folder(&sandbox, &format!("cache{number}"));
        files(&part(&cache, &format!("{number}/3")))
    };
    let counts = [1, 2, 3].map(alone);
    let total = plain["summary"]["files"].as_u64().unwrap();
    assert!(
        counts.iter().sum::<u64>() >= total - 2,
        "{counts:?} of {total}"
    );
    let lost = (1..=3).min_by_key(|number| counts[number - 1]).unwrap();
    for number in (1..=3).filter(|number| *number != lost) {
        files(&part(&cache, &format!("{number}/3")));
    }
    let (whole, remarks) = cached(&repo, &cache);
    assert_eq!(whole, plain, "the lost part is read by the run that judges");
    assert!(used(&remarks) > 0);
    for wrong in ["0/3", "4/3", "1", "a/b", "1/0"] {
        let output = part(&cache, wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn a_run_that_was_killed_leaves_what_can_be_used() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    let cache = folder(&sandbox, "cache");
    let (plain, _) = cached(&repo, &cache);
    let file = only_file(&cache);
    let whole = fs::read(&file).unwrap();
    for length in [0, 20, 40, 64, 70, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        assert_eq!(cached(&repo, &cache).0, plain, "cut at {length}");
        for other in fs::read_dir(&cache).unwrap() {
            let other = other.unwrap().path();
            if other != file {
                fs::remove_file(other).unwrap();
            }
        }
    }
}

fn only_file(cache: &Path) -> PathBuf {
    let mut files = fs::read_dir(cache).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    file
}

#[test]
fn a_damaged_or_foreign_cache_is_not_used_and_that_is_said() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    let cache = folder(&sandbox, "cache");
    let (plain, _) = cached(&repo, &cache);
    let file = only_file(&cache);
    let whole = fs::read(&file).unwrap();
    for (at, word) in [(0, "damaged"), (33, "another version"), (200, "damaged")] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::remove_dir_all(&cache).unwrap();
        cached_file(&cache, &file, &bytes);
        let (document, remarks) = cached(&repo, &cache);
        assert_eq!(document, plain);
        assert_eq!(used(&remarks), 0);
        assert!(
            remarks.iter().any(|r| r.contains(word)),
            "{at}: {remarks:?}"
        );
    }
}

fn cached_file(cache: &Path, file: &Path, bytes: &[u8]) {
    fs::create_dir(cache).unwrap();
    for (path, mode) in [(cache, 0o700), (file, 0o600)] {
        if path == file {
            fs::write(file, bytes).unwrap();
        }
        allow(path, mode);
    }
}

#[cfg(unix)]
fn allow(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn allow(_path: &Path, _mode: u32) {}

/// What a run with this cache says on standard error, where it refuses.
fn refused(repo: &Repo, cache: &Path) -> String {
    let arguments = ["scan", "--history", "--cache", cache.to_str().unwrap()];
    let output = run(&repo.path, &arguments);
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_cache_in_the_checkout_is_refused_and_one_in_the_git_folder_is_not() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    repo.write("cache/README", "");
    for name in ["cache", "new/cache"] {
        assert!(refused(&repo, &repo.path.join(name)).contains("in the checkout"));
    }
    assert!(!repo.path.join("new").exists());
    let inside = repo.path.join(".git/tokenleash");
    assert_eq!(cached(&repo, &inside).0, scan(&repo, &[]).0);
}

#[cfg(unix)]
#[test]
fn a_cache_that_others_may_write_is_refused() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    let cache = folder(&sandbox, "cache");
    fs::create_dir(&cache).unwrap();
    for mode in [0o777, 0o770, 0o1777] {
        allow(&cache, mode);
        assert!(
            refused(&repo, &cache).contains("others may write"),
            "{mode:o}"
        );
    }
    allow(&cache, 0o700);
    std::os::unix::fs::symlink(&cache, sandbox.path("link")).unwrap();
    assert!(refused(&repo, &sandbox.path("link")).contains("no folder"));
    fs::create_dir(sandbox.path("open")).unwrap();
    allow(&sandbox.path("open"), 0o777);
    let below = sandbox.path("open/cache");
    assert!(refused(&repo, &below).contains("above the cache"));
    let (plain, _) = cached(&repo, &cache);
    allow(&only_file(&cache), 0o666);
    let (document, remarks) = cached(&repo, &cache);
    assert_eq!(document, plain);
    assert_eq!(
        used(&remarks),
        0,
        "a file that others may write is not used"
    );
    let owned = Command::new("chown").args(["12345"]).arg(&cache).output();
    if owned.is_ok_and(|output| output.status.success()) {
        assert!(refused(&repo, &cache).contains("another user"));
    }
}

#[test]
fn the_repositorys_own_kinds_are_part_of_what_a_cache_holds_for() {
    let sandbox = Sandbox::new();
    let repo = started(&sandbox);
    let cache = folder(&sandbox, "cache");
    cached(&repo, &cache);
    assert!(used(&cached(&repo, &cache).1) > 0);
    repo.commit(".tokenleash.toml", OWN_KIND);
    let (plain, _) = scan(&repo, &[]);
    let (document, remarks) = cached(&repo, &cache);
    assert_eq!(document, plain);
    assert_eq!(used(&remarks), 0, "{remarks:?}");
}
