//! Narrows what a job's token may do to what its steps need.
//!
//! In: a job with an agent. Out: an edited block of the job, or a new one for a job that has none of its own; the
//! workflow's own block is not touched, since other jobs live by it. Without a known need there is no edit.

use super::bench::{Bench, Ground, refused};
use super::reads::{answers_by_itself, label, unknown_program, unseen_token_users};
use super::{Drafted, Refusal};
use crate::judge::workflow::text::listed;
use crate::judge::workflow::{Grant, Site};
use crate::model::{Access, Job, Safety, Scopes, Workflow};
use crate::syntax::Entry;
use crate::syntax::edit::{self, Refused, TextEdit, Written};

/// Answers that a job may write what it does not need, or that nothing says what it may.
pub(super) fn draft(bench: &Bench<'_>, job: &Job) -> Drafted {
    let asked = bench.asked(job, &["TL314", "TL326", "TL341", "TL342"]);
    let sites = bench.sites_of(job);
    let Some(first) = sites.first().filter(|_| !asked.is_empty()) else {
        return Ok(None);
    };
    let grant = &first.grant;
    let (least, unknown) = needed(&sites, grant);
    let granted = grant.scopes.clone().unwrap_or_default();
    let target = if unknown.is_empty() {
        match (&grant.scopes, grant.all) {
            (Some(_), None) => narrowed(&granted, &least),
            _ => least,
        }
    } else if grant.all.is_none()
        && grant.writes("id-token")
        && sites.iter().all(|site| site.need.leaves_oidc_unused())
    {
        without(&granted, "id-token")
    } else {
        return Err(Refusal::new(
            &asked,
            format!("what the job needs is not known: {}", listed(&unknown)),
        ));
    };
    let is_oidc_alone =
        grant.scopes.is_some() && without(&granted, "id-token") == without(&target, "id-token");
    if !is_oidc_alone && !bench.asked(job, &["TL313"]).is_empty() {
        return Err(Refusal::new(
            &asked,
            "the App token that the action makes for itself comes first: see TL313",
        ));
    }
    if grant.scopes.as_ref() == Some(&target) {
        return Ok(None);
    }
    let edits = block(bench.ground, job, &target).map_err(refused(&asked))?;
    let unseen = match is_oidc_alone {
        true => Vec::new(),
        false => unseen(bench, job, &granted, &target),
    };
    let explained = explained(bench, grant, &target);
    let asks_callers = asks_callers(bench.workflow, grant, &target);
    let safety = if unseen.is_empty() && explained.is_none() && !asks_callers {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    let mut draft = bench.draft(safety, title(grant, job, &target), &asked, edits);
    draft.breaks = match asks_callers {
        true => ASKS_CALLERS.to_owned(),
        false => breaks(safety, grant, &unseen, explained),
    };
    Ok(Some(draft))
}

/// What a block that asks for more does to callers, in words that follow a colon.
pub(super) const ASKS_CALLERS: &str =
    "a workflow that calls this one and grants its job less cannot start it.";

/// Whether a block of a workflow that others may call asks for what it did not ask for before: a called job may not ask
/// for more than its caller grants.
pub(super) fn asks_callers(workflow: &Workflow, grant: &Grant, target: &Scopes) -> bool {
    let is_callable = workflow
        .triggers
        .iter()
        .any(|one| one.event == "workflow_call");
    let is_more = |(scope, access): (&String, &Access)| grant.access(scope) < Some(*access);
    is_callable && target.iter().any(is_more)
}

/// What the agents' job needs, and what may need anything.
fn needed(sites: &[&Site<'_>], grant: &Grant) -> (Scopes, Vec<String>) {
    let mut least = Scopes::new();
    let mut unknown = Vec::new();
    for site in sites {
        match site.need.within(grant) {
            _ if answers_by_itself(site) => {
                unknown.push("what the action answers by itself".to_owned());
            }
            Some(need) => widen(&mut least, &need),
            None => unknown.extend(site.need.unknown.clone()),
        }
    }
    unknown.dedup();
    (least, unknown)
}

/// What could break, in words that follow a colon.
fn breaks(safety: Safety, grant: &Grant, unseen: &[String], explained: Option<String>) -> String {
    match safety {
        Safety::Unsafe if unseen.is_empty() => format!(
            "a comment beside {} says what it is for, though nothing that can be seen uses it.",
            explained.unwrap_or_default()
        ),
        Safety::Unsafe => format!(
            "{} runs a program that holds the job's token and may need more.",
            listed(unseen)
        ),
        Safety::Safe if grant.scopes.is_none() => {
            "a step that uses a scope which its action does not document.".to_owned()
        }
        Safety::Safe => {
            "nothing that can be seen: no step of the job uses what is taken away.".to_owned()
        }
    }
}

/// Steps that may use more than can be seen.
fn unseen(bench: &Bench<'_>, job: &Job, granted: &Scopes, target: &Scopes) -> Vec<String> {
    let mut unseen = unseen_token_users(bench.workflow, job);
    let loses_push = granted.get("contents") == Some(&Access::Write)
        && target.get("contents") != Some(&Access::Write);
    let persisted = |site: &&Site<'_>| site.holds.persisted_credentials;
    if loses_push && bench.sites_of(job).iter().any(persisted) {
        let steps = job.steps.iter();
        unseen.extend(
            steps
                .filter(|step| unknown_program(step).is_some())
                .map(label),
        );
    }
    unseen.dedup();
    unseen
}

/// A scope that is taken away though a person wrote beside it what it is for.
fn explained(bench: &Bench<'_>, grant: &Grant, target: &Scopes) -> Option<String> {
    let narrowed = grant.entries.iter().filter(|(scope, _)| {
        let have = grant.access(scope).unwrap_or(Access::None);
        target.get(scope).copied().unwrap_or(Access::None) < have
    });
    let mut commented = narrowed.filter(|(_, spot)| {
        let rest = bench.ground.text.get(spot.span.end..).unwrap_or_default();
        let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        *spot.path == bench.ground.path && line.contains(&b'#')
    });
    commented.next().map(|(scope, _)| scope.clone())
}

fn title(grant: &Grant, job: &Job, target: &Scopes) -> String {
    let Some(granted) = grant.scopes.as_ref().filter(|_| grant.all.is_none()) else {
        let words: Vec<String> = target
            .iter()
            .map(|(scope, access)| format!("{scope}: {}", access.word()))
            .collect();
        let words = if words.is_empty() {
            "nothing".to_owned()
        } else {
            listed(&words)
        };
        return format!(
            "Grant the job {} {words}, which is what its steps need.",
            job.id
        );
    };
    let taken: Vec<String> = granted
        .iter()
        .filter(|(scope, access)| target.get(*scope).unwrap_or(&Access::None) < *access)
        .map(|(scope, access)| format!("{scope}: {}", access.word()))
        .collect();
    let place = if grant.of_workflow {
        ", in a block of its own"
    } else {
        ""
    };
    format!("Take {} from the job {}{place}.", listed(&taken), job.id)
}

pub(super) fn widen(known: &mut Scopes, more: &Scopes) {
    for (scope, access) in more {
        let have = known.entry(scope.clone()).or_insert(Access::None);
        *have = (*have).max(*access);
    }
}

/// Write access that nothing needs becomes read access; what has no reading side goes.
pub(super) fn narrowed(granted: &Scopes, least: &Scopes) -> Scopes {
    let mut target = Scopes::new();
    for (scope, access) in granted {
        let need = least.get(scope).copied().unwrap_or(Access::None);
        let kept = match *access {
            Access::Write if need == Access::Write => Access::Write,
            Access::Write if scope == "id-token" => continue,
            Access::Write => Access::Read,
            other => other,
        };
        target.insert(scope.clone(), kept);
    }
    target
}

/// The same scopes without one.
pub(super) fn without(scopes: &Scopes, scope: &str) -> Scopes {
    let mut rest = scopes.clone();
    rest.remove(scope);
    rest
}

/// The edits after which a job's own block grants the scopes.
pub(super) fn block(
    ground: &Ground<'_>,
    job: &Job,
    target: &Scopes,
) -> Result<(Vec<TextEdit>, Vec<String>), Refused> {
    let entry = ground.job(job)?;
    let route = format!("jobs.{}.permissions", job.id);
    let pairs: Vec<(String, Written)> = target
        .iter()
        .filter(|(_, access)| **access > Access::None)
        .map(|(scope, access)| (scope.clone(), Written::Value(access.word().to_owned())))
        .collect();
    let Some(block) = edit::child(&entry.value, "permissions")? else {
        let behind = edit::child(&entry.value, "runs-on")?;
        let edit = ground
            .page
            .add(&entry.value, behind, "permissions", &Written::Map(pairs))?;
        return Ok((vec![edit], vec![route]));
    };
    edit::plain(&block.value)?;
    if block.value.as_map().is_none() {
        return Ok((
            ground.page.set_map(&entry.value, block, &pairs)?,
            vec![route],
        ));
    }
    entries(ground, block, &route, target, &pairs)
}

/// The edits of a block's own entries.
fn entries(
    ground: &Ground<'_>,
    block: &Entry,
    route: &str,
    target: &Scopes,
    pairs: &[(String, Written)],
) -> Result<(Vec<TextEdit>, Vec<String>), Refused> {
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut routes = Vec::new();
    let own = edit::own_entries(&block.value)?;
    let mut last_kept = None;
    for scope in own {
        edit::child(&block.value, &scope.key)?;
        let now = scope.value.as_text().and_then(Access::from_word);
        let want = target.get(&scope.key).copied().unwrap_or(Access::None);
        if now != Some(want) {
            routes.push(format!("{route}.{}", scope.key));
        }
        match want {
            _ if now == Some(want) => last_kept = Some(scope),
            Access::None => edits.extend(ground.page.remove(block, &scope.key)?),
            _ => {
                edits.push(ground.page.set_value(scope, want.word())?);
                last_kept = Some(scope);
            }
        }
    }
    let mut added: Option<TextEdit> = None;
    for (scope, value) in pairs {
        if own.iter().any(|entry| entry.key == *scope) {
            continue;
        }
        let edit = ground.page.add(&block.value, last_kept, scope, value)?;
        routes.push(format!("{route}.{scope}"));
        match &mut added {
            Some(first) if first.span == edit.span => first.insert.push_str(&edit.insert),
            Some(_) => return Err("the place is written in a form that is not edited"),
            None => added = Some(edit),
        }
    }
    edits.extend(added);
    Ok((edits, routes))
}
