//! TL342: agent's job may comment or label without need.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::Access;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL342",
    name: "unneeded-small-write-in-agent-job",
    title: "Agent's job may comment or label without need",
    help: "\
The job's token may write issues, pull requests, checks or statuses, and nothing in the job needs that.

1. Narrow the scope to `read`, or leave it out.
",
    verdict: Verdict::Note,
    severity: 1.5,
    tags: &["cwe/CWE-272", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || site.grant.all.is_some() {
        return;
    }
    let Some(excess) = site.need.excess(&site.grant) else {
        return;
    };
    let unneeded: Vec<String> = [
        "issues",
        "pull-requests",
        "checks",
        "statuses",
        "discussions",
    ]
    .into_iter()
    .filter(|scope| excess.get(*scope) == Some(&Access::Write))
    .map(str::to_owned)
    .collect();
    let Some(spot) = unneeded.first().and_then(|scope| site.grant.spot_of(scope)) else {
        return;
    };
    let message = format!(
        "The job in which {} runs may write {}, and nothing in it needs that.",
        site.agent.agent,
        listed(&unneeded)
    );
    out.push(site.finding(
        &RULE,
        spot,
        message,
        "Narrow it to `read`, or leave it out.",
    ));
}
