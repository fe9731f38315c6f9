//! TL901: not read.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL901",
    name: "not-read",
    title: "Not read",
    help: "\
Something that this change introduces could not be looked at: its bytes could not be read, or a file that an agent or GitHub will really load does not parse.

tokenleash never says clean about what it has not seen. The run is undecided and exits with 2.

1. Read the reason beside the path and mend it, then run again.
",
    verdict: Verdict::Block,
    severity: 7.5,
    tags: &["cwe/CWE-693", "owasp-cicd/CICD-SEC-7"],
};
