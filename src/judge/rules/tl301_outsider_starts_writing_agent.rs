//! TL301: anybody can start an agent that may write.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL301",
    name: "outsider-starts-writing-agent",
    title: "Anybody can start an agent that may write",
    help: "\
Somebody without write access to the repository can start this agent, and the agent holds a token that changes what others run: code, packages, workflow runs, or identities for a cloud.

What an outsider writes is what the agent reads. One sentence in an issue is enough to turn its token into the outsider's.

1. Let only members start it: keep the action's own check, or add an `if:` on `author_association`.
2. Give the agent `contents: read` alone, and let a second job without an agent post what it wrote.
3. Leave `id-token: write` out where nothing needs it.
",
    verdict: Verdict::Block,
    severity: 9.0,
    tags: &["cwe/CWE-269", "cwe/CWE-250", "owasp-asi/ASI01", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-4", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.start.by_outsiders.is_empty() {
        return;
    }
    let mut weighty = site.weighty();
    if !site.has_open_shell() {
        // The right to ask for an OIDC token stands in the environment, which only a shell reads.
        weighty.retain(|(scope, _)| *scope != "id-token");
    }
    let Some((scope, token)) = weighty.first() else {
        return;
    };
    let spot = site.spot_of_scope(scope, token);
    let words: Vec<String> = weighty
        .iter()
        .map(|(scope, _)| format!("{scope}: write"))
        .collect();
    let message = format!(
        "Anybody on GitHub can start {} ({}), and it holds {}.",
        site.agent.agent,
        listed(&site.start.by_outsiders),
        listed(&words)
    );
    let mut finding = site.finding(
        &RULE,
        &spot,
        message,
        "Let only members start it, or give it `contents: read` and let a second job without an agent write.",
    );
    finding
        .reasons
        .push("no condition on who acts, and no check by the action, stands in the way".to_owned());
    out.push(finding);
}
