//! TL103: credential in an agent's context.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL103",
    name: "credential-in-context",
    title: "Credential in an agent's context",
    help: "\
A credential whose scope was chosen when it was made, or that reaches one project, stands where an agent holds it at every call.

What stands in an agent's context can be used, and can be sent away by an instruction that the agent reads elsewhere.

1. Put a reference in the value's place.
2. Check that the credential has no more than this agent's task needs; make a smaller one if it has.
3. Rotate it if it was ever pushed.
",
    verdict: Verdict::Block,
    severity: 8.0,
    tags: &["cwe/CWE-798", "cwe/CWE-312", "owasp-nhi/NHI2:2025", "owasp-nhi/NHI5:2025", "owasp-asi/ASI03", "owasp-cicd/CICD-SEC-6"],
};
