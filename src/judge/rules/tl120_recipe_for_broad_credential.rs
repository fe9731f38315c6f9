//! TL120: recipe for a broad credential.

use crate::find::recipe::RecipeSighting;
use crate::judge::{PathClass, class_of_path};
use crate::model::{Rule, Verdict};

/// The rule and its metadata.
pub const RULE: Rule = Rule {
    id: "TL120",
    name: "recipe-for-broad-credential",
    title: "Recipe for a broad credential",
    help: "\
A line that makes a credential which can do far more than one task needs: a role over a whole project, an administrator's
policy, a token with every scope.

What a credential can do is chosen here, when it is made. Whoever runs this line, a person or an agent, holds all of it
afterwards, and so does whatever reads the place where it is kept.

1. Use the narrower line that the finding shows, with your own names in it.
2. If the width is needed, give it to one named identity for a limited time, not to a stored credential.

In prose and documentation it is a note, and only where a sentence tells somebody to make the credential.
",
    verdict: Verdict::Warn,
    severity: 5.5,
    tags: &["cwe/CWE-250", "cwe/CWE-269", "owasp-nhi/NHI5:2025"],
};

/// The verdict on a recipe by where it stands: a note in prose; none in tests and somebody else's code, which make nothing.
pub fn verdict(sighting: &RecipeSighting) -> Option<Verdict> {
    match class_of_path(&sighting.path) {
        PathClass::Test | PathClass::Vendored => None,
        PathClass::Documentation => Some(Verdict::Note),
        PathClass::Live | PathClass::Template if sighting.in_prose => Some(Verdict::Note),
        PathClass::Live | PathClass::Template => Some(RULE.verdict),
    }
}
