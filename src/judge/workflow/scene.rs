//! Conditions read against an outsider: can somebody without write access make them come out true?
//!
//! In: a workflow, a job, an event. Out: yes or no. A condition that is not understood keeps nobody out.

use super::gate::{asks_who_acts, stops_outsiders};
use crate::model::{Job, Setting, Workflow};
use crate::read::expression::{self, Expression, Reference};

/// Activity types that somebody without write access can cause.
pub(super) const BY_ANYBODY: &[&str] = &[
    "opened",
    "edited",
    "reopened",
    "closed",
    "created",
    "deleted",
    "synchronize",
    "ready_for_review",
    "converted_to_draft",
    "submitted",
    "completed",
    "requested",
    "in_progress",
];

/// What conditions are read against: an outsider causes `event`.
pub(super) struct Scene<'w> {
    pub workflow: &'w Workflow,
    pub job: &'w Job,
    pub event: &'w str,
    pub unread: Unread,
}

/// How an outcome counts that an earlier job or step computes in a way that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    LetsIn,
    KeepsOut,
}

/// How many jobs of `needs` are followed, one behind the other.
const MAX_NEEDS: usize = 8;

impl Scene<'_> {
    /// Whether a job may run: its own condition, and the jobs that it needs.
    pub(super) fn job_runs(&self, job: &Job, depth: usize) -> bool {
        if !self.passes(job.condition.as_ref()) {
            return false;
        }
        let text = job.condition.as_ref().map_or("", |c| c.value.as_str());
        let runs_anyway = text.contains("always()")
            || text.contains("!cancelled()")
            || text.contains("! cancelled()")
            || text.contains("failure()");
        if runs_anyway || depth >= MAX_NEEDS {
            return true;
        }
        job.needs.iter().all(|id| {
            let Some(needed) = self.workflow.jobs.iter().find(|job| &job.id == id) else {
                return true;
            };
            !needed.steps.iter().any(stops_outsiders) && self.job_runs(needed, depth + 1)
        })
    }

    pub(super) fn passes(&self, condition: Option<&Setting>) -> bool {
        let Some(condition) = condition else {
            return true;
        };
        match expression::condition(&condition.value) {
            Some(tree) => self.can(&tree, true),
            None => true,
        }
    }

    /// Whether an outsider can make an expression come out as `wanted`.
    fn can(&self, tree: &Expression, wanted: bool) -> bool {
        if self.unread == Unread::KeepsOut && is_computed(tree) {
            return false;
        }
        match tree {
            Expression::Or(parts) if wanted => parts.iter().any(|part| self.can(part, true)),
            Expression::Or(parts) => parts.iter().all(|part| self.can(part, false)),
            Expression::And(parts) if wanted => parts.iter().all(|part| self.can(part, true)),
            Expression::And(parts) => parts.iter().any(|part| self.can(part, false)),
            Expression::Not(inner) => self.can(inner, !wanted),
            Expression::Compare("==", left, right) => {
                self.equal(left, right).is_none_or(|known| known == wanted)
            }
            Expression::Compare("!=", left, right) => {
                self.equal(left, right).is_none_or(|known| known != wanted)
            }
            Expression::Call(name, arguments) => self
                .call(name, arguments)
                .is_none_or(|known| known == wanted),
            Expression::Context(reference) => {
                self.truth(reference).is_none_or(|known| known == wanted)
            }
            Expression::Literal(word) => (word == "true") == wanted || word.parse::<f64>().is_ok(),
            Expression::Text(text) => text.is_empty() != wanted,
            Expression::Compare(..) => true,
        }
    }

    /// Whether a context is true for an outsider, where that is known.
    fn truth(&self, reference: &Reference) -> Option<bool> {
        if self.is_gate(reference) {
            return Some(false);
        }
        let path = reference.parts.join(".").to_ascii_lowercase();
        if path.ends_with("head.repo.fork") {
            return Some(true);
        }
        if path.ends_with("pull_request.merged") || is_list_of_own(&path) {
            return Some(false);
        }
        is_input(&path).then_some(false)
    }

    fn equal(&self, left: &Expression, right: &Expression) -> Option<bool> {
        let (context, other) = match (left, right) {
            (Expression::Context(context), other) | (other, Expression::Context(context)) => {
                (context, other)
            }
            _ => return None,
        };
        let path = context.parts.join(".").to_ascii_lowercase();
        let text = match other {
            Expression::Text(text) => Some(text.as_str()),
            Expression::Literal(word) => Some(word.as_str()),
            _ => None,
        };
        if self.is_gate(context) {
            let refused = text.is_some_and(|text| matches!(text, "false" | "" | "none" | "read"));
            return Some(refused);
        }
        if path == "github.event_name" {
            return text.map(|text| text == self.event);
        }
        if path == "github.event.action" {
            return text
                .filter(|text| !BY_ANYBODY.contains(text))
                .map(|_| false);
        }
        if path.ends_with("author_association") {
            return text.filter(|text| is_member(text)).map(|_| false);
        }
        if is_actor(&path) {
            let is_fixed = text.is_some()
                || matches!(other, Expression::Context(c) if !c.is_of("github") || c.part(1) == "repository_owner");
            return is_fixed.then_some(false);
        }
        if path.ends_with("head.repo.full_name") || path.ends_with("head_repository.full_name") {
            return Some(false);
        }
        if path.ends_with("head.repo.fork") || path.ends_with("head_repository.fork") {
            return text.map(|text| text == "true");
        }
        if path.ends_with("pull_request.merged") || path.ends_with("event.label.name") {
            return text.map(|text| text == "false");
        }
        if path == "github.event.workflow_run.event" {
            return text
                .filter(|text| !text.starts_with("pull_request"))
                .map(|_| false);
        }
        if is_list_of_own(&path) {
            return text.map(|text| matches!(text, "null" | "" | "0" | "false"));
        }
        if is_input(&path) {
            return text.map(str::is_empty);
        }
        None
    }

    fn call(&self, name: &str, arguments: &[Expression]) -> Option<bool> {
        match name {
            "always" | "success" => return Some(true),
            "contains" | "startswith" | "endswith" => {}
            _ => return None,
        }
        let [hay, needle] = arguments else {
            return None;
        };
        let (words, contexts) = (texts(arguments), contexts(arguments));
        for context in &contexts {
            let path = context.parts.join(".").to_ascii_lowercase();
            if path == "github.event_name" {
                return self.names_event(name, hay, needle);
            }
            if path.ends_with("author_association") {
                let lets_in = words
                    .iter()
                    .any(|text| text.contains("NONE") || text.contains("FIRST_TIME"));
                return (!lets_in).then_some(false);
            }
            if is_actor(&path) {
                return Some(false);
            }
            if self.is_gate(context) {
                return Some(false);
            }
        }
        None
    }

    fn names_event(&self, name: &str, hay: &Expression, needle: &Expression) -> Option<bool> {
        match (hay, needle) {
            (Expression::Context(_), Expression::Text(text)) if name == "startswith" => {
                Some(self.event.starts_with(text.as_str()))
            }
            (Expression::Context(_), Expression::Text(text)) => {
                Some(self.event.contains(text.as_str()))
            }
            _ => {
                let listed = texts(std::slice::from_ref(hay));
                (!listed.is_empty()).then(|| listed.iter().any(|text| text.contains(self.event)))
            }
        }
    }

    /// Whether a context is the outcome of a job or step that looks up who acts.
    fn is_gate(&self, reference: &Reference) -> bool {
        let id = reference.part(1);
        if reference.is_of("needs") {
            let job = self.workflow.jobs.iter().find(|job| job.id == id);
            return job.is_some_and(|job| job.steps.iter().any(asks_who_acts));
        }
        if reference.is_of("steps") {
            let mut steps = self.job.steps.iter();
            return steps.any(|step| step.id == id && asks_who_acts(step));
        }
        false
    }
}

