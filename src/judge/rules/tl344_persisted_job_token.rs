//! TL344: checkout leaves the job's token on the agent's disk.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Access, CiSystem, TokenFrom, TokenSource};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL344",
    name: "persisted-job-token",
    title: "Checkout leaves the job's token on the agent's disk",
    help: "\
The checkout writes the job's token to the disk: into `.git/config` before version 6, under `$RUNNER_TEMP` from then on. The token may write contents, so whatever the agent runs can push.

1. Add `persist-credentials: false` to the checkout where no later step pushes.
2. In Azure Pipelines the token stays only where `persistCredentials: true` says so: take that away.
",
    verdict: Verdict::Note,
    severity: 2.4,
    tags: &["cwe/CWE-522", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    if let Some(kept) = &site.inner_job.surroundings.persisted
        && site.workflow.system == CiSystem::Azure
    {
        out.push(site.finding(
            &RULE,
            &kept.spot,
            format!(
                "The checkout leaves the job's token on the disk, where {} can read it.",
                site.agent.agent
            ),
            "Take `persistCredentials: true` away where no later step pushes.",
        ));
        return;
    }
    let left = site.holds.tokens.iter().find(|token| {
        token.from == TokenFrom::Checkout
            && token.source == TokenSource::GithubToken
            && token.access("contents") == Some(Access::Write)
    });
    let Some(token) = left else {
        return;
    };
    let message = format!(
        "The checkout leaves a token with contents: write on the disk, where {} can read it.",
        site.agent.agent
    );
    out.push(site.finding(
        &RULE,
        &token.spot,
        message,
        "Add `persist-credentials: false` to the checkout where no later step pushes.",
    ));
}
