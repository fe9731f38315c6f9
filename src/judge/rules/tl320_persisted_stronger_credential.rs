//! TL320: checkout leaves a stronger token on the agent's disk.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};
use crate::model::{TokenFrom, TokenSource};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL320",
    name: "persisted-stronger-credential",
    title: "Checkout leaves a stronger token on the agent's disk",
    help: "\
An earlier checkout with a token of its own writes that token to the disk, where the agent can read it: into `.git/config` before version 6, under `$RUNNER_TEMP` from then on.

1. Add `persist-credentials: false` to the checkout.
2. Where a later step pushes, hand the token to that step alone.
",
    verdict: Verdict::Warn,
    severity: 5.0,
    tags: &["cwe/CWE-522", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    for token in &site.holds.tokens {
        let of_the_job = matches!(token.source, TokenSource::GithubToken)
            || (token.source == TokenSource::Other && !token.name.is_empty());
        if token.from != TokenFrom::Checkout || of_the_job {
            continue;
        }
        let message = format!(
            "The checkout leaves its own token on the disk, where {} can read it.",
            site.agent.agent
        );
        let mut finding = site.finding(
            &RULE,
            &token.spot,
            message,
            "Add `persist-credentials: false` to the checkout.",
        );
        finding.route = format!("jobs/{}/checkout/{}", site.job.id, token.name);
        out.push(finding);
    }
}
