//! TL206: some tools run without a question.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL206",
    name: "some-tools-unasked",
    title: "Some tools run without a question",
    help: "\
A setting lets a tool server, an interpreter or a skill run without a question. Each may be meant so; together they often add up to everything.

Name the single tools and commands that only read.
",
    verdict: Verdict::Note,
    severity: 3.4,
    tags: &["cwe/CWE-862", "owasp-asi/ASI02"],
};
