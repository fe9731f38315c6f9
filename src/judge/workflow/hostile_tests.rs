//! Pipelines of other systems whose author means harm: bytes of any sort, bombs, circles and very long files.

use proptest::prelude::*;

use super::judge_workflows;
use crate::model::RepoPath;

const PATHS: [&str; 4] = [
    ".gitlab-ci.yml",
    ".gitlab/duo/flows/a.yml",
    "azure-pipelines.yml",
    ".circleci/config.yml",
];

/// Judges a text as each system would, every file of the tree being the same.
fn judge(text: &str) -> usize {
    let judged = |path: &str| {
        let lookup = |_: &[u8]| Some(text.as_bytes().to_vec());
        judge_workflows(&[RepoPath::from(path)], &lookup).jobs.len()
    };
    PATHS.into_iter().map(judged).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_bytes_make_it_panic(text in "(\\PC|[ \n:{}&*|>'\"-]|a:\n|  script: |  extends: a\n|!reference \\[a, script\\]|include: x\n|jobs:\n|steps:\n|- template: x\n|- script: |- run: |<< parameters\\.x >>|\\$\\(X\\)|\\$TOKEN|claude -p ){0,60}") {
        judge(&text);
        judge(&format!("a:\n  script:\n  - {text}\n"));
        judge(&format!("jobs:\n  a:\n    steps:\n    - run: {text}\n"));
        judge(&format!("steps:\n- script: {text}\n"));
    }
}

#[test]
fn what_would_grow_without_end_is_bounded() {
    let many = |line: &str| line.repeat(3000);
    let references = many("    - !reference [.a, script]\n");
    let commands = many("    - c\n");
    let jobs: String = (0..5000)
        .map(|n| format!("j{n}:\n  extends: .t\n  script: claude -p $T{n}_TOKEN\n"))
        .collect();
    let variables: String = (0..20_000)
        .map(|n| format!("  V{n}: $V{}\n", n + 1))
        .collect();
    let mut bomb = "x: &a0 [y, y]\n".to_owned();
    for n in 1..30 {
        bomb.push_str(&format!("x{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
    }
    for text in [
        format!(".a:\n  script:\n{references}b:\n  extends: .a\n"),
        ".a:\n  extends: [.a, .a, .a]\n  script: !reference [.a, script]\n  rules: [!reference [.a, rules]]\nb:\n  extends: !reference [b, extends]\n"
            .to_owned(),
        format!("commands:\n  c:\n    steps:\n{commands}jobs:\n  a:\n    steps: [c]\n"),
        format!(".t: {{variables: {{A: b}}}}\n{jobs}"),
        format!("variables:\n{variables}a:\n  script: claude -p $V1\n"),
        format!("variables:\n{variables}steps:\n- script: claude -p $(V1)\n"),
        format!("steps:\n{}", many("- template: azure-pipelines.yml\n")),
        format!(
            "jobs:\n{}",
            many("- job: a\n  steps: [script: claude -p x]\n")
        ),
        format!("{bomb}a:\n  script: *a29\n"),
        "[".repeat(100_000),
        format!("a:\n  script: \"{}\"\n", "echo $(a; ".repeat(100_000)),
    ] {
        assert!(judge(&text) <= 4 * 256);
    }
}

#[test]
fn a_long_file_keeps_its_places() {
    let lines = "# line\n".repeat(50_000);
    let text = format!("{lines}a:\r\n  script:\r\n    - echo é && claude -p $GITLAB_TOKEN\r\n");
    let lookup = |_: &[u8]| Some(text.as_bytes().to_vec());
    let reading = judge_workflows(&[RepoPath::from(".gitlab-ci.yml")], &lookup);
    let place = reading.findings[0].spot.place;
    assert_eq!((place.start_line, place.start_column), (50_003, 28));
}
