//! The mode `changes`, the inputs, and which binary may judge.

use std::process::Command;

use super::job::{Job, ROOT, action, binary, decode, steps, token};

#[test]
fn a_clean_push_passes_and_leaves_its_outputs() {
    let mut job = Job::new();
    let path = binary(&job);
    job = job.input("binary", &path);
    assert_eq!(job.run(), 0, "{}", job.log);
    assert_eq!(job.output("verdict"), "clean");
    assert_eq!(job.output("exit-code"), "0");
    let sarif = std::fs::read_to_string(job.output("sarif")).unwrap();
    assert!(sarif.contains("\"results\":[]"), "{sarif}");
    let summary = std::fs::read_to_string(job.path("summary.md")).unwrap();
    assert!(summary.contains("## tokenleash: clean"), "{summary}");
}

#[test]
fn fail_decides_whether_a_blocked_change_fails_the_action() {
    for (fail, code) in [("true", 1), ("false", 0)] {
        let mut job = Job::new();
        let leak = format!("export GITHUB_TOKEN={}{}\n", "gh", token());
        let before = job.git(&["rev-parse", "HEAD"]);
        let after = job.commit("deploy.sh", &leak, &[]);
        let payload = format!(
            "{{\"ref\":\"refs/heads/main\",\"before\":\"{before}\",\"after\":\"{after}\",\"repository\":{{\"default_branch\":\"main\"}}}}"
        );
        std::fs::write(job.path("event.json"), payload).unwrap();
        let path = binary(&job);
        job = job.input("binary", &path).input("fail", fail);
        assert_eq!(job.run(), code, "{}", job.log);
        assert_eq!(job.output("verdict"), "blocked");
        assert_eq!(job.output("exit-code"), "1");
        assert!(
            job.log.contains("::error file=deploy.sh,line=1"),
            "{}",
            job.log
        );
    }
}

#[test]
fn a_binary_that_the_change_could_have_written_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let job = Job::new();
    let path = binary(&job);
    let inside = job.path("workspace").join("tokenleash");
    std::fs::copy(&path, &inside).unwrap();
    let link = job.path("temp").join("link");
    std::os::unix::fs::symlink(&inside, &link).unwrap();
    let open = job.path("temp").join("open");
    std::fs::copy(&path, &open).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
    let open_folder = job.path("temp").join("folder");
    std::fs::create_dir(&open_folder).unwrap();
    std::fs::copy(&path, open_folder.join("tokenleash")).unwrap();
    std::fs::set_permissions(&open_folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    let in_open_folder = open_folder.join("tokenleash");
    let refused = [
        inside.to_str().unwrap(),
        link.to_str().unwrap(),
        open.to_str().unwrap(),
        in_open_folder.to_str().unwrap(),
        "tokenleash",
        "./tokenleash",
        "/nowhere/tokenleash",
    ];
    let mut job = job;
    for path in refused {
        job = job.input("binary", path);
        job.log.clear();
        assert_eq!(job.run(), 2, "{path}: {}", job.log);
        assert!(
            job.log
                .contains("::error title=tokenleash::the input binary")
        );
    }
}

#[test]
fn inputs_are_words_not_scripts() {
    let hostile = "$(touch pwned)`touch pwned`; touch pwned; --help";
    for name in [
        "mode", "fail-on", "fail", "fetch", "sarif", "config", "version", "binary",
    ] {
        let mut job = Job::new();
        if name != "binary" && name != "version" {
            let path = binary(&job);
            job = job.input("binary", &path);
        }
        job = job.input(name, hostile);
        let code = job.run();
        let made = job.path("workspace").join("pwned");
        assert!(!made.exists(), "{name}");
        if name != "sarif" {
            assert_eq!(code, 2, "{name}: {}", job.log);
        }
    }
}

#[test]
fn no_expression_stands_in_a_script() {
    for step in steps(&action()) {
        assert!(!step.run.contains("${{"), "{}", step.id);
    }
}

#[test]
fn a_program_that_changed_after_its_check_is_not_run() {
    let mut job = Job::new();
    let path = binary(&job);
    job = job.input("binary", &path);
    let action = action();
    let judge = steps(&action).remove(1);
    let output = job.path("output");
    std::fs::write(&output, "").unwrap();
    let done = Command::new("bash")
        .args(["-c", &judge.run])
        .current_dir(job.path("workspace"))
        .env("GITHUB_ACTION_PATH", ROOT)
        .env("GITHUB_OUTPUT", &output)
        .env("TOKENLEASH_INSTALLED", &path)
        .env("TOKENLEASH_SHA256", "0".repeat(64))
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(2));
    let outputs = decode(&std::fs::read_to_string(&output).unwrap());
    assert_eq!(outputs["verdict"], "undecided");
}
