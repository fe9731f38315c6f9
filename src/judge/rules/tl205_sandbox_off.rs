//! TL205: the agent's sandbox is switched off.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL205",
    name: "sandbox-off",
    title: "The agent's sandbox is switched off",
    help: "\
A setting of this repository takes away the operating system's bound around an agent's commands. The sandbox is the only guard that holds when an agent does not keep to what it was told.

Leave the sandbox on, and allow the single paths and hosts that are needed.
",
    verdict: Verdict::Warn,
    severity: 4.8,
    tags: &["cwe/CWE-693", "cwe/CWE-653", "owasp-asi/ASI05"],
};
