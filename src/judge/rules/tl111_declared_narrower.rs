//! TL111: declared narrower than the evidence.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL111",
    name: "declared-narrower",
    title: "Declared narrower than the evidence",
    help: "\
`.tokenleash.toml` declares a credential to be of a narrow kind, and something else says that it is broad: the catalogue, the name, or a literal in the same file.

Put the credential right, or the declaration.
",
    verdict: Verdict::Warn,
    severity: 6.0,
    tags: &["cwe/CWE-250", "owasp-nhi/NHI5:2025"],
};
