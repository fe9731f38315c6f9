//! What agents hold, who starts them, and which findings follow: pairs that differ in one line.

use std::collections::BTreeMap;

use super::{Reading, judge_workflows};
use crate::model::{Access, AgentJob, RepoPath, TokenFrom, TokenSource};

const PATH: &str = ".github/workflows/a.yml";

pub(super) fn judged(text: &str, others: &[(&str, &str)]) -> Reading {
    judged_at(PATH, text, others)
}

/// Judges the text as the file at a path, with others beside it.
pub(super) fn judged_at(path: &str, text: &str, others: &[(&str, &str)]) -> Reading {
    let mut files: BTreeMap<&[u8], &str> = others
        .iter()
        .map(|(other, text)| (other.as_bytes(), *text))
        .collect();
    files.insert(path.as_bytes(), text);
    judge_workflows(&[RepoPath::from(path)], &|asked| {
        files.get(asked).map(|text| text.as_bytes().to_vec())
    })
}

pub(super) fn rules(text: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = judged(text, &[])
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    ids.sort_unstable();
    ids
}

fn entry(text: &str) -> AgentJob {
    judged(text, &[]).jobs.remove(0)
}

/// A workflow with one job: its events, its permissions, what else stands at the job, its steps.
pub(super) fn workflow(on: &str, permissions: &str, job: &str, steps: &str) -> String {
    format!(
        "on: {on}\njobs:\n  review:\n    runs-on: ubuntu-latest\n    permissions: {permissions}\n{job}    steps:\n{steps}"
    )
}

pub(super) const CLAUDE: &str = "      - uses: anthropics/claude-code-action@v1\n        with:\n          anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}\n";

fn claude(with: &str) -> String {
    format!("{CLAUDE}          {with}\n")
}

fn writes(job: &AgentJob, source: TokenSource) -> bool {
    let mut tokens = job.holds.tokens.iter();
    tokens.any(|token| token.source == source && token.access("contents") == Some(Access::Write))
}

#[test]
fn without_a_token_the_action_swaps_for_a_wider_one() {
    let text = workflow(
        "issue_comment",
        "{contents: read, id-token: write}",
        "",
        CLAUDE,
    );
    let job = entry(&text);
    assert!(writes(&job, TokenSource::AppExchanged));
    assert!(!writes(&job, TokenSource::GithubToken));
    assert!(job.holds.oidc);
    assert!(rules(&text).contains(&"TL313"));
    let given = claude("github_token: ${{ github.token }}");
    let text = workflow(
        "issue_comment",
        "{contents: read, id-token: write}",
        "",
        &given,
    );
    assert!(!writes(&entry(&text), TokenSource::AppExchanged));
    assert_eq!(rules(&text), ["TL311", "TL314"]);
    let text = workflow("issue_comment", "{contents: read}", "", &given);
    assert_eq!(rules(&text), [] as [&str; 0]);
}

#[test]
fn permissions_come_from_the_nearest_block_under_the_callers_ceiling() {
    let plain = "on: push\npermissions: {contents: write, issues: write}\njobs:\n  a:\n    runs-on: x\n    permissions: {contents: read}\n    steps:\n      - run: claude -p x\n        env:\n          GH_TOKEN: ${{ github.token }}\n";
    let token = entry(plain).holds.tokens.remove(0);
    assert_eq!(token.permissions.unwrap().len(), 1);
    let called = (
        ".github/workflows/b.yml",
        "on: workflow_call\npermissions: {contents: write, issues: write}\njobs:\n  b:\n    runs-on: x\n    steps:\n      - run: claude -p x\n        env:\n          GH_TOKEN: ${{ github.token }}\n",
    );
    let caller = "on: push\njobs:\n  a:\n    permissions: {contents: read}\n    uses: ./.github/workflows/b.yml\n";
    let job = judged(caller, &[called]).jobs.remove(0);
    let token = &job.holds.tokens[0];
    assert_eq!(token.access("contents"), Some(Access::Read));
    assert_eq!(token.access("issues"), Some(Access::None));
    let unstated = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: claude -p x\n        env:\n          GH_TOKEN: ${{ github.token }}\n";
    assert_eq!(entry(unstated).holds.tokens[0].permissions, None);
    assert_eq!(rules(unstated), ["TL341"]);
}

