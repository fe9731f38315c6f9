//! What an agent started right here could read: the live environment, joined with the reading of the job it runs in.
//!
//! In: a run over an environment, and the job where there is one. Out: an outcome whose findings name variables.

use std::collections::BTreeSet;

use super::{Run, settle, shield, structure};
use crate::act::ci::starter::Starter;
use crate::error::Result;
use crate::model::{Finding, Outcome, Purpose, RepoPath, Unchecked};
use crate::read::agent_config::AgentFile;
use crate::rules::ci;
use crate::source::EnvironmentText;

/// What is judged beside the source of a run.
pub struct Environment<'e> {
    pub text: &'e EnvironmentText,
    /// The workflow's file and the job that runs.
    pub job: Option<(RepoPath, String)>,
    /// Who caused this run.
    pub starter: Starter,
}

/// What a look at an environment gives.
pub struct Inherited {
    pub outcome: Outcome,
    /// The variables that hold findings.
    pub holding: BTreeSet<String>,
    /// What files of agents in reach say.
    pub files: Vec<AgentFile>,
}

/// Runs the pipeline over an environment.
pub fn run_environment(run: &Run<'_>, environment: &Environment<'_>) -> Result<Inherited> {
    let (mut outcome, files) = super::survey(run)?;
    let mut holding = BTreeSet::new();
    let mut expected = BTreeSet::new();
    let findings = std::mem::take(&mut outcome.findings);
    for mut finding in findings {
        let line = finding.place.start_line;
        if let Some((name, first)) = environment.text.variable_at(&finding.path, line) {
            if is_expected(name, &finding) {
                expected.insert(name.to_owned());
                continue;
            }
            holding.insert(name.to_owned());
            finding.place.start_line -= first - 1;
            finding.place.end_line -= (first - 1).min(finding.place.end_line - 1);
            for other in &mut finding.related {
                let found = environment
                    .text
                    .variable_at(&other.path, other.place.start_line);
                if let Some((name, first)) = found {
                    holding.insert(name.to_owned());
                    other.place.start_line -= first - 1;
                    other.place.end_line -= (first - 1).min(other.place.end_line - 1);
                    other.path = shown(name);
                }
            }
            finding.path = shown(name);
            // Nothing that starts here has read it yet.
            finding.rotate = None;
        }
        outcome.findings.push(finding);
    }
    if !expected.is_empty() {
        let names: Vec<String> = expected
            .iter()
            .map(|name| shield::without_secrets(name))
            .collect();
        outcome
            .remarks
            .push(format!("expected here, no finding: {}", names.join(", ")));
    }
    join_job(run, environment, &mut outcome);
    outcome
        .findings
        .sort_by(|a, b| (&a.path, a.place, a.rule).cmp(&(&b.path, b.place, b.rule)));
    settle(&mut outcome);
    Ok(Inherited {
        outcome,
        holding,
        files,
    })
}

/// Joins the static reading of the job: what its agent steps are handed, and what could not be read of them.
fn join_job(run: &Run<'_>, environment: &Environment, outcome: &mut Outcome) {
    let Some((path, job)) = &environment.job else {
        return;
    };
    let known = shield::Known::new(run.rules, std::iter::empty());
    let mut wiring = structure::judge_job(run, path, job);
    for finding in &mut wiring.findings {
        shield::finding(finding, &known);
    }
    if wiring.jobs.is_empty() {
        wiring.unchecked.push(Unchecked {
            path: path.clone(),
            why: "no agent was recognised in this job, so what its later steps are handed was not judged"
                .to_owned(),
            undecided: false,
        });
    }
    for entry in &mut wiring.unchecked {
        shield::unchecked(entry, &known);
    }
    let by_member = environment.starter == Starter::Member;
    outcome.findings.extend(
        wiring
            .findings
            .into_iter()
            .filter(|finding| !(by_member && matches!(finding.rule, "TL301" | "TL302" | "TL303"))),
    );
    structure::add_line_hashes(run.source.head(), &mut outcome.findings);
    outcome.agent_jobs = wiring.jobs;
    outcome.unchecked.extend(wiring.unchecked);
    outcome.summary.silent += wiring.silent;
}

fn shown(name: &str) -> RepoPath {
    RepoPath::new(format!("env:{}", shield::without_secrets(name)))
}

/// The agent's own model credential, and what the runner itself sets. A credential of another sort under such a name is
/// a finding as anywhere.
fn is_expected(name: &str, finding: &Finding) -> bool {
    let is_model = |name: &str| ci::purpose_of(name) == Purpose::Model;
    match finding.kind {
        None => is_model(name) || is_of_runner(name),
        Some(kind) if kind.code.starts_with("jwt/") => is_model(name) || is_of_runner(name),
        Some(kind) => is_model(name) && kind.names.iter().any(|name| is_model(name)),
    }
}

fn is_of_runner(name: &str) -> bool {
    name.starts_with("ACTIONS_") || name.starts_with("RUNNER_")
}
