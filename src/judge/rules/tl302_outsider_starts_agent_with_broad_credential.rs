//! TL302: anybody can start an agent that holds a broad credential.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL302",
    name: "outsider-starts-agent-with-broad-credential",
    title: "Anybody can start an agent that holds a broad credential",
    help: "\
Somebody without write access to the repository can start this agent, and it holds a credential that reaches beyond the repository: a personal access token, an App token without limits, or a secret whose name can mean nothing narrow.

What an outsider writes is what the agent reads, and what the agent can read it can send away.

1. Let only members start it, or take the credential out of this job.
2. Use the job's own token with the scopes that the task needs, or an App token with `permission-*` and `repositories`.
",
    verdict: Verdict::Block,
    severity: 9.4,
    tags: &["cwe/CWE-269", "cwe/CWE-250", "owasp-asi/ASI01", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-4", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.start.by_outsiders.is_empty() {
        return;
    }
    let Some((things, spot)) = site.broad_things() else {
        return;
    };
    let message = format!(
        "Anybody on GitHub can start {} ({}), and it can read {}.",
        site.agent.agent,
        listed(&site.start.by_outsiders),
        listed(&things)
    );
    out.push(site.finding(
        &RULE,
        &spot,
        message,
        "Take the credential out of this job, or let only members start the agent.",
    ));
}
