//! What jobs share where every job gets every variable of its project.
//!
//! In: a pipeline. Out: for each job with an agent, the credentials that other jobs name and that it may get too, as words
//! about what cannot be seen.

use std::collections::BTreeSet;

use crate::model::{Job, Workflow};
use crate::rules::ci;

/// The most names that are told.
const MOST: usize = 12;

/// Says what other jobs of the pipeline name. `unless`: what would keep it from this one.
pub(super) fn tell_names(workflow: &mut Workflow, unless: &str) {
    let all: Vec<BTreeSet<String>> = workflow.jobs.iter().map(names).collect();
    for (at, job) in workflow.jobs.iter_mut().enumerate() {
        if job.steps.iter().all(|step| step.agents.is_empty()) {
            continue;
        }
        let others = all.iter().enumerate().filter(|(other, _)| *other != at);
        let mut elsewhere: BTreeSet<&str> = others
            .flat_map(|(_, names)| names.iter().map(String::as_str))
            .filter(|name| !all[at].contains(*name))
            .filter(|name| !workflow.env.iter().any(|set| set.name == *name))
            .collect();
        while elsewhere.len() > MOST {
            elsewhere.pop_last();
        }
        if !elsewhere.is_empty() {
            let names: Vec<&str> = elsewhere.into_iter().collect();
            job.surroundings.unseen.push(format!(
                "whether it gets what other jobs name: {}; it does, {unless}",
                names.join(", ")
            ));
        }
    }
}

/// The credentials that a job names and does not set.
fn names(job: &Job) -> BTreeSet<String> {
    let mentions = job.steps.iter().flat_map(|step| &step.mentions);
    mentions
        .map(|mention| mention.name.clone())
        .filter(|name| ci::says_credential(name) && !name.starts_with("CI_"))
        .filter(|name| job.env.iter().all(|set| set.name != *name))
        .collect()
}
