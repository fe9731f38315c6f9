//! TL314: agent's job may write what nothing in it needs.

use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, StructureFinding};
use crate::model::Access;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL314",
    name: "unneeded-write-in-agent-job",
    title: "Agent's job may write what nothing in it needs",
    help: "\
The job's token carries write access that none of its steps uses, and an agent runs beside it. Every scope that nothing needs is one that only a misled agent uses.

Nothing is called unneeded while a step that may use it could not be read.

1. Narrow the scope to `read`, or leave it out: naming any scope sets the others to none.
",
    verdict: Verdict::Warn,
    severity: 5.5,
    tags: &["cwe/CWE-272", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-5"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || site.grant.all.is_some() {
        return;
    }
    let mut unneeded: Vec<String> = Vec::new();
    if let Some(excess) = site.need.excess(&site.grant) {
        for scope in ["contents", "packages", "actions", "id-token", "deployments"] {
            if excess.get(scope) == Some(&Access::Write) {
                unneeded.push(scope.to_owned());
            }
        }
    } else if site.grant.writes("id-token") && site.need.leaves_oidc_unused() {
        unneeded.push("id-token".to_owned());
    }
    for scope in &unneeded {
        let Some(spot) = site.grant.spot_of(scope) else {
            continue;
        };
        let message = format!(
            "The job in which {} runs may write {scope}, and nothing in it needs that.",
            site.agent.agent
        );
        let mut finding = site.finding(
            &RULE,
            spot,
            message,
            "Narrow it to `read`, or leave it out.",
        );
        finding.route = format!("jobs/{}/permissions/{scope}", site.job.id);
        if let Some(needs) = site.need.within(&site.grant) {
            let words: Vec<String> = needs
                .iter()
                .map(|(scope, access)| format!("{scope}: {}", access.word()))
                .collect();
            finding.reasons.push(format!(
                "all steps together need {}",
                if words.is_empty() {
                    "nothing".to_owned()
                } else {
                    listed(&words)
                }
            ));
        }
        out.push(finding);
    }
}
