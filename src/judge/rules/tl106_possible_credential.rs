//! TL106: possible credential.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL106",
    name: "possible-credential",
    title: "Possible credential",
    help: "\
Something that looks like a credential, on weak evidence or of a kind that is not known.

It stands where agents read it, and nothing tells what it can do.

1. Look at it. If it is real, take the value out and read it from the environment.
2. If it is a sample, say so in the value itself.
",
    verdict: Verdict::Warn,
    severity: 5.0,
    tags: &["cwe/CWE-798", "cwe/CWE-312", "owasp-nhi/NHI2:2025"],
};
