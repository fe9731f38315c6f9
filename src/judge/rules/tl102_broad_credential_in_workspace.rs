//! TL102: broad credential in the workspace.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL102",
    name: "broad-credential-in-workspace",
    title: "Broad credential in the workspace",
    help: "\
A credential that reaches a whole account or organisation stands in a file of the checkout.

An agent reads any file of the checkout that it works in; a search for `token` after a permissions error is enough to find it. Ignore files and deny rules do not stop a shell.

1. Take the value out and read it from the environment or a secret manager.
2. Make the narrower credential that the finding names.
3. Rotate the broad one if it was ever pushed.
",
    verdict: Verdict::Block,
    severity: 9.0,
    tags: &["cwe/CWE-798", "cwe/CWE-1220", "cwe/CWE-312", "owasp-nhi/NHI5:2025", "owasp-nhi/NHI2:2025", "owasp-asi/ASI03", "owasp-cicd/CICD-SEC-6"],
};
