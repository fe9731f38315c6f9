//! What jobs share where every job gets every variable of its project.
//!
//! In: a pipeline. Out: for each job with an agent, the credentials that other jobs name and that it may get too, as words
//! about what cannot be seen.

use std::collections::BTreeSet;

use crate::model::{Job, Workflow};
use crate::rules::ci;

/// The most names that are told.
const MOST: usize = 12;

/// The most names of a pipeline that are compared.
const MOST_NAMES: usize = 200;

/// Says what other jobs of the pipeline name. `unless`: what would keep it from this one.
pub(super) fn tell_names(workflow: &mut Workflow, unless: &str) {
    let is_agent = |job: &Job| job.steps.iter().any(|step| !step.agents.is_empty());
    if !workflow.jobs.iter().any(is_agent) {
        return;
    }
    let mut all: BTreeSet<String> = workflow.jobs.iter().flat_map(names).collect();
    for set in &workflow.env {
        all.remove(&set.name);
    }
    let all: Vec<String> = all.into_iter().take(MOST_NAMES).collect();
    for job in workflow.jobs.iter_mut().filter(|job| is_agent(job)) {
        let own: BTreeSet<String> = names(job).collect();
        let elsewhere = all.iter().filter(|name| !own.contains(*name));
        let names: Vec<&str> = elsewhere.map(String::as_str).take(MOST).collect();
        if !names.is_empty() {
            job.surroundings.unseen.push(format!(
                "whether it gets what other jobs name: {}; it does, {unless}",
                names.join(", ")
            ));
        }
    }
}

/// The credentials that a job names and does not set.
fn names(job: &Job) -> impl Iterator<Item = String> {
    let set: BTreeSet<&str> = job.env.iter().map(|set| set.name.as_str()).collect();
    let mentions = job.steps.iter().flat_map(|step| &step.mentions);
    mentions
        .map(|mention| mention.name.clone())
        .filter(|name| ci::says_credential(name) && !name.starts_with("CI"))
        .filter(move |name| !set.contains(name.as_str()))
}
