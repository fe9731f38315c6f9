//! Pull requests and merge groups.

use serde_json::json;

use super::stage::{Stage, leak, token};

/// `main` holds an old leak; the branch adds a file.
fn with_old_leak(text: &str) -> Stage {
    let stage = Stage::new();
    stage.work.commit("old.sh", leak(1));
    stage.push("main");
    stage.branch("topic");
    stage.work.commit("new.sh", text);
    stage
}

#[test]
fn a_pull_request_reports_what_its_commits_introduce() {
    let stage = with_old_leak(&leak(2));
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    for event in [
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
    ] {
        let said = stage
            .checkout("refs/pull/7/merge", None)
            .on_github(event, &merge, &payload);
        said.exits(1).says("::error file=new.sh,line=1");
        said.is_silent_on(&token(2)).is_silent_on("old.sh");
        assert_eq!(said.results(), [("TL102".to_owned(), "new.sh".to_owned())]);
        assert_eq!(said.output("verdict"), "blocked");
        assert_eq!(said.output("exit-code"), "1");
        assert!(said.summary.contains("new.sh"), "{}", said.summary);
    }
}

#[test]
fn a_pull_request_that_adds_nothing_is_clean() {
    let stage = with_old_leak("echo hello\n");
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let said =
        stage
            .checkout("refs/pull/7/merge", None)
            .on_github("pull_request", &merge, &payload);
    said.exits(0);
    assert_eq!(said.results(), []);
    assert_eq!(said.output("verdict"), "clean");
    assert!(said.output("sarif").ends_with("out.sarif"));
    let existing = stage_again(&stage)
        .argument("--fail-on")
        .argument("existing")
        .on_github("pull_request", &merge, &payload);
    existing.exits(1).says("old.sh");
}

fn stage_again(stage: &Stage) -> super::stage::Runner {
    stage.checkout("refs/pull/7/merge", None)
}

#[test]
fn what_a_later_commit_removes_still_blocks() {
    let stage = with_old_leak(&leak(2));
    stage.work.commit("new.sh", "echo gone\n");
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let said =
        stage
            .checkout("refs/pull/7/merge", None)
            .on_github("pull_request", &merge, &payload);
    said.exits(1).says("new.sh");
}

#[test]
fn the_head_itself_may_be_checked_out_and_the_base_may_have_moved_on() {
    let stage = with_old_leak("echo hello\n");
    stage.push("topic");
    let payload = stage.pull_request("main", "topic");
    stage.work.git(&["switch", "-q", "main"]);
    stage.work.commit("later.sh", leak(3));
    stage.push("main");
    stage.work.git(&["switch", "-q", "topic"]);
    stage.work.git(&["merge", "-q", "-m", "up", "main"]);
    stage.push("topic");
    let mut payload = payload;
    payload["pull_request"]["head"]["sha"] = json!(stage.tip("topic"));
    let said = stage.checkout("refs/heads/topic", None).on_github(
        "pull_request",
        &stage.tip("topic"),
        &payload,
    );
    said.exits(0);
}

#[test]
fn a_shallow_clone_is_never_clean() {
    let stage = with_old_leak("echo hello\n");
    stage.work.commit("more.sh", "echo more\n");
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    for depth in [1, 2] {
        let said = stage.checkout("refs/pull/7/merge", Some(depth)).on_github(
            "pull_request",
            &merge,
            &payload,
        );
        assert_ne!(said.code, 0, "depth {depth}: {}", said.text);
        said.says("2 commits not seen");
    }
}

#[test]
fn a_shallow_clone_sees_a_leak_at_the_head_all_the_same() {
    let stage = Stage::new();
    stage.branch("topic");
    stage.work.commit("new.sh", leak(2));
    let merge = stage.propose("topic");
    let said = stage.checkout("refs/pull/7/merge", Some(1)).on_github(
        "pull_request",
        &merge,
        &stage.pull_request("main", "topic"),
    );
    said.exits(1).says("new.sh").says("1 commit not seen");
}

#[test]
fn a_shallow_clone_is_deepened_when_told() {
    let stage = with_old_leak("echo hello\n");
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let said = stage
        .checkout("refs/pull/7/merge", Some(1))
        .argument("--fetch")
        .on_github("pull_request", &merge, &payload);
    said.exits(0);
    let stage = with_old_leak(&leak(2));
    stage.work.commit("new.sh", "echo gone\n");
    let merge = stage.propose("topic");
    let said = stage
        .checkout("refs/pull/7/merge", Some(1))
        .argument("--fetch")
        .on_github("pull_request", &merge, &stage.pull_request("main", "topic"));
    said.exits(1).says("new.sh").is_silent_on("old.sh");
}

#[test]
fn a_target_event_takes_the_head_as_data() {
    let stage = with_old_leak(&leak(2));
    stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let main = stage.tip("main");
    for depth in [None, Some(1)] {
        let runner = stage.checkout("refs/heads/main", depth);
        let folder = runner.folder.clone();
        let said = runner
            .argument("--fetch")
            .on_github("pull_request_target", &main, &payload);
        said.exits(1).says("new.sh").is_silent_on("old.sh");
        assert!(!folder.join("new.sh").exists(), "the head was checked out");
    }
    let said =
        stage
            .checkout("refs/heads/main", None)
            .on_github("pull_request_target", &main, &payload);
    said.exits(2).says("--fetch");
}

#[test]
fn titles_and_bodies_are_judged() {
    let stage = with_old_leak("echo hello\n");
    let merge = stage.propose("topic");
    let mut payload = stage.pull_request("main", "topic");
    payload["pull_request"]["body"] = json!(format!("run it with {}", leak(5)));
    let said =
        stage
            .checkout("refs/pull/7/merge", None)
            .on_github("pull_request", &merge, &payload);
    said.exits(1)
        .says("PULL_REQUEST_BODY")
        .is_silent_on(&token(5));
}

#[test]
fn a_merge_group_is_judged_from_its_base() {
    let stage = with_old_leak(&leak(2));
    let group = stage.propose("topic");
    stage.push("HEAD:refs/heads/gh-readonly-queue/main/pr-7");
    let payload = json!({
        "action": "checks_requested",
        "merge_group": {
            "head_sha": group, "base_sha": stage.tip("main"),
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-7", "base_ref": "refs/heads/main"
        },
        "repository": { "default_branch": "main" }
    });
    let said = stage
        .checkout("refs/heads/gh-readonly-queue/main/pr-7", None)
        .on_github("merge_group", &group, &payload);
    said.exits(1).says("new.sh").is_silent_on("old.sh");
}
