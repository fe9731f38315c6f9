//! Spells out `secrets: inherit`: the called workflow gets the secrets that it names, and no other.
//!
//! In: a job that calls a workflow of this repository. Out: the secrets by name, and their declaration in the called
//! file where that is missing, since GitHub refuses a call that hands over what is not declared.

use std::collections::BTreeSet;

use super::bench::{Bench, Ground, refused};
use super::{Draft, DraftChange, Drafted, Refusal};
use crate::judge::workflow::text::listed;
use crate::model::{Call, Job, Passing, Safety, Workflow};
use crate::read::expression;
use crate::syntax::Entry;
use crate::syntax::edit::{self, Refused, TextEdit, Written};

/// How deep called workflows are followed.
const MAX_CALLS: usize = 4;

/// Answers that every secret reaches an agent through a call.
pub(super) fn draft(bench: &Bench<'_>, job: &Job) -> Drafted {
    let asked = bench.asked(job, &["TL303", "TL316"]);
    let Some(call) = job.call.as_ref().filter(|_| !asked.is_empty()) else {
        return match asked.is_empty() {
            true => Ok(None),
            false => Err(Refusal::new(
                &asked,
                "the whole `secrets` context is handed over; which of them is needed cannot be seen",
            )),
        };
    };
    if !matches!(call.secrets, Passing::Inherit(_)) {
        return Err(Refusal::new(
            &asked,
            "the secrets are handed over inside the called workflow",
        ));
    }
    if !call.uses.name.starts_with("./") {
        return Err(Refusal::new(
            &asked,
            "the call names a version of the workflow that is not this one; name the secrets once that version declares them",
        ));
    }
    let Some(called) = &call.workflow else {
        return Err(Refusal::new(
            &asked,
            "the called workflow is not in this repository",
        ));
    };
    let mut used = BTreeSet::new();
    if let Err(why) = secrets_of(bench, called, &mut used, 0) {
        return Err(Refusal::new(&asked, why));
    }
    let text = (bench.lookup)(called.path.as_bytes()).unwrap_or_default();
    let ground = Ground::open(&called.path, &text).map_err(refused(&asked))?;
    let declared = declare(&ground, &used).map_err(refused(&asked))?;
    let mut draft = hand_over(bench, job, call, &used, &asked).map_err(refused(&asked))?;
    if let Some((edits, touched)) = declared {
        draft.changes.push(DraftChange {
            path: called.path.as_ref().clone(),
            edits,
            touched,
        });
    }
    Ok(Some(draft))
}

/// Gathers the secrets that a workflow and those that it calls name.
fn secrets_of(
    bench: &Bench<'_>,
    called: &Workflow,
    used: &mut BTreeSet<String>,
    depth: usize,
) -> Result<(), String> {
    let text = (bench.lookup)(called.path.as_bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    for (_, inside) in expression::insides(&text) {
        for reference in expression::references_in(inside) {
            if !reference.is_of("secrets") {
                continue;
            }
            match reference.part(1) {
                "" | "*" => {
                    return Err("the called workflow reads the whole `secrets` context".to_owned());
                }
                name if name.eq_ignore_ascii_case("GITHUB_TOKEN") => {}
                name => {
                    used.insert(name.to_ascii_uppercase());
                }
            }
        }
    }
    for inner in called.jobs.iter().filter_map(|job| job.call.as_ref()) {
        if !matches!(inner.secrets, Passing::Inherit(_)) {
            continue;
        }
        match &inner.workflow {
            Some(next) if depth < MAX_CALLS => secrets_of(bench, next, used, depth + 1)?,
            _ => {
                return Err(format!(
                    "the called workflow hands every secret on to {}, which is not in this repository",
                    inner.uses.name
                ));
            }
        }
    }
    Ok(())
}

type Edits = (Vec<TextEdit>, Vec<String>);

/// Declares the secrets that a called workflow names and does not declare.
fn declare(ground: &Ground<'_>, used: &BTreeSet<String>) -> Result<Option<Edits>, Refused> {
    let root = ground.root()?;
    let on = edit::child(root, "on")?.ok_or("the called workflow's `on` was not found")?;
    let call = edit::child(&on.value, "workflow_call")?;
    let call = call.ok_or("the called workflow has no `workflow_call` key of its own")?;
    edit::plain(&call.value)?;
    let wanted = |declared: &[Entry]| -> Vec<(String, Written)> {
        let missing = used.iter().filter(|name| {
            !declared
                .iter()
                .any(|entry| entry.key.eq_ignore_ascii_case(name))
        });
        missing
            .map(|name| (name.clone(), Written::map([("required", "false")])))
            .collect()
    };
    let route = "on.workflow_call.secrets";
    if call.value.as_map().is_none() {
        let pairs = wanted(&[]);
        if pairs.is_empty() {
            return Ok(None);
        }
        let pairs = vec![("secrets".to_owned(), Written::Map(pairs))];
        let edits = ground.page.set_map(&on.value, call, &pairs)?;
        return Ok(Some((edits, vec!["on.workflow_call".to_owned()])));
    }
    let Some(secrets) = edit::child(&call.value, "secrets")? else {
        let pairs = wanted(&[]);
        if pairs.is_empty() {
            return Ok(None);
        }
        let edit = ground
            .page
            .add(&call.value, None, "secrets", &Written::Map(pairs))?;
        return Ok(Some((vec![edit], vec![route.to_owned()])));
    };
    let own = edit::own_entries(&secrets.value)?;
    let mut joined: Option<TextEdit> = None;
    for (name, value) in wanted(own) {
        let edit = ground.page.add(&secrets.value, None, &name, &value)?;
        match &mut joined {
            Some(first) => first.insert.push_str(&edit.insert),
            None => joined = Some(edit),
        }
    }
    Ok(joined.map(|edit| (vec![edit], vec![route.to_owned()])))
}

/// Puts the names in the place of `inherit`.
fn hand_over(
    bench: &Bench<'_>,
    job: &Job,
    call: &Call,
    used: &BTreeSet<String>,
    asked: &[usize],
) -> Result<Draft, Refused> {
    let entry = bench.ground.job(job)?;
    let secrets = edit::child(&entry.value, "secrets")?.ok_or("the key stands elsewhere")?;
    let pairs: Vec<(String, Written)> = used
        .iter()
        .map(|name| {
            (
                name.clone(),
                Written::Value(format!("${{{{ secrets.{name} }}}}")),
            )
        })
        .collect();
    let route = format!("jobs.{}.secrets", job.id);
    let edits = bench.ground.page.set_map(&entry.value, secrets, &pairs)?;
    let names: Vec<String> = used.iter().cloned().collect();
    let title = match names.as_slice() {
        [] => "Hand no secret to the called workflow, which names none.".to_owned(),
        _ => format!("Hand {} alone to the called workflow.", listed(&names)),
    };
    let mut draft = bench.draft(Safety::Unsafe, title, asked, (edits, vec![route]));
    draft.breaks = format!(
        "a secret that {} takes by a name put together at run time is empty, and so is one that only an environment holds.",
        call.uses.name
    );
    Ok(draft)
}
