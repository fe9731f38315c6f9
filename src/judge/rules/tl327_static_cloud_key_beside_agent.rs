//! TL327: stored cloud key where a short-lived one can be had.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};
use crate::rules::ci;

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL327",
    name: "static-cloud-key-beside-agent",
    title: "Stored cloud key where a short-lived one can be had",
    help: "\
An earlier step of the agent's job logs in to a cloud with a stored key. The same action takes a short-lived login in exchange for the job's OIDC token.

1. Make a role that trusts this repository and this workflow, and hand its name to the action.
2. Delete the stored key.
",
    verdict: Verdict::Warn,
    severity: 4.6,
    tags: &["cwe/CWE-798", "owasp-nhi/NHI7:2025", "owasp-nhi/NHI4:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    let Some((number, _)) = site.step else {
        return;
    };
    for step in &site.inner_job.steps[..number] {
        let Some(left) = step.uses.as_ref().and_then(|uses| ci::leaves(&uses.name)) else {
            continue;
        };
        let stored = left.stored.iter().find_map(|input| step.input(input));
        let Some((setting, exchange)) = stored.zip(left.exchanged.first()) else {
            continue;
        };
        let message = format!(
            "A stored key logs this job in, and {} can use what the login leaves: {}.",
            site.agent.agent, left.what
        );
        let advice = format!("Use `{exchange}` with `id-token: write` instead of a stored key.");
        let mut finding = site.finding(&RULE, &setting.spot, message, &advice);
        finding.route = format!("jobs/{}/{}", site.job.id, step.label());
        finding
            .reasons
            .push("needs set-up on the cloud's side".to_owned());
        out.push(finding);
    }
}
