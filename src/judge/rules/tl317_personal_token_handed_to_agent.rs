//! TL317: personal access token is handed to an agent.

use crate::judge::workflow::{Site, StructureFinding};
use crate::model::TokenSource;
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL317",
    name: "personal-token-handed-to-agent",
    title: "Personal access token is handed to an agent",
    help: "\
A personal access token acts as its maker, in every repository that it was made for, and lives until it expires. An agent holds it in a job that has a token of its own.

What it may do cannot be seen from its name. A classic one reaches every repository of its maker.

1. Use `${{ github.token }}` with the scopes that the task needs.
2. Where other repositories or further workflow runs are needed, make an App token with `permission-*` and `repositories`.
3. In GitLab CI, Azure Pipelines and CircleCI: use the job's own token where it is enough, else a token of one project with the least role and scopes.
",
    verdict: Verdict::Warn,
    severity: 6.4,
    tags: &["cwe/CWE-522", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-6"],
};

/// Asks the question of one agent.
pub fn audit(site: &Site<'_>, out: &mut Vec<StructureFinding>) {
    if site.is_called() || !site.start.by_outsiders.is_empty() {
        return;
    }
    for token in &site.holds.tokens {
        // Lock files of gh-aw name optional tokens that hardly anybody sets.
        let is_placeholder = token.optional && token.name.starts_with("GH_AW_");
        if token.source != TokenSource::Pat || is_placeholder {
            continue;
        }
        let message = format!(
            "{} holds the personal access token {}.",
            site.agent.agent, token.name
        );
        let mut finding = site.finding(
            &RULE,
            &token.spot,
            message,
            site.worded(
                "Use `${{ github.token }}`, or an App token with `permission-*` and `repositories`.",
                "Use the job's own token where it is enough, else a token of this one project with the least role and scopes, in a variable that other jobs do not get.",
            ),
        );
        finding.route = format!("jobs/{}/secrets/{}", site.job.id, token.name);
        if token.optional {
            finding
                .reasons
                .push("the job's own token stands in where it is not set".to_owned());
        }
        finding.reasons.push(
            "that it is one is read from the secret's name and from where it is handed".to_owned(),
        );
        out.push(finding);
    }
}
