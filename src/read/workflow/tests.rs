//! The shapes of real workflows: agents found where they run and nowhere else, places exact, hostile files bounded.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::read;
use crate::model::{RepoPath, Through, Workflow};

fn parsed(text: &str, others: &[(&str, &str)]) -> Workflow {
    let files: BTreeMap<&[u8], &str> = others
        .iter()
        .map(|(path, text)| (path.as_bytes(), *text))
        .collect();
    let lookup = |path: &[u8]| files.get(path).map(|text| text.as_bytes().to_vec());
    read(
        &RepoPath::from(".github/workflows/a.yml"),
        text.as_bytes(),
        &lookup,
    )
    .unwrap()
}

/// Agent, how it runs, line and column.
fn agents(text: &str, others: &[(&str, &str)]) -> Vec<(&'static str, Through, u32, u32)> {
    let workflow = parsed(text, others);
    let mut found = Vec::new();
    for job in &workflow.jobs {
        for step in &job.steps {
            for agent in &step.agents {
                let place = agent.spot.place;
                found.push((agent.agent, agent.how, place.start_line, place.start_column));
            }
        }
        if let Some(call) = &job.call {
            let place = call.uses.spot.place;
            if let Some(agent) = call.agent {
                found.push((
                    agent,
                    Through::Reusable,
                    place.start_line,
                    place.start_column,
                ));
            }
        }
    }
    found
}

fn job(steps: &str) -> String {
    format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}")
}

#[test]
fn actions_are_found_however_they_are_written() {
    for uses in [
        "anthropics/claude-code-action@v1",
        "'anthropics/claude-code-action@v1'",
        "\"anthropics/claude-code-action@v1\"",
        "Anthropics/Claude-Code-Action@0123456 # v1",
        "anthropics/claude-code-action/base-action@v1",
        "somebody/claude-code-action@main",
    ] {
        let found = agents(&job(&format!("      - uses: {uses}\n")), &[]);
        assert_eq!(found.len(), 1, "{uses}");
        assert_eq!((found[0].0, found[0].2), ("claude-code", 6), "{uses}");
    }
}

#[test]
fn commands_are_found_at_their_own_place() {
    for (run, line, column) in [
        (
            "|\n          echo hello\n          if ! copilot \\\n            --prompt x --allow-all-tools; then\n            exit 1\n          fi\n",
            8,
            16,
        ),
        ("|\n          timeout 10m claude -p x | tee log\n", 7, 11),
        ("claude -p x\n", 6, 14),
        ("\"claude -p \\\"x\\\"\"\n", 6, 15),
        (">-\n          srt claude\n          -p x\n", 7, 11),
    ] {
        let found = agents(&job(&format!("      - run: {run}")), &[]);
        assert_eq!(found.len(), 1, "{run}");
        assert_eq!((found[0].2, found[0].3), (line, column), "{run}");
        assert_eq!(found[0].1, Through::Cli);
    }
}

#[test]
fn text_that_mentions_an_agent_is_none() {
    for step in [
        "      - run: npm install -g @anthropic-ai/claude-code\n",
        "      - run: claude --version\n",
        "      - run: echo 'now run claude -p'\n",
        "      - name: claude -p\n        run: make\n",
        "      - uses: a/b@v1\n        with:\n          prompt: use claude -p x\n",
        "      - run: |\n          cat > p.md <<'EOF'\n          claude -p x\n          EOF\n",
        "      - uses: actions/setup-node@v4 # claude\n",
    ] {
        assert_eq!(agents(&job(step), &[]), [], "{step}");
    }
}

