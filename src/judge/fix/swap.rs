//! Hands an agent's action the job's own token, so that it does not swap the OIDC token for a wider one.
//!
//! In: a job whose agents exchange tokens. Out: the input, and the job's block as it then has to be: without
//! `id-token: write` where nothing else uses it, and with what the action needs to answer where it was called.

use super::bench::{Bench, refused};
use super::permissions::{block, narrowed, widen, without};
use super::reads::answers_by_itself;
use super::{Drafted, Refusal};
use crate::judge::workflow::{Site, sites};
use crate::model::{Access, Job, Safety, Scopes, Setting, Workflow};

const INPUT: &str = "github_token";
const VALUE: &str = "${{ github.token }}";

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
    let takes = |site: &&Site<'_>| {
        site.action
            .is_some_and(|action| action.token_inputs.iter().any(|input| input == INPUT))
    };
    let Some(first) = exchanging.first().filter(|_| exchanging.iter().all(takes)) else {
        return Err(Refusal::new(
            &asked,
            "this action has no `github_token` input; see its own switch for the job's token",
        ));
    };
    let (mut edits, mut touched) = (Vec::new(), Vec::new());
    for site in &exchanging {
        let Some((_, step)) = site.step else {
            continue;
        };
        let (edit, route) = bench
            .ground
            .set_input(job, step, INPUT, VALUE)
            .map_err(refused(&asked))?;
        edits.push(edit);
        touched.push(route);
    }
    let granted = first.grant.scopes.clone().unwrap_or_default();
    let target = target(bench.workflow, job, &granted);
    if target != granted {
        let (more, routes) = block(bench.ground, job, &target).map_err(refused(&asked))?;
        edits.extend(more);
        touched.extend(routes);
    }
    let title = format!(
        "Hand {} the job's own token instead of an App token{}.",
        first.agent.agent,
        said(&granted, &target)
    );
    let mut draft = bench.draft(Safety::Unsafe, title, &asked, (edits, touched));
    draft.breaks = if target.get("contents") == Some(&Access::Write) {
        "its comments and commits come from github-actions[bot] from then on, and what it pushes starts no other workflow."
    } else {
        "it can no longer push (the block does not grant contents: write), and its comments come from github-actions[bot]."
    }
    .to_owned();
    Ok(Some(draft))
}

/// What the block has to grant once the action uses the job's token.
fn target(workflow: &Workflow, job: &Job, granted: &Scopes) -> Scopes {
    let mut target = granted.clone();
    let mut swapped = workflow.clone();
    for inner in swapped.jobs.iter_mut().filter(|inner| inner.id == job.id) {
        for step in inner
            .steps
            .iter_mut()
            .filter(|step| !step.agents.is_empty())
        {
            step.with
                .retain(|input| !input.name.eq_ignore_ascii_case(INPUT));
            step.with.push(Setting {
                name: INPUT.to_owned(),
                value: VALUE.to_owned(),
                name_spot: step.spot.clone(),
                spot: step.spot.clone(),
            });
        }
    }
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
