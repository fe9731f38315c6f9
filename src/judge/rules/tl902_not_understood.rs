//! TL902: not understood.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL902",
    name: "not-understood",
    title: "Not understood",
    help: "\
A file could not be read as structure and was searched as plain bytes instead.

Credentials with a shape of their own are still found; what only structure shows may be missed.

1. Mend the syntax at the place that the finding names.
",
    verdict: Verdict::Warn,
    severity: 4.2,
    tags: &["cwe/CWE-693"],
};