#[test]
fn a_script_of_the_repository_is_followed() {
    let script = (
        "scripts/review.sh",
        "#!/usr/bin/env bash\nset -e\nclaude -p \"$1\"\n",
    );
    for run in [
        "./scripts/review.sh",
        "bash scripts/review.sh",
        "bash \"$GITHUB_WORKSPACE/scripts/review.sh\" x",
        "${{ github.workspace }}/scripts/review.sh",
        "npm run review",
    ] {
        let package = (
            "package.json",
            "{\"scripts\": {\"review\": \"claude -p x\"}}",
        );
        let found = agents(&job(&format!("      - run: {run}\n")), &[script, package]);
        assert_eq!(found.len(), 1, "{run}");
        assert_eq!(found[0].2, 6, "{run}");
    }
    assert_eq!(
        agents(&job("      - run: ./scripts/../../review.sh\n"), &[script]),
        []
    );
}

#[test]
fn composite_actions_stand_in_the_place_of_their_caller() {
    let action = (
        ".github/actions/review/action.yml",
        "inputs:\n  token:\n    default: none\nruns:\n  using: composite\n  steps:\n    - uses: anthropics/claude-code-action@v1\n      with:\n        github_token: ${{ inputs.token }}\n",
    );
    let text = job(
        "      - uses: ./.github/actions/review\n        with:\n          token: ${{ secrets.ONE }}\n",
    );
    let workflow = parsed(&text, &[action]);
    let step = &workflow.jobs[0].steps[0];
    assert_eq!(step.agents[0].how, Through::Composite);
    assert_eq!(
        step.input("github_token").unwrap().value,
        "${{ secrets.ONE }}"
    );
    assert_eq!(step.outer.as_ref().unwrap().place.start_line, 6);
    assert_eq!(step.agents[0].spot.path.lossy(), action.0);
}

#[test]
fn called_workflows_hang_on_their_jobs() {
    let called = (
        ".github/workflows/b.yml",
        "on:\n  workflow_call:\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: openai/codex-action@v1\n        with:\n          openai-api-key: ${{ secrets.KEY }}\n",
    );
    let text = "on: issues\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    secrets:\n      KEY: ${{ secrets.OPENAI_API_KEY }}\n";
    let workflow = parsed(text, &[called]);
    let inner = workflow.jobs[0]
        .call
        .as_ref()
        .unwrap()
        .workflow
        .as_ref()
        .unwrap();
    let step = &inner.jobs[0].steps[0];
    assert_eq!(step.agents[0].agent, "codex");
    assert_eq!(
        step.input("openai-api-key").unwrap().value,
        "${{ secrets.OPENAI_API_KEY }}"
    );
    let elsewhere = "on: push\njobs:\n  a:\n    uses: All-Hands-AI/OpenHands/.github/workflows/openhands-resolver.yml@main\n";
    assert_eq!(agents(elsewhere, &[])[0].0, "openhands");
}

#[test]
fn a_workflow_that_calls_itself_ends() {
    let text = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/a.yml\n";
    parsed(text, &[(".github/workflows/a.yml", text)]);
    let action = "runs:\n  using: composite\n  steps:\n    - uses: ./x\n    - uses: ./x\n";
    parsed(&job("      - uses: ./x\n"), &[("x/action.yml", action)]);
}

