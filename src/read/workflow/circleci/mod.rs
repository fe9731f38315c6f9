//! CircleCI configurations into wiring: jobs with their executors, and the commands of the same file in their place.
//!
//! In: a file below `.circleci`. Out: a `Workflow`. What workflows say of a job (contexts, approvals, schedules) hangs on
//! the job. Orbs of the registry are named as unseen; those that stand in the file are read.

mod calls;
mod jobs;
mod parameters;
mod steps;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::file::File;
use super::{Reader, shared};
use crate::model::{CiSystem, Span, Workflow};
use crate::syntax::{Entry, Node};

/// The most jobs of one file.
const MAX_JOBS: usize = 1000;

/// The most steps, commands and lists that are visited in one file.
const MAX_VISITS: usize = 100_000;

/// One file, and what its names mean.
struct Config<'f, 't> {
    file: &'f File<'t>,
    /// What stands in the sections of the file, by section and name.
    names: BTreeMap<(&'static str, &'f str), &'f Node>,
    visits: Cell<usize>,
}

impl<'f, 't> Config<'f, 't> {
    fn new(file: &'f File<'t>) -> Self {
        let mut names = BTreeMap::new();
        for section in ["commands", "executors", "orbs"] {
            for node in file.at(&[section]) {
                for entry in file.document.entries(node) {
                    names.insert((section, entry.key.as_str()), &entry.value);
                }
            }
        }
        Config {
            file,
            names,
            visits: Cell::new(0),
        }
    }

    /// Whether the bound allows another visit.
    fn visit(&self) -> bool {
        self.visits.set(self.visits.get() + 1);
        self.visits.get() <= MAX_VISITS
    }
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
    fn named(&self, section: &'static str, name: &str) -> Option<&'f Node> {
        if let Some((orb, name)) = name.split_once('/') {
            let orb = self.names.get(&("orbs", orb))?;
            return self.below(self.below(orb, section)?, name);
        }
        let own = self.names.get(&(section, name)).copied();
        // Inside an orb its own names go without its name.
        own.or_else(|| {
            let mut orbs = self.names.iter().filter(|((part, _), _)| *part == "orbs");
            orbs.find_map(|(_, orb)| self.below(self.below(orb, section)?, name))
        })
    }

    fn below(&self, node: &'f Node, key: &str) -> Option<&'f Node> {
        let entries = self.file.document.entries(node);
        let found = entries.into_iter().find(|entry| entry.key == key)?;
        Some(&found.value)
    }

    /// An orb's command or job by the orb's own name: `aws/setup` is `circleci/aws-cli/setup`.
    fn orb_name(&self, written: &str) -> Option<String> {
        let (orb, name) = written.split_once('/')?;
        let orb = self.names.get(&("orbs", orb))?;
        let source = self.file.document.resolve(orb)?.as_text()?;
        let source = source.split('@').next().unwrap_or(source);
        Some(format!("{source}/{name}"))
    }
}

impl Reader<'_> {
    pub(super) fn circleci(&self, main: &File<'_>) -> Workflow {
        let config = Config::new(main);
        let mut workflow = Workflow {
            system: CiSystem::Circleci,
            path: main.path.clone(),
            triggers: Vec::new(),
            permissions: None,
            env: Vec::new(),
            jobs: Vec::new(),
        };
        let calls = calls::of(&config);
        let own = config.section("jobs").into_iter().take(MAX_JOBS);
        let mut jobs: BTreeMap<&str, &Node> = BTreeMap::new();
        for call in calls.iter().filter(|call| call.job.contains('/')) {
            if let Some(node) = config.named("jobs", &call.job) {
                jobs.insert(&call.job, node);
            }
        }
        for entry in own {
            let spot = main.spot(entry.key_span);
            let job = self.circleci_job(&config, (&entry.key, spot), &entry.value, &calls);
            workflow.jobs.push(job);
        }
        for (name, node) in jobs {
            let start = Span::new(node.span.start, node.span.start);
            let job = self.circleci_job(&config, (name, main.spot(start)), node, &calls);
            workflow.jobs.push(job);
        }
        shared::tell_names(
            &mut workflow,
            "unless it stands in a context that this job does not name",
        );
        workflow
    }
}
