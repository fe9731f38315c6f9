//! Azure pipelines: agents found in stages, jobs, tasks and templates, what they hold, and which findings follow.

use super::Reading;
use super::tests::judged_at;
use crate::model::{AgentJob, TokenFrom};

const PATH: &str = "azure-pipelines.yml";

fn judged_with(text: &str, others: &[(&str, &str)]) -> Reading {
    judged_at(PATH, text, others)
}

fn rules(text: &str) -> Vec<&'static str> {
    let reading = judged_with(text, &[]);
    let mut ids: Vec<_> = reading.findings.iter().map(|f| f.rule.id).collect();
    ids.sort_unstable();
    ids
}

fn entry(text: &str) -> AgentJob {
    judged_with(text, &[]).jobs.remove(0)
}

/// Job, agent and line of every agent.
fn agents(text: &str, others: &[(&str, &str)]) -> Vec<String> {
    let jobs = judged_with(text, others).jobs.into_iter();
    jobs.map(|job| format!("{}/{}/{}", job.job, job.agent, job.line))
        .collect()
}

/// Pipelines, and the agents that run in them.
const PUT_TOGETHER: &[(&str, &str)] = &[
    ("steps:\n- script: claude -p x\n", "Job/claude-code/2"),
    ("steps:\n- bash: |\n    claude -p x\n", "Job/claude-code/3"),
    ("steps:\n- pwsh: codex exec x\n", "Job/codex/2"),
    (
        "jobs:\n- job: a\n  steps:\n  - script: claude -p x\n",
        "a/claude-code/4",
    ),
    (
        "stages:\n- stage: s\n  jobs:\n  - job: a\n    steps:\n    - script: claude -p x\n",
        "s.a/claude-code/6",
    ),
    (
        "jobs:\n- deployment: d\n  strategy:\n    runOnce:\n      deploy:\n        steps:\n        - script: claude -p x\n",
        "d/claude-code/7",
    ),
    (
        "steps:\n- ${{ if eq(1, 1) }}:\n  - script: claude -p x\n",
        "Job/claude-code/3",
    ),
    (
        "steps:\n- task: Bash@3\n  inputs:\n    targetType: inline\n    script: claude -p x\n",
        "Job/claude-code/5",
    ),
    (
        "steps:\n- task: AzureCLI@2\n  inputs:\n    scriptType: bash\n    inlineScript: |\n      claude -p x\n",
        "Job/claude-code/6",
    ),
    (
        "steps:\n- task: Bash@3\n  inputs: {filePath: ci/x.sh}\n",
        "Job/claude-code/3",
    ),
    (
        "steps:\n- template: t.yml\n  parameters: {prompt: x}\n",
        "Job/claude-code/2",
    ),
    ("jobs:\n- template: j.yml\n", "a/claude-code/2"),
    (
        "trigger: none\nextends:\n  template: far.yml@other\n  parameters:\n    stages:\n    - stage: s\n      jobs:\n      - job: a\n        steps:\n        - script: claude -p x\n",
        "s.a/claude-code/10",
    ),
    (
        "steps:\n- template: far.yml@other\n  parameters:\n    steps:\n    - script: claude -p x\n",
        "Job/claude-code/5",
    ),
    (
        "steps:\n- task: ClaudeCodeBaseTask@3\n  inputs:\n    anthropic_api_key: $(ANTHROPIC_API_KEY)\n",
        "Job/claude-code/2",
    ),
    (
        "steps:\n- script: npm i -g @anthropic-ai/claude-code\n- script: echo claude -p\n- script: claude --version\n",
        "",
    ),
    ("parameters: {x: y}\nsteps:\n- script: claude -p x\n", ""),
    (
        "steps: &s\n- script: claude -p x\njobs:\n- job: a\n  steps: *s\n",
        "a/claude-code/2 Job/claude-code/2",
    ),
];

#[test]
fn agents_are_found_however_a_pipeline_is_put_together() {
    let others = [
        ("ci/x.sh", "claude -p x\n"),
        (
            "t.yml",
            "parameters:\n- name: prompt\nsteps:\n- script: claude -p ${{ parameters.prompt }}\n",
        ),
        (
            "j.yml",
            "jobs:\n- job: a\n  steps:\n  - script: claude -p x\n",
        ),
    ];
    for (text, expected) in PUT_TOGETHER {
        assert_eq!(agents(text, &others).join(" "), *expected, "{text}");
    }
}

#[test]
fn templates_that_use_themselves_end() {
    let others = [(
        "t.yml",
        "steps:\n- template: t.yml\n- script: claude -p x\n",
    )];
    judged_with(
        "steps:\n- template: t.yml\n- template: azure-pipelines.yml\n",
        &others,
    );
    let others = [("j.yml", "jobs:\n- template: j.yml\n")];
    judged_with(
        "jobs:\n- template: j.yml\n- template: azure-pipelines.yml\n",
        &others,
    );
}

