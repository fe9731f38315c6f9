//! GitLab pipelines: agents found however the job is put together, what they hold, and which findings follow.

use super::Reading;
use super::tests::judged_at;
use crate::model::{AgentJob, TokenFrom, TokenSource};

const PATH: &str = ".gitlab-ci.yml";

fn judged(text: &str) -> Reading {
    judged_at(PATH, text, &[])
}

fn rules(text: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = judged(text).findings.iter().map(|f| f.rule.id).collect();
    ids.sort_unstable();
    ids
}

/// Job, agent and line of every agent.
fn agents(text: &str, others: &[(&str, &str)]) -> Vec<(String, &'static str, u32)> {
    let jobs = judged_at(PATH, text, others).jobs;
    jobs.into_iter()
        .map(|job| (job.job, job.agent, job.line))
        .collect()
}

fn entry(text: &str) -> AgentJob {
    judged(text).jobs.remove(0)
}

fn secrets(job: &AgentJob) -> Vec<&str> {
    job.holds.secrets.iter().map(|s| s.name.as_str()).collect()
}

/// Pipelines, and the agent that runs in them.
const PUT_TOGETHER: &[(&str, &str)] = &[
    ("a:\n  script: claude -p x\n", "claude-code"),
    (
        "a:\n  script:\n    - echo x\n    - >\n      claude\n      -p x\n",
        "claude-code",
    ),
    ("a:\n  script: [[echo x], [[claude -p x]]]\n", "claude-code"),
    ("{a: {script: ['claude -p x']}}\n", "claude-code"),
    (
        "a:\n  before_script: [claude -p x]\n  script: echo x\n",
        "claude-code",
    ),
    (
        "a:\n  script: echo x\n  after_script: [claude -p x]\n",
        "claude-code",
    ),
    (
        "default:\n  before_script: [claude -p x]\na:\n  script: echo x\n",
        "claude-code",
    ),
    (
        "before_script: [claude -p x]\na:\n  script: echo x\n",
        "claude-code",
    ),
    (
        "default:\n  before_script: [claude -p x]\na:\n  before_script: []\n  script: echo x\n",
        "",
    ),
    (
        "default:\n  before_script: [claude -p x]\na:\n  inherit: {default: false}\n  script: echo x\n",
        "",
    ),
    (
        ".t:\n  script: claude -p x\na:\n  extends: .t\n",
        "claude-code",
    ),
    (
        ".t:\n  script: claude -p x\na:\n  extends: [.t]\n  script: echo x\n",
        "",
    ),
    (
        ".u:\n  script: claude -p x\n.t:\n  extends: .u\na:\n  extends: .t\n",
        "claude-code",
    ),
    (
        ".t: &t\n  script: claude -p x\na:\n  <<: *t\n",
        "claude-code",
    ),
    (
        ".s: &s\n  - claude -p x\na:\n  script:\n    - *s\n",
        "claude-code",
    ),
    (
        ".t:\n  script: [claude -p x]\na:\n  script:\n    - !reference [.t, script]\n",
        "claude-code",
    ),
    (
        ".t:\n  x: {y: [claude -p x]}\na:\n  script: !reference [.t, x, y]\n",
        "claude-code",
    ),
    (".t:\n  script: claude -p x\n", ""),
    (
        "a:\n  script:\n    - npm i -g @anthropic-ai/claude-code\n    - claude --version\n    - echo 'claude -p x'\n",
        "",
    ),
    (
        "spec:\n  inputs: {x: {}}\n---\na:\n  script: claude -p \"$[[ inputs.x ]]\"\n",
        "claude-code",
    ),
    (
        "\u{feff}a:\r\n  script:\r\n    - claude -p x\r\n",
        "claude-code",
    ),
    (
        "a:\n  script: echo x\na:\n  script: claude -p x\n",
        "claude-code",
    ),
    ("a:\n  variables: {RUN: claude}\n  script: echo $RUN\n", ""),
    (
        "a:\n  image: codiumai/pr-agent:latest\n  script: [review]\n",
        "pr-agent",
    ),
    (
        "a:\n  image: {name: 'codiumai/pr-agent:1', entrypoint: ['']}\n  script: [review]\n",
        "pr-agent",
    ),
];

#[test]
fn agents_are_found_however_a_job_is_put_together() {
    for (text, expected) in PUT_TOGETHER {
        let found: Vec<_> = judged(text).jobs.iter().map(|job| job.agent).collect();
        assert_eq!(found.concat(), *expected, "{text}");
    }
}

