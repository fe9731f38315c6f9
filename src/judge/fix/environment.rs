//! Moves a secret from the environment of a job or workflow to the step that uses it.
//!
//! In: a job with an agent that inherits the secret. Out: the line, moved; no edit where the step that uses it cannot be
//! seen, or is the agent's own.

use super::bench::{Bench, Places, refused};
use super::reads::label;
use super::{Drafted, Refusal, Wanted};
use crate::judge::workflow::text::listed;
use crate::model::{Job, Safety, SecretReach, Setting, Step, Workflow};
use crate::read::expression;
use crate::syntax::edit::{self, Refused, Written};

/// The most steps that a secret is moved to.
const MOST_STEPS: usize = 3;

/// Answers that an agent inherits a secret that is not its own.
pub(super) fn drafts(bench: &Bench<'_>, job: &Job) -> Vec<Drafted> {
    let asked = bench.asked(job, &["TL315", "TL317", "TL318", "TL325"]);
    let sites = bench.sites_of(job);
    let mut found: Vec<Drafted> = Vec::new();
    let mut moved = Vec::new();
    for at in &asked {
        let one = &bench.wanted[*at];
        let named = one.route.rsplit_once("/secrets/").map(|(_, name)| name);
        let secrets = sites
            .iter()
            .flat_map(|site| &site.holds.secrets)
            .filter(|secret| {
                secret.spot.place.start_line == one.line
                    && named.is_none_or(|name| name == secret.name)
            });
        let mut secrets: Vec<_> = secrets.collect();
        secrets.dedup();
        let Some(secret) = secrets.first() else {
            continue;
        };
        if secret.reached != SecretReach::Inherited {
            let why = match secret.reached {
                SecretReach::Handed => {
                    "the agent's own step is handed it; whether the task needs it is yours to say"
                }
                _ => "an earlier step leaves it behind; put the agent into a job of its own",
            };
            found.push(Err(Refusal::new(&[*at], why)));
            continue;
        }
        let here = |settings: &'_ [Setting]| {
            let mut settings = settings.iter();
            settings
                .find(|setting| setting.spot == secret.spot)
                .cloned()
        };
        let of_job = here(&job.env).map(|setting| (Home::Job(job), setting));
        let of_all = || here(&bench.workflow.env).map(|setting| (Home::Workflow, setting));
        let Some((home, setting)) = of_job.or_else(of_all) else {
            found.push(Err(Refusal::new(&[*at], "an earlier step exports it")));
            continue;
        };
        if moved.contains(&setting.name) {
            continue;
        }
        moved.push(setting.name.clone());
        let answers = home.asked(bench, *at);
        // What the whole workflow has is moved once, with the first finding that asks for it.
        if answers.first() == Some(at) {
            found.push(draft(bench, home, &setting, &answers));
        }
    }
    found
}

/// Whose environment a variable stands in.
#[derive(Clone, Copy)]
enum Home<'w> {
    Job(&'w Job),
    Workflow,
}

impl<'w> Home<'w> {
    /// The jobs that inherit it.
    fn jobs<'j>(self, workflow: &'j Workflow) -> Vec<&'j Job>
    where
        'w: 'j,
    {
        match self {
            Home::Job(job) => vec![job],
            Home::Workflow => workflow.jobs.iter().collect(),
        }
    }

    /// The findings that are gone with it.
    fn asked(self, bench: &Bench<'_>, at: usize) -> Vec<usize> {
        let Home::Workflow = self else {
            return vec![at];
        };
        let one = &bench.wanted[at];
        let name = |wanted: &Wanted| wanted.route.rsplit('/').next().map(str::to_owned);
        let same = |other: &Wanted| {
            (other.rule, other.line, &other.path) == (one.rule, one.line, &one.path)
                && name(other) == name(one)
        };
        let all = bench.wanted.iter().enumerate();
        all.filter(|(_, other)| same(other))
            .map(|(at, _)| at)
            .collect()
    }

    fn label(self) -> String {
        match self {
            Home::Job(job) => format!("the job {}", job.id),
            Home::Workflow => "the workflow".to_owned(),
        }
    }
}

