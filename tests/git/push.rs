//! Pushes, on both sides: the lines of `pre-push`, and the quarantine of `pre-receive`.

use std::path::Path;

use tokenleash::source::{
    GitEnvironment, RangeSource, RefUpdate, Repository, Source, StagedSource,
};

use crate::support::{Look, Repo, Sandbox, look};

/// A repository with a remote that has everything so far, and a hook that keeps what `pre-push` is told.
fn with_remote(sandbox: &Sandbox, options: &[&str]) -> Repo {
    let remote = sandbox.init("remote.git", &[&["--bare"], options].concat());
    let repo = sandbox.init("repo", options);
    repo.start();
    repo.git(&["remote", "add", "origin", remote.path.to_str().unwrap()]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo.hook("pre-push", "cat > .git/told; exit 1");
    repo
}

/// Tries a push and looks at what the hook would look at.
fn push(repo: &Repo, arguments: &[&str]) -> Look {
    let told = repo.path.join(".git/told");
    let _ = std::fs::remove_file(&told);
    assert!(
        !repo
            .try_git(&[&["push", "-q"], arguments].concat())
            .status
            .success()
    );
    let updates = RefUpdate::from_push_lines(&std::fs::read(&told).unwrap()).unwrap();
    look(&RangeSource::push(&repo.open(), "origin", &updates).unwrap())
}

#[test]
fn a_push_hands_over_what_the_remote_lacks() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    repo.commit("one", "one\n");
    repo.git(&["rm", "-q", "one"]);
    repo.git(&["commit", "-q", "-m", "gone"]);
    assert_eq!(push(&repo, &["origin", "main"]).files(), ["one"]);
}

#[test]
fn a_new_branch_hands_over_only_its_own_commits() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.commit("topic", "topic\n");
    let look = push(&repo, &["origin", "topic"]);
    assert_eq!(look.files(), ["topic"]);
    assert_eq!(look.messages(), ["change topic\n"]);
}

#[test]
fn a_remote_that_is_not_known_gets_everything() {
    let sandbox = Sandbox::new();
    sandbox.init("remote.git", &["--bare"]);
    let repo = sandbox.started("repo");
    repo.hook("pre-push", "cat > .git/told; exit 1");
    let address = sandbox.path("remote.git");
    assert_eq!(
        push(&repo, &[address.to_str().unwrap(), "main"]).files(),
        ["README", "src/main.rs"]
    );
}

#[test]
fn a_deletion_hands_over_nothing() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    repo.git(&["push", "-q", "--no-verify", "origin", "main:other"]);
    let look = push(&repo, &["origin", ":other"]);
    assert!(look.seen.is_empty() && look.is_decided());
}

#[test]
fn several_refs_are_looked_at_together() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    repo.git(&["checkout", "-q", "-b", "a"]);
    repo.commit("a", "a\n");
    repo.git(&["checkout", "-q", "-b", "b", "main"]);
    repo.commit("b", "b\n");
    repo.git(&["push", "-q", "--no-verify", "origin", "main:gone"]);
    assert_eq!(
        push(&repo, &["origin", "a", "b", ":gone"]).files(),
        ["a", "b"]
    );
}

#[test]
fn a_forced_push_hands_over_the_rewritten_commits() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    repo.commit("old", "old\n");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.commit("new", "new\n");
    assert_eq!(push(&repo, &["-f", "origin", "main"]).files(), ["new"]);
}

#[test]
fn tags_bring_their_messages_and_targets() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    repo.commit("tagged", "tagged\n");
    repo.git(&["tag", "-a", "v1", "-m", "the message of a tag"]);
    let look = push(&repo, &["origin", "v1"]);
    assert_eq!(look.files(), ["tagged"]);
    assert_eq!(
        look.messages(),
        ["change tagged\n", "the message of a tag\n"]
    );
    let head = repo.git(&["rev-parse", "HEAD"]);
    assert!(
        look.seen
            .iter()
            .all(|seen| seen.item.commit.as_deref() == Some(head.as_str()))
    );
    let id = repo.git(&["rev-parse", "HEAD:tagged"]);
    repo.git(&["tag", "blob", &id]);
    repo.git(&["tag", "tree", "HEAD^{tree}"]);
    let look = push(&repo, &["origin", "blob", "tree"]);
    assert_eq!(
        look.files(),
        ["README", "refs/tags/blob", "src/main.rs", "tagged"]
    );
}

#[test]
fn lines_that_are_none_are_refused() {
    let id = "1".repeat(40);
    for text in [
        "refs/heads/a",
        &format!("a {id} b"),
        &format!("a {id} b {}", "x".repeat(40)),
    ] {
        assert!(RefUpdate::from_push_lines(text.as_bytes()).is_err());
    }
    assert!(RefUpdate::from_receive_lines(format!("{id} b").as_bytes()).is_err());
    assert!(RefUpdate::from_push_lines(b"").unwrap().is_empty());
    let line = format!("{} {id} refs/heads/a\n", "0".repeat(40));
    let updates = RefUpdate::from_receive_lines(line.as_bytes()).unwrap();
    assert_eq!(
        (updates[0].old_hex(), updates[0].new_hex()),
        (None, Some(id))
    );
    assert_eq!(updates[0].name(), "refs/heads/a");
}