#[test]
fn circles_of_templates_and_references_end() {
    for text in [
        ".t:\n  extends: .t\n  script: claude -p x\na:\n  extends: .t\n",
        "a:\n  script: !reference [a, script]\n",
        "a:\n  script: [!reference [a, script], claude -p x]\n",
        ".a:\n  script: !reference [.b, script]\n.b:\n  script: !reference [.a, script]\nc:\n  script: !reference [.a, script]\n",
        "a:\n  script: !reference []\n",
        "a: &a\n  script: *a\n",
        "include: {local: .gitlab-ci.yml}\na:\n  script: claude -p x\n",
    ] {
        judged(text);
    }
}

#[test]
fn included_files_are_read_and_met_where_they_are_included() {
    let text = "stages: [x]\ninclude:\n  - local: /ci/one.yml\n  - ci/two.yml\n  - project: p/q\n    file: x.yml\n";
    let one = "b:\n  script: claude -p x\n  variables: {K: $GITLAB_TOKEN}\n";
    let two = "include: ci/three.yml\n";
    let three = "c:\n  script: codex exec x\n";
    let others = [
        ("ci/one.yml", one),
        ("ci/two.yml", two),
        ("ci/three.yml", three),
    ];
    assert_eq!(
        agents(text, &others),
        [
            ("b".to_owned(), "claude-code", 3),
            ("c".to_owned(), "codex", 4)
        ]
    );
    let reading = judged_at(PATH, text, &others);
    let found = &reading.findings[0];
    assert_eq!(found.rule.id, "TL317");
    assert_eq!(found.spot.path.lossy(), "ci/one.yml");
    assert_eq!(
        (found.spot.place.start_line, found.spot.place.start_column),
        (3, 18)
    );
    let unseen = &reading.jobs[0].view.unseen;
    assert!(unseen.iter().any(|line| line.contains("the project p/q")));
}

#[test]
fn a_job_holds_its_token_and_what_it_names() {
    let job = entry(
        "variables: {A: $NPM_TOKEN}\na:\n  id_tokens:\n    ID: {aud: x}\n  secrets:\n    V_PASSWORD: {vault: x}\n  variables: {REGION: x, B: {value: $SONAR_TOKEN}}\n  script:\n    - TOKEN=x\n    - claude -p \"$A $B $TOKEN $ID $HOME\"\n",
    );
    assert_eq!(secrets(&job), ["SONAR_TOKEN", "V_PASSWORD", "NPM_TOKEN"]);
    assert!(job.holds.oidc && job.holds.persisted_credentials);
    let tokens: Vec<_> = job
        .holds
        .tokens
        .iter()
        .map(|token| (token.source, token.from, token.name.as_str()))
        .collect();
    assert_eq!(
        tokens,
        [
            (TokenSource::Oidc, TokenFrom::Env, "ID"),
            (TokenSource::Other, TokenFrom::Checkout, "CI_JOB_TOKEN"),
            (TokenSource::Other, TokenFrom::Env, "CI_JOB_TOKEN"),
        ]
    );
    assert!(
        job.holds
            .tokens
            .iter()
            .all(|token| token.permissions.is_none())
    );
    assert_eq!((job.needs.clone(), job.excess.clone()), (None, None));
    for variables in [
        "{GIT_STRATEGY: none}",
        "{FF_GIT_URLS_WITHOUT_TOKENS: 'true'}",
    ] {
        let job = entry(&format!(
            "a:\n  variables: {variables}\n  script: claude -p x\n"
        ));
        assert!(!job.holds.persisted_credentials, "{variables}");
    }
}

#[test]
fn what_other_jobs_name_is_said_to_be_unseen() {
    let text = "a:\n  script: claude -p x\nb:\n  script: kubectl --token $K8S_TOKEN\n";
    let job = entry(text);
    assert!(secrets(&job).is_empty());
    assert!(
        job.view
            .unseen
            .iter()
            .any(|line| line.contains("K8S_TOKEN"))
    );
}

