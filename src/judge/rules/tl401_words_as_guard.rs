//! TL401: a guard that is only words.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL401",
    name: "words-as-guard",
    title: "A guard that is only words",
    help: "\
An instruction, an ignore file or a deny rule is what keeps an agent from a credential. Agents read past them: with a shell, with a program of their own, through a tool server, or because an error made it look necessary.

Keep the credential out of the checkout, or narrow it. An OS sandbox that denies the path, or an environment without the variable, is a bound.
",
    verdict: Verdict::Note,
    severity: 2.5,
    tags: &["cwe/CWE-602", "cwe/CWE-693", "owasp-asi/ASI03"],
};