#[test]
fn an_object_that_is_not_here_is_an_error() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    let line = format!("x {} refs/heads/x {}\n", "1".repeat(40), "0".repeat(40));
    let updates = RefUpdate::from_push_lines(line.as_bytes()).unwrap();
    assert!(RangeSource::push(&repo.open(), "origin", &updates).is_err());
}

/// A hook that keeps its environment, its input and a copy of the quarantine, and refuses.
const RECEIVE: &str = r#"
cat > "$GIT_DIR/told"
{ echo "$GIT_DIR"; echo "$GIT_OBJECT_DIRECTORY"; echo "$GIT_ALTERNATE_OBJECT_DIRECTORIES"; echo "$GIT_QUARANTINE_PATH"; } > "$GIT_DIR/environment"
test -z "$GIT_QUARANTINE_PATH" || cp -r "$GIT_QUARANTINE_PATH" "$GIT_DIR/kept"
exit 1
"#;

/// Tries a push and opens the receiving side as its hook would.
fn receive(sandbox: &Sandbox, repo: &Repo, arguments: &[&str]) -> RangeSource {
    let bare = sandbox.at("remote.git");
    bare.hook("pre-receive", RECEIVE);
    let _ = std::fs::remove_dir_all(bare.path.join("kept"));
    assert!(
        !repo
            .try_git(&[&["push", "-q", "--no-verify", "origin"], arguments].concat())
            .status
            .success()
    );
    let kept = std::fs::read_to_string(bare.path.join("environment")).unwrap();
    let lines: Vec<&str> = kept.lines().collect();
    let quarantined = bare.path.join("kept").is_dir();
    assert_eq!(lines[0], ".");
    assert_eq!(quarantined, lines[1].contains("incoming"));
    let quarantine = quarantined.then(|| Path::new("kept").into());
    let environment = GitEnvironment {
        git_dir: Some(lines[0].into()),
        object_directory: quarantine.clone(),
        alternate_object_directories: Some(lines[2].into()),
        quarantine_path: quarantine,
        ..GitEnvironment::default()
    };
    let repository = Repository::open(&bare.path, &environment).unwrap();
    assert!(repository.is_bare());
    let updates =
        RefUpdate::from_receive_lines(&std::fs::read(bare.path.join("told")).unwrap()).unwrap();
    RangeSource::receive(&repository, &updates).unwrap()
}

#[test]
fn the_quarantine_is_read() {
    for options in [&[][..], &["--object-format=sha256"][..]] {
        let sandbox = Sandbox::new();
        let repo = with_remote(&sandbox, options);
        repo.commit("README", "changed\n");
        repo.commit("secret", "pushed\n");
        repo.git(&["rm", "-q", "secret"]);
        repo.git(&["commit", "-q", "-m", "gone"]);
        let source = receive(&sandbox, &repo, &["main"]);
        let bare = sandbox.at("remote.git");
        let told = std::fs::read(bare.path.join("told")).unwrap();
        let updates = RefUpdate::from_receive_lines(&told).unwrap();
        assert!(
            RangeSource::receive(&bare.open(), &updates).is_err(),
            "without the quarantine it is no pass"
        );
        let look = look(&source);
        assert_eq!(look.files(), ["README", "secret"]);
        assert!(look.is_decided());
        assert_eq!(
            crate::support::before(&source, look.of("README"))[0].1,
            "hello\n"
        );
        assert_eq!(
            source.head().read(b"README").unwrap().unwrap(),
            b"changed\n"
        );
        assert_eq!(source.base().read(b"README").unwrap().unwrap(), b"hello\n");
    }
}

#[test]
fn a_packed_quarantine_is_read() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    sandbox
        .at("remote.git")
        .git(&["config", "receive.unpackLimit", "1"]);
    repo.commit(
        "README",
        "hello\nwith a little more, so that it may become a delta\n",
    );
    let look = look(&receive(&sandbox, &repo, &["main"]));
    assert_eq!(look.files(), ["README"]);
}

#[test]
fn several_received_refs_and_a_deletion() {
    let sandbox = Sandbox::new();
    let repo = with_remote(&sandbox, &[]);
    repo.git(&["push", "-q", "--no-verify", "origin", "main:gone"]);
    repo.git(&["checkout", "-q", "-b", "a"]);
    repo.commit("a", "a\n");
    repo.git(&["tag", "-a", "v1", "-m", "a tag's words"]);
    repo.git(&["checkout", "-q", "-b", "b", "main"]);
    repo.commit("b", "b\n");
    let received = look(&receive(&sandbox, &repo, &["a", "b", "v1", ":gone"]));
    assert_eq!(received.files(), ["a", "b"]);
    assert!(received.messages().contains(&"a tag's words\n".to_owned()));
    let deleted = look(&receive(&sandbox, &repo, &[":gone"]));
    assert!(deleted.seen.is_empty() && deleted.is_decided());
    let moved = look(&receive(&sandbox, &repo, &["main:elsewhere"]));
    assert!(
        moved.seen.is_empty(),
        "a new name for old commits brings nothing"
    );
}

#[test]
fn a_bare_repository_has_no_index_and_no_work_tree() {
    let sandbox = Sandbox::new();
    with_remote(&sandbox, &[]);
    let bare = sandbox.at("remote.git").open();
    assert!(bare.is_bare() && bare.work_dir().is_none());
    let source = StagedSource::new(&bare).unwrap();
    assert!(look(&source).seen.is_empty());
}
