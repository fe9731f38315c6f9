//! What a reader of one agent job is told besides the document: who starts it, what lies on the disk, what is not seen.
//!
//! In: a site. Out: a `JobView` in plain words. It judges nothing anew.

use std::collections::BTreeSet;

use super::{Site, text::listed};
use crate::model::{CiSystem, JobView, Purpose, Step, TokenFrom, TokenSource, Trigger};
use crate::rules::ci;

/// The events whose runs for a fork get a read-only token and no secrets.
const OF_FORKS: [&str; 3] = [
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
];

pub(super) fn of(site: &Site<'_>) -> JobView {
    let first = |spot: &crate::model::Spot| spot.place.start_line;
    let own = first(&site.job.spot);
    let later = site.workflow.jobs.iter().map(|job| first(&job.spot));
    let is_github = site.workflow.system == CiSystem::Github;
    JobView {
        has_scopes: is_github,
        granted: site.grant.scopes.clone(),
        granted_line: site
            .grant
            .spot
            .as_ref()
            .filter(|spot| spot.path == site.workflow.path)
            .map(first),
        least: site.need.known(&site.grant),
        elsewhere: elsewhere(site),
        starts: if is_github {
            starts(site)
        } else {
            starts_elsewhere(site)
        },
        disk: disk(site),
        unseen: unseen(site),
        own_model: site
            .secrets_for(&[Purpose::Model])
            .iter()
            .map(|secret| secret.name.clone())
            .collect(),
        inner_path: site.inner.path.lossy(),
        inner_job: site.inner_job.id.clone(),
        first_line: site
            .workflow
            .jobs
            .iter()
            .map(|job| first(&job.spot))
            .min()
            .unwrap_or(own),
        start_line: own,
        end_line: later.filter(|line| *line > own).min(),
    }
}

/// What commands on other services would do with, each once.
fn elsewhere(site: &Site<'_>) -> Vec<String> {
    let entries = site.need.elsewhere.iter();
    let mut lines: Vec<String> = entries
        .map(|entry| format!("for {}: {}", entry.service, entry.enough))
        .collect();
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    lines
}

/// Who starts the agent, a sentence for each sort of people.
fn starts(site: &Site<'_>) -> Vec<String> {
    let start = &site.start;
    let mut lines = Vec::new();
    if !start.by_outsiders.is_empty() {
        lines.push(format!("anybody, by {}", listed(&start.by_outsiders)));
    }
    if !start.perhaps.is_empty() {
        lines.push(format!(
            "perhaps anybody, by {}: what decides who starts it is computed elsewhere",
            listed(&start.perhaps)
        ));
    }
    if !start.with_outsiders_text.is_empty() {
        let by = start
            .kept_out_by
            .map_or(String::new(), |by| format!(" ({by} decides)"));
        lines.push(format!(
            "members, by {}; outsiders may have written what it reads{by}",
            listed(&start.with_outsiders_text)
        ));
    }
    let told: BTreeSet<&str> = [
        &start.by_outsiders,
        &start.perhaps,
        &start.with_outsiders_text,
    ]
    .into_iter()
    .flatten()
    .map(String::as_str)
    .collect();
    let events = |wanted: &dyn Fn(&&Trigger) -> bool| -> Vec<String> {
        let rest = site.workflow.triggers.iter();
        rest.filter(|trigger| !told.contains(trigger.event.as_str()))
            .filter(wanted)
            .map(|trigger| trigger.event.clone())
            .collect()
    };
    let of_forks = events(&|trigger| OF_FORKS.contains(&trigger.event.as_str()));
    if !of_forks.is_empty() {
        lines.push(format!(
            "members, by {}; for a fork the token is read-only and secrets are empty",
            listed(&of_forks)
        ));
    }
    let calls = events(&|trigger| trigger.event == "workflow_call");
    if !calls.is_empty() {
        lines.push("whatever calls this workflow".to_owned());
    }
    let rest = events(&|trigger| {
        let event = trigger.event.as_str();
        !OF_FORKS.contains(&event) && event != "workflow_call"
    });
    if !rest.is_empty() {
        lines.push(format!("members or a clock, by {}", listed(&rest)));
    }
    lines
}

