//! Jobs, with their executors and with what workflows say of them.
//!
//! In: an entry of `jobs`. Out: a `Job`. Variables of the project and of contexts reach every step; which there are is said
//! to be unseen.

use std::collections::BTreeSet;

use super::Config;
use super::calls::Call;
use super::parameters::Frame;
use super::steps::Around;
use crate::model::{Job, Setting, Spot, Trigger};
use crate::read::agents;
use crate::read::workflow::Reader;
use crate::syntax::Node;

/// The most variables of one block that are kept.
const MAX_VARIABLES: usize = 400;

/// What the keys of a job or of its executor say of its machine.
#[derive(Default)]
pub(super) struct Machine {
    pub env: Vec<Setting>,
    pub class: Option<Setting>,
    pub image: Option<Setting>,
    pub shell: Option<String>,
}

impl Reader<'_> {
    pub(super) fn circleci_job<'f>(
        &self,
        config: &Config<'f, '_>,
        (name, spot): (&str, Spot),
        node: &'f Node,
        calls: &[Call<'f>],
    ) -> Job {
        self.written.borrow_mut().clear();
        let mut job = Job::new(name.to_owned(), spot);
        let own: Vec<&Call<'f>> = calls.iter().filter(|call| call.job == name).collect();
        let given = own.iter().find_map(|call| call.node);
        let frame = Frame::of(config, given, node, &Frame::default());
        let mut machine = Machine::default();
        machine.take(config, node, &frame, 0);
        job.env = machine.env;
        if let Some(class) = machine.class
            && class.value.contains('/')
            && !class.value.contains("<<")
        {
            job.runs_on = vec!["self-hosted".to_owned(), class.value.clone()];
            job.runs_on_spot = Some(class.spot);
        }
        let mut lists: Vec<&Node> = Vec::new();
        for word in ["pre-steps", "steps", "post-steps"] {
            let node = if word == "steps" {
                node
            } else {
                match given {
                    Some(given) => given,
                    None => continue,
                }
            };
            lists.extend(config.below(node, word));
        }
        let around = Around {
            config,
            frame: &frame,
            shell: machine.shell.as_deref(),
            depth: 0,
        };
        for list in lists {
            self.circleci_steps(around, list, &mut job);
        }
        if let Some(image) = machine.image
            && let Some(step) = job.steps.iter_mut().find(|step| step.run.is_some())
        {
            agents::run_image(image, step);
        }
        called(&own, &mut job);
        job
    }
}

impl Machine {
    fn take<'f>(
        &mut self,
        config: &Config<'f, '_>,
        node: &'f Node,
        frame: &Frame<'f>,
        depth: usize,
    ) {
        let file = config.file;
        for entry in file.document.entries(node) {
            match entry.key.as_str() {
                "environment" => self.env.extend(environment(config, &entry.value, frame)),
                "resource_class" => {
                    let class = file.setting("resource_class", entry.key_span, &entry.value);
                    self.class = class.map(|mut class| {
                        class.value = frame.text(&class.value);
                        class
                    });
                }
                "shell" => self.shell = file.texts(&entry.value).into_iter().next(),
                "docker" => {
                    let first = file.document.resolve(&entry.value);
                    let first = first.and_then(Node::as_list).and_then(<[Node]>::first);
                    if let Some(node) = first {
                        let settings = file.settings(node).into_iter();
                        self.image = settings
                            .filter(|setting| setting.name == "image")
                            .map(|mut image| {
                                image.value = frame.text(&image.value);
                                image
                            })
                            .next();
                        if let Some(own) = config.below(node, "environment") {
                            self.env.extend(environment(config, own, frame));
                        }
                    }
                }
                "executor" if depth < 2 => {
                    let name = file.texts(&entry.value).into_iter().next();
                    let name = name.or_else(|| file.text_below(&entry.value, "name"));
                    let name = frame.text(&name.unwrap_or_default());
                    if let Some(executor) = config.named("executors", &name) {
                        let inner = Frame::of(config, Some(&entry.value), executor, frame);
                        self.take(config, executor, &inner, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The variables of an `environment` block, as a map or as a list of maps.
pub(super) fn environment(config: &Config<'_, '_>, node: &Node, frame: &Frame<'_>) -> Vec<Setting> {
    let file = config.file;
    let mut found = file.settings(node);
    if let Some(list) = file.document.resolve(node).and_then(Node::as_list) {
        found.extend(list.iter().flat_map(|item| file.settings(item)));
    }
    found.truncate(MAX_VARIABLES);
    for setting in &mut found {
        setting.value = frame.text(&setting.value);
    }
    found
}

/// Puts what workflows say of a job onto it.
fn called(calls: &[&Call<'_>], job: &mut Job) {
    let mut contexts = BTreeSet::new();
    let mut triggers: Vec<Trigger> = Vec::new();
    for call in calls {
        contexts.extend(call.contexts.iter().map(String::as_str));
        for trigger in &call.triggers {
            if triggers.iter().all(|known| known.event != trigger.event) {
                triggers.push(trigger.clone());
            }
        }
    }
    if triggers.is_empty() {
        triggers.push(Trigger {
            event: "push".to_owned(),
            types: Vec::new(),
            spot: job.spot.clone(),
        });
    }
    let waits = !calls.is_empty() && calls.iter().all(|call| call.approval.is_some());
    if waits {
        job.environment = calls.first().and_then(|call| call.approval.clone());
    }
    let given = &mut job.surroundings;
    given.triggers = triggers;
    for name in ["CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2"] {
        given.identities.push(Setting {
            name: name.to_owned(),
            value: String::new(),
            name_spot: job.spot.clone(),
            spot: job.spot.clone(),
        });
    }
    let contexts: Vec<&str> = contexts.into_iter().collect();
    given.unseen.push(match contexts.is_empty() {
        true => "which variables the project's settings hold: this job gets all of them".to_owned(),
        false => format!(
            "which variables the project's settings and the contexts {} hold: this job gets all of them",
            contexts.join(", ")
        ),
    });
    given.unseen.push(
        "whether changes from forks are built, and with secrets: that stands in the settings"
            .to_owned(),
    );
}
