//! TL319: app token without limits is handed to an agent.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::TokenSource;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL319",
    name: "unlimited-app-token-to-agent",
    title: "App token without limits is handed to an agent",
    help: "\
The App token is made without `permission-*` inputs, so it carries every permission of the installation. An agent holds it.

1. Add `permission-<scope>: read` or `write` for each scope that the task needs.
2. Add `repositories:` where the installation covers more than this one.
",
    verdict: Verdict::Warn,
    severity: 6.0,
    tags: &["cwe/CWE-272", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || !site.start.by_outsiders.is_empty() {
        return;
    }
    for token in site.unlimited_tokens() {
        if token.source != TokenSource::AppToken {
            continue;
        }
        let message = format!(
            "{} holds an App token with every permission of its installation.",
            site.agent.agent
        );
        let mut finding = site.finding(
            &RULE,
            &token.spot,
            message,
            "Add `permission-*` inputs to the step that makes the token.",
        );
        finding.route = format!("jobs/{}/steps/{}", site.job.id, token.name);
        out.push(finding);
    }
}
