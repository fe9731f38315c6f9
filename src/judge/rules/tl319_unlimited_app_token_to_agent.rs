//! TL319: app token without limits is handed to an agent.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};
use crate::model::{Scopes, TokenSource};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL319",
    name: "unlimited-app-token-to-agent",
    title: "App token without limits is handed to an agent",
    help: "\
The App token is made without `permission-*` inputs, so it carries every permission of the installation; or with `owner` and without `repositories`, so it reaches every repository of that owner. An agent holds it. (TL304 is for a token with both.)

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
    for token in &site.holds.tokens {
        let everywhere = site.reaches_every_repository(token);
        let held = match (&token.permissions, everywhere) {
            _ if token.source != TokenSource::AppToken => continue,
            (None, _) => "with every permission of its installation".to_owned(),
            (Some(scopes), true) => format!(
                "for every repository of its owner, with {}",
                listed(&words(scopes))
            ),
            (Some(_), false) => continue,
        };
        let advice = match (&token.permissions, everywhere) {
            (Some(_), _) => "Add `repositories` to the step that makes the token.",
            (None, _) => "Add `permission-*` inputs to the step that makes the token.",
        };
        let message = format!("{} holds an App token {held}.", site.agent.agent);
        let mut finding = site.finding(&RULE, &token.spot, message, advice);
        finding.route = format!("jobs/{}/steps/{}", site.job.id, token.name);
        out.push(finding);
    }
}

/// Scopes in words, as a block names them.
fn words(scopes: &Scopes) -> Vec<String> {
    let pairs = scopes.iter();
    pairs
        .map(|(scope, access)| format!("{scope}: {}", access.word()))
        .collect()
}
