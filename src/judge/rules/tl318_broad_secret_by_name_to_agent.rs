//! TL318: secret whose name can mean nothing narrow reaches an agent.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL318",
    name: "broad-secret-by-name-to-agent",
    title: "Secret whose name can mean nothing narrow reaches an agent",
    help: "\
The name of this secret is one that its provider gives to credentials for a whole account or project, and to no narrower ones. An agent can read it.

1. Make the narrower credential that the provider offers, and hand that.
2. Or move the step that needs it to a job without an agent.
",
    verdict: Verdict::Warn,
    severity: 6.6,
    tags: &["cwe/CWE-522", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || !site.start.by_outsiders.is_empty() {
        return;
    }
    for secret in site.broad_secrets() {
        let message = format!(
            "{} can read {}, a name that stands for nothing narrow.",
            site.agent.agent, secret.name
        );
        let mut finding = site.finding(
            &RULE,
            &secret.spot,
            message,
            "Hand it a narrower credential, or move the step that needs this one to a job without an agent.",
        );
        finding.route = format!("jobs/{}/secrets/{}", site.job.id, secret.name);
        out.push(finding);
    }
}
