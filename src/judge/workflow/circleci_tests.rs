//! CircleCI configurations: agents found in jobs, commands and orbs of the file, what they hold, and which findings follow.

use super::Reading;
use super::tests::judged_at;
use crate::model::{AgentJob, TokenFrom};

fn judged(text: &str) -> Reading {
    judged_at(
        ".circleci/config.yml",
        text,
        &[("ci/x.sh", "claude -p x\n")],
    )
}

fn rules(text: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = judged(text).findings.iter().map(|f| f.rule.id).collect();
    ids.sort_unstable();
    ids
}

fn entry(text: &str) -> AgentJob {
    judged(text).jobs.remove(0)
}

/// Job, agent, line and column of every agent.
fn agents(text: &str) -> Vec<String> {
    let jobs = judged(text).jobs.into_iter();
    jobs.map(|job| format!("{}/{}/{}", job.job, job.agent, job.line))
        .collect()
}

/// Configurations, and the agents that run in them.
const PUT_TOGETHER: &[(&str, &str)] = &[
    (
        "orbs:\n  o:\n    commands:\n      c:\n        steps:\n        - run: claude -p x\n    jobs:\n      j:\n        steps: [c]\nworkflows:\n  w:\n    jobs: [o/j]\n",
        "o/j/claude-code/6",
    ),
    (
        "jobs:\n  a:\n    steps:\n    - run: claude -p x\n",
        "a/claude-code/4",
    ),
    (
        "jobs:\n  a:\n    steps:\n    - run:\n        name: n\n        command: |\n          claude -p x\n",
        "a/claude-code/7",
    ),
    (
        "jobs:\n  a:\n    steps:\n    - when:\n        condition: true\n        steps:\n        - run: claude -p x\n",
        "a/claude-code/7",
    ),
    (
        "commands:\n  c:\n    steps:\n    - run: claude -p x\njobs:\n  a:\n    steps: [c]\n",
        "a/claude-code/4",
    ),
    (
        "commands:\n  c:\n    parameters: {p: {type: string}}\n    steps:\n    - run: claude -p << parameters.p >>\njobs:\n  a:\n    steps:\n    - c: {p: x}\n",
        "a/claude-code/5",
    ),
    (
        "commands:\n  c:\n    parameters: {p: {type: string}}\n    steps:\n    - run: << parameters.p >>\njobs:\n  a:\n    steps:\n    - c: {p: claude -p x}\n",
        "a/claude-code/9",
    ),
    (
        "commands:\n  c:\n    parameters: {s: {type: steps}}\n    steps: << parameters.s >>\njobs:\n  a:\n    steps:\n    - c:\n        s:\n        - run: claude -p x\n",
        "a/claude-code/10",
    ),
    (
        "orbs:\n  o:\n    commands:\n      c:\n        steps:\n        - run: claude -p x\njobs:\n  a:\n    steps: [o/c]\n",
        "a/claude-code/6",
    ),
    (
        "jobs:\n  a:\n    steps: []\nworkflows:\n  w:\n    jobs:\n    - a:\n        pre-steps:\n        - run: claude -p x\n",
        "a/claude-code/9",
    ),
    (
        "jobs:\n  a:\n    steps:\n    - run: bash ci/x.sh\n",
        "a/claude-code/4",
    ),
    (
        "x: &r\n  run: claude -p x\njobs:\n  a:\n    steps:\n    - *r\n",
        "a/claude-code/2",
    ),
    (
        "x: &s\n- run: claude -p x\njobs:\n  a:\n    steps: *s\n",
        "a/claude-code/2",
    ),
    (
        "jobs:\n  a:\n    docker: [{image: 'codiumai/pr-agent:1'}]\n    steps:\n    - run: review\n",
        "a/pr-agent/3",
    ),
    (
        "executors:\n  e:\n    docker: [{image: codiumai/pr-agent}]\njobs:\n  a:\n    executor: e\n    steps:\n    - run: review\n",
        "a/pr-agent/3",
    ),
    (
        "jobs:\n  a:\n    steps:\n    - run: npm i -g @anthropic-ai/claude-code\n    - run: claude --version\n    - run: echo claude -p x\n",
        "",
    ),
    (
        "commands:\n  c:\n    steps:\n    - run: claude -p x\njobs:\n  a:\n    steps: [checkout]\n",
        "",
    ),
    (
        "jobs:\n  a:\n    steps:\n    - run: |\n        cat <<EOF\n        claude -p x >> y\n        EOF\n",
        "",
    ),
];

#[test]
fn agents_are_found_however_a_configuration_is_put_together() {
    for (text, expected) in PUT_TOGETHER {
        assert_eq!(agents(text).join(" "), *expected, "{text}");
    }
}

