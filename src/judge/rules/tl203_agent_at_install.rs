//! TL203: installing starts an agent that asks nobody.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL203",
    name: "agent-at-install",
    title: "Installing starts an agent that asks nobody",
    help: "\
A script that runs while a package is installed or a container is made starts an agent with the flag that takes all questions away. In the Nx incident exactly this took inventory of wallets, keys and tokens on the machines of everybody who installed.

Take the agent out of the install step.
",
    verdict: Verdict::Block,
    severity: 8.2,
    tags: &["cwe/CWE-506", "cwe/CWE-654", "owasp-asi/ASI02", "owasp-cicd/CICD-SEC-3"],
};
