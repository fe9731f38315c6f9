//! Whose policy judges, and what is said of a change that edits it or the guard.

use serde_json::json;

use super::stage::{Said, Stage, leak};

const LOOSE: &str = "exclude = [\"**\"]\n\n[levels]\nTL104 = \"off\"\n";

/// A key that is not broad: only the floor keeps a broad one.
fn narrow() -> String {
    let rules = tokenleash::rules::RuleSet::builtin();
    let kind = rules.kind("npm-granular-token").or_else(|| {
        let mut kinds = rules.kinds();
        kinds.find(|kind| kind.id == "github-fine-grained-pat")
    });
    let kind = kind.unwrap();
    let value = tokenleash::rules::template::expand("{value}", kind, &tokenleash::find::sample, 3);
    format!("export DEPLOY_TOKEN={value}\n")
}

fn pull_request(stage: &Stage, base: &str) -> Said {
    stage.work.git(&["switch", "-q", "--detach", base]);
    stage
        .work
        .git(&["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
    let merge = stage.tip("HEAD");
    stage.push("topic:refs/pull/7/head");
    stage.push("HEAD:refs/pull/7/merge");
    stage.checkout("refs/pull/7/merge", None).on_github(
        "pull_request",
        &merge,
        &stage.pull_request(base, "topic"),
    )
}

#[test]
fn a_change_that_loosens_the_policy_is_judged_by_the_one_before() {
    let stage = Stage::new();
    stage.branch("topic");
    stage.work.stage(".tokenleash.toml", LOOSE);
    stage.work.commit("deploy.sh", narrow());
    let said = pull_request(&stage, "main");
    said.exits(1).says("TL104").says("TL903").says("deploy.sh");
}

#[test]
fn a_policy_that_landed_before_counts() {
    let stage = Stage::new();
    stage.work.commit(".tokenleash.toml", LOOSE);
    stage.push("main");
    stage.branch("topic");
    stage.work.commit("deploy.sh", narrow());
    let said = pull_request(&stage, "main");
    assert_eq!(said.code, 0, "{}", said.text);
    stage.work.git(&["switch", "-q", "topic"]);
    stage.work.commit("broad.sh", leak(2));
    pull_request(&stage, "main").exits(1).says("broad.sh");
}

#[test]
fn another_base_branch_brings_its_own_policy_only_where_the_default_branch_says_so() {
    let stage = Stage::new();
    stage.branch("loose");
    stage.work.commit(".tokenleash.toml", LOOSE);
    stage.push("loose");
    stage.work.git(&["switch", "-q", "-c", "topic", "loose"]);
    stage.work.commit("deploy.sh", narrow());
    pull_request(&stage, "loose").exits(1).says("TL104");
    stage.work.git(&["switch", "-q", "main"]);
    stage
        .work
        .commit(".tokenleash.toml", "policy_refs = [\"loose\"]\n");
    stage.push("main");
    let said = pull_request(&stage, "loose");
    assert_eq!(said.code, 0, "{}", said.text);
}

#[test]
fn a_change_that_started_before_the_policy_was_tightened_loosens_nothing() {
    let stage = Stage::new();
    stage.work.commit(".tokenleash.toml", "waiver_days = 30\n");
    stage.branch("topic");
    stage.work.commit("hello.sh", "echo hello\n");
    stage.push("topic:refs/pull/7/head");
    stage.work.git(&["switch", "-q", "main"]);
    stage.work.commit(".tokenleash.toml", "waiver_days = 10\n");
    stage.push("main");
    let payload = stage.pull_request("main", "topic");
    let said = stage
        .checkout("refs/heads/main", None)
        .argument("--fetch")
        .on_github("pull_request_target", &stage.tip("main"), &payload);
    said.exits(0).is_silent_on("TL903");
}

#[test]
fn a_config_from_the_checkout_is_refused() {
    let stage = Stage::new();
    let outside = stage.sandbox.path("home").join("outside.toml");
    std::fs::write(&outside, LOOSE).unwrap();
    stage.branch("topic");
    std::os::unix::fs::symlink(&outside, stage.work.path.join("link.toml")).unwrap();
    stage.work.git(&["add", "link.toml"]);
    stage.work.commit("loose.toml", LOOSE);
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let run = |config: &str| {
        stage
            .checkout("refs/pull/7/merge", None)
            .argument("--config")
            .argument(config)
            .on_github("pull_request", &merge, &payload)
    };
    for inside in [
        "loose.toml",
        "link.toml",
        "../clone/loose.toml",
        "gone.toml",
    ] {
        run(inside).exits(2).says("--config");
    }
    run(outside.to_str().unwrap()).exits(0);
}

#[test]
fn a_weakened_guard_is_named_and_blocks_an_agent() {
    let stage = Stage::new();
    let gate = "on: pull_request\njobs:\n  gate:\n    steps:\n      - uses: a/tokenleash@v1\n";
    stage.work.stage(".github/workflows/gate.yml", gate);
    stage
        .work
        .commit("CODEOWNERS", "/.tokenleash.toml @security\n");
    stage.push("main");
    stage.branch("topic");
    stage.work.stage(
        ".github/workflows/gate.yml",
        gate.replace("steps:", "if: false\n    steps:"),
    );
    stage.work.commit("CODEOWNERS", "* @all\n");
    let said = pull_request(&stage, "main");
    said.exits(0)
        .says("TL904")
        .says(".github/workflows/gate.yml");
    assert_eq!(said.results().len(), 2, "{:?}", said.results());
    let mut payload = stage.pull_request("main", "topic");
    payload["pull_request"]["user"]["login"] = json!("copilot-swe-agent[bot]");
    let merge = stage.work.git(&["rev-parse", "HEAD"]);
    let said =
        stage
            .checkout("refs/pull/7/merge", None)
            .on_github("pull_request", &merge, &payload);
    said.exits(1).says("TL904");
}

#[test]
fn a_waived_finding_is_left_out_on_github_unless_a_flag_keeps_it() {
    let stage = Stage::new();
    let salt = "salt = \"0123456789abcdef0123\"\n";
    stage.work.stage(".tokenleash.toml", salt);
    stage.work.commit("old.sh", leak(1));
    stage.push("main");
    let look = |arguments: &[&str]| {
        let mut runner = stage.checkout("refs/heads/main", None);
        for argument in arguments {
            runner = runner.argument(argument);
        }
        let payload = json!({ "schedule": "0 0 * * *" });
        let said = runner.on_github("schedule", &stage.tip("main"), &payload);
        let results = said.sarif.as_ref().unwrap()["runs"][0]["results"].clone();
        results.as_array().unwrap().clone()
    };
    let first = look(&[]);
    let print = first[0]["partialFingerprints"]["tokenleash/v1"].as_str();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let expires = today.date().checked_add(jiff::ToSpan::days(30)).unwrap();
    let waiver = format!(
        "{salt}[[waiver]]\nfingerprint = \"{}\"\npath = \"old.sh\"\nowner = \"me\"\nreason = \"known\"\nexpires = {expires}\n",
        print.unwrap()
    );
    stage.work.commit(".tokenleash.toml", &waiver);
    stage.push("main");
    assert_eq!(look(&[]).len(), 0);
    let kept = look(&["--suppressed", "keep"]);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["suppressions"][0]["status"], "accepted");
    assert_eq!(look(&["--suppressed", "leave-out"]).len(), 0);
}
