//! TL405: a file of one person or session in Git.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL405",
    name: "local-file-shared",
    title: "A file of one person or session in Git",
    help: "\
Settings of one person and transcripts of sessions hold whole commands and whatever was pasted or printed. One in thirteen published packages that shipped such a file shipped a live credential with it.

Take it out of Git, and ignore it.
",
    verdict: Verdict::Note,
    severity: 3.0,
    tags: &["cwe/CWE-532", "cwe/CWE-200", "owasp-nhi/NHI2:2025"],
};
