//! Each runner's variables, and what they make of each other.

use super::*;

fn id(digit: char) -> String {
    digit.to_string().repeat(40)
}

fn run(set: &[(&str, String)]) -> Result<Event> {
    let look_up = |name: &str| {
        let found = set.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    };
    let read = |_: &str| Ok(b"{".to_vec());
    event(Runner::detect(&look_up), &look_up, &read)
}

fn word(text: &str) -> String {
    text.to_owned()
}

#[test]
fn each_runner_gives_its_range() {
    let merge_request = run(&[
        ("GITLAB_CI", word("true")),
        ("CI_PIPELINE_SOURCE", word("merge_request_event")),
        ("CI_MERGE_REQUEST_IID", word("4")),
        ("CI_COMMIT_SHA", id('a')),
        ("CI_COMMIT_BEFORE_SHA", id('0')),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", id('b')),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", word("main")),
        ("CI_MERGE_REQUEST_TITLE", word("t")),
    ])
    .unwrap();
    assert!(matches!(merge_request.about, About::Proposal(_)));
    assert_eq!(merge_request.texts.len(), 1);
    let bitbucket = run(&[
        ("BITBUCKET_BUILD_NUMBER", word("1")),
        ("BITBUCKET_COMMIT", id('a')),
        ("BITBUCKET_PR_ID", word("9")),
        ("BITBUCKET_PR_DESTINATION_BRANCH", word("main")),
        ("BITBUCKET_PR_DESTINATION_COMMIT", word("abcdef123456")),
    ])
    .unwrap();
    assert!(matches!(
        bitbucket.about,
        About::Proposal(Proposal { base: None, .. })
    ));
    let azure = run(&[
        ("TF_BUILD", word("True")),
        ("BUILD_REASON", word("IndividualCI")),
        ("BUILD_SOURCEVERSION", id('a')),
        ("BUILD_SOURCEBRANCH", word("refs/heads/main")),
    ])
    .unwrap();
    assert!(matches!(
        azure.about,
        About::Push(Push {
            reference: Reference::Branch(_),
            ..
        })
    ));
    let circle = run(&[
        ("CIRCLECI", word("true")),
        ("CIRCLE_SHA1", id('a')),
        ("TOKENLEASH_BASE", id('b')),
    ])
    .unwrap();
    assert!(matches!(
        circle.about,
        About::Push(Push {
            before: Some(_),
            ..
        })
    ));
}

#[test]
fn plain_variables_are_a_range_or_an_error() {
    let range = run(&[("TOKENLEASH_BASE", id('b')), ("TOKENLEASH_HEAD", id('a'))]).unwrap();
    assert!(matches!(range.about, About::Push(_)));
    assert!(run(&[("TOKENLEASH_BASE", id('b'))]).is_err());
    assert!(run(&[("TOKENLEASH_HEAD", word("--help"))]).is_err());
    assert!(matches!(run(&[]).unwrap().about, About::State { .. }));
}

#[test]
fn a_known_runner_counts_before_our_own_variables() {
    let error = run(&[
        ("GITHUB_EVENT_NAME", word("push")),
        ("GITHUB_EVENT_PATH", word("event.json")),
        ("TOKENLEASH_BASE", id('b')),
        ("TOKENLEASH_HEAD", id('a')),
    ])
    .unwrap_err();
    assert!(error.to_string().contains("not JSON"));
}
