//! TL324: agent's transcript is published.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};
use crate::rules::ci;

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL324",
    name: "agent-transcript-published",
    title: "Agent's transcript is published",
    help: "\
The agent's full output goes where others can read it. What the agent read, a credential among it, may stand in it.

1. Leave the switch out, or keep the output as an artifact for members only.
",
    verdict: Verdict::Warn,
    severity: 4.5,
    tags: &["cwe/CWE-532", "owasp-nhi/NHI2:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    let leak = match site.action {
        Some(action) => site.switched(&action.leaks, &[]),
        None => {
            let entry = ci::cli_of_agent(site.agent.agent);
            entry.and_then(|entry| site.switched(&[], &entry.leaks))
        }
    };
    let Some((switch, spot)) = leak else {
        return;
    };
    let message = format!(
        "`{switch}` publishes what {} reads and says.",
        site.agent.agent
    );
    out.push(site.finding(&RULE, &spot, message, "Leave the switch out."));
}
