//! Events that are about no change, and payloads that are none.

use serde_json::{Value, json};

use super::stage::{Stage, leak};

fn leaking() -> (Stage, String) {
    let stage = Stage::new();
    let tip = stage.work.commit("old.sh", leak(1));
    stage.push("main");
    (stage, tip)
}

fn on(stage: &Stage, event: &str, sha: &str, payload: &Value) -> super::stage::Said {
    stage
        .checkout("refs/heads/main", None)
        .on_github(event, sha, payload)
}

#[test]
fn a_schedule_reports_everything_and_fails_on_nothing_unless_told() {
    let (stage, tip) = leaking();
    let repository = json!({ "default_branch": "main" });
    for (event, payload) in [
        ("schedule", json!({ "schedule": "0 0 * * *" })),
        (
            "workflow_dispatch",
            json!({ "repository": repository, "inputs": null }),
        ),
    ] {
        let said = on(&stage, event, &tip, &payload);
        said.exits(0);
        assert_eq!(said.results().len(), 1, "{event}");
    }
    let said = stage
        .checkout("refs/heads/main", Some(1))
        .argument("--fail-on")
        .argument("existing")
        .on_github("schedule", &tip, &json!({ "schedule": "0 0 * * *" }));
    said.exits(1).says("old.sh");
}

#[test]
fn an_unknown_event_and_an_ended_workflow_get_a_full_scan() {
    let (stage, tip) = leaking();
    let repository = json!({ "default_branch": "main" });
    let said = on(
        &stage,
        "page_build",
        &tip,
        &json!({ "repository": repository }),
    );
    said.exits(1).says("old.sh");
    let payload = json!({
        "workflow_run": { "head_sha": tip, "event": "pull_request" },
        "repository": repository
    });
    on(&stage, "workflow_run", &tip, &payload).exits(1);
    let payload =
        json!({ "workflow_run": { "head_sha": "e".repeat(40) }, "repository": repository });
    on(&stage, "workflow_run", &tip, &payload).exits(2);
}

#[test]
fn a_payload_that_is_cut_missing_or_hostile_exits_two_and_says_so() {
    let (stage, tip) = leaking();
    let whole = stage.pull_request("main~1", "main").to_string();
    for payload in ["", "{", &whole[..whole.len() / 2], "[]", "{}", "null"] {
        let said = stage.checkout("refs/heads/main", None).on_github_with(
            "pull_request",
            &tip,
            payload.as_bytes(),
        );
        said.exits(2).says("tokenleash");
        assert_eq!(said.output("verdict"), "undecided");
        assert_eq!(said.output("exit-code"), "2");
        assert_eq!(said.output("sarif"), "");
    }
    let said = stage
        .checkout("refs/heads/main", None)
        .with("GITHUB_EVENT_NAME", "push")
        .run();
    said.exits(2).says("GITHUB_EVENT_PATH");
    let mut payload = stage.pull_request("main~1", "main");
    payload["pull_request"]["base"]["ref"] = json!("--upload-pack=touch pwned");
    let said = on(&stage, "pull_request", &tip, &payload);
    said.exits(2).is_silent_on("touch");
}
