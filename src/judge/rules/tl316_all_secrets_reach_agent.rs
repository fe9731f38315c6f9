//! TL316: every secret reaches an agent's job.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL316",
    name: "all-secrets-reach-agent",
    title: "Every secret reaches an agent's job",
    help: "\
`secrets: inherit`, `toJSON(secrets)` or a computed `secrets[…]` hands every secret of the repository and the organisation to a job in which an agent runs.

1. Name each secret that is needed.
",
    verdict: Verdict::Warn,
    severity: 5.8,
    tags: &["cwe/CWE-522", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if !site.start.by_outsiders.is_empty() {
        return;
    }
    let Some((way, spot)) = site.all_secrets() else {
        return;
    };
    let message = format!(
        "{way} hands every secret to a job in which {} runs.",
        site.agent.agent
    );
    out.push(site.finding(&RULE, &spot, message, "Name each secret that is needed."));
}
