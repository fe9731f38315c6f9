//! Opening repositories, their places, and the states that they hold.

use std::path::Path;

use tokenleash::error::ErrorKind;
use tokenleash::model::RepoPath;
use tokenleash::source::{
    Form, GitEnvironment, MESSAGE_PATH, Nothing, Repository, SingleSource, Snapshot,
};

use crate::support::{Repo, Sandbox, look};

fn refused(repo: &Repo) -> String {
    let environment = GitEnvironment::default();
    let error = Repository::open(&repo.path, &environment).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Source);
    let of_hook = Repository::open_for_commit(&repo.path, &environment).err();
    assert_eq!(of_hook.unwrap().message, error.message);
    error.message
}

#[test]
fn where_there_is_no_repository_that_is_said() {
    let sandbox = Sandbox::new();
    let environment = GitEnvironment::default();
    assert!(
        Repository::discover(&sandbox.path("home"), &environment)
            .unwrap()
            .is_none()
    );
    assert!(Repository::open(&sandbox.path("home"), &environment).is_err());
}

#[test]
fn a_format_that_is_beyond_us_is_named() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["config", "core.repositoryformatversion", "1"]);
    repo.git(&["config", "extensions.fromTheFuture", "true"]);
    assert!(refused(&repo).contains("fromthefuture"));
    let repo = sandbox.started("other");
    repo.git(&["config", "core.repositoryformatversion", "7"]);
    assert!(refused(&repo).contains('7'));
}

#[test]
fn reftable_is_named() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("repo");
    std::fs::create_dir(&repo.path).unwrap();
    if !repo
        .try_git(&["init", "-q", "--ref-format=reftable"])
        .status
        .success()
    {
        return;
    }
    repo.start();
    assert!(refused(&repo).contains("reftable"));
}

#[test]
fn a_damaged_repository_is_an_error() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    std::fs::remove_file(repo.path.join(".git/HEAD")).unwrap();
    refused(&repo);
}

#[test]
fn a_head_that_names_nothing_readable_is_an_error() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let opened = repo.open();
    assert_eq!(
        opened.head().unwrap().unwrap().hex(),
        repo.git(&["rev-parse", "HEAD"])
    );
    std::fs::write(repo.path.join(".git/refs/heads/main"), "1".repeat(40)).unwrap();
    assert!(repo.open().head().is_err());
    std::fs::write(repo.path.join(".git/refs/heads/main"), "nonsense").unwrap();
    assert!(repo.open().head().is_err());
}

#[test]
fn revisions_resolve_to_commits() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["tag", "-a", "v1", "-m", "one"]);
    let start = repo.git(&["rev-parse", "HEAD"]);
    repo.commit("two", "two");
    let opened = repo.open();
    for name in ["v1", "HEAD~1", "main~1", start.as_str(), &start[..12]] {
        assert_eq!(opened.resolve(name).unwrap().hex(), start);
    }
    assert!(opened.resolve("HEAD:README").is_err());
    assert!(opened.resolve("").is_err());
    assert_eq!(
        opened.resolve("HEAD").unwrap().tree_hex(),
        repo.git(&["rev-parse", "HEAD^{tree}"])
    );
}

#[test]
fn a_commit_is_read_path_by_path() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let opened = repo.open();
    let snapshot = opened.commit_snapshot(&opened.head().unwrap().unwrap());
    assert_eq!(
        snapshot.read(b"src/main.rs").unwrap().unwrap(),
        b"fn main() {}\n"
    );
    for path in [
        &b"src"[..],
        b"src/",
        b"none",
        b"README/below",
        b"",
        b"/",
        b"../README",
    ] {
        assert_eq!(snapshot.read(path).unwrap(), None);
    }
    assert!(snapshot.exists(b"src/") && snapshot.exists(b"README") && snapshot.exists(b"src"));
    assert!(!snapshot.exists(b"README/") && !snapshot.exists(b"none/"));
    let index = opened.index_snapshot().unwrap();
    assert_eq!(index.read(b"README").unwrap().unwrap(), b"hello\n");
    assert_eq!(index.read(b"src").unwrap(), None);
    assert!(index.exists(b"src/") && index.exists(b"src") && !index.exists(b"README/"));
}

#[test]
fn a_commit_is_read_the_same_in_every_order_of_its_paths() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let files = ["a/x/f", "a/x/g", "a/y/f", "b/x/f", "b/f", "x/f", "f"];
    for path in files {
        repo.write(path, path);
    }
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "many"]);
    let opened = repo.open();
    let snapshot = opened.commit_snapshot(&opened.head().unwrap().unwrap());
    let paths = [&files[..], &["a", "a/x", "b/y/f", "a/f", "y/x/f", "f/x"]].concat();
    for before in &paths {
        for path in &paths {
            let _ = snapshot.read(before.as_bytes()).unwrap();
            let text = snapshot.read(path.as_bytes()).unwrap();
            let expected = files.contains(path).then(|| path.as_bytes().to_vec());
            assert_eq!(text, expected, "{path} behind {before}");
        }
    }
}

