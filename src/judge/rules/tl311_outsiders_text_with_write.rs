//! TL311: agent with write access reads what outsiders wrote.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::TokenSource;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL311",
    name: "outsiders-text-with-write",
    title: "Agent with write access reads what outsiders wrote",
    help: "\
An outsider may have written the issue, comment or change that this agent reads, and it holds a token that changes what others run. Somebody with access starts it, or its tools keep it from the token, or what decides who starts it could not be read.

1. Give the agent `contents: read`, and let a second job without an agent write what it proposes.
2. Where it must push, let it push to a branch that a person reviews, and keep `actions`, `packages` and `id-token` out.
",
    verdict: Verdict::Warn,
    severity: 6.5,
    tags: &["cwe/CWE-269", "cwe/CWE-250", "owasp-asi/ASI01", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-4", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    let limited = !site.has_open_shell();
    if site.start.all().is_empty() || (!site.start.by_outsiders.is_empty() && !limited) {
        return;
    }
    let exchanges = site.exchanged().is_some();
    let mut held = site.weighty();
    // The App token that the action makes for itself, and the right to make it, are TL313's.
    held.retain(|(scope, token)| {
        !(token.source == TokenSource::AppExchanged || (exchanges && *scope == "id-token"))
    });
    if !site.start.by_outsiders.is_empty() {
        // The rest is TL301's.
        held.retain(|(scope, _)| *scope == "id-token");
    }
    let Some((scope, token)) = held.first() else {
        return;
    };
    let words: Vec<String> = held
        .iter()
        .map(|(scope, _)| format!("{scope}: write"))
        .collect();
    let spot = site.spot_of_scope(scope, token);
    let message = format!(
        "{} reads what outsiders write ({}), and it holds {}.",
        site.agent.agent,
        listed(&site.start.all()),
        listed(&words)
    );
    let mut finding = site.finding(
        &RULE,
        &spot,
        message,
        "Give it `contents: read`, and let a second job without an agent write what it proposes.",
    );
    finding.reasons.extend(site.start.reason());
    out.push(finding);
}
