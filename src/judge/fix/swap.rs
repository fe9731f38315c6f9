//! Hands an agent's action the job's own token, so that it does not swap the OIDC token for a wider one.
//!
//! In: a job whose agents exchange tokens. Out: the input, and the job's block as it then has to be: without
//! `id-token: write` where nothing else uses it, and with what the action needs to answer where it was called.

use super::Drafted;
use super::bench::{Bench, Edits, Settings, refused};
use super::permissions::{block, narrowed, widen, without};
use super::reads::{answers_by_itself, names_job_token};
use crate::judge::workflow::{Site, sites};
use crate::model::{Access, Job, Safety, Scopes, Setting, Spot, Step, Workflow};

const VALUE: &str = "${{ github.token }}";

/// How an agent is told to use the job's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Switch<'s> {
    /// An input that takes the token.
    Token(&'static str),
    /// An input that is turned on; the token comes in a variable.
    Input(&'s str),
    /// A variable that is turned on; the token comes in another.
    Variable(&'static str),
}

/// The variable in which a switched agent takes the token.
const TOKEN_VARIABLE: &str = "GITHUB_TOKEN";

impl<'s> Switch<'s> {
    fn of(site: &Site<'s>) -> Option<Self> {
        let Some(action) = site.action else {
            let program = site.exchanging_program()?;
            let is_known = program.exchanges.iter().any(|word| word == "github");
            return is_known.then_some(Switch::Variable("USE_GITHUB_TOKEN"));
        };
        if action
            .token_inputs
            .iter()
            .any(|input| input == "github_token")
        {
            return Some(Switch::Token("github_token"));
        }
        let named = action.keeps_job_token.first()?;
        Some(Switch::Input(named))
    }

    /// The settings that turn it.
    fn settings(self) -> Vec<(Settings, &'s str, &'static str)> {
        let token = (Settings::Variables, TOKEN_VARIABLE, VALUE);
        match self {
            Switch::Token(input) => vec![(Settings::Inputs, input, VALUE)],
            Switch::Input(input) => vec![(Settings::Inputs, input, "true"), token],
            Switch::Variable(name) => vec![(Settings::Variables, name, "true"), token],
        }
    }
}

/// Whether a step already has a token of its own where the switch puts one.
fn has_own_token(step: &Step) -> bool {
    let mut env = step.env.iter();
    env.any(|setting| setting.name == TOKEN_VARIABLE && !names_job_token(setting))
}

/// Answers that an action's token is wider than the block says.
pub(super) fn draft(bench: &Bench<'_>, job: &Job) -> Drafted {
    let asked = bench.asked(job, &["TL313"]);
    if asked.is_empty() {
        return Ok(None);
    }
    let all = bench.sites_of(job);
    let exchanging: Vec<&Site<'_>> = all
        .iter()
        .copied()
        .filter(|site| site.exchanged().is_some())
        .collect();
    let left = |why: &'static str| Err(refused(&asked)(why));
    let switches: Option<Vec<_>> = exchanging.iter().map(|site| Switch::of(site)).collect();
    let (Some(first), Some(switches)) = (exchanging.first(), switches) else {
        return left("this action has no input that takes the job's token");
    };
    let mut edits = Edits::default();
    for (site, switch) in exchanging.iter().zip(&switches) {
        let Some((_, step)) = site.step else {
            continue;
        };
        if !matches!(switch, Switch::Token(_)) && has_own_token(step) {
            return left("its step has a GITHUB_TOKEN that is not the job's");
        }
        for map in [Settings::Inputs, Settings::Variables] {
            let stands = |name: &str| {
                map == Settings::Variables && step.env.iter().any(|one| one.name == name)
            };
            let all = switch.settings().into_iter();
            let missing = all.filter(|(own, name, _)| *own == map && !stands(name));
            let missing: Vec<(&str, &str)> =
                missing.map(|(_, name, value)| (name, value)).collect();
            bench
                .set((job, step), map, &missing, &mut edits)
                .map_err(refused(&asked))?;
        }
    }
    let shared = edits.shared(&bench.ground.path);
    let granted = first.grant.scopes.clone().unwrap_or_default();
    let target = target(bench.workflow, job, &granted);
    if target != granted {
        let more = block(bench.ground, job, &target).map_err(refused(&asked))?;
        edits.add(&bench.ground.path, more);
    }
    let title = format!(
        "Hand {} the job's own token instead of an App token{}.",
        first.agent.agent,
        said(&granted, &target)
    );
    let mut draft = bench.draft_of(Safety::Unsafe, title, &asked, edits);
    draft.breaks = breaks(&target, shared);
    Ok(Some(draft))
}

/// What could break, in words that follow a colon.
fn breaks(target: &Scopes, shared: Option<String>) -> String {
    let breaks = if target.get("contents") == Some(&Access::Write) {
        "its comments and commits come from github-actions[bot] from then on, and what it pushes starts no other workflow."
    } else {
        "it can no longer push (the block does not grant contents: write), and its comments come from github-actions[bot]."
    };
    match shared {
        Some(path) => format!("{breaks} Other workflows that use {path} get the same."),
        None => breaks.to_owned(),
    }
}

/// What the block has to grant once the action uses the job's token.
fn target(workflow: &Workflow, job: &Job, granted: &Scopes) -> Scopes {
    let mut target = granted.clone();
    let swapped = switched(workflow, job);
    let after = sites(&swapped);
    let after: Vec<&Site<'_>> = after
        .iter()
        .filter(|site| site.job.id == job.id && !site.is_called())
        .collect();
    if after.iter().all(|site| site.need.leaves_oidc_unused()) {
        target = without(&target, "id-token");
    }
    // A called workflow may not ask for more than its caller grants.
    if workflow
        .triggers
        .iter()
        .any(|one| one.event == "workflow_call")
    {
        return target;
    }
    let mut least = Scopes::new();
    for site in &after {
        match site.need.within(&site.grant) {
            Some(need) if !answers_by_itself(site) => widen(&mut least, &need),
            _ => {
                for scope in by_triggers(workflow) {
                    target.insert(scope, Access::Write);
                }
                return target;
            }
        }
    }
    let mut target = narrowed(&target, &least);
    for scope in ANSWERS {
        if least.get(scope) == Some(&Access::Write) {
            target.insert(scope.to_owned(), Access::Write);
        }
    }
    target
}

/// The workflow as it reads once the job's agents use its token.
fn switched(workflow: &Workflow, job: &Job) -> Workflow {
    let of_agents = sites(workflow);
    let switches = of_agents.iter().filter(|site| site.job.id == job.id);
    let switches: Vec<(Spot, Switch<'_>)> = switches
        .filter_map(|site| Some((site.step?.1.spot.clone(), Switch::of(site)?)))
        .collect();
    let mut swapped = workflow.clone();
    let jobs = swapped.jobs.iter_mut().filter(|inner| inner.id == job.id);
    for step in jobs.flat_map(|inner| &mut inner.steps) {
        let Some((_, switch)) = switches.iter().find(|(spot, _)| *spot == step.spot) else {
            continue;
        };
        for (map, name, value) in switch.settings() {
            let (settings, spot) = match map {
                Settings::Inputs => (&mut step.with, &step.spot),
                Settings::Variables => (&mut step.env, &step.spot),
            };
            settings.retain(|setting| !setting.name.eq_ignore_ascii_case(name));
            settings.push(Setting {
                name: name.to_owned(),
                value: value.to_owned(),
                name_spot: spot.clone(),
                spot: spot.clone(),
            });
        }
    }
    swapped
}

/// The scopes by which an agent answers where it was called.
const ANSWERS: [&str; 2] = ["issues", "pull-requests"];

fn by_triggers(workflow: &Workflow) -> Vec<String> {
    let mut scopes = Vec::new();
    for trigger in &workflow.triggers {
        match trigger.event.as_str() {
            "issues" => scopes.push("issues"),
            "issue_comment" => scopes.extend(ANSWERS),
            event if event.starts_with("pull_request") => scopes.push("pull-requests"),
            _ => {}
        }
    }
    scopes.into_iter().map(str::to_owned).collect()
}

fn said(granted: &Scopes, target: &Scopes) -> String {
    let mut words = String::new();
    let raised: Vec<&str> = target
        .iter()
        .filter(|(scope, access)| granted.get(*scope).unwrap_or(&Access::None) < *access)
        .map(|(scope, _)| scope.as_str())
        .collect();
    let lowered: Vec<&str> = target
        .iter()
        .filter(|(scope, access)| granted.get(*scope).is_some_and(|have| have > *access))
        .map(|(scope, _)| scope.as_str())
        .collect();
    if !lowered.is_empty() {
        words.push_str(&format!(
            ", let that token only read {}",
            lowered.join(" and ")
        ));
    }
    if !raised.is_empty() {
        words.push_str(&format!(", let that token write {}", raised.join(" and ")));
    }
    if granted.contains_key("id-token") && !target.contains_key("id-token") {
        words.push_str(", and drop id-token: write, which nothing else uses");
    }
    words
}
