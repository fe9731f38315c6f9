//! TL406: a login of the host is mounted into a container.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL406",
    name: "host-login-mounted",
    title: "A login of the host is mounted into a container",
    help: "\
A container gets the logins of the person who starts it, or the Docker socket. Whatever runs inside can do what that person can.

Give the container a credential of its own, for this repository and for a short time.
",
    verdict: Verdict::Note,
    severity: 3.5,
    tags: &["cwe/CWE-668", "owasp-nhi/NHI2:2025"],
};
