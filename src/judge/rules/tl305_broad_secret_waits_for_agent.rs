//! TL305: the agent of this running job is about to be handed a broad secret.

use crate::model::{Rule, Verdict};

/// The rule and its metadata; `tokenleash env --before-agent` raises TL318 to it, since there the agent is about to start.
pub const RULE: Rule = Rule {
    id: "TL305",
    name: "broad-secret-waits-for-agent",
    title: "The agent of this job is about to be handed a broad secret",
    help: "\
This run stands right before an agent, and the job hands that agent a secret whose name its provider gives only to credentials for a whole account or project.

1. Make the narrower credential that the provider offers, and hand that.
2. Or move the step that needs this one to a job without an agent.
",
    verdict: Verdict::Block,
    severity: 9.1,
    tags: &["cwe/CWE-522", "cwe/CWE-250", "owasp-asi/ASI03", "owasp-nhi/NHI5:2025", "owasp-cicd/CICD-SEC-6"],
};
