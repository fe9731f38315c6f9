//! TL325: agent can read a secret that is not its own.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL325",
    name: "idle-secret-beside-agent",
    title: "Agent can read a secret that is not its own",
    help: "\
A secret stands in the environment or the inputs of the agent's step, or in that of its job, and it is not the credential of the agent's model.

1. Move it to the `env:` of the step that needs it.
2. In GitLab CI and CircleCI every step of a job gets all of its variables: let another job use it, and keep the variable for that job's environment or context.
3. Where the agent's task needs it, make one that can do only that.
",
    verdict: Verdict::Warn,
    severity: 4.8,
    tags: &["cwe/CWE-522", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() {
        return;
    }
    let idle = site.idle_secrets();
    let Some(first) = idle.first() else {
        return;
    };
    let words: Vec<String> = idle.iter().map(|secret| secret.name.clone()).collect();
    let message = format!("{} can read {}.", site.agent.agent, listed(&words));
    out.push(site.finding(
        &RULE,
        &first.spot,
        message,
        site.worded(
            "Move it to the `env:` of the step that needs it.",
            "Take it out of this job: name it in another job, and keep the variable for that job's environment or context.",
        ),
    ));
}
