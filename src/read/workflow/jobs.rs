//! The jobs of a workflow, and the workflows that they call.
//!
//! In: the entry of a job. Out: a `Job`; a called workflow of the same repository hangs on it.

use super::file::File;
use super::substitute::Values;
use super::{MAX_CALLS, Reader, permissions, steps, worse};
use crate::model::{Call, Job, Passing, Setting, Workflow};
use crate::read::agents;
use crate::rules::ci;
use crate::syntax::{Entry, Node};

/// The shell and the folder of `defaults.run`.
#[derive(Clone, Debug, Default)]
pub(super) struct RunDefaults {
    pub shell: Option<String>,
    pub folder: Option<String>,
}

/// Reads `defaults.run`.
pub(super) fn run_defaults(file: &File<'_>, nodes: &[&Node]) -> RunDefaults {
    let text = |key| nodes.iter().find_map(|node| file.text_below(node, key));
    RunDefaults {
        shell: text("shell"),
        folder: text("working-directory"),
    }
}

/// What the keys of a job that calls a workflow say.
#[derive(Default)]
struct CallParts {
    uses: Option<Setting>,
    with: Vec<Setting>,
    secrets: Option<Passing>,
}

impl Reader<'_> {
    pub(super) fn job(
        &self,
        file: &File<'_>,
        entry: &Entry,
        defaults: &RunDefaults,
        values: &Values,
        depth: usize,
    ) -> Job {
        let mut job = Job::new(entry.key.clone(), file.spot(entry.key_span));
        let mut call = CallParts::default();
        let mut defaults = defaults.clone();
        let mut lists = Vec::new();
        for part in file.document.entries(&entry.value) {
            let (key, node) = (part.key_span, &part.value);
            match part.key.as_str() {
                "permissions" => {
                    job.permissions = worse(job.permissions.take(), permissions(file, key, node));
                }
                "env" => job.env.extend(values.fill(file.settings(node))),
                "if" => job.condition = file.setting("if", key, node).map(|s| values.condition(s)),
                "runs-on" => {
                    job.runs_on = runner_labels(file, node);
                    job.runs_on_spot = Some(file.spot(node.span));
                }
                "environment" => job.environment = environment(file, key, node),
                "needs" => job.needs = file.texts(node),
                "defaults" => override_defaults(file, node, &mut defaults),
                "steps" => lists.push(node),
                "uses" => call.uses = file.setting("uses", key, node),
                "with" => call.with = values.fill(file.settings(node)),
                "secrets" => call.secrets = Some(passing(file, node, values)),
                _ => {}
            }
        }
        let around: Vec<Setting> = job
            .env
            .iter()
            .cloned()
            .chain(
                file.at(&["env"])
                    .into_iter()
                    .flat_map(|node| file.settings(node)),
            )
            .collect();
        self.written.borrow_mut().clear();
        self.checkouts.borrow_mut().clear();
        for list in lists {
            let items = file.document.resolve(list).and_then(Node::as_list);
            let scope = steps::Scope {
                file,
                defaults: &defaults,
                values,
                env: &around,
                folder: None,
                depth,
            };
            for item in items.unwrap_or_default() {
                self.step(&scope, item, &mut job.steps);
            }
        }
        if call.uses.is_some() {
            job.call = self.call(file, call, depth);
        }
        job
    }

    fn call(&self, file: &File<'_>, parts: CallParts, depth: usize) -> Option<Call> {
        let uses = steps::uses(parts.uses?);
        let secrets = parts.secrets.unwrap_or(Passing::Nothing);
        let mut workflow = None;
        if let Some(path) = steps::path_here(&uses)
            && depth < MAX_CALLS
            // A workflow of another repository often has the name of the one that calls it.
            && (uses.is_local() || self.place(&path) != *file.path)
        {
            workflow = self.called(&path, &parts.with, &secrets, depth);
        }
        let agent = match &workflow {
            Some(_) => None,
            None => ci::reusable_agent(&uses.name)
                .map(|entry| entry.agent.as_str())
                .or_else(|| match &secrets {
                    Passing::Named(settings) => {
                        agents::by_credentials(settings).or_else(|| ci::named_agent(&uses.name))
                    }
                    Passing::Inherit(_) => ci::named_agent(&uses.name),
                    Passing::Nothing => None,
                }),
        };
        Some(Call {
            uses,
            with: parts.with,
            secrets,
            agent,
            workflow: workflow.map(Box::new),
        })
    }

    fn called(
        &self,
        path: &str,
        with: &[Setting],
        secrets: &Passing,
        depth: usize,
    ) -> Option<Workflow> {
        let text = self.file(path)?;
        let file = File::open(&self.place(path), &text).ok()?;
        let named = match secrets {
            Passing::Inherit(_) => None,
            Passing::Nothing => Some(&[][..]),
            Passing::Named(settings) => Some(settings.as_slice()),
        };
        Some(self.workflow(&file, &Values::of(with, named), depth + 1))
    }
}

fn override_defaults(file: &File<'_>, node: &Node, defaults: &mut RunDefaults) {
    let entries = file.document.entries(node);
    let run: Vec<&Node> = entries
        .into_iter()
        .filter(|entry| entry.key == "run")
        .map(|entry| &entry.value)
        .collect();
    let own = run_defaults(file, &run);
    defaults.shell = own.shell.or(defaults.shell.take());
    defaults.folder = own.folder.or(defaults.folder.take());
}

/// The labels of `runs-on`, in each of its forms.
fn runner_labels(file: &File<'_>, node: &Node) -> Vec<String> {
    let mut labels = file.texts(node);
    labels.extend(file.texts_below(node, "labels"));
    labels.extend(file.texts_below(node, "group"));
    labels
}

fn environment(file: &File<'_>, key: crate::model::Span, node: &Node) -> Option<Setting> {
    file.setting("environment", key, node).or_else(|| {
        let entries = file.document.entries(node);
        let name = entries.into_iter().find(|entry| entry.key == "name")?;
        file.setting("environment", name.key_span, &name.value)
    })
}

fn passing(file: &File<'_>, node: &Node, values: &Values) -> Passing {
    let resolved = file.document.resolve(node);
    match resolved.and_then(Node::as_text) {
        Some("inherit") => Passing::Inherit(file.spot(node.span)),
        Some(_) => Passing::Nothing,
        None => Passing::Named(values.fill(file.settings(node))),
    }
}
