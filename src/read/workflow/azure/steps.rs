//! Steps: scripts, tasks, checkouts and templates of steps.
//!
//! In: a list of steps. Out: `Step`s of a job. A task's inputs stand as an action's do; those that are scripts are read as
//! such. A task that is not known stays as it is named.

use super::{Place, Walk, items};
use crate::model::{Job, Setting, Step, Uses};
use crate::read::agents;
use crate::read::workflow::MAX_STEPS;
use crate::read::workflow::file::File;
use crate::read::workflow::script::Piece;
use crate::read::workflow::steps::Steering;
use crate::rules::ci;
use crate::syntax::{Entry, Node};

/// What a step's keys say.
#[derive(Default)]
struct Parts {
    text: Option<Setting>,
    steering: Steering,
    /// The file that a task runs, and the words behind it.
    file: Option<Setting>,
}

impl Walk<'_, '_> {
    pub(super) fn steps(&self, place: &Place<'_, '_>, node: &Node, job: &mut Job) {
        let mut list = Vec::new();
        items(place.file, node, 0, &mut list);
        for item in list {
            let reader = self.reader;
            if reader.steps.get() >= MAX_STEPS {
                return;
            }
            reader.steps.set(reader.steps.get() + 1);
            if place.file.text_below(item, "template").is_some() {
                self.template(place, item, Some(job));
            } else {
                self.step(place, item, job);
            }
        }
    }

    fn step(&self, place: &Place<'_, '_>, item: &Node, job: &mut Job) {
        let file = place.file;
        let mut step = Step::new(file.spot(item.span));
        let mut parts = Parts::default();
        let entries = file.document.entries(item);
        for entry in &entries {
            let text = || file.texts(&entry.value).concat();
            match entry.key.as_str() {
                "script" | "bash" => parts.text = own(file, entry),
                "pwsh" | "powershell" => {
                    parts.text = own(file, entry);
                    parts.steering.shell = Some("pwsh".to_owned());
                }
                "task" => step.uses = own(file, entry).map(task),
                "displayName" => step.name = place.values.text(&text()),
                "name" => step.id = text(),
                "workingDirectory" => parts.steering.folder = Some(text()),
                "env" => step
                    .env
                    .extend(place.values.fill(file.settings(&entry.value))),
                "inputs" => step
                    .with
                    .extend(place.values.fill(file.settings(&entry.value))),
                "checkout" => checkout(file, &entries, job),
                _ => {}
            }
        }
        if let Some(uses) = &step.uses {
            step.agents.extend(agents::in_action(uses));
            of_task(&step, &mut parts);
        }
        self.run(place, parts, &mut step);
        step.outer = place.origin.clone();
        job.steps.push(step);
    }

    fn run(&self, place: &Place<'_, '_>, parts: Parts, step: &mut Step) {
        let texts = parts.text.into_iter().chain(parts.file);
        let pieces: Vec<Piece<'_, '_>> = texts
            .map(|text| Piece {
                file: place.file,
                text,
            })
            .collect();
        if pieces.is_empty() {
            return;
        }
        let env: Vec<Setting> = step.env.iter().chain(&place.env).cloned().collect();
        self.reader
            .run_pieces(&pieces, place.values, &env, step, &parts.steering);
    }
}

fn own(file: &File<'_>, entry: &Entry) -> Option<Setting> {
    file.setting(&entry.key, entry.key_span, &entry.value)
}

/// A task by its name without a version, lower-cased: `task/azurecli`.
fn task(setting: Setting) -> Uses {
    let written = setting.value.trim();
    let (name, version) = written.split_once('@').unwrap_or((written, ""));
    Uses {
        name: format!("task/{}", name.to_ascii_lowercase()),
        written: name.to_owned(),
        version: version.to_owned(),
        spot: setting.spot,
    }
}

/// The script that a task runs: the text of an input, or the file that one names.
fn of_task(step: &Step, parts: &mut Parts) {
    let Some(entry) = step.uses.as_ref().and_then(|uses| ci::task(&uses.name)) else {
        return;
    };
    let is_power = step.input("scriptType").is_some_and(|setting| {
        let word = setting.value.trim();
        word.starts_with("ps") || word == "batch"
    });
    if is_power || entry.shell == "pwsh" {
        parts.steering.shell = Some("pwsh".to_owned());
    } else if !entry.shell.is_empty() {
        parts.steering.shell = Some(entry.shell.clone());
    }
    let input = |names: &[String]| names.iter().find_map(|name| step.input(name)).cloned();
    parts.text = input(&entry.scripts).filter(|setting| !setting.value.trim().is_empty());
    if let Some(folder) = step.input("workingDirectory") {
        parts.steering.folder = Some(folder.value.clone());
    }
    if parts.text.is_none()
        && let Some(mut path) = input(&entry.files)
    {
        if let Some(arguments) = step.input("arguments") {
            path.value = format!("{} {}", path.value.trim(), arguments.value);
        }
        parts.file = Some(path);
    }
}

/// A checkout that keeps the job's token on the disk.
fn checkout(file: &File<'_>, entries: &[&Entry], job: &mut Job) {
    let mut keys = entries.iter();
    let Some(entry) = keys.find(|entry| entry.key == "persistCredentials") else {
        return;
    };
    let kept = own(file, entry).filter(|setting| setting.value.trim().eq_ignore_ascii_case("true"));
    if let Some(mut setting) = kept {
        setting.name = "System.AccessToken".to_owned();
        setting.value.clear();
        job.surroundings.persisted = Some(setting);
    }
}
