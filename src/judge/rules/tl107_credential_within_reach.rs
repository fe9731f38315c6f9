//! TL107: credential kept out of Git but within an agent's reach.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL107",
    name: "credential-within-reach",
    title: "Credential kept out of Git but within an agent's reach",
    help: "\
A credential in a file that Git ignores, or on the machine, where an agent that is started here can read it.

Ignored by Git is not unreadable: an agent's shell opens the file like any other.

1. Keep it in a secret manager or the agent's own sandboxed environment, and hand over only what the task needs.
2. Make the narrower credential for work with an agent.
",
    verdict: Verdict::Warn,
    severity: 4.5,
    tags: &["cwe/CWE-312", "cwe/CWE-526", "owasp-nhi/NHI2:2025", "owasp-nhi/NHI5:2025", "owasp-asi/ASI03"],
};
