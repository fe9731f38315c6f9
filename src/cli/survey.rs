//! Looks at a whole tree for commands that show it in their own way: `reach`, `drill`, `explain`, `waive`.
//!
//! In: a folder, or the place where the command runs. Out: an outcome, and with it what the agents' files say. It judges
//! nothing itself.

use std::path::{Path, PathBuf};

use super::ScanArguments;
use super::scan::{self, Clock};
use crate::error::Result;
use crate::judge::AgentsPresent;
use crate::judge::agents::changes::{Model, changes};
use crate::model::{Finding, Outcome};
use crate::read::agent_config::AgentFile;
use crate::rules::RuleSet;
use crate::source::{FolderSnapshot, IgnoredFiles, TreeSource};

/// A tree as `reach` and `drill` look at it.
pub struct Surveyed {
    pub outcome: Outcome,
    pub files: Vec<AgentFile>,
    pub agents: AgentsPresent,
    pub rules: RuleSet,
    pub snapshot: FolderSnapshot,
}

/// Looks at a folder under the built-in policy, so that nothing is hidden.
pub fn survey_folder(folder: &Path, clock: &Clock) -> Result<Surveyed> {
    let arguments = ScanArguments {
        policy: Some("none".to_owned()),
        ..ScanArguments::default()
    };
    let snapshot = FolderSnapshot::new(folder);
    let judging = scan::of_tree(&arguments, clock, &snapshot, None)?;
    let source = TreeSource::new(folder, &[PathBuf::from(".")], IgnoredFiles::Read)?;
    let source = source.with_more_readers();
    let (outcome, files) = scan::survey(
        &arguments,
        clock,
        &judging,
        &source,
        "the working tree",
        None,
    )?;
    let agents = AgentsPresent::look(&judging.rules, &snapshot);
    Ok(Surveyed {
        outcome,
        files,
        agents,
        rules: judging.rules,
        snapshot,
    })
}

/// Everything that a scan of one file of this tree finds.
pub fn outcome_of_file(path: &str, clock: &Clock) -> Result<Outcome> {
    let arguments = ScanArguments {
        paths: vec![PathBuf::from(path)],
        ..ScanArguments::default()
    };
    scan::examine(&arguments, clock)
}

/// The outcome of the working tree and of what is staged, with the findings that `wanted` names, for commands that name
/// one by its fingerprint.
pub fn outcome_here(clock: &Clock, wanted: &dyn Fn(&Finding) -> bool) -> Result<Outcome> {
    let mut outcome = scan::examine(&ScanArguments::default(), clock)?;
    let staged = ScanArguments {
        staged: true,
        ..ScanArguments::default()
    };
    // Outside a repository nothing is staged, and the tree alone is the answer.
    if let Ok(more) = scan::examine(&staged, clock) {
        outcome.findings.extend(more.findings);
    }
    outcome.findings.retain(|finding| wanted(finding));
    let mut seen = std::collections::BTreeSet::new();
    outcome.findings.retain(|finding| {
        seen.insert((
            finding.fingerprint.clone(),
            finding.path.clone(),
            finding.place,
        ))
    });
    Ok(outcome)
}

/// Where a change would lower the sum of all severities most; silent where there is no choice.
pub fn gained(findings: &[Finding], files: &[AgentFile], rules: &RuleSet) -> Option<String> {
    let model = Model::new(findings, files, rules);
    let found = changes(&model, 3);
    let first = found.first().filter(|_| found.len() > 1)?;
    let places: Vec<String> = found
        .iter()
        .map(|change| format!("{}:{} (then {:.1})", change.path, change.line, change.after))
        .collect();
    Some(format!(
        "severity {:.1} in all; most is gained at {}; `tokenleash reach` says how",
        first.before,
        places.join(", ")
    ))
}
