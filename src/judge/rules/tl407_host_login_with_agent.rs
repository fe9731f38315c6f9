//! TL407: a login of the host is mounted where an agent works.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL407",
    name: "host-login-with-agent",
    title: "A login of the host is mounted where an agent works",
    help: "\
The container in which an agent works gets the logins of the person who starts it, or the Docker socket. The container then bounds nothing: the agent can do what that person can.

Give the container a credential of its own, for this repository and for a short time.
",
    verdict: Verdict::Warn,
    severity: 5.2,
    tags: &["cwe/CWE-668", "cwe/CWE-250", "owasp-nhi/NHI2:2025", "owasp-asi/ASI03"],
};