#[test]
fn hooks_are_where_git_looks() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let hooks = |repo: &Repo| repo.open().hooks_dir().unwrap();
    let own = repo.path.join(".git/hooks");
    assert_eq!(hooks(&repo), own);
    assert_eq!(
        hooks(&sandbox.at("linked"))
            .parent()
            .unwrap()
            .canonicalize()
            .unwrap(),
        repo.path.join(".git")
    );
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    assert_eq!(hooks(&repo), repo.path.join(".husky/_"));
    assert_eq!(
        hooks(&sandbox.at("linked")),
        sandbox.path("linked").join(".husky/_")
    );
    repo.git(&["config", "core.hooksPath", "~/hooks"]);
    if let Some(home) = std::env::var_os("HOME") {
        assert_eq!(hooks(&repo), Path::new(&home).join("hooks"));
    }
}

#[test]
fn configuration_and_default_branch_are_read() {
    let sandbox = Sandbox::new();
    let origin = sandbox.started("origin");
    let repo = sandbox.at("repo");
    origin.git(&["clone", "-q", ".", repo.path.to_str().unwrap()]);
    repo.commit("ahead", "ahead");
    let opened = repo.open();
    let tip = origin.git(&["rev-parse", "HEAD"]);
    assert_eq!(opened.default_branch_tip("origin").unwrap().hex(), tip);
    assert!(opened.default_branch_tip("elsewhere").is_none());
    repo.git(&["remote", "set-head", "origin", "-d"]);
    assert_eq!(repo.open().default_branch_tip("origin").unwrap().hex(), tip);
    assert_eq!(
        opened.config_value("remote.origin.url").unwrap(),
        origin.path.join(".").to_str().unwrap()
    );
    assert_eq!(opened.config_value("no.such"), None);
    assert!(!opened.is_bare() && !opened.is_shallow());
}

#[test]
fn the_environment_names_the_repository() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let environment = GitEnvironment {
        git_dir: Some(repo.path.join(".git").into()),
        work_tree: Some(sandbox.path("home").into()),
        ..GitEnvironment::default()
    };
    let opened = Repository::open(&sandbox.path("home"), &environment).unwrap();
    assert_eq!(opened.work_dir().unwrap(), sandbox.path("home"));
    assert_eq!(opened.git_dir(), repo.path.join(".git"));
    let relative = GitEnvironment {
        git_dir: Some(".git".into()),
        ..GitEnvironment::default()
    };
    assert_eq!(repo.open_with(&relative).work_dir().unwrap(), repo.path);
    let nowhere = GitEnvironment {
        git_dir: Some("nowhere".into()),
        ..GitEnvironment::default()
    };
    assert!(Repository::discover(&repo.path, &nowhere).is_err());
}

#[test]
fn standard_input_is_one_file() {
    let source = SingleSource::file(RepoPath::from(".env"), &b"KEY=value\n"[..]);
    let small = look(&source);
    assert_eq!(small.of(".env").text(), "KEY=value\n");
    assert!(!small.visited.is_change);
    let bytes = vec![b'x'; (8 << 20) + 5];
    let large = look(&SingleSource::file(
        RepoPath::from("large"),
        std::io::Cursor::new(bytes.clone()),
    ));
    assert!(large.of("large").streamed && large.of("large").bytes == bytes);
    let message = look(&SingleSource::message(&b"words\n"[..], Box::new(Nothing)));
    assert_eq!(message.of(MESSAGE_PATH).form, Form::Message);
    assert!(message.visited.is_change);
}

#[test]
fn input_that_breaks_off_leaves_the_answer_open() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _out: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
    }
    let source = SingleSource::file(
        RepoPath::from("x"),
        std::io::Read::chain(&b"start"[..], Broken),
    );
    let look = look(&source);
    assert_eq!(look.of("x").text(), "start");
    assert!(!look.is_decided());
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_owner_is_read() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &["--object-format=sha256"]);
    repo.start();
    repo.stage("new", "new\n");
    let other = std::process::Command::new("chown")
        .args(["-R", "12345"])
        .arg(&repo.path)
        .output();
    if !other.is_ok_and(|output| output.status.success()) {
        return;
    }
    let opened = repo.open();
    let source = tokenleash::source::StagedSource::new(&opened).unwrap();
    assert_eq!(look(&source).paths(), ["new"]);
}
