//! TL101: broad credential in an agent's context.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL101",
    name: "broad-credential-in-context",
    title: "Broad credential in an agent's context",
    help: "\
A credential that reaches a whole account or organisation, or that may administer or mint others, stands where an agent holds it at every call: in its instructions, its environment, or the configuration of a tool server.

An agent that meets a permissions error looks for another way. Whatever stands in its context is a tool to it, and this one can do nearly everything that its owner can.

1. Put a reference in the value's place, in the syntax that this file's agent understands.
2. Make the narrower credential that the finding names, for this one task.
3. Rotate the broad one if it was ever pushed, or if an agent has read it.
",
    verdict: Verdict::Block,
    severity: 9.8,
    tags: &["cwe/CWE-798", "cwe/CWE-1220", "cwe/CWE-250", "owasp-nhi/NHI5:2025", "owasp-nhi/NHI2:2025", "owasp-asi/ASI03", "owasp-asi/ASI02", "owasp-cicd/CICD-SEC-6"],
};
