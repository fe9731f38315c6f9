//! TL408: a change takes a guard of an agent away.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL408",
    name: "agent-guard-removed",
    title: "A change takes a guard of an agent away",
    help: "\
Before this change a rule denied or asked, a hook looked at calls before they ran, or a sandbox bound the agent. After it that guard is gone from the file, or the file itself is gone, and no other file that was read holds it.

Keep the guard, or say in the change why it is no longer needed.
",
    verdict: Verdict::Warn,
    severity: 5.0,
    tags: &["cwe/CWE-693", "owasp-asi/ASI09", "owasp-nhi/NHI5:2025"],
};
