//! TL204: what cannot be undone is allowed without a question.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL204",
    name: "final-command-allowed",
    title: "What cannot be undone is allowed without a question",
    help: "\
A rule lets an agent run a command or a tool that deletes for good, and no rule of `ask` or `deny` and no hook stands before it. The command may also stand behind the rule: in a package script, a target of a Makefile, a recipe of a justfile, a task, a script or a Git hook that the allowed command runs, or in a hook of the agent. The related places name the way.

A rule of `deny` for `terraform destroy` binds what the agent types, not what a script runs.

Move the rule to `ask`, or name the harmless commands one by one; let a script that deletes ask a person first.
",
    verdict: Verdict::Warn,
    severity: 6.0,
    tags: &["cwe/CWE-654", "cwe/CWE-862", "owasp-asi/ASI02", "owasp-asi/ASI09"],
};
