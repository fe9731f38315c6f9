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
        "<img src=x onerror=alert(1)>![x](https://evil.example/a.png).sh",
        "##vso[task.setvariable variable=x]y ##[error]w.sh",
        "c\r::add-path::x.sh",
        "$(touch pwned)`touch pwned`;touch pwned.sh",
        "-rf --upload-pack=touch.sh",
        "\u{2028}::error::\u{85}::error::u.sh",
        "%25%0D%0A,:line=1::v.sh",
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
    payload["pull_request"]["body"] = json!(format!("<script>alert(1)</script> {}", leak(40)));
    for format in ["github", "text", "json", "sarif", "gitlab", "junit"] {
        let said = stage
            .checkout("refs/pull/7/merge", None)
            .argument("--format")
            .argument(format)
            .on_github("pull_request", &merge, &payload);
        said.exits(1);
        for seed in (10..22).chain([40]) {
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
            let unseen = ['\u{1b}', '\u{202e}', '\u{2028}', '\u{85}', '\r'];
            assert!(!line.contains(unseen), "{format}: {line:?}");
            // Inside a command of ours the runner looks for no other; a path must stay what it is.
            let other = line.contains("##vso[") || line.contains("##[");
            assert!(!other || line.starts_with("::"), "{format}: {line:?}");
        }
        for (_, uri) in said.results() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
            assert!(uri.chars().all(plain), "{uri}");
        }
        assert!(!stage.sandbox.path("clone").join("pwned").exists());
        assert_eq!(said.output("verdict"), "blocked");
        assert_eq!(said.outputs.lines().count(), 9, "{}", said.outputs);
        for hostile in ["](https://evil", "<script>", "<img", "\n::", " @org", "`x`"] {
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

/// Everything that names a branch, a repository or an event is a stranger's in part.
#[test]
fn branches_and_variables_of_the_event_are_data() {
    let stage = Stage::new();
    stage.branch("topic");
    stage.work.commit("deploy.sh", leak(3));
    let merge = stage.propose("topic");
    let hostile = [
        "x\n::error::pwned",
        "$(touch pwned)",
        "--upload-pack=touch pwned",
        "\u{1b}[2J\u{202e}",
        "](https://evil.example) <script>",
        "a\nverdict=clean",
    ];
    let secret = token(3);
    for words in hostile.into_iter().chain([secret.as_str()]) {
        let mut payload = stage.pull_request("main", "topic");
        payload["pull_request"]["head"]["ref"] = json!(words);
        payload["pull_request"]["head"]["label"] = json!(words);
        payload["pull_request"]["user"]["login"] = json!(words);
        payload["sender"] = json!({ "login": words });
        payload["label"] = json!({ "name": words });
        payload["repository"]["full_name"] = json!(words);
        let said = stage
            .checkout("refs/pull/7/merge", None)
            .with("GITHUB_HEAD_REF", words)
            .with("GITHUB_REF", words)
            .with("GITHUB_SERVER_URL", "https://x:y@github.com")
            .with("GITHUB_REPOSITORY", words)
            .on_github("pull_request", &merge, &payload);
        said.exits(1).is_silent_on(&secret).is_silent_on("pwned");
        let sarif = said.sarif.as_ref().unwrap().to_string();
        for bad in ["evil.example", "\\u001b", "x:y@", "touch", &secret] {
            assert!(!sarif.contains(bad), "{bad} in {sarif}");
        }
        assert_eq!(said.outputs.lines().count(), 9, "{}", said.outputs);
        assert_eq!(said.output("verdict"), "blocked");
    }
}

/// The words of a workflow and of a policy that the pull request brings reach the report only as text.
#[test]
fn workflows_and_policies_of_the_pull_request_speak_to_nobody() {
    let stage = Stage::new();
    stage.work.commit(".tokenleash.toml", "waiver_days = 10\n");
    stage.push("main");
    stage.branch("topic");
    let workflow = concat!(
        "name: \"x\\n::error::pwned\"\n",
        "on: issues\npermissions: write-all\njobs:\n  work:\n    runs-on: ubuntu-latest\n    steps:\n",
        "      - name: \"::stop-commands::x](https://evil.example) <img src=x>\\e[2J\"\n",
        "        run: claude -p \"${{ github.event.issue.title }}\"\n",
        "        env:\n          \"A::error::B\": ${{ secrets.RAILWAY_API_TOKEN }}\n",
    );
    stage.work.stage(".github/workflows/agent.yml", workflow);
    let policy = format!(
        "waiver_days = 90\nexclude = [\"**\\n::error::pwned\"]\n# {}\n",
        leak(5).trim()
    );
    stage.work.commit(".tokenleash.toml", &policy);
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    for format in ["github", "text"] {
        let said = stage
            .checkout("refs/pull/7/merge", None)
            .argument("--format")
            .argument(format)
            .on_github("pull_request", &merge, &payload);
        said.exits(1).says("TL302").says("TL903");
        said.is_silent_on(&token(5));
        for line in said.text.lines().chain(said.summary.lines()) {
            let ours = ["::error file=", "::warning file=", "::error title="];
            let command = line.trim_start().starts_with("::");
            let is_ours = ours.iter().any(|start| line.starts_with(start));
            assert!(!command || is_ours, "{line:?}");
            assert!(!line.contains('\u{1b}'), "{line:?}");
        }
        assert!(!said.summary.contains("<img") && !said.summary.contains("](https://evil"));
        assert_eq!(said.outputs.lines().count(), 9, "{}", said.outputs);
    }
}

/// A policy of the head that does not parse changes nothing: the base's judges.
#[test]
fn a_broken_policy_of_the_pull_request_releases_nothing() {
    let stage = Stage::new();
    stage.work.commit(".tokenleash.toml", "waiver_days = 10\n");
    stage.push("main");
    stage.branch("topic");
    stage.work.commit("deploy.sh", leak(6));
    let broken = format!("levels = [\n::error::{}\n", leak(7).trim());
    stage.work.commit(".tokenleash.toml", &broken);
    let merge = stage.propose("topic");
    let payload = stage.pull_request("main", "topic");
    let said =
        stage
            .checkout("refs/pull/7/merge", None)
            .on_github("pull_request", &merge, &payload);
    assert_ne!(said.code, 0, "{}", said.text);
    said.is_silent_on(&token(6)).is_silent_on(&token(7));
    assert!(said.sarif.is_some(), "a SARIF file says why");
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