#[test]
fn every_notation_of_yaml_is_read() {
    for text in [
        "\u{feff}on: [push]\njobs: {a: {runs-on: x, steps: [{uses: openai/codex-action@v1}]}}",
        "on: push\r\njobs:\r\n  a:\r\n    runs-on: x\r\n    steps:\r\n      - uses: openai/codex-action@v1\r\n",
        "on: push\nx: &s\n  - uses: openai/codex-action@v1\njobs:\n  a:\n    runs-on: x\n    steps: *s\n",
        "on: push\nx: &j\n  runs-on: x\n  steps:\n    - uses: openai/codex-action@v1\njobs:\n  a:\n    <<: *j\n    name: y\n",
        "on: push\nunknown: [1]\njobs:\n  a:\n    snapshot: x\n    steps:\n      - uses: openai/codex-action@v1\n        cache-mode: x\n",
        "on: push\njobs:\n  a:\n    steps:\n      - parallel:\n          - uses: openai/codex-action@v1\n",
        "---\non: push\njobs:\n  a:\n    steps:\n      - uses: openai/codex-action@v1\n---\nx: y\n",
    ] {
        assert_eq!(agents(text, &[]).len(), 1, "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_counts_twice() {
    let text = "on: push\npermissions:\n  contents: read\n  contents: write\njobs:\n  a:\n    steps:\n      - run: claude -p x\n    steps:\n      - run: codex exec x\n";
    assert_eq!(agents(text, &[]).len(), 2);
    let block = parsed(text, &[]).permissions.unwrap();
    assert_eq!(block.scopes["contents"], crate::model::Access::Write);
}

#[test]
fn hostile_files_end_soon() {
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x]\n");
    for (name, before) in ["b", "c", "d", "e", "f", "g", "h"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f", "g"])
    {
        bomb.push_str(&format!(
            "{name}: &{name} [{}]\n",
            vec![format!("*{before}"); 8].join(", ")
        ));
    }
    bomb.push_str("on: push\njobs: {a: {steps: *h}}\n");
    let steps = "      - run: claude -p x\n".repeat(20_000);
    let long = format!("      - run: \"{}\"\n", "echo $(a; ".repeat(200_000));
    for text in [bomb, job(&steps), job(&long), "[".repeat(100_000)] {
        let _ = read(&RepoPath::from("a"), text.as_bytes(), &|_| None);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(text in "(\\PC|[ \n:{}&*|>'\"-]|on: |jobs:\n|  a:\n|steps:\n|- run: |- uses: |\\$\\{\\{|secrets\\.|permissions: ){0,60}") {
        let _ = read(&RepoPath::from("a"), text.as_bytes(), &|_| None);
        let _ = read(&RepoPath::from("a"), job(&format!("      - run: {text}\n")).as_bytes(), &|_| None);
    }
}

#[test]
fn agents_behind_scripts_and_programs_are_found() {
    let script = ("run.sh", "#!/bin/sh\ncodex exec --full-auto x\n");
    assert_found(&[
        (
            "      - env:\n          IMAGE: x\n        run: |\n          S=\"${GITHUB_WORKSPACE}/run.sh\"\n          docker run --rm -v \"$S:/in.sh:ro\" \"$IMAGE\" -lc '/in.sh'\n",
            vec![script],
            "codex",
        ),
        (
            "      - run: |\n          cat > /usr/local/bin/go <<'END'\n          amp \"$@\" --stream-json\n          END\n      - run: go -x 'do it'\n",
            vec![],
            "amp",
        ),
        (
            "      - run: |\n          python - <<'PY'\n          cmd = [\"aider\", \"--yes\", \"--message\", task]\n          PY\n",
            vec![],
            "aider",
        ),
        (
            "      - run: node tools/agent.mjs\n",
            vec![(
                "tools/agent.mjs",
                "import { query } from '@anthropic-ai/claude-agent-sdk';\n",
            )],
            "claude-code",
        ),
        (
            "      - run: npm run review\n",
            vec![
                (
                    "package.json",
                    "{\"scripts\": {\"review\": \"bash run.sh\"}}",
                ),
                script,
            ],
            "codex",
        ),
        (
            "      - shell: python\n        run: |\n          subprocess.run([\"claude\", \"-p\", prompt])\n",
            vec![],
            "claude-code",
        ),
    ]);
}

#[test]
fn agents_behind_actions_and_wrappers_are_found() {
    assert_found(&[
        (
            "      - uses: actions/github-script@v7\n        with:\n          script: await exec.exec('copilot', ['-p', prompt])\n",
            vec![],
            "copilot-cli",
        ),
        (
            "      - uses: nick-fields/retry@v3\n        with:\n          command: claude -p x\n",
            vec![],
            "claude-code",
        ),
        (
            "      - uses: docker://ghcr.io/sourcegraph/cra-github:latest\n",
            vec![],
            "amp",
        ),
        (
            "      - env: {IMAGE: 'pragent/pr-agent@sha256:0123'}\n        run: docker run --rm \"$IMAGE\" --pr_url x review\n",
            vec![],
            "pr-agent",
        ),
        (
            "      - uses: someone/some-runner@v1\n        with:\n          claude-oauth-token: ${{ secrets.TOKEN }}\n",
            vec![],
            "claude-code",
        ),
        (
            "      - run: awf -- /bin/bash -c 'node harness.cjs codex exec${M:+ --model \"$M\"} --skip-git-repo-check'\n",
            vec![],
            "codex",
        ),
        (
            "      - run: node shell_harness.cjs gemini 'cd x && gemini --yolo --prompt \"$(cat p)\"'\n",
            vec![],
            "gemini-cli",
        ),
    ]);
}

/// The steps of a job, the other files of its repository by path, and the agent.
type Case<'t> = (&'t str, Vec<(&'t str, &'t str)>, &'t str);

/// Demands that each job is found to run its agent.
fn assert_found(cases: &[Case<'_>]) {
    for (steps, others, agent) in cases {
        let found: Vec<&str> = agents(&job(steps), others).iter().map(|f| f.0).collect();
        assert_eq!(found, [*agent], "{steps}");
    }
}

#[test]
fn what_only_looks_like_an_agent_is_none() {
    for steps in [
        "      - run: npm i -g @anthropic-ai/claude-code\n        env: {CLAUDE_CODE_OAUTH_TOKEN: '${{ secrets.T }}'}\n",
        "      - run: docker pull pragent/pr-agent:latest\n",
        "      - run: docker build -t paulgauthier/aider .\n",
        "      - run: python -c 'names = [\"claude\", \"codex\"]'\n",
        "      - uses: actions/upload-artifact@v4\n        env: {FACTORY_API_KEY: '${{ secrets.FACTORY_API_KEY }}'}\n        with: {name: droid, path: x}\n",
        "      - uses: actions/github-script@v7\n        with:\n          script: core.info('run `claude -p` yourself')\n",
    ] {
        assert_eq!(agents(&job(steps), &[]), [], "{steps}");
    }
}

#[test]
fn a_workflow_elsewhere_of_the_same_name_is_not_this_one() {
    let text = "on: push\njobs:\n  a:\n    uses: other/shared/.github/workflows/a.yml@v1\n    secrets:\n      CLAUDE_CODE_OAUTH_TOKEN: ${{ secrets.CLAUDE_CODE_OAUTH_TOKEN }}\n";
    let found = agents(text, &[(".github/workflows/a.yml", text)]);
    assert_eq!((found[0].0, found[0].2), ("claude-code", 4));
}

#[test]
fn an_alias_is_met_where_it_stands() {
    let text = "on: push\nenv:\n  V: &v openai/codex-action@v1\njobs:\n  a:\n    steps:\n      - uses: *v\n";
    let found = agents(text, &[]);
    assert_eq!((found[0].0, found[0].2, found[0].3), ("codex", 7, 15));
}

#[test]
fn syntax_that_is_not_known_is_no_obstacle() {
    for steps in [
        "      - uses: $/tools/agent\n",
        "      - if: ${{ case(github.event_name == 'push', true, false) }}\n        uses: $/tools/agent\n",
        "      - uses: $/tools/agent\n        cache-mode: x\n        unheard: {of: [1]}\n",
    ] {
        let action = "runs:\n  using: composite\n  steps:\n    - uses: openai/codex-action@v1\n";
        let found = agents(&job(steps), &[("tools/agent/action.yml", action)]);
        assert_eq!(found.len(), 1, "{steps}");
    }
}

#[test]
fn a_large_file_is_read() {
    let comment = "# padding padding padding padding padding padding padding padding\n";
    let text = format!(
        "{}{}",
        comment.repeat(80_000),
        job("      - run: claude -p x\n")
    );
    assert!(text.len() > 5 << 20);
    let found = agents(&text, &[]);
    assert_eq!((found[0].0, found[0].2), ("claude-code", 80_006));
}