#[test]
fn commands_that_call_themselves_end() {
    judged("commands:\n  c:\n    steps: [c, {run: claude -p x}]\njobs:\n  a:\n    steps: [c]\n");
    judged(
        "commands:\n  c:\n    parameters: {s: {type: steps, default: [c]}}\n    steps: << parameters.s >>\njobs:\n  a:\n    steps: [c]\n",
    );
    judged("executors:\n  e: {executor: e}\njobs:\n  a:\n    executor: e\n    steps: [checkout]\n");
}

#[test]
fn a_job_holds_what_its_steps_name_and_what_it_checks_out() {
    let job = entry(
        "orbs:\n  t: some/tool@1\njobs:\n  a:\n    environment: {A: $NPM_TOKEN}\n    steps:\n    - checkout\n    - t/do\n    - run: claude -p x\n    - run: echo $SONAR_TOKEN $CIRCLE_OIDC_TOKEN\n  b:\n    steps:\n    - run: echo $K8S_TOKEN\nworkflows:\n  w:\n    jobs:\n    - a: {context: [aws, org-global]}\n",
    );
    let names: Vec<_> = job.holds.secrets.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["NPM_TOKEN", "SONAR_TOKEN"]);
    assert!(job.holds.oidc && job.holds.persisted_credentials);
    assert!(
        job.holds
            .tokens
            .iter()
            .any(|token| token.from == TokenFrom::Checkout)
    );
    let unseen = job.view.unseen.join("\n");
    for word in [
        "the contexts aws, org-global",
        "the orb's some/tool/do",
        "K8S_TOKEN",
    ] {
        assert!(unseen.contains(word), "{word}: {unseen}");
    }
}

/// What stands at the job, its steps, what its workflow says, and the rules that follow.
const FOLLOWING: &[(&str, &str, &str, &[&str])] = &[
    ("", "run: claude -p x", "", &[]),
    ("", "run: claude -p $GITHUB_TOKEN", "", &["TL317"]),
    (
        "",
        "run: claude -p $AWS_SECRET_ACCESS_KEY",
        "",
        &["TL315", "TL343"],
    ),
    (
        "",
        "run: claude -p $AWS_SECRET_ACCESS_KEY",
        "requires: [hold]",
        &["TL315"],
    ),
    (
        "resource_class: org/own",
        "run: claude -p x",
        "",
        &["TL323"],
    ),
    ("resource_class: large", "run: claude -p x", "", &[]),
    (
        "",
        "run: claude -p x --dangerously-skip-permissions $GITHUB_TOKEN",
        "",
        &["TL317", "TL321"],
    ),
    (
        "",
        "run: aws sts assume-role-with-web-identity; claude -p x",
        "",
        &["TL315", "TL343"],
    ),
];

#[test]
fn findings_follow_what_is_held() {
    for (job, step, call, expected) in FOLLOWING {
        let text = format!(
            "jobs:\n  a:\n    {job}\n    steps:\n    - {step}\nworkflows:\n  w:\n    jobs:\n    - hold: {{type: approval}}\n    - a: {{{call}}}\n"
        );
        assert_eq!(rules(&text), *expected, "{text}");
    }
    let keys = "jobs:\n  a:\n    steps:\n    - add_ssh_keys\n    - run: claude -p x\n";
    assert_eq!(rules(keys), ["TL315", "TL343"]);
    let orb = "orbs: {aws: circleci/aws-cli@5}\njobs:\n  a:\n    steps:\n    - aws/setup: {role_arn: x}\n    - run: claude -p x\n";
    assert_eq!(rules(orb), ["TL315", "TL343"]);
}

#[test]
fn places_are_exact_behind_parameters() {
    let text = "jobs:\n  a:\n    parameters: {p: {type: string}}\n    steps:\n    - run: echo << parameters.p >> && claude -p $GITLAB_TOKEN\n";
    let reading = judged(text);
    let place = reading.findings[0].spot.place;
    assert_eq!(
        (place.start_line, place.start_column, place.end_column),
        (5, 50, 62)
    );
}

#[test]
fn events_come_from_workflows() {
    let job = |triggers: &str| {
        format!(
            "jobs:\n  a:\n    steps:\n    - run: claude -p x\nworkflows:\n  w:\n{triggers}    jobs: [a]\n"
        )
    };
    assert_eq!(entry(&job("")).triggers, ["push"]);
    let nightly = "    triggers:\n    - schedule: {cron: '0 0 * * *'}\n";
    assert_eq!(entry(&job(nightly)).triggers, ["schedule"]);
}
