//! Pushing and receiving: every ref line, every commit, and what the server has in quarantine.

use crate::play::{Repo, Stage, broad};

/// A clone with our hooks and a bare remote that holds its first commit.
fn clone_and_server(stage: &Stage) -> (Repo, Repo) {
    let server = stage.folder("server.git");
    server.git(&["init", "-q", "--bare", "-b", "main"]);
    let repo = stage.started("repo");
    repo.git(&["remote", "add", "origin", "../server.git"]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo.git(&["remote", "set-head", "origin", "main"]);
    (repo, server)
}

/// Commits a token past the hooks.
fn smuggle(repo: &Repo, path: &str, seed: u64) {
    repo.stage(path, broad(seed));
    repo.git(&["commit", "-q", "--no-verify", "-m", "past the hook"]);
}

fn push_refused(repo: &Repo, arguments: &[&str], named: &str) {
    let ran = repo.try_git(&[&["push"], arguments].concat());
    assert_ne!(ran.code, 0, "push {arguments:?} passed: {}", ran.all());
    assert!(
        ran.err.contains("error[TL") && ran.err.contains(named),
        "{}",
        ran.all()
    );
}

#[test]
fn a_push_is_judged_commit_by_commit() {
    let stage = Stage::new();
    let (repo, _) = clone_and_server(&stage);
    smuggle(&repo, "deploy.sh", 1);
    push_refused(&repo, &["origin", "main"], "deploy.sh");
    repo.git(&["rm", "-q", "deploy.sh"]);
    repo.git(&["commit", "-q", "-m", "removed again"]);
    push_refused(&repo, &["origin", "main"], "deploy.sh");
}

#[test]
fn a_new_branch_a_tag_and_a_forced_push_are_judged() {
    let stage = Stage::new();
    let (repo, _) = clone_and_server(&stage);
    repo.git(&["checkout", "-q", "-b", "side"]);
    smuggle(&repo, "deploy.sh", 1);
    push_refused(&repo, &["origin", "side"], "deploy.sh");
    push_refused(&repo, &["origin", "HEAD:refs/heads/other"], "deploy.sh");
    repo.git(&["tag", "v1"]);
    push_refused(&repo, &["origin", "v1"], "deploy.sh");
    repo.git(&["tag", "-a", "v2", "-m", &broad(3), "main"]);
    push_refused(&repo, &["origin", "v2"], "TL102");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["commit", "-q", "--amend", "-m", "another start"]);
    smuggle(&repo, "forced.sh", 2);
    push_refused(&repo, &["--force", "origin", "main"], "forced.sh");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.git(&["push", "-q", "--force", "origin", "main"]);
}

#[test]
fn every_line_of_a_push_counts() {
    let stage = Stage::new();
    let (repo, _) = clone_and_server(&stage);
    repo.git(&["branch", "good"]);
    repo.git(&["checkout", "-q", "-b", "zbad"]);
    smuggle(&repo, "deploy.sh", 1);
    push_refused(&repo, &["origin", "good", "zbad"], "deploy.sh");
    push_refused(&repo, &["origin", "--all"], "deploy.sh");
}

#[test]
fn deletions_and_odd_names_pass() {
    let stage = Stage::new();
    let (repo, _) = clone_and_server(&stage);
    repo.stage("a", "a\n");
    repo.git(&["commit", "-q", "-m", "fix the bug"]);
    repo.git(&["push", "-q", "origin", ":/fix the bug:refs/heads/side"]);
    repo.git(&["push", "-q", "origin", "HEAD~1:refs/heads/older"]);
    repo.git(&["push", "-q", "origin", ":side"]);
    repo.git(&["push", "-q", "--delete", "origin", "older"]);
}

#[test]
fn a_name_with_a_space_hides_nothing() {
    let stage = Stage::new();
    let (repo, _) = clone_and_server(&stage);
    repo.stage("deploy.sh", broad(1));
    repo.git(&["commit", "-q", "--no-verify", "-m", "ship the thing"]);
    push_refused(
        &repo,
        &["origin", ":/ship the thing:refs/heads/side"],
        "deploy.sh",
    );
}

#[test]
fn a_push_of_an_empty_range_and_of_unrelated_history_is_decided() {
    let stage = Stage::new();
    let (repo, _) = clone_and_server(&stage);
    repo.git(&["push", "-q", "origin", "main:same"]);
    repo.git(&["checkout", "-q", "--orphan", "lonely"]);
    smuggle(&repo, "deploy.sh", 1);
    push_refused(&repo, &["origin", "lonely"], "deploy.sh");
}

#[test]
fn a_server_judges_what_it_has_in_quarantine() {
    let stage = Stage::new();
    let server = stage.folder("server.git");
    server.git(&["init", "-q", "--bare", "-b", "main"]);
    let ran = server.tokenleash(&["install", "--hook", "pre-receive"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.start();
    repo.git(&["remote", "add", "origin", "../server.git"]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo.stage("fine.sh", "true\n");
    repo.git(&["commit", "-q", "-m", "fine"]);
    repo.git(&["tag", "fine"]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    smuggle(&repo, "deploy.sh", 1);
    push_refused(&repo, &["origin", "main", "side"], "deploy.sh");
    assert!(
        server
            .try_git(&["rev-parse", "-q", "--verify", "refs/heads/side"])
            .out
            .is_empty()
    );
    repo.git(&["push", "-q", "origin", "main", "fine"]);
    repo.git(&["push", "-q", "origin", ":fine"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["commit", "-q", "--amend", "-m", "rewritten"]);
    repo.git(&["push", "-q", "--force", "origin", "main"]);
}

#[test]
fn a_first_push_with_a_token_is_refused_by_the_server() {
    let stage = Stage::new();
    let server = stage.folder("server.git");
    server.git(&["init", "-q", "--bare", "-b", "main"]);
    server.tokenleash(&["install", "--hook", "pre-receive"]);
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    smuggle(&repo, "deploy.sh", 1);
    repo.git(&["remote", "add", "origin", "../server.git"]);
    push_refused(&repo, &["origin", "main"], "deploy.sh");
}
