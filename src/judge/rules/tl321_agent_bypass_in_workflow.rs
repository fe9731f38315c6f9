//! TL321: agent runs without its own limits beside credentials.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::Purpose;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL321",
    name: "agent-bypass-in-workflow",
    title: "Agent runs without its own limits beside credentials",
    help: "\
A switch takes the agent's own limits away, so that it may run any command, and it holds write access or a secret that is not its model's.

1. Name the tools that the task needs, and leave the switch out.
2. Or leave the agent nothing to misuse: `contents: read`, no secrets but its model's.
",
    verdict: Verdict::Warn,
    severity: 5.2,
    tags: &["cwe/CWE-693", "owasp-asi/ASI02", "owasp-asi/ASI03", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    let Some((switch, spot)) = site.bypass() else {
        return;
    };
    let holds_more = !site.weighty().is_empty()
        || !site.unlimited_tokens().is_empty()
        || !site
            .secrets_for(&[Purpose::Broad, Purpose::Deploy, Purpose::Publish])
            .is_empty();
    if !holds_more {
        return;
    }
    let message = format!(
        "{} runs with {switch}, which takes its limits away, and it holds more than its model's key.",
        site.agent.agent
    );
    out.push(site.finding(
        &RULE,
        &spot,
        message,
        "Name the tools that the task needs, and leave the switch out.",
    ));
}
