//! Pushes: to the default branch and others, new, forced, deleted, tagged.

use serde_json::{Value, json};

use super::stage::{Stage, leak};

fn zeros() -> String {
    "0".repeat(40)
}

fn push(reference: &str, before: &str, after: &str) -> Value {
    json!({
        "ref": reference, "before": before, "after": after,
        "created": before == zeros(), "deleted": after == zeros(), "forced": false,
        "commits": [], "repository": { "default_branch": "main" }, "pusher": { "name": "ana" }
    })
}

#[test]
fn on_the_default_branch_sarif_carries_everything_and_the_exit_code_follows_the_push() {
    let stage = Stage::new();
    let before = stage.work.commit("old.sh", leak(1));
    let after = stage.work.commit("new.sh", "echo hello\n");
    stage.push("main");
    let said = stage.checkout("refs/heads/main", None).on_github(
        "push",
        &after,
        &push("refs/heads/main", &before, &after),
    );
    said.exits(0).says("--fail-on existing");
    assert_eq!(said.results(), [("TL102".to_owned(), "old.sh".to_owned())]);
    let start = stage.tip("main~2");
    let said = stage.checkout("refs/heads/main", None).on_github(
        "push",
        &after,
        &push("refs/heads/main", &start, &after),
    );
    said.exits(1).says("old.sh");
}

#[test]
fn a_new_branch_is_judged_from_the_default_branch() {
    let stage = Stage::new();
    stage.work.commit("old.sh", leak(1));
    stage.push("main");
    stage.branch("topic");
    let clean = stage.work.commit("new.sh", "echo hello\n");
    stage.push("topic");
    let payload = push("refs/heads/topic", &zeros(), &clean);
    let said = stage
        .checkout("refs/heads/topic", None)
        .on_github("push", &clean, &payload);
    said.exits(0).is_silent_on("old.sh");
    let blocked = stage.work.commit("leak.sh", leak(2));
    stage.push("topic");
    let payload = push("refs/heads/topic", &zeros(), &blocked);
    let said = stage
        .checkout("refs/heads/topic", None)
        .on_github("push", &blocked, &payload);
    said.exits(1).says("leak.sh");
}

#[test]
fn a_first_push_of_the_default_branch_introduces_all_of_it() {
    let stage = Stage::new();
    let after = stage.work.commit("old.sh", leak(1));
    stage.push("main");
    let said = stage.checkout("refs/heads/main", None).on_github(
        "push",
        &after,
        &push("refs/heads/main", &zeros(), &after),
    );
    said.exits(1).says("old.sh");
}

#[test]
fn a_force_push_whose_start_is_gone_is_not_clean_on_the_default_branch() {
    let stage = Stage::new();
    let after = stage.work.commit("new.sh", "echo hello\n");
    stage.push("main");
    let gone = "d".repeat(40);
    let said = stage.checkout("refs/heads/main", None).on_github(
        "push",
        &after,
        &push("refs/heads/main", &gone, &after),
    );
    said.exits(2).says("not seen");
    stage.branch("topic");
    let after = stage.work.commit("more.sh", leak(3));
    stage.push("topic");
    let said = stage.checkout("refs/heads/topic", None).on_github(
        "push",
        &after,
        &push("refs/heads/topic", &gone, &after),
    );
    said.exits(1).says("more.sh");
}

#[test]
fn a_deleted_branch_is_nothing_to_judge() {
    let stage = Stage::new();
    let main = stage.tip("main");
    let said = stage.checkout("refs/heads/main", None).on_github(
        "push",
        &main,
        &push("refs/heads/topic", &main, &zeros()),
    );
    said.exits(0).says("deletes a ref");
    assert_eq!(said.results(), []);
}

#[test]
fn a_tag_brings_its_commits_and_its_message() {
    let stage = Stage::new();
    stage.branch("topic");
    stage.work.commit("leak.sh", leak(2));
    stage.work.git(&["tag", "v1"]);
    stage.push("refs/tags/v1");
    let tip = stage.tip("v1");
    let said = stage.checkout("refs/tags/v1", None).on_github(
        "push",
        &tip,
        &push("refs/tags/v1", &zeros(), &tip),
    );
    said.exits(1).says("leak.sh");
    stage.work.git(&["switch", "-q", "main"]);
    stage.work.git(&["tag", "-a", "-m", &leak(4), "v2"]);
    stage.push("refs/tags/v2");
    let tag = stage.work.git(&["rev-parse", "refs/tags/v2"]);
    let said = stage.checkout("refs/tags/v2", None).on_github(
        "push",
        &stage.tip("main"),
        &push("refs/tags/v2", &zeros(), &tag),
    );
    said.exits(1).says("COMMIT_MSG");
}

#[test]
fn a_shallow_push_is_never_clean_and_deepens_when_told() {
    let stage = Stage::new();
    let before = stage.tip("main");
    stage.work.commit("a.sh", "echo a\n");
    let after = stage.work.commit("b.sh", "echo b\n");
    stage.push("main");
    let payload = push("refs/heads/main", &before, &after);
    let said = stage
        .checkout("refs/heads/main", Some(1))
        .on_github("push", &after, &payload);
    said.exits(2).says("not seen");
    let said = stage
        .checkout("refs/heads/main", Some(1))
        .argument("--fetch")
        .on_github("push", &after, &payload);
    said.exits(0);
}

#[test]
fn where_the_remote_gives_nothing_the_whole_tree_is_judged_and_said_so() {
    let stage = Stage::new();
    let before = stage.tip("main");
    stage.work.commit("a.sh", "echo a\n");
    let clean = stage.work.commit("b.sh", "echo b\n");
    stage.push("main");
    let payload = push("refs/heads/main", &before, &clean);
    let cut_off = |stage: &Stage| {
        let runner = stage.checkout("refs/heads/main", Some(1));
        let config = runner.folder.join(".git/config");
        let text = std::fs::read_to_string(&config).unwrap();
        std::fs::write(&config, text.replace("remote.git", "gone.git")).unwrap();
        runner.argument("--fetch")
    };
    let said = cut_off(&stage).on_github("push", &clean, &payload);
    said.exits(2)
        .says("did not bring")
        .says("the whole tree at the head");
    assert_eq!(said.results(), []);
    let leaking = stage.work.commit("c.sh", leak(9));
    stage.push("main");
    let payload = push("refs/heads/main", &before, &leaking);
    let said = cut_off(&stage).on_github("push", &leaking, &payload);
    said.exits(1).says("c.sh");
}

#[test]
fn a_checkout_of_another_user_is_deepened_too() {
    let stage = Stage::new();
    let before = stage.tip("main");
    stage.work.commit("a.sh", "echo a\n");
    let after = stage.work.commit("b.sh", leak(9));
    stage.push("main");
    let payload = push("refs/heads/main", &before, &after);
    // The remote stands on another machine, where it is nobody else's.
    let config = stage.sandbox.path("home").join("config");
    let remote = stage.sandbox.path("remote.git");
    std::fs::write(
        &config,
        format!("[safe]\n\tdirectory = {}\n", remote.display()),
    )
    .unwrap();
    let said = stage
        .checkout("refs/heads/main", Some(1))
        .argument("--fetch")
        .with("GIT_CONFIG_GLOBAL", config.to_str().unwrap())
        // As Git's own tests say that somebody else owns the folder, as in a container job.
        .with("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        .on_github("push", &after, &payload);
    said.exits(1).says("the commits of this push").says("b.sh");
}
