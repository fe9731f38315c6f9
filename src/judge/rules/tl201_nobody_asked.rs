//! TL201: an agent runs commands and nobody is asked.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL201",
    name: "nobody-asked",
    title: "An agent runs commands and nobody is asked",
    help: "\
A setting or a flag in this repository takes away the last question before a command runs. What an agent gets wrong, or what a stranger's text talks it into, then happens at once.

Remove the switch, and allow the few commands that the task needs by name. Where an agent must run alone, run it in a container or sandbox without credentials.
",
    verdict: Verdict::Warn,
    severity: 5.5,
    tags: &["cwe/CWE-654", "cwe/CWE-862", "owasp-asi/ASI02", "owasp-asi/ASI09"],
};
