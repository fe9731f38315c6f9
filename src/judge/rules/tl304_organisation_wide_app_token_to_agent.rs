//! TL304: app token for a whole organisation is handed to an agent.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL304",
    name: "organisation-wide-app-token-to-agent",
    title: "App token for a whole organisation is handed to an agent",
    help: "\
The App token is made with `owner` and without `repositories`, so it reaches every repository of the installation, and without `permission-*`, so it may do everything that the App may. An agent holds it.

1. Add `repositories:` with the repositories that the task needs.
2. Add `permission-<scope>: read` or `write` for each scope that it needs.
",
    verdict: Verdict::Block,
    severity: 8.0,
    tags: &["owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-5", "cwe/CWE-250"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    for token in site.unlimited_tokens() {
        // Without `permission-*`: a token of narrower scopes is said by TL319.
        if site.is_called() || !site.reaches_every_repository(token) {
            continue;
        }
        let message = format!(
            "{} holds an App token for every repository of its owner, with every permission of the App.",
            site.agent.agent
        );
        out.push(site.finding(
            &RULE,
            &token.spot,
            message,
            "Add `repositories` and `permission-*` inputs to the step that makes the token.",
        ));
    }
}
