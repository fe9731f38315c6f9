//! Who can start an agent, and whose words it reads.
//!
//! In: a site. Out: `Start`: the events by which somebody without write access starts it, and those by which a member
//! starts it while an outsider wrote the text. A condition that is not understood keeps nobody out.

use super::Site;
use super::gate::stops_outsiders;
use super::scene::{BY_ANYBODY, Scene, Unread};
use crate::model::{CiSystem, Step, Trigger};
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

/// Says who starts a site's agent.
pub(super) fn of(site: &Site<'_>) -> Start {
    let mut start = Start::default();
    if site.workflow.system != CiSystem::Github {
        by_other_systems(site, &mut start);
        return start;
    }
    for trigger in site.triggers() {
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
        } else if event == "workflow_run" && by_condition {
            // A run that no outsider caused carries no text of theirs.
            continue;
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

/// Elsewhere nobody without access starts a job that holds the project's secrets; but what starts it can carry their words.
fn by_other_systems(site: &Site<'_>, start: &mut Start) {
    if !site.reads_words_of_people() {
        return;
    }
    let carrying = ["trigger", "api", "external", "mention"];
    let triggers = site.triggers().iter();
    start.with_outsiders_text = triggers
        .filter(|trigger| carrying.contains(&trigger.event.as_str()))
        .map(|trigger| trigger.event.clone())
        .collect();
    if !start.with_outsiders_text.is_empty() {
        start.kept_out_by = Some("what calls the trigger");
    }
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
fn is_opened(action: &ci::ActionAgent, step: &Step) -> bool {
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