/// What else stands at the job, its script, and the rules that follow.
const FOLLOWING: &[(&str, &str, &[&str])] = &[
    ("", "claude -p x", &[]),
    ("", "claude -p x --dangerously-skip-permissions", &[]),
    ("", "ANTHROPIC_API_KEY=$ANTHROPIC_API_KEY claude -p x", &[]),
    ("", "claude -p \"$GITLAB_TOKEN\"", &["TL317"]),
    (
        "",
        "claude -p \"$GITLAB_TOKEN\" --dangerously-skip-permissions",
        &["TL317", "TL321"],
    ),
    ("", "claude -p \"$SONAR_TOKEN\"", &["TL325"]),
    (
        "",
        "claude -p \"$AWS_SECRET_ACCESS_KEY\"",
        &["TL315", "TL343"],
    ),
    (
        "  environment: production\n",
        "claude -p \"$AWS_SECRET_ACCESS_KEY\"",
        &["TL315"],
    ),
    (
        "  when: manual\n",
        "claude -p \"$AWS_SECRET_ACCESS_KEY\"",
        &["TL315"],
    ),
    (
        "  variables: {CLAUDE_CODE_USE_BEDROCK: '1'}\n",
        "claude -p \"$AWS_SECRET_ACCESS_KEY\"",
        &[],
    ),
    ("", "claude -p \"$SUPABASE_SERVICE_ROLE_KEY\"", &["TL318"]),
    (
        "  id_tokens: {ID: {aud: x}}\n",
        "aws sts assume-role-with-web-identity; claude -p x",
        &["TL315", "TL343"],
    ),
    (
        "  rules: [{if: '$CI_PIPELINE_SOURCE == \"trigger\"'}]\n",
        "claude -p \"$AI_FLOW_INPUT $GITLAB_TOKEN\"",
        &["TL312", "TL317"],
    ),
    (
        "  rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]\n",
        "claude -p \"$AI_FLOW_INPUT $GITLAB_TOKEN\"",
        &["TL317"],
    ),
];

#[test]
fn findings_follow_what_is_held() {
    for (more, script, expected) in FOLLOWING {
        let text = format!("a:\n{more}  script:\n    - {script}\n");
        assert_eq!(rules(&text), *expected, "{text}");
    }
}

#[test]
fn events_come_from_rules_and_only() {
    for (text, events) in [
        ("a:\n  script: claude -p x\n", vec!["push"]),
        (
            "a:\n  only: [merge_requests, main]\n  script: claude -p x\n",
            vec!["merge_request_event"],
        ),
        (
            "a:\n  only: {refs: [schedules]}\n  script: claude -p x\n",
            vec!["schedule"],
        ),
        (
            ".r:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'web'\na:\n  rules:\n    - !reference [.r, rules]\n    - if: $CI_MERGE_REQUEST_IID\n    - if: $CI_PIPELINE_SOURCE == 'push'\n      when: never\n  script: claude -p x\n",
            vec!["web", "merge_request_event"],
        ),
        (
            "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'api'\na:\n  script: claude -p x\n",
            vec!["api"],
        ),
    ] {
        assert_eq!(entry(text).triggers, events, "{text}");
    }
}

#[test]
fn a_flow_of_an_external_agent_is_a_job() {
    let text = "image: node:22\ncommands:\n  - claude -p \"$AI_FLOW_CONTEXT\"\nvariables: [GITLAB_TOKEN_X, THING]\n";
    let reading = judged_at(".gitlab/duo/flows/claude.yml", text, &[]);
    let job = &reading.jobs[0];
    assert_eq!(
        (job.job.as_str(), job.line, job.triggers[0].as_str()),
        ("commands", 3, "mention")
    );
    assert_eq!(secrets(job), ["GITLAB_TOKEN_X"]);
    let ids: Vec<_> = reading.findings.iter().map(|f| f.rule.id).collect();
    assert_eq!(ids, ["TL312", "TL317"]);
    let none = judged_at(
        ".gitlab/duo/flows/x.yml",
        "version: v1\ncomponents: []\n",
        &[],
    );
    assert!(none.jobs.is_empty());
}

#[test]
fn scripts_of_the_repository_are_followed() {
    let text = "a:\n  script:\n    - bash \"$CI_PROJECT_DIR/ci/review.sh\"\n";
    let script = "#!/bin/sh\ncurl -H \"T: $GITLAB_TOKEN\" x\nclaude -p x\n";
    let reading = judged_at(PATH, text, &[("ci/review.sh", script)]);
    assert_eq!(reading.jobs[0].line, 3);
    assert_eq!(reading.findings[0].rule.id, "TL317");
    assert_eq!(reading.findings[0].spot.place.start_line, 3);
}

#[test]
fn a_file_that_does_not_parse_is_told_and_others_are_judged() {
    let reading = judged("a:\n  script: [\n");
    assert_eq!(reading.unparsed.len(), 1);
    let others = [("b.yml", "x: [\n")];
    let reading = judged_at(PATH, "include: b.yml\na:\n  script: claude -p x\n", &others);
    assert!(
        reading.jobs[0]
            .view
            .unseen
            .iter()
            .any(|line| line.contains("the file b.yml"))
    );
}
