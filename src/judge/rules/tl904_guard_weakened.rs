//! TL904: guard weakened.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL904",
    name: "guard-weakened",
    title: "Guard weakened",
    help: "\
This change removes or weakens a place where tokenleash runs: a hook, a workflow step, a line of CODEOWNERS.

A guard that its subject can take away is advice.

1. Restore the line that the finding names, or let a person who owns the guard land the change.
",
    verdict: Verdict::Warn,
    severity: 6.2,
    tags: &["cwe/CWE-693", "cwe/CWE-15", "owasp-cicd/CICD-SEC-1", "owasp-cicd/CICD-SEC-7", "owasp-asi/ASI10"],
};
