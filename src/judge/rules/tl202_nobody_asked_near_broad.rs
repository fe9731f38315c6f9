//! TL202: an agent runs commands unasked beside a broad credential.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL202",
    name: "nobody-asked-near-broad-credential",
    title: "An agent runs commands unasked beside a broad credential",
    help: "\
A setting or a flag takes away the last question before a command runs, and a broad credential stands in the same tree. Nothing is left between the agent and everything that the credential can do.

1. Take the credential out of the tree; make the narrower one; rotate it if it was pushed.
2. Remove the switch.
",
    verdict: Verdict::Block,
    severity: 8.6,
    tags: &["cwe/CWE-654", "cwe/CWE-250", "owasp-nhi/NHI5:2025", "owasp-asi/ASI02", "owasp-asi/ASI03"],
};
