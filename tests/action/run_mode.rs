//! The mode `run`, and what is left behind where no outcome came.

use super::job::{Job, binary, token};

/// What a workflow hands over beside the inputs: the job that runs, read from its file in the checkout.
fn in_a_job(mut job: Job) -> Job {
    let workflow = "on: push\npermissions: {}\njobs:\n  work:\n    runs-on: ubuntu-latest\n    steps:\n      - run: claude -p hello\n";
    std::fs::create_dir_all(job.path("workspace/.github/workflows")).unwrap();
    let sha = job.commit(".github/workflows/a.yml", workflow, &[]);
    for (name, value) in [
        ("GITHUB_REPOSITORY", "o/r"),
        (
            "GITHUB_WORKFLOW_REF",
            "o/r/.github/workflows/a.yml@refs/heads/main",
        ),
        ("GITHUB_WORKFLOW_SHA", &sha),
        ("GITHUB_JOB", "work"),
    ] {
        job.variables.insert(name.to_owned(), value.to_owned());
    }
    let path = binary(&job);
    job.input("binary", &path).input("mode", "run")
}

fn sarif(path: &str) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_gate_before_an_agent_writes_sarif_summary_and_outputs() {
    let mut job = in_a_job(Job::new());
    assert_eq!(job.run(), 0, "{}", job.log);
    assert_eq!(job.output("verdict"), "clean");
    assert_eq!(job.output("exit-code"), "0");
    assert!(job.output("sarif").ends_with("/tokenleash-run.sarif"));
    let log = sarif(&job.output("sarif"));
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "tokenleash/run/");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    let summary = std::fs::read_to_string(job.path("summary.md")).unwrap();
    assert!(summary.contains("## tokenleash: passed with"), "{summary}");

    for (fail, code) in [("true", 1), ("false", 0)] {
        let mut job = in_a_job(Job::new()).input("fail", fail);
        let value = format!("gh{}", token());
        job.variables
            .insert("DEPLOY_TOKEN".to_owned(), value.clone());
        assert_eq!(job.run(), code, "{}", job.log);
        assert_eq!(job.output("verdict"), "blocked");
        assert_eq!(job.output("exit-code"), "1");
        let text = std::fs::read_to_string(job.output("sarif")).unwrap();
        let summary = std::fs::read_to_string(job.path("summary.md")).unwrap();
        assert!(summary.contains("## tokenleash: blocked by"), "{summary}");
        for said in [&job.log, &text, &summary] {
            assert!(said.contains("DEPLOY") && !said.contains(&value), "{said}");
        }
    }
}

#[test]
fn a_run_without_an_outcome_leaves_a_file_that_says_so_and_that_nobody_uploads() {
    for (mode, input, value) in [
        ("changes", "fail-on", "sometimes"),
        ("changes", "config", "/nowhere/policy.toml"),
        ("run", "config", "/nowhere/policy.toml"),
        ("run", "fetch", "perhaps"),
    ] {
        let mut job = in_a_job(Job::new()).input("mode", mode).input(input, value);
        let path = job.path("temp").join("out.sarif");
        job = job.input("sarif", path.to_str().unwrap());
        assert_eq!(job.run(), 2, "{}", job.log);
        assert_eq!(job.output("verdict"), "undecided");
        assert_eq!(job.output("exit-code"), "2");
        assert_eq!(job.output("sarif"), "", "{input}");
        let log = sarif(path.to_str().unwrap());
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["exitCode"], 2);
        let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(notes[0]["level"], "error");
        assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    }
}
