//! Moves a secret from the environment of a job or workflow to the step that uses it.
//!
//! In: a job with an agent that inherits the secret. Out: the line, moved; no edit where the step that uses it cannot be
//! seen, or is the agent's own.

use super::bench::{Bench, refused};
use super::reads::label;
use super::{Drafted, Refusal};
use crate::judge::workflow::text::listed;
use crate::model::{Job, Safety, SecretReach, Setting, Step};
use crate::read::expression;
use crate::syntax::edit::{self, Refused, TextEdit, Written};

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
        let of_job = job.env.iter().find(|setting| setting.spot == secret.spot);
        let Some(setting) = of_job else {
            found.push(Err(Refusal::new(
                &[*at],
                "it stands in the environment of the whole workflow, or an earlier step exports it",
            )));
            continue;
        };
        if moved.contains(&setting.name) {
            continue;
        }
        moved.push(setting.name.clone());
        found.push(draft(bench, job, setting, *at));
    }
    found
}

fn draft(bench: &Bench<'_>, job: &Job, setting: &Setting, at: usize) -> Drafted {
    let asked = [at];
    let left = |why: &str| Err(Refusal::new(&asked, why));
    let users: Vec<&Step> = job
        .steps
        .iter()
        .filter(|step| uses_variable(step, &setting.name))
        .collect();
    if users.is_empty() {
        return left("which step uses the variable cannot be seen");
    }
    if users.iter().any(|step| !step.agents.is_empty()) {
        return left("the agent's own step names the variable");
    }
    if users.len() > MOST_STEPS {
        return left("many steps use the variable; put the agent into a job of its own");
    }
    let is_reference = expression::sole(&setting.value).is_some();
    if !is_reference {
        return left("the value is more than one reference");
    }
    let edits = moves(bench, job, setting, &users).map_err(refused(&asked))?;
    let places: Vec<String> = users.iter().map(|step| label(step)).collect();
    let title = format!(
        "Move {} from the environment of the job {} to {}.",
        setting.name,
        job.id,
        listed(&places)
    );
    let mut draft = bench.draft(Safety::Unsafe, title, &asked, edits);
    draft.breaks = format!(
        "a program in another step that reads {} from its environment without naming it here finds nothing.",
        setting.name
    );
    Ok(Some(draft))
}

fn moves(
    bench: &Bench<'_>,
    job: &Job,
    setting: &Setting,
    users: &[&Step],
) -> Result<(Vec<TextEdit>, Vec<String>), Refused> {
    let page = bench.ground.page;
    let entry = bench.ground.job(job)?;
    let env = edit::child(&entry.value, "env")?.ok_or("the key stands elsewhere")?;
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
    let mut touched = vec![format!("jobs.{}.env.{}", job.id, setting.name)];
    for step in users {
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
        touched.push(format!("jobs.{}.steps.{at}.env.{}", job.id, setting.name));
    }
    Ok((edits, touched))
}

/// Whether a step names a variable: as shell, Python, JavaScript and expressions do.
fn uses_variable(step: &Step, name: &str) -> bool {
    let all = step
        .with
        .iter()
        .chain(&step.env)
        .chain(&step.run)
        .chain(&step.condition);
    all.into_iter().any(|setting| {
        setting.value.match_indices(name).any(|(at, _)| {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let before = setting.value[..at].chars().next_back();
            let behind = setting.value[at + name.len()..].chars().next();
            !before.is_some_and(is_part) && !behind.is_some_and(is_part)
        })
    })
}
