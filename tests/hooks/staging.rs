//! What "staged" means: the index that this commit uses, however Git made it.

use crate::play::{Stage, broad, value};

#[test]
fn a_plain_commit_and_its_fixed_version() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("deploy.sh", broad(1));
    let ran = repo.refused(&["commit", "-m", "x"], &["TL102", "deploy.sh:1:"]);
    assert!(!ran.all().contains(&value("github-classic-pat", 1)));
    repo.stage("deploy.sh", "export GITHUB_TOKEN=${GITHUB_TOKEN}\n");
    repo.git(&["commit", "-m", "x"]);
}

#[test]
fn the_first_commit_is_judged_too() {
    let stage = Stage::new();
    let repo = stage.guarded("repo", &[]);
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    repo.git(&["rm", "-q", "--cached", "deploy.sh"]);
    repo.git(&["commit", "-m", "x", "--allow-empty"]);
}

#[test]
fn what_is_only_in_the_working_tree_is_not_judged() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("deploy.sh", "true\n");
    repo.write("deploy.sh", broad(1));
    repo.write("other.sh", broad(2));
    repo.git(&["commit", "-m", "x"]);
}

#[test]
fn what_is_staged_is_judged_though_the_working_tree_is_clean() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("deploy.sh", broad(1));
    repo.write("deploy.sh", "true\n");
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    std::fs::remove_file(repo.path.join("deploy.sh")).unwrap();
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
}

/// A file with two places to change, far enough apart to be two hunks.
fn two_hunks(first: &str, second: &str) -> String {
    let filler: String = (0..30).map(|i| format!("echo {i}\n")).collect();
    format!("#!/bin/sh\n{first}{filler}{second}echo end\n")
}

#[test]
fn a_partly_applied_patch_is_judged_by_its_part() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("run.sh", two_hunks("", ""));
    repo.git(&["commit", "-m", "script"]);
    repo.write("run.sh", two_hunks("", &broad(1)));
    let patch = repo.try_git(&["diff"]).out;
    repo.git(&["checkout", "-q", "run.sh"]);
    let ran = repo.run("git", &["apply", "--cached"], patch.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.all());
    repo.refused(&["commit", "-m", "x"], &["run.sh:32:"]);
}

#[test]
fn commit_p_is_judged_by_the_hunks_that_were_taken() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("run.sh", two_hunks("", ""));
    repo.git(&["commit", "-m", "script"]);
    repo.write("run.sh", two_hunks("echo first\n", &broad(1)));
    let ran = repo.run("git", &["commit", "-p", "-m", "x"], b"n\ny\n");
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.err.contains("error[TL102]"), "{}", ran.all());
    let ran = repo.run("git", &["commit", "-p", "-m", "x"], b"y\nn\n");
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(repo.git(&["show", "HEAD:run.sh"]).contains("echo first"));
}

#[test]
fn commit_a_is_judged_by_its_own_index() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.write("README", broad(1));
    repo.refused(&["commit", "-a", "-m", "x"], &["README"]);
}

#[test]
fn commit_only_a_path_leaves_the_rest_out() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("good.sh", "true\n");
    repo.stage("bad.sh", broad(1));
    repo.refused(&["commit", "-m", "x", "--", "bad.sh"], &["bad.sh"]);
    repo.git(&["commit", "-m", "x", "--", "good.sh"]);
    repo.refused(&["commit", "-m", "x"], &["bad.sh"]);
}

#[test]
fn an_amend_is_judged_by_what_it_adds() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["commit", "--amend", "-m", "only the message"]);
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "--amend", "-m", "x"], &["deploy.sh"]);
}

#[test]
fn what_was_there_before_does_not_stop_a_commit() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("deploy.sh", broad(1));
    repo.git(&["commit", "-q", "--no-verify", "-m", "past"]);
    repo.stage("deploy.sh", format!("# a comment\n  {}", broad(1)));
    repo.git(&["commit", "-m", "re-indented"]);
    repo.git(&["mv", "deploy.sh", "ship.sh"]);
    repo.git(&["commit", "-m", "renamed"]);
    repo.git(&["update-index", "--chmod=+x", "ship.sh"]);
    repo.git(&["commit", "-m", "mode"]);
    repo.git(&["rm", "-q", "-f", "ship.sh"]);
    repo.git(&["commit", "-m", "gone"]);
}

#[test]
fn a_rename_or_copy_into_a_wider_reach_is_judged() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("notes.txt", format!("some text\n{}", broad(1)));
    repo.git(&["commit", "-q", "--no-verify", "-m", "past"]);
    repo.git(&["mv", "notes.txt", "CLAUDE.md"]);
    repo.refused(&["commit", "-m", "x"], &["TL101", "CLAUDE.md"]);
    repo.git(&["reset", "-q", "--hard"]);
    repo.stage("AGENTS.md", format!("some text\n{}", broad(1)));
    repo.refused(&["commit", "-m", "x"], &["TL101", "AGENTS.md"]);
}

#[test]
fn intent_to_add_is_no_content_until_it_is_added() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.write("deploy.sh", broad(1));
    repo.git(&["add", "-N", "deploy.sh"]);
    repo.stage("other.sh", "true\n");
    repo.git(&["commit", "-m", "without it"]);
    repo.refused(&["commit", "-a", "-m", "with it"], &["deploy.sh"]);
}

#[test]
fn a_key_and_its_value_on_lines_of_different_commits_belong_together() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    let uuid = value("railway-account-token", 3);
    let text = |value: &str| {
        format!("url: https://backboard.railway.com/graphql/v2\nRAILWAY_API_TOKEN:\n  {value}\n")
    };
    repo.stage("deploy.yml", text("none"));
    repo.git(&["commit", "-m", "the key"]);
    repo.stage("deploy.yml", text(&uuid));
    repo.refused(&["commit", "-m", "the value"], &["deploy.yml:3:"]);
}

#[test]
fn a_token_in_a_message_is_refused() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("a", "a\n");
    let message = format!("deploy with {}", broad(1));
    let ran = repo.refused(&["commit", "-m", &message], &["COMMIT_MSG:1:"]);
    assert!(!ran.all().contains(&value("github-classic-pat", 1)));
    repo.write("message", format!("fine\n# {}", broad(2)));
    repo.git(&["commit", "--cleanup=strip", "-F", "message"]);
}

#[test]
fn copies_of_a_known_value_are_counted_and_only_the_one_that_agents_load_is_new() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("one.sh", broad(1));
    repo.git(&["commit", "--no-verify", "-m", "old"]);
    repo.stage("copy.sh", broad(1));
    let ran = repo.try_git(&["commit", "-m", "copy"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(
        ran.err.contains("1 stood here before this change"),
        "{}",
        ran.err
    );
    repo.git(&["reset", "--soft", "HEAD~1"]);
    repo.stage(".cursor/rules/deploy.mdc", broad(1));
    let ran = repo.refused(&["commit", "-m", "x"], &[".cursor/rules/deploy.mdc"]);
    assert!(ran.err.contains("blocked: 1 finding"), "{}", ran.err);
}
