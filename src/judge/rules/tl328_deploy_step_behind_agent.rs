//! TL328: step with a deploy credential follows an agent in its job.

use crate::judge::workflow::is_mere_name;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::Purpose;
use crate::model::{Rule, Verdict};
use crate::rules::ci;

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL328",
    name: "deploy-step-behind-agent",
    title: "Step with a deploy credential follows an agent in its job",
    help: "\
A later step of the same job gets a credential that deploys or publishes. What the agent left on the machine, in the workspace or in the environment runs beside it.

1. Put that step into a job of its own that starts from a clean checkout.
",
    verdict: Verdict::Warn,
    severity: 4.4,
    tags: &["cwe/CWE-654", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI8:2025", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    // Where every step gets every variable, the agent has had them already.
    if site.workflow.system.shares_variables() {
        return;
    }
    let Some((number, _)) = site.step else {
        return;
    };
    for step in &site.inner_job.steps[number + 1..] {
        let found = site.secrets_named(step).into_iter().find(|(name, _)| {
            matches!(
                ci::purpose_of(name),
                Purpose::Deploy | Purpose::Publish | Purpose::Broad
            ) && !is_mere_name(name)
                && !site.pays_for_the_model(name)
        });
        if let Some((name, spot)) = found
            && step.agents.is_empty()
        {
            let message = format!(
                "{name} is handed to a step that runs behind {} in the same job.",
                site.agent.agent
            );
            out.push(site.finding(
                &RULE,
                &spot,
                message,
                "Put that step into a job of its own.",
            ));
            return;
        }
    }
}
