//! The steps of a job; those of composite actions stand in their place.
//!
//! In: a step's node and what is around it. Out: steps with commands and agents. An action that cannot be read stays as
//! it is named, and what it does is unknown.

use super::file::File;
use super::follow;
use super::jobs::RunDefaults;
use super::substitute::Values;
use super::{MAX_CALLS, MAX_STEPS, Reader, trimmed};
use crate::model::{Setting, Step, Through, Uses};
use crate::read::agents;
use crate::rules::ci;
use crate::syntax::Node;

/// What stands around a step.
pub(super) struct Scope<'s, 't> {
    pub file: &'s File<'t>,
    pub defaults: &'s RunDefaults,
    pub values: &'s Values,
    /// The environment of the job and of its workflow.
    pub env: &'s [Setting],
    /// The folder of the composite action in which the step stands.
    pub folder: Option<&'s str>,
    pub depth: usize,
}

/// The keys of a step that only steer it.
#[derive(Default)]
pub(super) struct Steering {
    pub shell: Option<String>,
    pub folder: Option<String>,
}

impl Reader<'_> {
    pub(super) fn step(&self, scope: &Scope<'_, '_>, item: &Node, out: &mut Vec<Step>) {
        let Some(node) = scope.file.document.resolve(item) else {
            return;
        };
        if let Some(nested) = node.as_list() {
            // `parallel` groups and aliases of lists hold steps one level deeper.
            if scope.depth < MAX_CALLS {
                let inner = Scope {
                    depth: scope.depth + 1,
                    ..*scope
                };
                nested.iter().for_each(|item| self.step(&inner, item, out));
            }
            return;
        }
        if self.steps.get() >= MAX_STEPS {
            return;
        }
        self.steps.set(self.steps.get() + 1);
        let (mut step, steering, parallel) = parts(scope, node);
        for group in parallel {
            if scope.depth < MAX_CALLS {
                let inner = Scope {
                    depth: scope.depth + 1,
                    ..*scope
                };
                self.step(&inner, group, out);
            }
        }
        if let Some(uses) = &mut step.uses {
            self.checked_out(uses);
        }
        self.remember_checkout(&step);
        if let Some(uses) = &step.uses {
            if let Some(path) = path_here(uses)
                && self.composite(scope, &step, &path, out)
            {
                return;
            }
            let agent = agents::in_action(uses).or_else(|| agents::in_image(uses));
            let agent = agent.or_else(|| agents::in_unread_action(uses, &step.with, &step.env));
            step.agents.extend(agent);
            self.commands_of_inputs(scope, &mut step, &steering);
        }
        if step.uses.is_none() && step.run.is_some() {
            self.run(scope, &mut step, &steering);
        }
        if scope.folder.is_some() {
            for agent in &mut step.agents {
                agent.how = Through::Composite;
            }
        }
        out.push(step);
    }

    /// Keeps which repository a step puts into which folder.
    fn remember_checkout(&self, step: &Step) {
        let is_checkout = step
            .uses
            .as_ref()
            .is_some_and(|uses| uses.name == "actions/checkout");
        let value = |input| step.input(input).map(|setting| setting.value.trim());
        let Some(folder) = value("path").filter(|_| is_checkout) else {
            return;
        };
        let repository = match value("repository") {
            None | Some("" | "${{ github.repository }}") => "",
            Some(name) if name.contains("${{") => return,
            Some(name) => name,
        };
        if let Some(folder) = local_path(&format!("./{folder}")).filter(|f| !f.is_empty()) {
            let kept = (folder, repository.to_owned());
            self.checkouts.borrow_mut().push(kept);
        }
    }

    /// Names an action by the repository that an earlier step checked out into its folder.
    fn checked_out(&self, uses: &mut Uses) {
        let Some(path) = local_path(&uses.name) else {
            return;
        };
        let checkouts = self.checkouts.borrow();
        let found = checkouts.iter().find_map(|(folder, repository)| {
            let rest = path.strip_prefix(folder.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((repository, rest))
        });
        let Some((repository, rest)) = found else {
            return;
        };
        if repository.is_empty() {
            uses.name = format!(".{rest}");
        } else {
            uses.written = format!("{repository}{rest}");
            uses.name = uses.written.to_ascii_lowercase();
        }
    }

    /// Reads the inputs of an action that are commands or programs.
    fn commands_of_inputs(&self, scope: &Scope<'_, '_>, step: &mut Step, steering: &Steering) {
        let Some(uses) = step.uses.as_ref().map(|uses| uses.name.clone()) else {
            return;
        };
        for input in ci::command_inputs(&uses) {
            if let Some(setting) = step.input(input).cloned() {
                step.run = Some(setting);
                self.run(scope, step, steering);
                step.run = None;
            }
        }
        if uses == "actions/github-script"
            && let Some(script) = step.input("script").cloned()
        {
            follow::programs(step, &script.value, &script.spot);
        }
    }

    /// Puts the steps of a composite action of this repository in the place of the step that calls it.
    fn composite(
        &self,
        scope: &Scope<'_, '_>,
        caller: &Step,
        path: &str,
        out: &mut Vec<Step>,
    ) -> bool {
        if scope.depth >= MAX_CALLS {
            return false;
        }
        let join = |name: &str| match path {
            "" => name.to_owned(),
            _ => format!("{path}/{name}"),
        };
        let found = ["action.yml", "action.yaml"]
            .iter()
            .find_map(|name| Some((join(name), self.file(&join(name))?)));
        let Some((name, text)) = found else {
            return false;
        };
        let Ok(file) = File::open(&self.place(&name), &text) else {
            return false;
        };
        let lists = file.at(&["runs", "steps"]);
        if lists.is_empty() {
            return false;
        }
        let values = Values::of(&caller.with, None).with_defaults(&file, &["inputs"]);
        let inner = Scope {
            file: &file,
            defaults: scope.defaults,
            values: &values,
            env: scope.env,
            folder: Some(path),
            depth: scope.depth + 1,
        };
        let from = out.len();
        for list in lists {
            for item in list.as_list().unwrap_or_default() {
                self.step(&inner, item, out);
            }
        }
        let of_other_version = caller.uses.as_ref().is_some_and(|uses| !uses.is_local());
        for step in &mut out[from..] {
            step.outer = Some(caller.spot.clone());
            step.of_other_version |= of_other_version;
            let mut env = caller.env.clone();
            env.append(&mut step.env);
            step.env = env;
            step.condition = both(caller.condition.as_ref(), step.condition.take());
        }
        true
    }
}

