//! What tokens an agent holds, by pairs that differ in one line; and what is said of them.

use super::tests::{CLAUDE, judged, rules, workflow};
use crate::model::{Access, AgentJob, Basis, Scopes, TokenFrom, TokenSource};

fn entry(text: &str) -> AgentJob {
    judged(text, &[]).jobs.remove(0)
}

fn scopes(pairs: &[(&str, Access)]) -> Scopes {
    pairs
        .iter()
        .map(|(scope, access)| ((*scope).to_owned(), *access))
        .collect()
}

/// A job whose agent gets an App token made with some inputs.
fn app(with: &str) -> String {
    workflow(
        "push",
        "{contents: read}",
        "",
        &format!(
            "      - id: app\n        uses: actions/create-github-app-token@v2\n        with:\n          app-id: 1\n          private-key: ${{{{ secrets.APP_PRIVATE_KEY }}}}\n{with}{CLAUDE}          github_token: ${{{{ steps.app.outputs.token }}}}\n"
        ),
    )
}

#[test]
fn an_app_token_is_as_wide_as_its_step_makes_it() {
    let owner = "          owner: o\n";
    let narrow = "          permission-issues: write\n";
    let here = "          repositories: r\n";
    for (with, found) in [
        (String::new(), Some("TL319")),
        (owner.to_owned(), Some("TL304")),
        (format!("{owner}{narrow}"), Some("TL319")),
        (format!("{owner}{here}"), Some("TL319")),
        (format!("{owner}{here}{narrow}"), None),
        (narrow.to_owned(), None),
        (
            "          permission-issues: ${{ inputs.level }}\n".to_owned(),
            None,
        ),
    ] {
        let rules = rules(&app(&with));
        for id in ["TL304", "TL319"] {
            let wanted = found == Some(id) || (found == Some("TL304") && id == "TL319");
            assert_eq!(rules.contains(&id), wanted, "{with}: {rules:?}");
        }
    }
    let token = entry(&app(narrow)).holds.tokens.remove(0);
    assert_eq!(token.source, TokenSource::AppToken);
    assert_eq!(
        token.permissions,
        Some(scopes(&[("issues", Access::Write)]))
    );
    // A level that is computed elsewhere counts as the widest.
    let computed = entry(&app("          permission-issues: ${{ inputs.level }}\n"));
    assert_eq!(
        computed.holds.tokens[0].access("issues"),
        Some(Access::Write)
    );
}

#[test]
fn a_firewall_keeps_variables_back() {
    let steps = |flags: &str| {
        workflow(
            "issues",
            "{contents: read, id-token: write}",
            "",
            &format!(
                "      - run: awf {flags}-- /bin/bash -c 'claude --print x'\n        env:\n          GITHUB_TOKEN: ${{{{ github.token }}}}\n          PAT: ${{{{ secrets.MY_PAT }}}}\n"
            ),
        )
    };
    let open = entry(&steps(""));
    assert!(open.holds.oidc && open.holds.tokens.iter().any(|t| t.name == "MY_PAT"));
    let kept = entry(&steps(
        "--exclude-env PAT --exclude-env ACTIONS_ID_TOKEN_REQUEST_TOKEN ",
    ));
    assert!(!kept.holds.oidc, "{:?}", kept.holds);
    assert!(kept.holds.secrets.is_empty());
    let sources: Vec<_> = kept.holds.tokens.iter().map(|t| t.source).collect();
    assert_eq!(sources, [TokenSource::GithubToken]);
}

#[test]
fn a_login_by_identity_needs_the_jobs_own() {
    let steps = |env: &str| {
        workflow(
            "schedule",
            "{contents: read, id-token: write}",
            "",
            &format!("      - run: claude --print x\n        env:\n          A: b\n{env}"),
        )
    };
    assert!(rules(&steps("")).contains(&"TL314"));
    for env in [
        "          AWF_AUTH_TYPE: github-oidc\n",
        "          ANTHROPIC_FEDERATION_RULE_ID: ${{ vars.RULE }}\n",
        "          AWS_ROLE_ARN: arn:aws:iam::1:role/r\n",
    ] {
        assert!(!rules(&steps(env)).contains(&"TL314"), "{env}");
    }
}

