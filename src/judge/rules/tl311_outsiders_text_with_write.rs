//! TL311: agent with write access reads what outsiders wrote.

use crate::judge::workflow::{Site, StructureFinding};
use crate::judge::workflow::text::listed;
use crate::model::TokenSource;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL311",
    name: "outsiders-text-with-write",
    title: "Agent with write access reads what outsiders wrote",
    help: "\
A member starts this agent, but an outsider may have written the issue, comment or change that it reads, and it holds a token that changes what others run.

1. Give the agent `contents: read`, and let a second job without an agent write what it proposes.
2. Where it must push, let it push to a branch that a person reviews, and keep `actions`, `packages` and `id-token` out.
",
    verdict: Verdict::Warn,
    severity: 6.5,
    tags: &["cwe/CWE-269", "cwe/CWE-250", "owasp-asi/ASI01", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-4", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if !site.start.by_outsiders.is_empty() || site.start.with_outsiders_text.is_empty() {
        return;
    }
    let exchanges = site.exchanged().is_some();
    let mut held = site.weighty();
    // The App token that the action makes for itself, and the right to make it, are TL313's.
    held.retain(|(scope, token)| {
        !(token.source == TokenSource::AppExchanged || (exchanges && *scope == "id-token"))
    });
    let Some((scope, token)) = held.first() else {
        return;
    };
    let words: Vec<String> = held.iter().map(|(scope, _)| format!("{scope}: write")).collect();
    let spot = site.grant.spot_of(scope).unwrap_or(&token.spot).clone();
    let message = format!(
        "{} reads what outsiders write ({}), and it holds {}.",
        site.agent.agent,
        listed(&site.start.with_outsiders_text),
        listed(&words)
    );
    let mut finding = site.finding(
        &RULE,
        &spot,
        message,
        "Give it `contents: read`, and let a second job without an agent write what it proposes.",
    );
    finding.reasons.extend(site.start.kept_out_by.map(|by| format!("{by} decides who starts it")));
    out.push(finding);
}
