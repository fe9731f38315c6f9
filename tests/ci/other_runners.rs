//! Runners that are not GitHub's.

use super::stage::{Stage, leak};

fn proposed(text: &str) -> Stage {
    let stage = Stage::new();
    stage.work.commit("old.sh", leak(1));
    stage.push("main");
    stage.branch("topic");
    stage.work.commit("new.sh", text);
    stage.push("topic");
    stage
}

#[test]
fn gitlab_gives_the_range_of_a_merge_request_and_of_a_push() {
    for (text, code) in [(leak(2), 1), ("echo hello\n".to_owned(), 0)] {
        let stage = proposed(&text);
        let runner = stage
            .checkout("refs/heads/topic", None)
            .with("GITLAB_CI", "true")
            .with("CI_PIPELINE_SOURCE", "merge_request_event")
            .with("CI_MERGE_REQUEST_IID", "7")
            .with("CI_COMMIT_SHA", &stage.tip("topic"))
            .with("CI_MERGE_REQUEST_DIFF_BASE_SHA", &stage.tip("main"))
            .with("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
            .with("CI_DEFAULT_BRANCH", "main");
        runner.run().exits(code).is_silent_on("old.sh");
        let runner = stage
            .checkout("refs/heads/topic", None)
            .with("GITLAB_CI", "true")
            .with("CI_PIPELINE_SOURCE", "push")
            .with("CI_COMMIT_BRANCH", "topic")
            .with("CI_COMMIT_SHA", &stage.tip("topic"))
            .with("CI_COMMIT_BEFORE_SHA", &"0".repeat(40))
            .with("CI_DEFAULT_BRANCH", "main");
        runner.run().exits(code);
    }
}

#[test]
fn bitbucket_azure_and_circle_give_their_ranges() {
    for (text, code) in [(leak(2), 1), ("echo hello\n".to_owned(), 0)] {
        let stage = proposed(&text);
        let tip = stage.tip("topic");
        let main = stage.tip("main");
        let runner = |names: &[(&str, &str)]| {
            let mut runner = stage.checkout("refs/heads/topic", None);
            for (name, value) in names {
                runner = runner.with(name, value);
            }
            runner.run().exits(code).is_silent_on("old.sh");
        };
        runner(&[
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_COMMIT", &tip),
            ("BITBUCKET_PR_ID", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", &main[..12]),
        ]);
        runner(&[
            ("TF_BUILD", "True"),
            ("BUILD_REASON", "PullRequest"),
            ("BUILD_SOURCEVERSION", &tip),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ]);
        runner(&[
            ("CIRCLECI", "true"),
            ("CIRCLE_SHA1", &tip),
            ("CIRCLE_BRANCH", "topic"),
        ]);
        runner(&[("TOKENLEASH_BASE", &main), ("TOKENLEASH_HEAD", &tip)]);
    }
}

#[test]
fn plain_variables_that_name_nothing_here_are_undecided() {
    let stage = Stage::new();
    let tip = stage.tip("main");
    let runner = stage.checkout("refs/heads/main", Some(1));
    let said = runner
        .with("TOKENLEASH_BASE", &"d".repeat(40))
        .with("TOKENLEASH_HEAD", &tip)
        .run();
    said.exits(2).says("not seen");
}

#[test]
fn a_push_to_the_default_branch_without_a_start_is_not_clean_without_a_look() {
    let stage = Stage::new();
    let tip = stage.tip("main");
    let runner = stage.checkout("refs/heads/main", None);
    let said = runner
        .with("CIRCLECI", "true")
        .with("CIRCLE_SHA1", &tip)
        .with("CIRCLE_BRANCH", "main")
        .run();
    said.exits(2).says("TOKENLEASH_BASE");
}
