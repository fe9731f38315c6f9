//! TL403: a guard that does nothing.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL403",
    name: "guard-without-effect",
    title: "A guard that does nothing",
    help: "\
A rule or a file looks like a guard and is read by nobody: a key that does not exist, a path form that means something else, an ignore file that the agent does not know.

Write the form that the finding names.
",
    verdict: Verdict::Note,
    severity: 3.0,
    tags: &["cwe/CWE-693", "cwe/CWE-1188"],
};
