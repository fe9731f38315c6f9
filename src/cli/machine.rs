//! What `reach --machine` adds: the files that logins and agents leave in a home directory, and the environment.
//!
//! In: a tree as it was looked at, the process's environment. Out: the same with more findings, and what could not be
//! read. It only reads, follows no link out of the home directory, and works without one.

use std::collections::BTreeMap;

use super::policy;
use super::scan::Clock;
use super::survey::Surveyed;
use crate::engine::{self, Dependencies, Environment, Inherited, Run, Seen, Threads};
use crate::error::Result;
use crate::judge::surfaces_of;
use crate::model::Unchecked;
use crate::policy::Policy;
use crate::source::{
    EnvironmentSource, EnvironmentText, Form, Left, MachineFile, MachineSnapshot, machine_files,
};

/// The most agents that one file is evidence of: a file that every agent reads is none.
const TELLING: usize = 3;

/// Adds what this machine holds; gives for each agent that left a file here the file that shows it.
pub fn add(surveyed: &mut Surveyed, clock: &Clock) -> Result<BTreeMap<&'static str, String>> {
    let mut variables: Vec<_> = std::env::vars_os().collect();
    variables.sort();
    let home = policy::home().filter(|home| home.is_dir());
    let mut unchecked = Vec::new();
    if home.is_none() {
        unchecked.push(Unchecked {
            path: "~".into(),
            why: "there is no home directory here, so only the environment was looked at"
                .to_owned(),
            undecided: false,
        });
    }
    let left = Left {
        home,
        ..Left::default()
    };
    let surfaces = surveyed.rules.surfaces().iter();
    let patterns = surfaces.flat_map(|surface| surface.paths.iter().copied());
    let pointed = |name: &str| std::env::var_os(name).map(Into::into);
    let (files, not_listed) = machine_files(&left, patterns, &pointed);
    unchecked.extend(not_listed);
    let text = EnvironmentText::new(
        variables
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str())),
    );
    let judging = policy::alone(
        Policy::built_in(),
        "built-in defaults".to_owned(),
        clock.today,
    )?;
    let head = MachineSnapshot::new(&files, &surveyed.snapshot);
    let source = EnvironmentSource::new(&text, Form::Environment, &files, &unchecked, &head);
    let inherited = engine::run_environment(
        &Run {
            source: &source,
            policies: &judging.policies,
            rules: &surveyed.rules,
            threads: Threads::Exactly(1),
            seen: &Seen::default(),
            now: clock.now,
            loosened: &[],
            weakened: &[],
            by_agent: false,
            dependencies: Dependencies::Shown,
            looked_at: "this machine".to_owned(),
            commit: None,
        },
        &Environment {
            text: &text,
            job: None,
            starter: crate::act::ci::starter::Starter::Unknown,
        },
    )?;
    join(surveyed, inherited);
    Ok(evidence(&files, surveyed))
}

/// Joins what the machine holds with what the tree holds.
fn join(surveyed: &mut Surveyed, inherited: Inherited) {
    let outcome = &mut surveyed.outcome;
    outcome.findings.extend(inherited.outcome.findings);
    outcome.unchecked.extend(inherited.outcome.unchecked);
    outcome.unchecked.sort();
    outcome.unchecked.dedup();
    outcome.summary.files += inherited.outcome.summary.files;
    engine::settle(outcome);
    surveyed.files.extend(inherited.files);
}

/// The file that shows each agent, the first by path.
fn evidence(files: &[MachineFile], surveyed: &Surveyed) -> BTreeMap<&'static str, String> {
    let mut shown = BTreeMap::new();
    for file in files {
        for surface in surfaces_of(&file.path, &surveyed.rules) {
            if surface.agents.len() > TELLING {
                continue;
            }
            for agent in surface.agents {
                shown.entry(*agent).or_insert_with(|| file.path.lossy());
            }
        }
    }
    shown
}
