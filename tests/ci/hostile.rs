//! A pull request that tries to slip through, or to speak to the runner.

use serde_json::json;

use super::stage::{Stage, leak, token};

#[cfg(unix)]
#[test]
fn names_titles_and_files_say_nothing_to_the_runner() {
    let stage = Stage::new();
    stage.branch("topic");
    let names = [
        "::error::pwned.sh",
        "a\n::set-output name=verdict::clean\n.sh",
        "\u{1b}[2J\u{202e}x.sh",
        "[click](https://evil.example) @org `x` | y.sh",
        "%0A::warning::z.sh",
    ];
    for (at, name) in names.iter().enumerate() {
        stage.work.write(name, leak(10 + at as u64));
    }
    stage.work.git(&["add", "-A"]);
    stage
        .work
        .git(&["commit", "-q", "-m", "::stop-commands::x"]);
    let merge = stage.propose("topic");
    let mut payload = stage.pull_request("main", "topic");
    payload["pull_request"]["title"] = json!("x\n::add-mask::clean\nverdict<<x");
    payload["pull_request"]["body"] = json!(format!("<script>alert(1)</script> {}", leak(20)));
    for format in ["github", "text", "json", "sarif"] {
        let said = stage
            .checkout("refs/pull/7/merge", None)
            .argument("--format")
            .argument(format)
            .on_github("pull_request", &merge, &payload);
        said.exits(1);
        for seed in (10..15).chain([20]) {
            said.is_silent_on(&token(seed));
        }
        for line in said.text.lines() {
            let ours = [
                "::error file=",
                "::warning file=",
                "::error title=",
                "::warning title=",
            ];
            let command = line.trim_start().starts_with("::");
            assert!(
                !command || ours.iter().any(|start| line.starts_with(start)),
                "{format}: {line:?}"
            );
            assert!(!line.contains(['\u{1b}', '\u{202e}']), "{format}: {line:?}");
        }
        assert_eq!(said.output("verdict"), "blocked");
        assert_eq!(said.outputs.lines().count(), 9, "{}", said.outputs);
        for hostile in ["](https://evil", "<script>", "\n::", " @org", "`x`"] {
            assert!(!said.summary.contains(hostile), "{}", said.summary);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_report_is_not_followed() {
    let stage = Stage::new();
    stage.branch("topic");
    let target = stage.sandbox.path("home").join("profile");
    std::os::unix::fs::symlink(&target, stage.work.path.join("report.sarif")).unwrap();
    stage.work.git(&["add", "report.sarif"]);
    stage.work.git(&["commit", "-q", "-m", "link"]);
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let runner = stage.checkout("refs/pull/7/merge", None);
    let said = std::process::Command::new(env!("CARGO_BIN_EXE_tokenleash"))
        .args(["ci", "--sarif", "report.sarif"])
        .current_dir(&runner.folder)
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_SHA", &merge)
        .env("GITHUB_EVENT_PATH", {
            let path = stage.sandbox.path("home").join("e.json");
            std::fs::write(&path, payload.to_string()).unwrap();
            path
        })
        .env_remove("GITHUB_OUTPUT")
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(!target.exists());
}

/// Gate 2 of docs/action.md: the default branch's own workflow, and the head as data.
#[cfg(unix)]
#[test]
fn a_gate_on_the_target_holds_whatever_the_pull_request_edits() {
    let stage = Stage::new();
    let gate =
        "on: pull_request_target\njobs:\n  gate:\n    steps:\n      - uses: a/tokenleash@v1\n";
    stage.work.stage(".github/workflows/gate.yml", gate);
    stage.work.commit(".tokenleash.toml", "waiver_days = 10\n");
    stage.push("main");
    stage.branch("topic");
    stage.work.git(&["rm", "-q", ".github/workflows/gate.yml"]);
    let loose = "exclude = [\"**\"]\nwaiver_days = 90\n[levels]\nTL104 = \"off\"\n";
    stage.work.stage(".tokenleash.toml", loose);
    stage
        .work
        .stage(".gitattributes", "* binary linguist-generated -diff\n");
    stage.work.commit("deploy.sh", leak(2));
    stage.work.commit("deploy.sh", "echo gone\n");
    stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let said = stage
        .checkout("refs/heads/main", Some(1))
        .argument("--fetch")
        .on_github("pull_request_target", &stage.tip("main"), &payload);
    said.exits(1).says("deploy.sh").is_silent_on(&token(2));
    said.says("TL903").says("TL904");
}
