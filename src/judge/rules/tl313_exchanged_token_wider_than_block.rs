//! TL313: agent's App token is wider than the permissions block says.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::Access;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL313",
    name: "exchanged-token-wider-than-block",
    title: "Agent's App token is wider than the permissions block says",
    help: "\
Without a token of its own, this action exchanges the job's OIDC token for an App token with write access to contents, issues and pull requests, whatever `permissions:` says. The block looks narrower than what the agent holds.

The scopes are those that the action asks for by default; the exchange itself happens on a server and was not tried.

1. Hand it the job's token: `github_token: ${{ github.token }}`. Then the block is the truth.
2. Drop `id-token: write` where nothing else needs it.
",
    verdict: Verdict::Warn,
    severity: 6.0,
    tags: &["cwe/CWE-272", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || site.grant.scopes.is_none() {
        return;
    }
    let Some(token) = site.exchanged() else {
        return;
    };
    let scopes = token.permissions.iter().flatten();
    let wider: Vec<String> = scopes
        .filter(|(scope, access)| **access > site.grant.access(scope).unwrap_or(Access::None))
        .map(|(scope, access)| format!("{scope}: {}", access.word()))
        .collect();
    if !wider.iter().any(|word| word == "contents: write") {
        return;
    }
    let message = format!(
        "{} swaps the job's OIDC token for an App token with {}, which the permissions block does not grant.",
        site.agent.agent,
        listed(&wider)
    );
    let mut finding = site.finding(
        &RULE,
        &token.spot,
        message,
        "Add `github_token: ${{ github.token }}`; the block is then what the agent holds.",
    );
    if let Some(spot) = &site.grant.spot {
        finding
            .related
            .push((spot.clone(), "the block that says less".to_owned()));
    }
    finding
        .reasons
        .push("the scopes are those that the action asks for by default".to_owned());
    out.push(finding);
}