#[test]
fn opencode_swaps_tokens_unless_told_otherwise() {
    let steps = |env: &str| {
        workflow(
            "issue_comment",
            "{contents: read, id-token: write}",
            "",
            &format!("      - run: opencode github run\n        env:\n          A: b\n{env}"),
        )
    };
    let swapped = entry(&steps(""));
    let token = swapped
        .holds
        .tokens
        .iter()
        .find(|t| t.source == TokenSource::AppExchanged);
    assert_eq!(
        token.map(|t| (t.basis, t.from)),
        Some((Basis::Exchanged, TokenFrom::Default))
    );
    assert!(!rules(&steps("")).contains(&"TL314"));
    let own = steps("          USE_GITHUB_TOKEN: true\n");
    assert!(
        entry(&own)
            .holds
            .tokens
            .iter()
            .all(|t| t.source != TokenSource::AppExchanged)
    );
    assert!(rules(&own).contains(&"TL314"), "{:?}", rules(&own));
}

#[test]
fn a_switch_that_an_expression_sets_may_still_need_the_oidc_token() {
    let with = |switch: &str| {
        rules(&workflow(
            "issue_comment",
            "{contents: read, issues: write, id-token: write}",
            "",
            &format!(
                "      - uses: anomalyco/opencode/github@v1\n        with:\n          use_github_token: {switch}\n"
            ),
        ))
    };
    assert!(with("true").contains(&"TL314"));
    assert!(!with("${{ inputs.own }}").contains(&"TL314"));
}

#[test]
fn a_name_that_opens_nothing_is_no_deploy_credential() {
    let with = |name: &str| {
        rules(&workflow(
            "push",
            "{contents: read}",
            &format!("    env:\n      X: ${{{{ secrets.{name} }}}}\n"),
            CLAUDE,
        ))
    };
    assert!(!with("AZURE_CLIENT_ID").contains(&"TL315"));
    assert!(!with("GCP_WORKLOAD_IDENTITY_PROVIDER").contains(&"TL315"));
    assert!(with("AZURE_CLIENT_SECRET").contains(&"TL315"));
    assert!(with("DATABASE_URL").contains(&"TL315"));
}

#[test]
fn what_is_only_called_states_no_permissions_of_its_own() {
    let text = |on: &str| format!("on: {on}\njobs:\n  a:\n    runs-on: x\n    steps:\n{CLAUDE}");
    assert!(!rules(&text("workflow_call")).contains(&"TL341"));
    assert!(rules(&text("[workflow_call, push]")).contains(&"TL341"));
}

#[test]
fn a_tool_in_quotes_is_read_as_one_without() {
    let text = |tools: &str| {
        workflow(
            "push",
            "{contents: write}",
            "",
            &format!(
                "{CLAUDE}          github_token: ${{{{ github.token }}}}\n          claude_args: '--allowedTools {tools}'\n"
            ),
        )
    };
    assert_eq!(entry(&text("Read,\"Bash(git:*)\"")).needs, None);
    assert_eq!(entry(&text("Read,Bash(git:*)")).needs, None);
    let reads = entry(&text("Read,\"Bash(git log:*)\"")).needs;
    assert_eq!(reads, Some(scopes(&[("contents", Access::Read)])));
}

#[test]
fn a_reader_is_told_what_cannot_be_seen() {
    let text = "on: [push, issue_comment]\njobs:\n  a:\n    runs-on: self-hosted\n    environment: production\n    steps:\n      - uses: actions/checkout@v4\n        with: {token: '${{ secrets.MY_PAT }}'}\n      - run: claude -p x && railway up\n        env: {GITHUB_TOKEN: '${{ github.token }}'}\n";
    let view = entry(text).view;
    for part in [
        "no block states it",
        "secret MY_PAT",
        "environment production",
        "runner of one's own",
        "what the agent is asked to do",
    ] {
        assert!(
            view.unseen.iter().any(|line| line.contains(part)),
            "{part}: {:?}",
            view.unseen
        );
    }
    assert!(view.disk[0].contains("`.git/config`"), "{:?}", view.disk);
    assert!(
        view.elsewhere[0].contains("project token"),
        "{:?}",
        view.elsewhere
    );
    assert!(
        view.starts
            .iter()
            .any(|line| line.starts_with("anybody, by issue_comment")),
        "{:?}",
        view.starts
    );
    let six = text.replace("checkout@v4", "checkout@v6");
    assert!(entry(&six).view.disk[0].contains("$RUNNER_TEMP"));
}

#[test]
fn a_generated_file_is_changed_at_its_source() {
    let text = workflow("push", "write-all", "", CLAUDE);
    let path = crate::model::RepoPath::from(".github/workflows/x.lock.yml");
    let reading = super::judge_workflows(std::slice::from_ref(&path), &|_| {
        Some(text.as_bytes().to_vec())
    });
    assert!(!reading.findings.is_empty());
    assert!(
        reading
            .findings
            .iter()
            .all(|found| found.advice.contains("change x.md"))
    );
}
