//! TL343: no environment stands before a deploying agent's job.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL343",
    name: "no-environment-gate",
    title: "No environment stands before a deploying agent's job",
    help: "\
The job of the agent holds a credential that deploys, and it names no `environment:`. An environment with required reviewers keeps its secrets back until a person has agreed.

Whether an environment has reviewers stands in the repository's settings: a name in the file is declared, not verified.

1. Put the deploying steps into a job with `environment:`, and require reviewers there.
",
    verdict: Verdict::Note,
    severity: 1.2,
    tags: &["cwe/CWE-654", "owasp-asi/ASI09", "owasp-cicd/CICD-SEC-1"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || site.inner_job.environment.is_some() || site.deploys().is_empty() {
        return;
    }
    let message = format!(
        "The job in which {} runs holds a deploy credential, and no environment asks a person first.",
        site.agent.agent
    );
    out.push(site.finding(
        &RULE,
        &site.job.spot,
        message,
        site.worded(
            "Put the deploying steps into a job with `environment:` and required reviewers.",
            "Put the deploying steps into a job that waits for a person: a protected environment, a manual job or an approval.",
        ),
    ));
}
