//! CircleCI configurations into wiring: jobs with their executors, and the commands of the same file in their place.
//!
//! In: a file below `.circleci`. Out: a `Workflow`. What workflows say of a job (contexts, approvals, schedules) hangs on
//! the job. Orbs of the registry are named as unseen; those that stand in the file are read.

mod calls;
mod jobs;
mod parameters;
mod steps;

use super::file::File;
use super::{Reader, shared};
use crate::model::{CiSystem, Workflow};
use crate::syntax::{Entry, Node};

/// The most jobs of one file.
const MAX_JOBS: usize = 1000;

/// One file, and what its names mean.
struct Config<'f, 't> {
    file: &'f File<'t>,
}

impl<'f> Config<'f, '_> {
    /// The entries of a map at the file's top.
    fn section(&self, name: &str) -> Vec<&'f Entry> {
        let nodes = self.file.at(&[name]).into_iter();
        nodes
            .flat_map(|node| self.file.document.entries(node))
            .collect()
    }

    /// What stands below a name in a section: of the file, or of an orb that stands in it.
    fn named(&self, section: &str, name: &str) -> Option<&'f Node> {
        if let Some((orb, name)) = name.split_once('/') {
            let mut orbs = self.section("orbs").into_iter();
            let orb = orbs.find(|entry| entry.key == orb)?;
            return self.below(self.below(&orb.value, section)?, name);
        }
        let entries = self.section(section);
        let found = entries.iter().rev().find(|entry| entry.key == name)?;
        Some(&found.value)
    }

    fn below(&self, node: &'f Node, key: &str) -> Option<&'f Node> {
        let entries = self.file.document.entries(node);
        let found = entries.into_iter().find(|entry| entry.key == key)?;
        Some(&found.value)
    }

    /// An orb's command or job by the orb's own name: `aws/setup` is `circleci/aws-cli/setup`.
    fn orb_name(&self, written: &str) -> Option<String> {
        let (orb, name) = written.split_once('/')?;
        let mut orbs = self.section("orbs").into_iter();
        let orb = orbs.find(|entry| entry.key == orb)?;
        let source = self.file.document.resolve(&orb.value)?.as_text()?;
        let source = source.split('@').next().unwrap_or(source);
        Some(format!("{source}/{name}"))
    }
}

impl Reader<'_> {
    pub(super) fn circleci(&self, main: &File<'_>) -> Workflow {
        let config = Config { file: main };
        let mut workflow = Workflow {
            system: CiSystem::Circleci,
            path: main.path.clone(),
            triggers: Vec::new(),
            permissions: None,
            env: Vec::new(),
            jobs: Vec::new(),
        };
        let calls = calls::of(&config);
        for entry in config.section("jobs").into_iter().take(MAX_JOBS) {
            let job = self.circleci_job(&config, entry, &calls);
            workflow.jobs.push(job);
        }
        shared::tell_names(
            &mut workflow,
            "unless it stands in a context that this job does not name",
        );
        workflow
    }
}
