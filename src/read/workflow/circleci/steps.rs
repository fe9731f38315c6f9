//! Steps of a job: runs, commands of the same file in their place, orbs by name.
//!
//! In: a list of steps. Out: `Step`s of a job. A step of an orb of the registry stays as it is named, and what it does is
//! said to be unseen.

use super::Config;
use super::jobs::environment;
use super::parameters::Frame;
use crate::model::{Job, Setting, Span, Spot, Step, Uses};
use crate::read::workflow::script::Piece;
use crate::read::workflow::steps::Steering;
use crate::read::workflow::substitute::Values;
use crate::read::workflow::{MAX_CALLS, MAX_STEPS, Reader};
use crate::syntax::{Entry, Node};

/// What the settings of a project say of the key that a checkout uses.
const CHECKOUT_KEY: &str = "checkout key";

/// What stands around a list of steps.
#[derive(Clone, Copy)]
pub(super) struct Around<'c, 'f, 't> {
    pub config: &'c Config<'f, 't>,
    pub frame: &'c Frame<'f>,
    pub shell: Option<&'c str>,
    pub depth: usize,
}

impl<'c, 'f, 't> Around<'c, 'f, 't> {
    fn deeper(self) -> Self {
        Around {
            depth: self.depth + 1,
            ..self
        }
    }
}

impl Reader<'_> {
    pub(super) fn circleci_steps<'f>(
        &self,
        around: Around<'_, 'f, '_>,
        list: &'f Node,
        job: &mut Job,
    ) {
        let document = &around.config.file.document;
        let Some(list) = document.resolve(list) else {
            return;
        };
        if around.depth > MAX_CALLS * 2 || !around.config.visit() {
            return;
        }
        if let Some(text) = list.as_text() {
            match around.frame.steps(text) {
                Some(steps) => self.circleci_steps(around.deeper(), steps, job),
                None => self.circleci_named(around, text, None, list.span, job),
            }
        } else if let Some(items) = list.as_list() {
            for item in items {
                self.circleci_steps(around.deeper(), item, job);
            }
        } else {
            for entry in document.entries(list) {
                self.circleci_step(around, entry, job);
            }
        }
    }

    fn circleci_step<'f>(&self, around: Around<'_, 'f, '_>, entry: &'f Entry, job: &mut Job) {
        match entry.key.as_str() {
            "run" => self.circleci_run(around, entry, job),
            "when" | "unless" => {
                if let Some(steps) = around.config.below(&entry.value, "steps") {
                    self.circleci_steps(around.deeper(), steps, job);
                }
            }
            "steps" => self.circleci_steps(around.deeper(), &entry.value, job),
            name => self.circleci_named(around, name, Some(&entry.value), entry.key_span, job),
        }
    }

    /// A step that is called by its name: a command of the file, an orb's, or one of CircleCI itself.
    fn circleci_named<'f>(
        &self,
        around: Around<'_, 'f, '_>,
        name: &str,
        given: Option<&'f Node>,
        span: Span,
        job: &mut Job,
    ) {
        let config = around.config;
        let Some(command) = config.named("commands", name) else {
            known(config, name, config.file.spot(span), job);
            return;
        };
        let frame = Frame::of(config, given, command, around.frame);
        let inner = Around {
            frame: &frame,
            ..around.deeper()
        };
        if let Some(steps) = config.below(command, "steps") {
            self.circleci_steps(inner, steps, job);
        }
    }

    fn circleci_run<'f>(&self, around: Around<'_, 'f, '_>, entry: &'f Entry, job: &mut Job) {
        let (config, frame) = (around.config, around.frame);
        let file = config.file;
        if self.steps.get() >= MAX_STEPS {
            return;
        }
        self.steps.set(self.steps.get() + 1);
        let mut step = Step::new(file.spot(entry.key_span));
        let mut text = file.setting("run", entry.key_span, &entry.value);
        let mut steering = Steering {
            shell: around.shell.map(str::to_owned),
            folder: None,
        };
        for part in file.document.entries(&entry.value) {
            let word = || frame.text(&file.texts(&part.value).concat());
            match part.key.as_str() {
                "command" => text = file.setting("run", part.key_span, &part.value),
                "name" => step.name = word(),
                "shell" => steering.shell = Some(word()),
                "working_directory" => steering.folder = folder(&word()),
                "environment" => step.env.extend(environment(config, &part.value, frame)),
                _ => {}
            }
        }
        let Some(text) = text else {
            return;
        };
        let piece = Piece {
            file,
            text: frame.filled(text),
        };
        let env: Vec<Setting> = step.env.iter().chain(&job.env).cloned().collect();
        self.run_pieces(&[piece], &Values::default(), &env, &mut step, &steering);
        job.steps.push(step);
    }
}

/// A folder below the checkout; `~/project` is the checkout itself.
fn folder(word: &str) -> Option<String> {
    let rest = word
        .strip_prefix("~/project")
        .or_else(|| word.strip_prefix("/home/circleci/project"))
        .unwrap_or(word)
        .trim_start_matches('/');
    (!rest.is_empty() && !rest.starts_with('~')).then(|| rest.to_owned())
}

/// A step of CircleCI itself, or of an orb.
fn known(config: &Config<'_, '_>, name: &str, spot: Spot, job: &mut Job) {
    if name == "checkout" {
        job.surroundings.persisted = Some(Setting {
            name: CHECKOUT_KEY.to_owned(),
            value: String::new(),
            name_spot: spot.clone(),
            spot,
        });
        let key = "the project's checkout key, in the SSH folder: it only reads, unless the settings say otherwise";
        if job.surroundings.disk.is_empty() {
            job.surroundings.disk.push(key.to_owned());
        }
        return;
    }
    let orb = config.orb_name(name);
    if let Some(orb) = &orb {
        let line = format!("what the orb's {orb} does");
        if !job.surroundings.unseen.contains(&line) {
            job.surroundings.unseen.push(line);
        }
    }
    let mut step = Step::new(spot.clone());
    step.uses = Some(Uses {
        name: format!("orb/{}", orb.as_deref().unwrap_or(name)),
        written: name.to_owned(),
        version: String::new(),
        spot,
    });
    job.steps.push(step);
}
