//! TL315: agent and deploy credential share a job.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL315",
    name: "deploy-credential-beside-agent",
    title: "Agent and deploy credential share a job",
    help: "\
A credential that deploys or administers stands where the agent in the same job can read it: in the environment, or in a file that an earlier step left. Steps of one job share the machine; only the job is a boundary.

1. Put the agent in a job of its own, without the credential, and hand its output over.
2. Let the deploying job wait for a person: `environment:` with required reviewers.
",
    verdict: Verdict::Warn,
    severity: 6.2,
    tags: &["cwe/CWE-654", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI8:2025", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    let found = site.deploys();
    let Some(first) = found.first() else {
        return;
    };
    let words: Vec<String> = found.iter().map(|deploys| deploys.what.clone()).collect();
    let message = format!("{} can read {}.", site.agent.agent, listed(&words));
    out.push(site.finding(
        &RULE,
        &first.spot,
        message,
        "Put the agent in a job of its own, without the credential, and hand its output over.",
    ));
}