/// Joins the condition of a caller with that of what it calls.
fn both(outer: Option<&Setting>, inner: Option<Setting>) -> Option<Setting> {
    let Some(outer) = outer else {
        return inner;
    };
    let mut joined = outer.clone();
    if let Some(inner) = inner {
        let bare = |setting: &Setting| {
            crate::read::expression::sole(&setting.value)
                .unwrap_or(&setting.value)
                .to_owned()
        };
        joined.value = format!("({}) && ({})", bare(outer), bare(&inner));
    }
    Some(joined)
}

/// The keys of a step.
fn parts<'s>(scope: &'s Scope<'_, '_>, node: &'s Node) -> (Step, Steering, Vec<&'s Node>) {
    let (file, values) = (scope.file, scope.values);
    let mut step = Step::new(file.spot(node.span));
    let mut steering = Steering {
        shell: scope.defaults.shell.clone(),
        folder: scope.defaults.folder.clone(),
    };
    let mut parallel = Vec::new();
    for part in file.document.entries(node) {
        let (key, value) = (part.key_span, &part.value);
        let text = || {
            file.setting(&part.key, key, value)
                .map(|setting| setting.value)
        };
        match part.key.as_str() {
            "id" => step.id = text().unwrap_or_default(),
            "name" => step.name = text().unwrap_or_default(),
            "if" => step.condition = file.setting("if", key, value).map(|s| values.condition(s)),
            "uses" => {
                step.uses = file
                    .setting("uses", key, value)
                    .map(|s| uses(met(file, value, s)))
            }
            "run" => step.run = file.setting("run", key, value),
            "with" => step.with.extend(values.fill(file.settings(value))),
            "env" => step.env.extend(values.fill(file.settings(value))),
            "shell" => steering.shell = text(),
            "working-directory" => steering.folder = text(),
            "parallel" | "steps" => parallel.push(value),
            _ => {}
        }
    }
    (step, steering, parallel)
}

/// A setting at the place where a reader meets it: the alias, not what it stands for.
fn met(file: &File<'_>, node: &Node, mut setting: Setting) -> Setting {
    if node.as_scalar().is_none() {
        setting.spot = file.spot(node.span);
    }
    setting
}

/// Reads the text behind `uses:`.
pub(super) fn uses(setting: Setting) -> Uses {
    let written = trimmed(&setting);
    let (name, version) = match written.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() => (name, version),
        _ => (written, ""),
    };
    let name = name.trim_end_matches('/');
    let is_local = name.starts_with("./") || name.starts_with("$/") || name == ".";
    Uses {
        name: if is_local {
            name.to_owned()
        } else {
            name.to_ascii_lowercase()
        },
        written: name.to_owned(),
        version: version.to_owned(),
        spot: setting.spot,
    }
}

/// The path of an action or workflow that may stand in this repository. Which repository this is cannot be seen from a
/// checkout, so `owner/name/.github/…` is looked for here: repositories name their own actions so.
pub(super) fn path_here(uses: &Uses) -> Option<String> {
    local_path(&uses.name).or_else(|| {
        let at = uses.written.find("/.github/")?;
        local_path(&format!("./{}", &uses.written[at + 1..]))
    })
}

/// The path from the repository's root of a local action or workflow; `None` where it is none or leaves the repository.
pub(super) fn local_path(name: &str) -> Option<String> {
    let rest = name
        .strip_prefix("./")
        .or_else(|| name.strip_prefix("$/"))
        .or_else(|| (name == "." || name == "$").then_some(""))?;
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
