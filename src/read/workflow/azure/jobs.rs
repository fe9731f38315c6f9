//! Stages and jobs.
//!
//! In: lists of stages and jobs. Out: `Job`s. A job that names a pool of its own machines runs on a runner of one's own; a
//! deployment to an environment names its gate, as declared.

use super::{MAX_JOBS, Place, Walk, items};
use crate::model::{Job, Setting, Surroundings};
use crate::read::workflow::file::File;
use crate::rules::ci;
use crate::syntax::{Entry, Node};

impl Walk<'_, '_> {
    pub(super) fn stages(&self, place: &Place<'_, '_>, node: &Node) {
        let mut list = Vec::new();
        items(place.file, node, 0, &mut list);
        for item in list {
            if place.file.text_below(item, "template").is_some() {
                self.template(place, item, None);
                continue;
            }
            let mut inner = place.clone();
            inner.stage = place.file.text_below(item, "stage").unwrap_or_default();
            inner.pool = pool(place.file, item).or(inner.pool.take());
            for entry in place.file.document.entries(item) {
                if entry.key == "variables" {
                    self.variables(&mut inner, &entry.value);
                }
            }
            for entry in place.file.document.entries(item) {
                if entry.key == "jobs" {
                    self.job_list(&inner, &entry.value);
                }
            }
        }
    }

    pub(super) fn job_list(&self, place: &Place<'_, '_>, node: &Node) {
        let mut list = Vec::new();
        items(place.file, node, 0, &mut list);
        for item in list {
            if place.file.text_below(item, "template").is_some() {
                self.template(place, item, None);
            } else {
                self.one_job(place, item);
            }
        }
    }

    /// Steps without a job around them are one.
    pub(super) fn only_steps(&self, place: &Place<'_, '_>, node: &Node) {
        let spot = place
            .file
            .spot(crate::model::Span::new(node.span.start, node.span.start));
        let mut job = Job::new(self.id(place, "Job"), place.origin.clone().unwrap_or(spot));
        self.steps(place, node, &mut job);
        self.keep(place, job);
    }

    fn one_job(&self, place: &Place<'_, '_>, item: &Node) {
        let file = place.file;
        let entries = file.document.entries(item);
        let named = entries
            .iter()
            .find(|entry| matches!(entry.key.as_str(), "job" | "deployment"));
        let Some(named) = named else {
            return;
        };
        let name = file.texts(&named.value).into_iter().next();
        let name = place.values.text(&name.unwrap_or_default());
        let mut inner = place.clone();
        inner.pool = pool(file, item).or(inner.pool.take());
        for entry in entries.iter().filter(|entry| entry.key == "variables") {
            self.variables(&mut inner, &entry.value);
        }
        let spot = file.spot(named.key_span);
        let id = self.id(place, if name.is_empty() { "Job" } else { &name });
        let mut job = Job::new(id, place.origin.clone().unwrap_or(spot));
        for entry in &entries {
            match entry.key.as_str() {
                "steps" => self.steps(&inner, &entry.value, &mut job),
                "strategy" => self.strategy(&inner, &entry.value, &mut job, 0),
                "environment" => job.environment = environment(file, entry),
                _ => {}
            }
        }
        self.keep(&inner, job);
    }

    /// The steps of a deployment stand some levels below its strategy.
    fn strategy(&self, place: &Place<'_, '_>, node: &Node, job: &mut Job, depth: usize) {
        if depth > 4 {
            return;
        }
        for entry in place.file.document.entries(node) {
            match entry.key.as_str() {
                "steps" => self.steps(place, &entry.value, job),
                "matrix" => {}
                _ => self.strategy(place, &entry.value, job, depth + 1),
            }
        }
    }

    fn id(&self, place: &Place<'_, '_>, name: &str) -> String {
        let id = match place.values.text(&place.stage).as_str() {
            "" => name.to_owned(),
            stage => format!("{stage}.{name}"),
        };
        let mut names = self.names.borrow_mut();
        let times = names.entry(id.clone()).or_insert(0usize);
        *times += 1;
        match *times {
            1 => id,
            times => format!("{id}_{times}"),
        }
    }

    fn keep(&self, place: &Place<'_, '_>, mut job: Job) {
        if self.jobs.borrow().len() >= MAX_JOBS {
            return;
        }
        job.env = place.env.clone();
        if let Some(pool) = &place.pool
            && ci::is_own_pool(pool.value.trim())
        {
            job.runs_on = vec!["self-hosted".to_owned(), pool.value.clone()];
            job.runs_on_spot = Some(pool.spot.clone());
        }
        for step in &mut job.steps {
            step.outer = step.outer.take().or(place.origin.clone());
        }
        let Surroundings { persisted, .. } = &job.surroundings;
        if persisted.is_some() {
            job.surroundings
                .disk
                .push("the job's token, in `.git/config`".to_owned());
        }
        self.jobs.borrow_mut().push(job);
    }
}

/// The pool that a node names, where it is none of Microsoft's by an image.
pub(super) fn pool(file: &File<'_>, node: &Node) -> Option<Setting> {
    let entries = file.document.entries(node);
    let pool = entries.into_iter().find(|entry| entry.key == "pool")?;
    if let Some(name) = file.setting("pool", pool.key_span, &pool.value) {
        return Some(name);
    }
    let settings = file.settings(&pool.value);
    let image = settings.iter().any(|setting| setting.name == "vmImage");
    let name = settings.into_iter().find(|setting| setting.name == "name");
    match (name, image) {
        (Some(name), _) => Some(name),
        // An image is a machine of Microsoft's: it takes the place of a pool further up.
        (None, true) => {
            let mut hosted = file.settings(&pool.value).into_iter();
            let mut setting = hosted.find(|setting| setting.name == "vmImage")?;
            setting.value = "Azure Pipelines".to_owned();
            Some(setting)
        }
        (None, false) => None,
    }
}

fn environment(file: &File<'_>, entry: &Entry) -> Option<Setting> {
    let own = file.setting("environment", entry.key_span, &entry.value);
    own.or_else(|| {
        let mut settings = file.settings(&entry.value).into_iter();
        let mut name = settings.find(|setting| setting.name == "name")?;
        name.name = "environment".to_owned();
        Some(name)
    })
}
