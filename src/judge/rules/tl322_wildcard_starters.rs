//! TL322: agent may be started by any user or bot.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};
use crate::rules::ci;

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL322",
    name: "wildcard-starters",
    title: "Agent may be started by any user or bot",
    help: "\
The input takes away the action's own check of who starts it. Any user, or any bot, may then steer the agent.

1. Name the users or bots that may.
",
    verdict: Verdict::Warn,
    severity: 5.6,
    tags: &["cwe/CWE-269", "cwe/CWE-250", "owasp-asi/ASI01", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-4", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    let Some((action, (_, step))) = site.action.zip(site.step) else {
        return;
    };
    for input in action.opens.iter().chain(&action.bots) {
        let Some(setting) = step.input(input) else {
            continue;
        };
        let value = setting.value.trim();
        let is_switch = ci::is_switch(input) && value == "true";
        if !is_switch && !value.split([',', ' ']).any(|word| word.trim() == "*") {
            continue;
        }
        let message = format!(
            "`{input}: {value}` lets anybody of that sort start {}.",
            site.agent.agent
        );
        let mut finding = site.finding(
            &RULE,
            &setting.spot,
            message,
            "Name the users or bots that may.",
        );
        finding.route = format!("{}/{input}", site.route());
        out.push(finding);
    }
}
