//! TL109: ingest-only or publishable key.

use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL109",
    name: "publishable-key",
    title: "Ingest-only or publishable key",
    help: "\
A key that is made to be public, that may only send events, that is a test-mode twin or a published sample, or that has expired by its own claim.

It can do little harm. It is named so that it is not mistaken for its secret twin.

1. Nothing has to be done. Check that it is the publishable key and not the secret one.
",
    verdict: Verdict::Note,
    severity: 1.0,
    tags: &["owasp-nhi/NHI2:2025"],
};
