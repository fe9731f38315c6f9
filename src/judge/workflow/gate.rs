//! Steps that look up who acts.
//!
//! In: a step. Out: whether it asks, and whether it ends the job for those who may not act.

use crate::model::Step;

/// Words by which a script looks up what the actor may do.
const ASKING: &[&str] = &[
    "getCollaboratorPermissionLevel",
    "/collaborators/",
    "/permission",
    "author_association",
    "checkMembershipForUser",
    "getMembershipForUser",
    "/members/",
    "check_membership",
    "checkCollaborator",
    "team-membership",
];

/// Parts of the names of actions that look up who acts.
const ASKING_ACTIONS: &[&str] = &[
    "permission",
    "check-actor",
    "membership",
    "check-user",
    "is-organization-member",
    "actor-check",
    "authorization",
    "authorize",
];

/// Whether a step looks up who acts.
pub(super) fn asks_who_acts(step: &Step) -> bool {
    let in_name = step
        .uses
        .as_ref()
        .is_some_and(|uses| ASKING_ACTIONS.iter().any(|part| uses.name.contains(part)));
    let texts = step
        .run
        .iter()
        .chain(step.input("script"))
        .chain(&step.env)
        .any(|setting| ASKING.iter().any(|word| setting.value.contains(word)));
    in_name || texts
}

/// Whether a step ends the job where the actor may not act.
pub(super) fn stops_outsiders(step: &Step) -> bool {
    if !asks_who_acts(step) {
        return false;
    }
    let is_action = step.run.is_none() && step.input("script").is_none();
    is_action
        || step.run.iter().chain(step.input("script")).any(|setting| {
            ["exit 1", "setFailed", "throw "]
                .iter()
                .any(|word| setting.value.contains(word))
        })
}