#[test]
fn a_step_holds_what_it_names_and_what_is_mapped() {
    let job = entry(
        "variables:\n- group: secrets\n- name: GH\n  value: $(GITHUB_PAT)\nsteps:\n- checkout: self\n  persistCredentials: true\n- script: echo $(NPM_TOKEN)\n- bash: claude -p \"$(SONAR_TOKEN)\"\n  env:\n    TOKEN: $(System.AccessToken)\n    KEY: $(ANTHROPIC_API_KEY)\n",
    );
    let names: Vec<_> = job.holds.secrets.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["ANTHROPIC_API_KEY", "GITHUB_PAT", "SONAR_TOKEN"]);
    let tokens: Vec<_> = job
        .holds
        .tokens
        .iter()
        .map(|token| (token.from, token.name.as_str(), token.line))
        .collect();
    assert_eq!(
        tokens,
        [
            (TokenFrom::Env, "GITHUB_PAT", 4),
            (TokenFrom::Checkout, "System.AccessToken", 7),
            (TokenFrom::Env, "System.AccessToken", 11),
        ]
    );
    assert!(job.holds.persisted_credentials);
    assert!(
        job.view
            .unseen
            .iter()
            .any(|line| line.contains("the groups secrets"))
    );
}

/// The steps of a pipeline, and the rules that follow.
const FOLLOWING: &[(&str, &[&str])] = &[
    ("- script: claude -p x\n", &[]),
    (
        "- checkout: self\n  persistCredentials: true\n- script: claude -p x\n",
        &["TL344"],
    ),
    (
        "- script: claude -p x\n  env: {T: $(AZURE_DEVOPS_EXT_PAT)}\n",
        &["TL317"],
    ),
    (
        "- script: claude -p x --dangerously-skip-permissions\n  env: {T: $(GITHUB_PAT)}\n",
        &["TL317", "TL321"],
    ),
    (
        "- task: AzureCLI@2\n  inputs:\n    azureSubscription: prod\n    inlineScript: claude -p x\n",
        &["TL315", "TL343"],
    ),
    (
        "- task: AzureCLI@2\n  inputs:\n    azureSubscription: prod\n    inlineScript: az x\n- script: claude -p x\n",
        &[],
    ),
    (
        "- task: InstallSSHKey@0\n- script: claude -p x\n",
        &["TL315", "TL343"],
    ),
    (
        "- script: claude -p x\n- script: npm publish\n  env: {NPM_TOKEN: $(NPM_TOKEN)}\n",
        &["TL328"],
    ),
    (
        "- bash: echo \"##vso[task.setvariable variable=K]$(NPM_TOKEN)\"\n- script: claude -p x\n",
        &["TL325"],
    ),
    (
        "- script: claude -p $(system.pullRequest.pullRequestId)\n",
        &[],
    ),
];

#[test]
fn findings_follow_what_is_held() {
    for (steps, expected) in FOLLOWING {
        let text = format!("pool: {{vmImage: ubuntu-latest}}\nsteps:\n{steps}");
        assert_eq!(rules(&text), *expected, "{text}");
    }
    let own = "pool: Default\nsteps:\n- script: claude -p x\n";
    assert_eq!(rules(own), ["TL323"]);
    let named =
        "pool: Default\njobs:\n- job: a\n  pool: {vmImage: x}\n  steps:\n  - script: claude -p x\n";
    assert_eq!(rules(named), [] as [&str; 0]);
}

#[test]
fn events_come_from_the_triggers() {
    for (text, events) in [
        ("steps:\n- script: claude -p x\n", vec!["push"]),
        (
            "trigger: none\npr: [main]\nsteps:\n- script: claude -p x\n",
            vec!["pr"],
        ),
        (
            "trigger: [main]\npr: none\nschedules: []\nsteps:\n- script: claude -p x\n",
            vec!["push", "schedule"],
        ),
    ] {
        assert_eq!(entry(text).triggers, events, "{text}");
    }
}

#[test]
fn findings_in_a_template_stand_there() {
    let template = "steps:\n- bash: claude -p x\n  env:\n    T: $(GITHUB_PAT)\n";
    let text = "steps:\n- template: ci/t.yml\n";
    let reading = judged_with(text, &[("ci/t.yml", template)]);
    let found = &reading.findings[0];
    assert_eq!(
        (found.rule.id, found.spot.path.lossy().as_str()),
        ("TL317", "ci/t.yml")
    );
    assert_eq!(
        (found.spot.place.start_line, found.spot.place.start_column),
        (4, 8)
    );
    assert_eq!(reading.jobs[0].line, 2);
}
