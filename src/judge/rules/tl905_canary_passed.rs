//! TL905: policy fails its canary.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL905",
    name: "canary-passed",
    title: "Policy fails its canary",
    help: "\
Before judging, the effective policy is run over two planted broad tokens. One of them was not blocked.

A policy that lets a planted broad token pass would let a real one pass. The run is undecided and exits with 2.

1. Mend the line of the configuration that the finding names.
",
    verdict: Verdict::Block,
    severity: 7.4,
    tags: &["cwe/CWE-693", "cwe/CWE-15", "owasp-cicd/CICD-SEC-7"],
};
