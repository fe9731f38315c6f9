//! TL326: agent's job may write everything.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::Access;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL326",
    name: "write-all-to-agent",
    title: "Agent's job may write everything",
    help: "\
`permissions: write-all` gives the job's token every scope, and an agent runs in the job.

1. Name the scopes that the steps need: naming any sets the others to none.
",
    verdict: Verdict::Warn,
    severity: 6.6,
    tags: &[
        "cwe/CWE-272",
        "cwe/CWE-250",
        "owasp-asi/ASI03",
        "owasp-nhi/NHI5:2025",
        "owasp-cicd/CICD-SEC-5",
    ],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || site.grant.all != Some(Access::Write) {
        return;
    }
    let Some(spot) = &site.grant.spot else {
        return;
    };
    let message = format!(
        "{} runs in a job whose token may write everything.",
        site.agent.agent
    );
    out.push(site.finding(&RULE, spot, message, "Name the scopes that the steps need."));
}
