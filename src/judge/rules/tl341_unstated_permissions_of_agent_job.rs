//! TL341: what the agent's token may do is not stated.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{CiSystem, Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL341",
    name: "unstated-permissions-of-agent-job",
    title: "What the agent's token may do is not stated",
    help: "\
No `permissions:` block stands at the job or the workflow, so the token gets the default of the repository or the organisation. That default cannot be seen from a checkout: it is read-only for those made since February 2023, and may be everything for older ones.

1. State it: `permissions: contents: read`, and what else the steps need.
",
    verdict: Verdict::Note,
    severity: 2.0,
    tags: &["cwe/CWE-272", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    // What is only called gets its caller's permissions, and never more.
    let mut triggers = site.workflow.triggers.iter();
    let only_called = triggers.all(|trigger| trigger.event == "workflow_call");
    let has_scopes = site.workflow.system == CiSystem::Github;
    if !has_scopes || site.is_called() || site.grant.scopes.is_some() || only_called {
        return;
    }
    let message = format!(
        "{} runs with a token whose permissions are stated nowhere.",
        site.agent.agent
    );
    out.push(site.finding(
        &RULE,
        &site.job.spot,
        message,
        "Add a `permissions` block to the job.",
    ));
}
