//! Keeps the token of a checkout off the disk on which an agent works.
//!
//! In: a job in which a checkout stands before an agent. Out: `persist-credentials: false`; no edit where a later step
//! needs the login that the checkout leaves.

use super::bench::{Bench, Edits, Settings, refused};
use super::reads::git_users;
use super::{Drafted, Refusal};
use crate::judge::workflow::Site;
use crate::judge::workflow::text::listed;
use crate::model::{Job, Safety, Step};

const INPUT: &str = "persist-credentials";

/// Answers that a checkout leaves its token where an agent can read it.
pub(super) fn draft(bench: &Bench<'_>, job: &Job) -> Drafted {
    let asked = bench.asked(job, &["TL320", "TL344"]);
    let sites = bench.sites_of(job);
    let last_agent = sites
        .iter()
        .filter_map(|site| site.step)
        .map(|(at, _)| at)
        .max();
    let Some(last_agent) = last_agent.filter(|_| !asked.is_empty()) else {
        return Ok(None);
    };
    let persisting: Vec<(usize, &Step)> = job.steps[..last_agent]
        .iter()
        .enumerate()
        .filter(|(_, step)| persists(step))
        .collect();
    let Some((first, _)) = persisting.first() else {
        return Ok(None);
    };
    let users = git_users(&job.steps[first + 1..], &sites);
    if let Some(who) = users.sure {
        return Err(Refusal::new(&asked, who));
    }
    let mut edits = Edits::default();
    for (_, step) in &persisting {
        bench
            .set(
                (job, step),
                Settings::Inputs,
                &[(INPUT, "false")],
                &mut edits,
            )
            .map_err(refused(&asked))?;
    }
    let shared = edits.shared(&bench.ground.path);
    let safety = if users.perhaps.is_empty() {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    let title = format!(
        "Keep the token of the checkout off the disk in the job {}.",
        job.id
    );
    let mut draft = bench.draft_of(safety, title, &asked, edits);
    draft.breaks = breaks(&users.perhaps, &sites, shared);
    Ok(Some(draft))
}

/// What could break, in words that follow a colon.
fn breaks(perhaps: &[String], sites: &[&Site<'_>], shared: Option<String>) -> String {
    let own_login = sites.iter().any(|site| site.agent.agent == "claude-code");
    match shared {
        Some(path) if perhaps.is_empty() => {
            format!("another workflow that uses {path} may talk to the git remote with that login.")
        }
        None if perhaps.is_empty() => {
            "nothing that can be seen: no later step talks to the git remote.".to_owned()
        }
        _ if own_login && perhaps.iter().all(|who| who == "claude-code") => {
            "in a private repository, versions of claude-code-action that fetch before they set up their own login fail (its issue 1236)."
                .to_owned()
        }
        _ => format!(
            "{} may talk to the git remote with that login.",
            listed(perhaps)
        ),
    }
}

fn persists(step: &Step) -> bool {
    let is_checkout = step
        .uses
        .as_ref()
        .is_some_and(|uses| uses.name == "actions/checkout");
    let is_off = step
        .input(INPUT)
        .is_some_and(|setting| setting.value.trim().eq_ignore_ascii_case("false"));
    is_checkout && !is_off
}
