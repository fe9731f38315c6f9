//! TL108: weak trace, or key kept where it belongs.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL108",
    name: "weak-trace",
    title: "Weak trace, or key kept where it belongs",
    help: "\
A trace of a credential that is weak, or that stands where such a thing is usually kept.

It is counted so that nobody has to wonder whether it was seen.

1. Nothing has to be done; look at it when you audit what an agent can read.
",
    verdict: Verdict::Note,
    severity: 2.0,
    tags: &["cwe/CWE-312", "owasp-nhi/NHI2:2025"],
};
