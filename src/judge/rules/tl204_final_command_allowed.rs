//! TL204: what cannot be undone is allowed without a question.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL204",
    name: "final-command-allowed",
    title: "What cannot be undone is allowed without a question",
    help: "\
A rule lets an agent run a command or a tool that deletes for good, and no rule of `ask` or `deny` and no hook stands before it.

Move the rule to `ask`, or name the harmless commands one by one.
",
    verdict: Verdict::Warn,
    severity: 6.0,
    tags: &["cwe/CWE-654", "cwe/CWE-862", "owasp-asi/ASI02", "owasp-asi/ASI09"],
};
