//! TL906: committed tree differs from the judged one.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL906",
    name: "committed-tree-differs",
    title: "Committed tree differs from the judged one",
    help: "\
The tree that was committed is not the tree that the pre-commit hook judged.

Something changed the index after the guard had looked, so the commit holds bytes that it has not seen.

1. Run `tokenleash scan --range HEAD~1..HEAD`; the push is judged again in any case.
",
    verdict: Verdict::Warn,
    severity: 5.8,
    tags: &["cwe/CWE-367", "owasp-cicd/CICD-SEC-1"],
};
