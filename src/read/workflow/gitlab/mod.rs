//! GitLab pipelines into wiring: `.gitlab-ci.yml` with the files of the repository that it includes, and agent flows.
//!
//! In: the main file. Out: a `Workflow` whose jobs are complete: templates, defaults, `!reference` tags and included files
//! are put together as GitLab does. Includes of other projects are named as unseen, never taken for nothing.

mod events;
mod flow;
mod ground;
mod includes;
mod job;

use super::file::File;
use super::{Reader, shared, system};
use crate::model::{CiSystem, Setting, Spot, Trigger, Workflow};
use ground::Ground;

/// Keys of a pipeline file that are no jobs.
const KEYWORDS: &[&str] = &[
    "default",
    "include",
    "stages",
    "types",
    "variables",
    "workflow",
    "spec",
    "image",
    "services",
    "before_script",
    "after_script",
    "cache",
    "id_tokens",
];

impl Reader<'_> {
    /// Reads a pipeline, or the flow of an external agent.
    pub(super) fn gitlab(&self, main: &File<'_>) -> Workflow {
        if system::is_flow(&main.path) {
            return self.flow(main);
        }
        let texts = self.included(main);
        let mut files: Vec<File<'_>> = Vec::new();
        let mut origins = Vec::new();
        for (path, text, origin) in &texts.files {
            if let Ok(file) = File::open(path, text) {
                files.push(file);
                origins.push(origin.clone());
            }
        }
        let all = files.iter().chain([main]).collect();
        let ground = Ground::new(all, origins, texts.unseen.clone());
        self.pipeline(main, &ground)
    }

    fn pipeline(&self, main: &File<'_>, ground: &Ground<'_, '_>) -> Workflow {
        let mut workflow = empty(main);
        workflow.env = ground.global_variables();
        workflow.triggers = ground
            .top("workflow")
            .map(|at| events::of_workflow(ground, at))
            .unwrap_or_default();
        for (name, key) in ground.job_names() {
            let Some(mut job) = self.gitlab_job(ground, &name, key, &workflow) else {
                break;
            };
            if workflow.triggers.is_empty() && job.surroundings.triggers.is_empty() {
                job.surroundings.triggers.push(push(&job.spot));
            }
            workflow.jobs.push(job);
        }
        shared::tell_names(
            &mut workflow,
            "unless its variable is protected or kept for another environment",
        );
        workflow
    }
}

fn empty(main: &File<'_>) -> Workflow {
    Workflow {
        system: CiSystem::Gitlab,
        path: main.path.clone(),
        triggers: Vec::new(),
        permissions: None,
        env: Vec::new(),
        jobs: Vec::new(),
    }
}

/// A variable without a value of its own.
fn unset(name: &str, spot: &Spot) -> Setting {
    Setting {
        name: name.to_owned(),
        value: String::new(),
        name_spot: spot.clone(),
        spot: spot.clone(),
    }
}

/// What starts a job that no rule limits.
fn push(spot: &Spot) -> Trigger {
    Trigger {
        event: "push".to_owned(),
        types: Vec::new(),
        spot: spot.clone(),
    }
}
