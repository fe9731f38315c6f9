//! TL110: broad by name, handed as a reference.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL110",
    name: "broad-name-by-reference",
    title: "Broad by name, handed as a reference",
    help: "\
An agent's tool server or container is handed a variable whose name usually holds a broad credential. The value itself is not in the file.

1. Look at what stands under the name; make the narrower kind that the finding names.
2. Say so in `.tokenleash.toml`, in a change of its own: `[[credential]]` with `name`, `where`, `declared`, `owner` and `expires`. It is then shown as declared, not verified.
",
    verdict: Verdict::Note,
    severity: 3.0,
    tags: &["cwe/CWE-250", "owasp-nhi/NHI5:2025", "owasp-asi/ASI03"],
};
