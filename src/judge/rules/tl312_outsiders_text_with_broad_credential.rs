//! TL312: agent with a broad credential reads what outsiders wrote.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL312",
    name: "outsiders-text-with-broad-credential",
    title: "Agent with a broad credential reads what outsiders wrote",
    help: "\
An outsider may have written what this agent reads, and it holds a credential that reaches beyond the repository.

1. Use the job's own token with the scopes that the task needs, or an App token with `permission-*` and `repositories`.
2. Move the credential to a job without an agent.
",
    verdict: Verdict::Warn,
    severity: 6.8,
    tags: &["cwe/CWE-269", "cwe/CWE-250", "owasp-asi/ASI01", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-4", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if !site.start.by_outsiders.is_empty() || site.start.all().is_empty() {
        return;
    }
    let Some((things, spot)) = site.broad_things() else {
        return;
    };
    let message = format!(
        "{} reads what outsiders write ({}), and it can read {}.",
        site.agent.agent,
        listed(&site.start.all()),
        listed(&things)
    );
    out.push(site.finding(
        &RULE,
        &spot,
        message,
        site.worded(
            "Use the job's own token, or an App token with `permission-*` and `repositories`.",
            "Use the job's own token, or let a second job without an agent write what it proposes.",
        ),
    ));
}
