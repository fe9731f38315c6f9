//! Limits an App token that an agent holds to what the steps that use it need.
//!
//! In: a job with a step that makes an App token without limits. Out: `permission-*` inputs; no edit while somebody
//! whose need is not known uses the token, or while it may leave the job.

use super::bench::{Bench, Settings, refused};
use super::{Drafted, Refusal};
use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Site, sites};
use crate::model::{Access, Job, Safety, Scopes, Setting, Step, Workflow};
use crate::rules::ci;

/// Answers that an agent holds an App token with every permission of its installation.
pub(super) fn drafts(bench: &Bench<'_>, job: &Job) -> Vec<Drafted> {
    let asked = bench.asked(job, &["TL302", "TL304", "TL312", "TL319"]);
    if !asked
        .iter()
        .any(|at| matches!(bench.wanted[*at].rule, "TL304" | "TL319"))
    {
        return Vec::new();
    }
    let asked: Vec<usize> = asked
        .into_iter()
        .filter(|at| matches!(bench.wanted[*at].rule, "TL304" | "TL319"))
        .collect();
    let makers = job.steps.iter().filter(|step| {
        let mints = step.uses.as_ref().and_then(|uses| ci::mints(&uses.name));
        mints.is_some() && is_handed_to_agent(job, step)
    });
    let makers: Vec<&Step> = makers.collect();
    match makers.as_slice() {
        [] => vec![Err(Refusal::new(
            &asked,
            "the step that makes the token stands in a composite action, or was not found",
        ))],
        [maker] => vec![draft(bench, job, maker, &asked)],
        _ => vec![Err(Refusal::new(
            &asked,
            "several steps make App tokens in this job",
        ))],
    }
}

fn is_handed_to_agent(job: &Job, maker: &Step) -> bool {
    let output = format!("steps.{}.outputs.", maker.id);
    !maker.id.is_empty() && job.steps.iter().any(|step| mentions(step, &output))
}

fn mentions(step: &Step, what: &str) -> bool {
    let mut settings = step.with.iter().chain(&step.env).chain(&step.run);
    settings.any(|setting| setting.value.contains(what))
}

fn draft(bench: &Bench<'_>, job: &Job, maker: &Step, asked: &[usize]) -> Drafted {
    let left = |why: String| Err(Refusal::new(asked, why));
    let name = maker.uses.as_ref().map_or("", |uses| uses.name.as_str());
    let prefix = ci::mints(name).map_or("", |mints| mints.permission_prefix.as_str());
    if prefix.is_empty() {
        return left(format!(
            "{name} takes its limits in a form that is not edited"
        ));
    }
    let output = format!("steps.{}.outputs.", maker.id);
    let seen: usize = job
        .steps
        .iter()
        .flat_map(|step| step.with.iter().chain(&step.env).chain(&step.run))
        .map(|setting| setting.value.matches(&output).count())
        .sum();
    let all = String::from_utf8_lossy(bench.ground.text)
        .matches(&output)
        .count();
    if all > seen {
        return left("the token also goes where it cannot be followed".to_owned());
    }
    let scopes = match needed(bench.workflow, job, &output) {
        Ok(scopes) => scopes,
        Err(unknown) => {
            return left(format!(
                "what the token is used for is not known: {unknown}"
            ));
        }
    };
    if scopes.is_empty() {
        return left("no use of the token was found".to_owned());
    }
    let inputs: Vec<(String, Access)> = scopes
        .iter()
        .map(|(scope, access)| (format!("{prefix}{scope}"), *access))
        .collect();
    let settings = inputs
        .iter()
        .map(|(input, access)| (input.as_str(), access.word()));
    let settings: Vec<(&str, &str)> = settings.collect();
    let edits = bench
        .ground
        .set((job, maker), Settings::Inputs, &settings)
        .map_err(refused(asked))?;
    let words: Vec<String> = scopes
        .iter()
        .map(|(scope, access)| format!("{scope}: {}", access.word()))
        .collect();
    let title = format!("Limit the App token to {}.", listed(&words));
    let mut draft = bench.draft(Safety::Safe, title, asked, edits);
    draft.breaks = "the token cannot be made where the App itself lacks one of these.".to_owned();
    Ok(Some(draft))
}

/// What the steps that use a token need: the same reading as for the job's token, with the one in the place of the other.
fn needed(workflow: &Workflow, job: &Job, output: &str) -> Result<Scopes, String> {
    let mut played = workflow.clone();
    played.jobs.retain(|other| other.id == job.id);
    for inner in &mut played.jobs {
        let kept_on_disk = inner.steps.iter().any(|step| {
            let is_checkout = step
                .uses
                .as_ref()
                .is_some_and(|uses| uses.name == "actions/checkout");
            let is_off = step
                .input("persist-credentials")
                .is_some_and(|setting| setting.value.trim() == "false");
            is_checkout && mentions(step, output) && !is_off
        });
        inner
            .steps
            .retain(|step| kept_on_disk || mentions(step, output));
        for step in &mut inner.steps {
            for setting in step
                .with
                .iter_mut()
                .chain(&mut step.env)
                .chain(&mut step.run)
            {
                replace(setting, output);
            }
        }
    }
    let sites = sites(&played);
    let sites: Vec<&Site<'_>> = sites.iter().filter(|site| !site.is_called()).collect();
    if sites.is_empty() {
        return Err("no agent uses it directly".to_owned());
    }
    let mut scopes = Scopes::new();
    for site in sites {
        let Some(need) = site.need.scopes() else {
            return Err(listed(&site.need.unknown));
        };
        for (scope, access) in need {
            let have = scopes.entry(scope).or_insert(Access::None);
            *have = (*have).max(access);
        }
    }
    scopes.remove("id-token");
    Ok(scopes)
}

fn replace(setting: &mut Setting, output: &str) {
    for name in ["token", "app_token", "github_token"] {
        setting.value = setting
            .value
            .replace(&format!("{output}{name}"), "github.token");
    }
}