/// Who starts a job of another system, by what its rules name.
fn starts_elsewhere(site: &Site<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if site.triggers().is_empty() {
        lines.push("a person, or what the settings name".to_owned());
    }
    let carried = &site.start.with_outsiders_text;
    if !carried.is_empty() {
        lines.push(format!(
            "members, by {}; what it reads there is what people wrote, outsiders among them ({} decides)",
            listed(carried),
            site.start.kept_out_by.unwrap_or("a setting")
        ));
    }
    let events = |of_request: bool| -> Vec<String> {
        let rest = site.triggers().iter();
        rest.map(|trigger| trigger.event.clone())
            .filter(|event| !carried.contains(event) && is_request(event) == of_request)
            .collect()
    };
    let requests = events(true);
    if !requests.is_empty() {
        lines.push(format!(
            "members, by {}; {}",
            listed(&requests),
            of_a_fork(site.workflow.system)
        ));
    }
    let rest = events(false);
    if !rest.is_empty() {
        lines.push(format!("members or a clock, by {}", listed(&rest)));
    }
    lines
}

fn is_request(event: &str) -> bool {
    matches!(
        event,
        "merge_request_event" | "external_pull_request_event" | "pr" | "pull_request"
    )
}

/// What becomes of a change from a fork.
fn of_a_fork(system: CiSystem) -> &'static str {
    match system {
        CiSystem::Gitlab => {
            "a fork's runs in the fork, with the fork's variables, unless a member starts it here"
        }
        CiSystem::Azure => "a fork's gets no secrets, unless a setting hands them over",
        _ => "a fork's is not built with secrets, unless a setting hands them over",
    }
}

/// What steps before the agent leave where it can read it.
fn disk(site: &Site<'_>) -> Vec<String> {
    let Some((number, _)) = site.step else {
        return Vec::new();
    };
    let mut found = site.inner_job.surroundings.disk.clone();
    for step in &site.inner_job.steps[..number] {
        let Some(uses) = &step.uses else {
            continue;
        };
        let line = step.spot.place.start_line;
        if uses.name == "actions/checkout" && persists(step) {
            found.push(format!(
                "the checkout's token, {} (line {line})",
                where_kept(&uses.version)
            ));
        }
        if let Some(left) = ci::leaves(&uses.name) {
            found.push(format!("{} (line {line})", left.what));
        }
    }
    found
}

/// Whether a checkout leaves its token behind.
pub(super) fn persists(step: &Step) -> bool {
    step.input("persist-credentials")
        .is_none_or(|setting| !setting.value.trim().eq_ignore_ascii_case("false"))
}

/// Where a version of the checkout keeps the token.
fn where_kept(version: &str) -> &'static str {
    let digits: String = version
        .trim_start_matches('v')
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let is_tag = version.starts_with('v') || version.contains('.');
    match digits.parse::<u32>() {
        Ok(major) if is_tag && major < 6 => "in `.git/config`",
        Ok(_) if is_tag => "in a file under `$RUNNER_TEMP` that `.git/config` includes",
        _ => "in `.git/config`, or from version 6 on in a file that it includes",
    }
}

/// What cannot be seen from a checkout, or was not read.
fn unseen(site: &Site<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if site.grant.scopes.is_none() && site.workflow.system == CiSystem::Github {
        found.push("what the job's token may do: no block states it, and the default stands in the settings of the repository or its organisation".to_owned());
    }
    for token in &site.holds.tokens {
        match token.source {
            TokenSource::Pat => found.push(format!(
                "what the token in the secret {} may do",
                token.name
            )),
            TokenSource::AppToken if token.permissions.is_none() => {
                found.push("what the App's installation may do".to_owned());
            }
            TokenSource::AppExchanged if token.from == TokenFrom::Default => found.push(
                "what the server of the exchange grants: the scopes are those that the action asks for"
                    .to_owned(),
            ),
            TokenSource::Other if token.name.is_empty() => found.push("where a token comes from that a value names".to_owned()),
            _ => {}
        }
    }
    if site.holds.secrets.iter().any(|secret| secret.name == "*") {
        found.push("which secrets there are: all of them are handed over".to_owned());
    }
    found.extend(site.inner_job.surroundings.unseen.iter().cloned());
    if let Some(environment) = &site.inner_job.environment
        && environment.name == "environment"
    {
        found.push(format!(
            "whether somebody must approve the environment {}: that stands in the settings",
            environment.value.trim()
        ));
    }
    if site.own_runner() {
        found.push("what else lies on a runner of one's own".to_owned());
    }
    if !site.need.unknown.is_empty() {
        let mut unknown: Vec<&str> = site.need.unknown.iter().map(String::as_str).collect();
        let mut told = BTreeSet::new();
        unknown.retain(|what| told.insert(*what));
        found.push(format!("whether more is needed: {}", unknown.join("; ")));
    }
    let mut seen = BTreeSet::new();
    found.retain(|line| seen.insert(line.clone()));
    found
}
