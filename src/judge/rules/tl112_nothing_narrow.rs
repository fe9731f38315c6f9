//! TL112: reference whose name can mean nothing narrow.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL112",
    name: "nothing-narrow",
    title: "Reference whose name can mean nothing narrow",
    help: "\
An agent's tool server or container is handed a credential that can only be broad, or a server that has a switch for less is started without it.

1. Make the narrower kind, where the finding names one.
2. Set the server's own limit: read only, one project, the few tools that are needed.
",
    verdict: Verdict::Warn,
    severity: 4.0,
    tags: &["cwe/CWE-250", "cwe/CWE-1220", "owasp-nhi/NHI5:2025", "owasp-asi/ASI03"],
};