/// Whether an expression hangs on what an earlier job or step computed.
fn is_computed(tree: &Expression) -> bool {
    let of_output = |reference: &&Reference| {
        (reference.is_of("needs") || reference.is_of("steps")) && reference.part(2) == "outputs"
    };
    match tree {
        Expression::Context(context) => of_output(&context),
        Expression::Compare(_, left, right) => is_computed(left) || is_computed(right),
        Expression::Call(_, arguments) => contexts(arguments).iter().any(of_output),
        _ => false,
    }
}

fn is_member(association: &str) -> bool {
    matches!(
        association,
        "OWNER" | "MEMBER" | "COLLABORATOR" | "CONTRIBUTOR"
    )
}

fn is_actor(path: &str) -> bool {
    matches!(
        path,
        "github.actor" | "github.triggering_actor" | "github.actor_id"
    ) || path.ends_with("sender.login")
        || path.ends_with("comment.user.login")
        || path.ends_with("issue.user.login")
        || path.ends_with("pull_request.user.login")
        || path.ends_with("review.user.login")
        || path.ends_with("workflow_run.actor.login")
}

/// GitHub leaves the list of a run's pull requests empty where they come from a fork.
fn is_list_of_own(path: &str) -> bool {
    path.contains("workflow_run.pull_requests")
}

/// Inputs are set only by those who may dispatch.
fn is_input(path: &str) -> bool {
    path.starts_with("inputs.") || path.starts_with("github.event.inputs.")
}

fn texts(parts: &[Expression]) -> Vec<&str> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Expression::Text(text) => found.push(text.as_str()),
            Expression::Call(_, inner) | Expression::Or(inner) | Expression::And(inner) => {
                found.extend(texts(inner))
            }
            _ => {}
        }
    }
    found
}

fn contexts(parts: &[Expression]) -> Vec<&Reference> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Expression::Context(context) => found.push(context),
            Expression::Call(_, inner) | Expression::Or(inner) | Expression::And(inner) => {
                found.extend(contexts(inner))
            }
            _ => {}
        }
    }
    found
}
