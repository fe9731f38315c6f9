//! Azure pipelines into wiring: stages, jobs and steps, with the templates of the same repository in their place.
//!
//! In: the main file. Out: a `Workflow`. A file that nothing starts is a template and gives no jobs of its own. Templates
//! of other repositories are named as unseen; steps that are handed to them as parameters are read.

mod jobs;
mod steps;
mod templates;
mod variables;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::file::File;
use super::substitute::Values;
use super::{MAX_CALLS, Reader};
use crate::model::{CiSystem, Job, Setting, Spot, Trigger, Workflow};
use crate::syntax::Node;

/// The most jobs of one pipeline.
const MAX_JOBS: usize = 1000;

/// What one reading of a pipeline gathers.
struct Walk<'r, 'a> {
    reader: &'r Reader<'a>,
    jobs: RefCell<Vec<Job>>,
    /// How often a job of a name has been met.
    names: RefCell<BTreeMap<String, usize>>,
    /// Templates of other repositories, and groups of variables.
    templates: RefCell<BTreeSet<String>>,
    groups: RefCell<BTreeSet<String>>,
}

/// What stands around a node.
#[derive(Clone)]
struct Place<'f, 't> {
    file: &'f File<'t>,
    values: &'f Values,
    /// Variables of the pipeline, the stage and the job.
    env: Vec<Setting>,
    pool: Option<Setting>,
    stage: String,
    /// The place in the main file that brings this one in.
    origin: Option<Spot>,
    depth: usize,
}

impl Reader<'_> {
    pub(super) fn azure(&self, main: &File<'_>) -> Workflow {
        let mut workflow = Workflow {
            system: CiSystem::Azure,
            path: main.path.clone(),
            triggers: triggers(main),
            permissions: None,
            env: Vec::new(),
            jobs: Vec::new(),
        };
        if !is_pipeline(main) {
            return workflow;
        }
        let walk = Walk {
            reader: self,
            jobs: RefCell::new(Vec::new()),
            names: RefCell::new(BTreeMap::new()),
            templates: RefCell::new(BTreeSet::new()),
            groups: RefCell::new(BTreeSet::new()),
        };
        let values = templates::defaults(main, &[]);
        let place = Place {
            file: main,
            values: &values,
            env: Vec::new(),
            pool: None,
            stage: String::new(),
            origin: None,
            depth: 0,
        };
        walk.file(&place);
        workflow.jobs = walk.finished(main);
        workflow
    }
}

/// Whether a file starts jobs by itself. A template has parameters and nothing that starts it.
fn is_pipeline(file: &File<'_>) -> bool {
    let has = |key| !file.at(&[key]).is_empty();
    let starts = ["trigger", "pr", "schedules", "resources", "extends"]
        .iter()
        .any(|key| has(key));
    let runs = ["steps", "jobs", "stages"].iter().any(|key| has(key));
    starts || (runs && (has("pool") || !has("parameters")))
}

/// What starts a pipeline; without a word every push does.
fn triggers(file: &File<'_>) -> Vec<Trigger> {
    let mut found = Vec::new();
    let mut add = |event: &str, spot: Spot| {
        found.push(Trigger {
            event: event.to_owned(),
            types: Vec::new(),
            spot,
        });
    };
    let says_none = |node: &Node| {
        let node = file.document.resolve(node);
        node.and_then(Node::as_text) == Some("none")
    };
    let mut is_silent = true;
    for root in &file.document.roots {
        for entry in file.document.entries(root) {
            let event = match entry.key.as_str() {
                "trigger" => "push",
                "pr" => "pr",
                "schedules" => "schedule",
                _ => continue,
            };
            is_silent &= event != "push";
            if !says_none(&entry.value) {
                add(event, file.spot(entry.key_span));
            }
        }
    }
    if is_silent && let Some(root) = file.document.roots.first() {
        let start = crate::model::Span::new(root.span.start, root.span.start);
        add("push", file.spot(start));
    }
    found
}

impl Walk<'_, '_> {
    /// Reads what a file holds at its top.
    fn file(&self, place: &Place<'_, '_>) {
        if place.depth > MAX_CALLS {
            return;
        }
        let mut place = place.clone();
        for node in place.file.at(&["variables"]) {
            self.variables(&mut place, node);
        }
        for root in &place.file.document.roots {
            place.pool = jobs::pool(place.file, root).or(place.pool.take());
        }
        for node in place.file.at(&["stages"]) {
            self.stages(&place, node);
        }
        for node in place.file.at(&["jobs"]) {
            self.job_list(&place, node);
        }
        for node in place.file.at(&["steps"]) {
            self.only_steps(&place, node);
        }
        for node in place.file.at(&["extends"]) {
            self.template(&place, node, None);
        }
    }

    /// The jobs, each with what cannot be seen.
    fn finished(self, main: &File<'_>) -> Vec<Job> {
        let mut said = Vec::new();
        let listed = |names: &BTreeSet<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).take(12).collect();
            names.join(", ")
        };
        let groups = self.groups.into_inner();
        let mut settings = "which variables the pipeline's settings hold".to_owned();
        if !groups.is_empty() {
            settings.push_str(&format!(", and the groups {}", listed(&groups)));
        }
        said.push(format!(
            "{settings}: a step gets a secret one where it names it, and every other one in any case"
        ));
        let templates = self.templates.into_inner();
        if !templates.is_empty() {
            said.push(format!(
                "templates that are not in this repository: {}",
                listed(&templates)
            ));
        }
        if main.at(&["pr"]).is_empty() {
            said.push("whether a pull request starts it: on GitHub each one does where no `pr` says otherwise, on Azure Repos a branch policy decides".to_owned());
        }
        let mut jobs = self.jobs.into_inner();
        for job in &mut jobs {
            job.surroundings.unseen.extend(said.iter().cloned());
        }
        jobs
    }
}

/// The items of a list, those of lists in it and of compile-time conditions and loops among them.
fn items<'f>(file: &'f File<'_>, node: &'f Node, depth: usize, out: &mut Vec<&'f Node>) {
    let Some(node) = file.document.resolve(node) else {
        return;
    };
    if depth > 16 || out.len() > 4000 {
        return;
    }
    if let Some(list) = node.as_list() {
        list.iter()
            .for_each(|item| items(file, item, depth + 1, out));
        return;
    }
    let entries = file.document.entries(node);
    let computed = |key: &str| key.starts_with("${{");
    if !entries.is_empty() && entries.iter().all(|entry| computed(&entry.key)) {
        for entry in entries {
            items(file, &entry.value, depth + 1, out);
        }
    } else if !entries.is_empty() {
        out.push(node);
    }
}
