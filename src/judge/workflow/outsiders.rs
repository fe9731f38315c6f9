//! Who can start an agent, and whose words it reads.
//!
//! In: a site. Out: `Start`: the events by which somebody without write access starts it, and those by which a member
//! starts it while an outsider wrote the text. A condition that is not understood keeps nobody out.

use super::Site;
use crate::model::{Job, Setting, Step, Trigger, Workflow};
use crate::read::expression::{self, Expression, Reference};
use crate::rules::ci::{self, Guard};

/// The events that start an agent, by who stands behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Somebody without write access starts it.
    pub by_outsiders: Vec<String>,
    /// Somebody without write access may start it: it hangs on something that could not be read.
    pub perhaps: Vec<String>,
    /// A member starts it, an outsider wrote what it reads.
    pub with_outsiders_text: Vec<String>,
    /// What keeps outsiders from starting it, in words.
    pub kept_out_by: Option<&'static str>,
}

impl Start {
    /// Every event by which an outsider's words reach the agent.
    pub fn all(&self) -> Vec<String> {
        let parts = [&self.by_outsiders, &self.perhaps, &self.with_outsiders_text];
        parts.into_iter().flatten().cloned().collect()
    }

    /// What decides who starts it, in words.
    pub fn reason(&self) -> Option<String> {
        if !self.perhaps.is_empty() {
            return Some(
                "what decides who starts it is computed elsewhere and was not read".to_owned(),
            );
        }
        self.kept_out_by
            .map(|by| format!("{by} decides who starts it"))
    }
}

/// What an event lets outsiders do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    Closed,
    /// Somebody with access starts it; the text is anybody's.
    Text,
    Open,
}

/// Activity types that somebody without write access can cause.
const BY_ANYBODY: &[&str] = &[
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

/// Says who starts a site's agent.
pub(super) fn of(site: &Site<'_>) -> Start {
    let mut start = Start::default();
    for trigger in &site.workflow.triggers {
        let event = trigger.event.as_str();
        let opening = opening(trigger);
        if opening == Opening::Closed {
            continue;
        }
        let by_condition = !may_start(site, event, Unread::LetsIn);
        let by_action = is_guarded(site, event);
        if opening == Opening::Open && !by_condition && !by_action {
            let surely = site.step.is_some() && may_start(site, event, Unread::KeepsOut);
            if surely {
                start.by_outsiders.push(event.to_owned());
            } else {
                start.perhaps.push(event.to_owned());
            }
        } else {
            start.with_outsiders_text.push(event.to_owned());
            start.kept_out_by = Some(match (opening, by_condition) {
                (Opening::Open, true) => "a condition on who acts",
                (Opening::Open, false) => "the action's own check of write access",
                _ => "an event that needs access to the repository",
            });
        }
    }
    start
}

fn opening(trigger: &Trigger) -> Opening {
    let anybody = trigger.types.is_empty()
        || trigger
            .types
            .iter()
            .any(|word| BY_ANYBODY.contains(&word.as_str()));
    match trigger.event.as_str() {
        "issues" | "discussion" | "pull_request_target" if anybody => Opening::Open,
        "issues" | "discussion" | "pull_request_target" => Opening::Text,
        "issue_comment" | "discussion_comment" | "workflow_run" | "fork" | "watch" => Opening::Open,
        _ => Opening::Closed,
    }
}

/// Whether the agent's action refuses an actor without write access at this event.
fn is_guarded(site: &Site<'_>, event: &str) -> bool {
    let Some((_, step)) = site.step else {
        return site.call.is_some_and(|call| {
            ci::reusable_agent(&call.uses.name).is_some_and(|entry| entry.guard == Guard::Write)
        });
    };
    let Some(action) = site.action else {
        let entry = ci::cli_of_agent(site.agent.agent);
        let first = site.agent.arguments.first();
        return entry
            .zip(first)
            .is_some_and(|(entry, first)| entry.guarded.contains(first));
    };
    let is_checked = match action.guard {
        Guard::Always => true,
        // The check is made for people who act on issues and pull requests, not for runs that other runs start.
        Guard::Write => !matches!(event, "workflow_run" | "fork" | "watch"),
        Guard::None => false,
    };
    is_checked && !is_opened(action, step)
}

/// Whether an input takes the action's own check away for everybody.
pub(crate) fn is_opened(action: &ci::ActionAgent, step: &Step) -> bool {
    let everybody = |input: &String| {
        step.input(input).is_some_and(|setting| {
            setting
                .value
                .split([',', ' '])
                .any(|word| word.trim() == "*")
        })
    };
    action.opens.iter().any(everybody)
}

/// Whether the conditions on the way to the step let an outsider through.
fn may_start(site: &Site<'_>, event: &str, unread: Unread) -> bool {
    let outer = Scene {
        workflow: site.workflow,
        job: site.job,
        event,
        unread,
    };
    if !outer.job_runs(site.job, 0) {
        return false;
    }
    let inner = Scene {
        workflow: site.inner,
        job: site.inner_job,
        event,
        unread,
    };
    let is_other = !std::ptr::eq(site.job, site.inner_job);
    if is_other && !inner.job_runs(site.inner_job, 0) {
        return false;
    }
    let Some((number, step)) = site.step else {
        return true;
    };
    let before = &site.inner_job.steps[..number];
    !before.iter().any(stops_outsiders) && inner.passes(step.condition.as_ref())
}

/// What conditions are read against: an outsider causes `event`.
struct Scene<'w> {
    workflow: &'w Workflow,
    job: &'w Job,
    event: &'w str,
    unread: Unread,
}

/// How an outcome counts that an earlier job or step computes in a way that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unread {
    LetsIn,
    KeepsOut,
}

/// How many jobs of `needs` are followed, one behind the other.
const MAX_NEEDS: usize = 8;

impl Scene<'_> {
    /// Whether a job may run: its own condition, and the jobs that it needs.
    fn job_runs(&self, job: &Job, depth: usize) -> bool {
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

    fn passes(&self, condition: Option<&Setting>) -> bool {
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
        if path.ends_with("pull_request.merged") {
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
fn asks_who_acts(step: &Step) -> bool {
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
fn stops_outsiders(step: &Step) -> bool {
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
