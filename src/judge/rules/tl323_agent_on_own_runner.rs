//! TL323: agent runs on a runner of one's own.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL323",
    name: "agent-on-own-runner",
    title: "Agent runs on a runner of one's own",
    help: "\
A self-hosted runner is not thrown away after the job: the agent sees the machine's files, its network and its credentials, and what it leaves there stays.

1. Run the agent on a hosted runner.
2. Or on an ephemeral one that holds no credentials.
",
    verdict: Verdict::Warn,
    severity: 5.4,
    tags: &["cwe/CWE-653", "owasp-asi/ASI03", "owasp-nhi/NHI8:2025", "owasp-cicd/CICD-SEC-7"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || !site.own_runner() {
        return;
    }
    let spot = site
        .inner_job
        .runs_on_spot
        .as_ref()
        .unwrap_or(&site.job.spot)
        .clone();
    let message = format!(
        "{} runs on a runner of your own and can read what that machine holds.",
        site.agent.agent
    );
    let mut finding = site.finding(
        &RULE,
        &spot,
        message,
        "Run it on a hosted runner, or on an ephemeral one without credentials.",
    );
    finding
        .reasons
        .push("whether the runner is ephemeral cannot be seen from here".to_owned());
    out.push(finding);
}
