//! TL404: a guard that does nothing before a broad credential.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL404",
    name: "no-guard-before-broad-credential",
    title: "A guard that does nothing before a broad credential",
    help: "\
A rule or a file looks as if it kept an agent from a broad credential; it does nothing, and the credential is there.

Take the credential out of the checkout, or narrow it; then write the guard in the form that the finding names.
",
    verdict: Verdict::Warn,
    severity: 5.0,
    tags: &["cwe/CWE-693", "owasp-nhi/NHI5:2025"],
};