#[test]
fn what_earlier_steps_left_is_held() {
    let checkout = "      - uses: actions/checkout@v4\n";
    let persisted = workflow(
        "push",
        "{contents: write}",
        "",
        &format!("{checkout}{}", claude("github_token: ${{ github.token }}")),
    );
    assert!(entry(&persisted).holds.persisted_credentials);
    assert!(rules(&persisted).contains(&"TL344"));
    let dropped = persisted.replace(
        "checkout@v4\n",
        "checkout@v4\n        with:\n          persist-credentials: false\n",
    );
    assert!(!entry(&dropped).holds.persisted_credentials);
    let own = persisted.replace(
        "checkout@v4\n",
        "checkout@v4\n        with:\n          token: ${{ secrets.BOT_PAT }}\n",
    );
    let job = entry(&own);
    assert!(
        job.holds
            .tokens
            .iter()
            .any(|t| t.source == TokenSource::Pat && t.from == TokenFrom::Checkout)
    );
    assert!(rules(&own).contains(&"TL320"));
    let exported = workflow(
        "push",
        "{contents: read}",
        "",
        "      - run: echo \"TOKEN=${{ secrets.NPM_TOKEN }}\" >> \"$GITHUB_ENV\"\n      - run: claude -p x\n",
    );
    assert_eq!(entry(&exported).holds.secrets[0].name, "NPM_TOKEN");
}

#[test]
fn app_tokens_carry_what_they_ask_for() {
    let steps = |limits: &str| {
        format!(
            "      - id: app\n        uses: actions/create-github-app-token@v2\n        with:\n          app-id: 1\n          private-key: ${{{{ secrets.APP_PRIVATE_KEY }}}}\n{limits}{}",
            claude("github_token: ${{ steps.app.outputs.token }}")
        )
    };
    let wide = workflow("push", "{contents: read}", "", &steps(""));
    assert_eq!(entry(&wide).holds.tokens[0].source, TokenSource::AppToken);
    assert!(rules(&wide).contains(&"TL319"));
    let narrow = workflow(
        "push",
        "{contents: read}",
        "",
        &steps("          permission-contents: read\n"),
    );
    assert_eq!(
        entry(&narrow).holds.tokens[0].access("contents"),
        Some(Access::Read)
    );
    assert!(!rules(&narrow).contains(&"TL319"));
    let everywhere = workflow(
        "push",
        "{contents: read}",
        "",
        &steps("          owner: x\n"),
    );
    assert!(rules(&everywhere).contains(&"TL304"));
}

#[test]
fn outsiders_start_what_nothing_guards() {
    let step = "      - run: codex exec --full-auto x\n        env:\n          OPENAI_API_KEY: ${{ secrets.OPENAI_API_KEY }}\n          GH_TOKEN: ${{ github.token }}\n";
    let on = "{issues: {types: [opened]}}";
    let open = workflow(on, "{contents: write}", "", step);
    assert!(entry(&open).outsiders);
    assert!(rules(&open).contains(&"TL301"));
    for condition in [
        "contains(fromJSON('[\"OWNER\", \"MEMBER\"]'), github.event.issue.author_association)",
        "github.event.issue.author_association == 'OWNER'",
        "github.actor == 'maintainer'",
        "github.event_name == 'push'",
        "${{ github.event_name != 'issues' || github.event.sender.login == 'a' }}",
        "contains(fromJSON('[\"OWNER\"]'), github.event.comment.author_association || github.event.issue.author_association)",
    ] {
        let guarded = workflow(
            on,
            "{contents: write}",
            &format!("    if: {condition}\n"),
            step,
        );
        assert!(!entry(&guarded).outsiders, "{condition}");
        assert!(!rules(&guarded).contains(&"TL301"), "{condition}");
    }
    for condition in [
        "contains(github.event.issue.body, '@codex')",
        "github.event.sender.type != 'Bot'",
        "github.actor != 'maintainer'",
        "github.event.issue.author_association == 'OWNER' || github.event_name == 'issues'",
        "!contains(github.event.issue.labels.*.name, 'x')",
        "(((",
    ] {
        let open = workflow(
            on,
            "{contents: write}",
            &format!("    if: \"{condition}\"\n"),
            step,
        );
        assert!(entry(&open).outsiders, "{condition}");
    }
    let labelled = workflow(
        "{issues: {types: [labeled]}}",
        "{contents: write}",
        "",
        step,
    );
    assert!(!entry(&labelled).outsiders);
    assert!(rules(&labelled).contains(&"TL311"));
}

#[test]
fn the_actions_own_check_stands_until_an_input_takes_it_away() {
    let given = claude("github_token: ${{ github.token }}");
    let guarded = workflow(
        "{issues: {types: [opened]}}",
        "{contents: write}",
        "",
        &given,
    );
    assert!(!entry(&guarded).outsiders);
    let opened =
        claude("github_token: ${{ github.token }}\n          allowed_non_write_users: \"*\"");
    let opened = workflow(
        "{issues: {types: [opened]}}",
        "{contents: write}",
        "",
        &opened,
    );
    assert!(entry(&opened).outsiders);
    let found = rules(&opened);
    assert!(
        found.contains(&"TL301") && found.contains(&"TL322"),
        "{found:?}"
    );
}

