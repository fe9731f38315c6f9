//! TL105: possible broad credential.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL105",
    name: "possible-broad-credential",
    title: "Possible broad credential",
    help: "\
Something that looks like a broad credential, on weak evidence: a checksum that fails, a shape that others share, a name that may mean something else.

If it is real, it reaches a whole account or organisation.

1. Look at it. If it is real, treat it as a broad credential: take it out, make the narrower one, rotate.
2. If it is a sample, say so in the value itself, as in `<your token>`.
",
    verdict: Verdict::Warn,
    severity: 6.5,
    tags: &["cwe/CWE-798", "cwe/CWE-1220", "owasp-nhi/NHI5:2025", "owasp-nhi/NHI2:2025", "owasp-asi/ASI03"],
};
