//! TL104: credential in Git.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL104",
    name: "credential-in-git",
    title: "Credential in Git",
    help: "\
A credential whose scope was chosen when it was made, or that reaches one project, is in Git or about to be.

What is in Git stays in every clone, and every agent that works in one can read it.

1. Take the value out and read it from the environment or a secret manager.
2. Make a credential with no more than its task needs.
3. Rotate this one if it was ever pushed.
",
    verdict: Verdict::Block,
    severity: 7.2,
    tags: &["cwe/CWE-798", "cwe/CWE-312", "owasp-nhi/NHI2:2025", "owasp-cicd/CICD-SEC-6"],
};
