//! TL402: only words stand before a broad credential.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL402",
    name: "words-before-broad-credential",
    title: "Only words stand before a broad credential",
    help: "\
An instruction, an ignore file or a deny rule is all that keeps an agent from a broad credential, and the credential is there. In the PocketOS incident the rules forbade it, too.

Take the credential out of the checkout, or narrow it.
",
    verdict: Verdict::Warn,
    severity: 5.5,
    tags: &["cwe/CWE-602", "cwe/CWE-693", "owasp-nhi/NHI5:2025", "owasp-asi/ASI03"],
};
