//! Puts a login by OIDC in the place of a stored cloud key.
//!
//! In: a job in which a stored key logs in before an agent. Out: other inputs, and `id-token: write` in the job's block.
//! It works only once the cloud trusts this repository, which is said.

use super::bench::{Bench, refused};
use super::permissions::{ASKS_CALLERS, asks_callers, block};
use super::{Drafted, Refusal};
use crate::model::{Access, Job, Safety, Step};
use crate::rules::ci;
use crate::syntax::edit::{self, Refused, TextEdit, Written};

/// Answers that a stored key logs a job in.
pub(super) fn drafts(bench: &Bench<'_>, job: &Job) -> Vec<Drafted> {
    let asked = bench.asked(job, &["TL327"]);
    let mut found = Vec::new();
    for at in asked {
        let one = &bench.wanted[at];
        let named = one.route.strip_prefix(&format!("jobs/{}/", job.id));
        let step = job
            .steps
            .iter()
            .find(|step| named == Some(step.label().as_str()));
        let login = step.and_then(|step| ci::cloud_login(&step.uses.as_ref()?.name));
        found.push(match step.zip(login) {
            Some((step, login)) => draft(bench, job, step, login, at),
            None => Err(Refusal::new(
                &[at],
                "what this login takes instead of a stored key is not known here",
            )),
        });
    }
    found
}

fn draft(bench: &Bench<'_>, job: &Job, step: &Step, login: &ci::CloudLogin, at: usize) -> Drafted {
    let asked = [at];
    let sites = bench.sites_of(job);
    let Some(grant) = sites.first().map(|site| &site.grant) else {
        return Ok(None);
    };
    let Some(granted) = grant.scopes.as_ref() else {
        return Err(Refusal::new(
            &asked,
            "no block says what the job may, and one with id-token alone would take the rest away",
        ));
    };
    let (mut edits, mut touched) = inputs(bench, job, step, login).map_err(refused(&asked))?;
    let mut target = granted.clone();
    target.insert("id-token".to_owned(), Access::Write);
    if target != *granted {
        let (more, routes) = block(bench.ground, job, &target).map_err(refused(&asked))?;
        edits.extend(more);
        touched.extend(routes);
    }
    let title = format!(
        "Log in to the cloud by OIDC in the job {} instead of by a stored key.",
        job.id
    );
    let mut draft = bench.draft(Safety::Unsafe, title, &asked, (edits, touched));
    draft.breaks = "the login fails until the cloud trusts this repository.".to_owned();
    if asks_callers(bench.workflow, grant, &target) {
        draft.breaks = format!("{} {ASKS_CALLERS}", draft.breaks);
    }
    draft.setup = vec![login.setup.clone()];
    Ok(Some(draft))
}

/// Takes the stored key's inputs away and puts those of the exchange in the place of the first.
fn inputs(
    bench: &Bench<'_>,
    job: &Job,
    step: &Step,
    login: &ci::CloudLogin,
) -> Result<(Vec<TextEdit>, Vec<String>), Refused> {
    let page = bench.ground.page;
    let (at, node) = bench.ground.step(job, step)?;
    let with = edit::child(node, "with")?.ok_or("the key stands elsewhere")?;
    let own = edit::own_entries(&with.value)?;
    let is_stored = |key: &str| login.stored.iter().any(|one| one.eq_ignore_ascii_case(key));
    let route = |key: &str| format!("{at}.with.{key}");
    let (mut edits, mut touched) = (Vec::new(), Vec::new());
    let kept = own.iter().rfind(|entry| !is_stored(&entry.key));
    for entry in own.iter().filter(|entry| is_stored(&entry.key)) {
        edits.push(page.remove_entry(entry)?);
        touched.push(route(&entry.key));
    }
    let mut joined: Option<TextEdit> = None;
    for (key, value) in &login.instead {
        touched.push(route(key));
        if own.iter().any(|entry| entry.key.eq_ignore_ascii_case(key)) {
            continue;
        }
        let value = Written::Value(value.clone());
        let edit = match kept {
            Some(kept) => page.add(&with.value, Some(kept), key, &value)?,
            None => page.add(&with.value, own.first(), key, &value)?,
        };
        match &mut joined {
            Some(first) => first.insert.push_str(&edit.insert),
            None => joined = Some(edit),
        }
    }
    if kept.is_none() {
        // Nothing else stands there, so the new lines take the place of the first that goes.
        let Some(joined) = joined else {
            return Err("the place is written in a form that is not edited");
        };
        let text = joined.insert.trim_start_matches(['\r', '\n']);
        let line_end = &joined.insert[..joined.insert.len() - text.len()];
        edits[0].insert = format!("{text}{line_end}");
    } else {
        edits.extend(joined);
    }
    Ok((edits, touched))
}
