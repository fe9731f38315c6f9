//! `tokenleash doctor`: whether the guard is on, and what the policy that judges commits here lets through.
//!
//! In: the folder it was started in. Out: a line for each thing; exit 1 where one is off. It changes nothing.

use super::policy::{self, Judging};
use super::scan::{Clock, here};
use super::screen::Screen;
use crate::act::doctor::{Check, Standing, hooks_and_proof};
use crate::error::Result;
use crate::policy::config::CONFIG_NAME;
use crate::policy::{Policy, WaiverStanding, canary, loosening};
use crate::rules::RuleSet;
use crate::source::{GitEnvironment, Nothing, Repository, Snapshot};

/// Says whether the guard is on.
pub fn run(screen: &Screen) -> Result<u8> {
    let mut checks = hooks_and_proof(&here()?, &RuleSet::builtin())?;
    checks.extend(policy_checks()?);
    for check in &checks {
        let word = match check.standing {
            Standing::On => "ok  ",
            Standing::Off => "OFF ",
            Standing::Note => "note",
        };
        screen.say(&format!("{word} {}", check.says))?;
    }
    let off = checks.iter().any(|check| check.standing == Standing::Off);
    Ok(u8::from(off))
}

/// Where the policy of the next commit comes from, its loosest line, its canaries, and what it forgives.
fn policy_checks() -> Result<Vec<Check>> {
    let repository = Repository::open(&here()?, &GitEnvironment::from_process())?;
    let clock = Clock::read();
    let head = repository.head()?;
    let snapshot = head
        .as_ref()
        .map(|commit| repository.commit_snapshot(commit));
    let base = snapshot
        .as_ref()
        .map(|snapshot| (snapshot as &dyn Snapshot, "HEAD"));
    let judging = match policy::of_change(base, &Nothing, "", clock.today) {
        Ok(judging) => judging,
        Err(error) => {
            return Ok(vec![Check::bad(format!(
                "policy: {error}; no commit can be judged until it is mended"
            ))]);
        }
    };
    let mut checks = vec![loosest_line(&judging)];
    checks.push(
        match canary::first_that_passes(&judging.policies, &judging.rules) {
            None => Check::good("policy: both planted canaries are refused"),
            Some(passed) => Check::bad(format!(
                "policy: a planted token at {} would pass: {}",
                passed.path, passed.because
            )),
        },
    );
    let policy = &judging.policies.base;
    if !policy.waivers.is_empty() || !policy.known.is_empty() {
        checks.push(forgiven(policy, &clock));
    }
    Ok(checks)
}

fn loosest_line(judging: &Judging) -> Check {
    let policies = &judging.policies;
    let looser = loosening::compare(&Policy::built_in(), &policies.base);
    let levels_and_paths: Vec<_> = looser
        .iter()
        .filter(|loosening| loosening.file == CONFIG_NAME)
        .collect();
    match levels_and_paths.first() {
        None => Check::good(format!(
            "policy: {}; nothing in it is looser than the defaults",
            policies.from
        )),
        Some(first) => Check::note(format!(
            "policy: {}; {} of its lines are looser than the defaults, the first is line {}: {}",
            policies.from,
            levels_and_paths.len(),
            first.line,
            first.what
        )),
    }
}

fn forgiven(policy: &Policy, clock: &Clock) -> Check {
    let lapsed = policy
        .waivers
        .iter()
        .filter(|waiver| waiver.standing(clock.today, policy.waiver_days) != WaiverStanding::Counts)
        .count();
    Check::note(format!(
        "policy: {} waivers, {lapsed} of them without effect; {} known in the baseline",
        policy.waivers.len(),
        policy.known.len()
    ))
}
