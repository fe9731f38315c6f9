//! TL207: a tool server without its own limits.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL207",
    name: "server-without-limits",
    title: "A tool server without its own limits",
    help: "\
This tool server has a switch to read only, or to reach one project only, and it is started without it: the agent may do everything that the login behind it can.

Set the switch that the finding names.
",
    verdict: Verdict::Note,
    severity: 3.2,
    tags: &["cwe/CWE-250", "owasp-asi/ASI02", "owasp-asi/ASI03"],
};
