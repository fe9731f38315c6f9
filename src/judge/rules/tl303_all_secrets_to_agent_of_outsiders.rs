//! TL303: every secret reaches an agent that anybody can start.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL303",
    name: "all-secrets-to-agent-of-outsiders",
    title: "Every secret reaches an agent that anybody can start",
    help: "\
`secrets: inherit`, `toJSON(secrets)` or a computed `secrets[…]` hands every secret of the repository and the organisation to a job in which an agent runs, and somebody without write access can start it.

1. Name each secret that is needed.
2. Let only members start the agent.
",
    verdict: Verdict::Block,
    severity: 8.8,
    tags: &["cwe/CWE-269", "cwe/CWE-250", "owasp-asi/ASI01", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-4", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.start.by_outsiders.is_empty() {
        return;
    }
    let Some((way, spot)) = site.all_secrets() else {
        return;
    };
    let message = format!(
        "Anybody on GitHub can start {} ({}), and {way} hands it every secret.",
        site.agent.agent,
        listed(&site.start.by_outsiders)
    );
    out.push(site.finding(&RULE, &spot, message, "Name each secret that is needed."));
}
