//! TL903: policy loosened.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL903",
    name: "policy-loosened",
    title: "Policy loosened",
    help: "\
This change loosens tokenleash's own policy: a waiver, a lower level, an excluded path, a larger baseline.

The change is judged by the policy before it, so the loosening does not count for itself. It blocks where the same change holds what it would release, or where an agent makes it.

1. Land the loosening in a change of its own, reviewed by a person.
2. Keep `.tokenleash.toml` and `.tokenleash-baseline.toml` owned by people in CODEOWNERS.
",
    verdict: Verdict::Warn,
    severity: 6.8,
    tags: &["cwe/CWE-15", "cwe/CWE-807", "owasp-cicd/CICD-SEC-1", "owasp-asi/ASI10"],
};