#[test]
fn a_gate_job_keeps_outsiders_out_and_an_unread_one_is_said() {
    let with_gate = |script: &str| {
        format!(
            "on: issue_comment\njobs:\n  gate:\n    runs-on: x\n    outputs: {{ok: '${{{{ steps.c.outputs.ok }}}}'}}\n    steps:\n      - id: c\n        run: {script}\n  agent:\n    needs: gate\n    if: needs.gate.outputs.ok == 'true'\n    runs-on: x\n    permissions: {{contents: write}}\n    steps:\n      - run: codex exec x\n        env:\n          GH_TOKEN: ${{{{ github.token }}}}\n"
        )
    };
    let asks = with_gate("gh api \"repos/$R/collaborators/$A/permission\" >> \"$GITHUB_OUTPUT\"");
    assert!(!entry(&asks).outsiders);
    let unread = with_gate("node decide.js");
    assert!(entry(&unread).outsiders);
    assert!(!rules(&unread).contains(&"TL301"));
    assert!(rules(&unread).contains(&"TL311"));
}

#[test]
fn all_secrets_are_said_to_be_all() {
    let called = (
        ".github/workflows/b.yml",
        "on: workflow_call\njobs:\n  b:\n    runs-on: x\n    permissions: {contents: read}\n    steps:\n      - run: codex exec x\n",
    );
    let caller = |on: &str| {
        format!(
            "on: {on}\npermissions: {{contents: read}}\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n"
        )
    };
    let found = |on: &str| -> Vec<&str> {
        judged(&caller(on), &[called])
            .findings
            .iter()
            .map(|f| f.rule.id)
            .collect()
    };
    assert_eq!(found("push"), ["TL316"]);
    assert_eq!(found("issue_comment"), ["TL303"]);
    let whole = workflow(
        "push",
        "{contents: read}",
        "",
        "      - run: claude -p x\n        env:\n          ALL: ${{ toJSON(secrets) }}\n",
    );
    assert!(rules(&whole).contains(&"TL316"));
}

#[test]
fn an_agent_and_a_deploy_credential_do_not_share_a_job() {
    let one = workflow(
        "push",
        "{contents: read}",
        "    env:\n      DATABASE_URL: ${{ secrets.DATABASE_URL }}\n",
        CLAUDE,
    );
    let found = rules(&one);
    assert!(
        found.contains(&"TL315") && found.contains(&"TL343"),
        "{found:?}"
    );
    let two = "on: push\njobs:\n  agent:\n    runs-on: x\n    permissions: {contents: read}\n    steps:\n      - run: claude -p x\n  deploy:\n    needs: agent\n    runs-on: x\n    permissions: {contents: read}\n    steps:\n      - run: ./deploy\n        env:\n          DATABASE_URL: ${{ secrets.DATABASE_URL }}\n";
    assert_eq!(rules(two), [] as [&str; 0]);
    let behind = workflow(
        "push",
        "{contents: read}",
        "",
        "      - run: claude -p x\n      - run: npm publish\n        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n",
    );
    assert_eq!(rules(&behind), ["TL328"]);
}

#[test]
fn need_and_excess_are_said_only_where_everything_is_read() {
    let tools = claude(
        "github_token: ${{ github.token }}\n          claude_args: --allowedTools \"Bash(gh pr comment:*),Read\"",
    );
    let text = workflow(
        "pull_request",
        "{contents: write, pull-requests: write}",
        "",
        &tools,
    );
    let job = entry(&text);
    let needs = job.needs.unwrap();
    assert_eq!(needs.get("contents"), Some(&Access::Read));
    assert_eq!(job.excess.unwrap().keys().collect::<Vec<_>>(), ["contents"]);
    assert!(rules(&text).contains(&"TL314"));
    let open = text.replace("Bash(gh pr comment:*)", "Bash");
    assert_eq!(entry(&open).needs, None);
    assert!(!rules(&open).contains(&"TL314"));
}

#[test]
fn the_entry_is_the_contract_to_the_letter() {
    let text = workflow(
        "push",
        "{contents: read}",
        "",
        "      - name: Ask\n        run: claude -p x\n        env:\n          GH_TOKEN: ${{ github.token }}\n          ANTHROPIC_API_KEY: ${{ secrets.KEY }}\n",
    );
    let json = serde_json::to_value(entry(&text)).unwrap();
    assert_eq!(json["step"], "Ask");
    assert_eq!(json["how"], "cli");
    assert_eq!(json["holds"]["tokens"][0]["source"], "github-token");
    assert_eq!(json["holds"]["tokens"][0]["from"], "env");
    assert_eq!(
        json["holds"]["tokens"][0]["permissions"]["contents"],
        "read"
    );
    assert_eq!(json["holds"]["tokens"][0]["basis"], "stated");
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        keys(&json["holds"]["tokens"][0]),
        ["basis", "from", "line", "permissions", "source"]
    );
    assert_eq!(
        keys(&json["holds"]["secrets"][0]),
        ["breadth", "kind", "line", "name"]
    );
    assert_eq!(
        keys(&json),
        [
            "agent",
            "excess",
            "holds",
            "how",
            "job",
            "line",
            "needs",
            "outsiders",
            "path",
            "step",
            "triggers"
        ]
    );
}