fn draft(bench: &Bench<'_>, home: Home<'_>, setting: &Setting, asked: &[usize]) -> Drafted {
    let left = |why: &str| Err(Refusal::new(asked, why));
    let jobs = home.jobs(bench.workflow);
    let users: Vec<(&Job, &Step)> = jobs
        .iter()
        .flat_map(|job| job.steps.iter().map(|step| (*job, step)))
        .filter(|(_, step)| uses_variable(step, &setting.name))
        .collect();
    if users.is_empty() {
        return left("which step uses the variable cannot be seen");
    }
    if users.iter().any(|(_, step)| !step.agents.is_empty()) {
        return left("the agent's own step names the variable");
    }
    if users.len() > MOST_STEPS {
        return left("many steps use the variable; put the agent into a job of its own");
    }
    let is_reference = expression::sole(&setting.value).is_some();
    if !is_reference {
        return left("the value is more than one reference");
    }
    if is_named_elsewhere(bench, &users, &setting.name) {
        return left("the file names the variable outside the steps");
    }
    let edits = moves(bench, home, setting, &users).map_err(refused(asked))?;
    let places: Vec<String> = users.iter().map(|(_, step)| label(step)).collect();
    let title = format!(
        "Move {} from the environment of {} to {}.",
        setting.name,
        home.label(),
        listed(&places)
    );
    let mut draft = bench.draft(Safety::Unsafe, title, asked, edits);
    draft.breaks = format!(
        "a program in another step that reads {} from its environment without naming it here finds nothing.",
        setting.name
    );
    Ok(Some(draft))
}

/// Whether an expression outside the steps that use it reads the variable: a container or a service may.
fn is_named_elsewhere(bench: &Bench<'_>, users: &[(&Job, &Step)], name: &str) -> bool {
    let expression = format!("env.{name}");
    let count = |text: &str| text.matches(&expression).count();
    let seen: usize = users
        .iter()
        .flat_map(|(_, step)| settings_of(step))
        .map(|setting| count(&setting.value))
        .sum();
    count(&String::from_utf8_lossy(bench.ground.text)) > seen
}

fn moves(
    bench: &Bench<'_>,
    home: Home<'_>,
    setting: &Setting,
    users: &[(&Job, &Step)],
) -> Result<Places, Refused> {
    let page = bench.ground.page;
    let (env, route) = match home {
        Home::Job(job) => {
            let entry = bench.ground.job(job)?;
            let route = format!("jobs.{}.env", job.id);
            (edit::child(&entry.value, "env")?, route)
        }
        Home::Workflow => (edit::child(bench.ground.root()?, "env")?, "env".to_owned()),
    };
    let env = env.ok_or("the key stands elsewhere")?;
    let own = edit::child(&env.value, &setting.name)?.ok_or("the key stands elsewhere")?;
    edit::plain(&own.value)?;
    let several = "the value takes several lines";
    let bare = page.written(own).ok_or(several)?;
    let commented = match page.is_flow(&env.value) {
        true => bare,
        false => page.written_with_comment(own).ok_or(several)?,
    };
    let mut edits = match edit::own_entries(&env.value)?.len() {
        1 => vec![page.remove_with_key(env)?],
        _ => page.remove(env, &setting.name)?,
    };
    let mut touched = vec![format!("{route}.{}", setting.name)];
    for (job, step) in users {
        let (at, node) = bench.ground.step(job, step)?;
        let own_env = edit::child(node, "env")?;
        let is_flow = page.is_flow(own_env.map_or(node, |env| &env.value));
        let value = Written::Value(if is_flow { bare } else { commented }.to_owned());
        let edit = match own_env {
            Some(env) => page.add(&env.value, None, &setting.name, &value)?,
            None => {
                let behind = edit::child(node, "name")?.or(edit::child(node, "uses")?);
                let map = Written::Map(vec![(setting.name.clone(), value)]);
                page.add(node, behind, "env", &map)?
            }
        };
        edits.push(edit);
        touched.push(format!("{at}.env.{}", setting.name));
    }
    Ok((edits, touched))
}

/// What a step says: its inputs, variables, script and condition.
fn settings_of(step: &Step) -> impl Iterator<Item = &Setting> {
    let written = step.with.iter().chain(&step.env);
    written.chain(&step.run).chain(&step.condition)
}

/// Whether a step names a variable: as shell, Python, JavaScript and expressions do.
fn uses_variable(step: &Step, name: &str) -> bool {
    settings_of(step).any(|setting| {
        setting.value.match_indices(name).any(|(at, _)| {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let before = setting.value[..at].chars().next_back();
            let behind = setting.value[at + name.len()..].chars().next();
            !before.is_some_and(is_part) && !behind.is_some_and(is_part)
        })
    })
}
