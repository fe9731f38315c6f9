//! `tokenleash waive` and `tokenleash baseline`: what only a person at a terminal may do.
//!
//! The check is courtesy, not a wall: the wall is CI, which takes its policy from the base.

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use jiff::ToSpan;

use super::scan::{Clock, here};
use super::screen::Screen;
use super::survey;
use super::{BaselineArguments, WaiveArguments};
use crate::act::{agent, waive as act};
use crate::error::{Error, Result};
use crate::find::{self, Blob};
use crate::model::{Finding, How};
use crate::policy::Known;
use crate::policy::baseline::{self, BASELINE_NAME};
use crate::rules::RuleSet;
use crate::source::{GitEnvironment, Repository, Snapshot};

/// Writes a waiver after a person has typed the finding's first characters.
pub fn waive(arguments: &WaiveArguments, screen: &Screen) -> Result<u8> {
    ask_for_person(screen)?;
    if arguments.owner.trim().is_empty() || arguments.reason.trim().is_empty() {
        return Err(Error::usage("a waiver needs an owner and a reason"));
    }
    let clock = Clock::read();
    let wanted = arguments
        .fingerprint
        .trim_start_matches("v1:")
        .trim_start_matches("p1:");
    let found = survey::outcome_here(&clock, &|finding| {
        !wanted.is_empty() && finding.fingerprint[3..].starts_with(wanted)
    })?
    .findings;
    let finding = match found.as_slice() {
        [] => return Err(Error::usage("no finding of this tree has that fingerprint")),
        [first, rest @ ..]
            if rest
                .iter()
                .all(|other| other.fingerprint == first.fingerprint) =>
        {
            first
        }
        _ => {
            return Err(Error::usage(
                "more than one finding starts so: give more characters",
            ));
        }
    };
    screen.say(&format!("{} {}", finding.rule, finding.message))?;
    screen.say(&format!(
        "at {}",
        crate::report::sanitize::path(&finding.path)
    ))?;
    confirm(&finding.fingerprint[3..7], screen)?;
    let expires = clock
        .today
        .checked_add(i64::from(arguments.days).days())
        .map_err(|_| Error::usage("the expiry is out of range").at("--days"))?;
    act::add(
        &root()?,
        &act::Wanted {
            fingerprint: &finding.fingerprint,
            path: &finding.path.lossy(),
            reach: widest(finding),
            owner: &arguments.owner,
            reason: &arguments.reason,
            added: clock.today,
            expires,
        },
    )?;
    screen.say(&format!(
        "waived until {expires} in .tokenleash.toml; it counts once it is committed in a change of its own"
    ))?;
    Ok(0)
}

/// Records what HEAD already holds; a baseline that exists can only shrink.
pub fn baseline(arguments: &BaselineArguments, screen: &Screen) -> Result<u8> {
    let folder = here()?;
    let repository = Repository::open(&folder, &GitEnvironment::from_process())?;
    let head = repository
        .head()?
        .ok_or_else(|| Error::usage("there is no commit yet, so nothing is known"))?;
    let snapshot = repository.commit_snapshot(&head);
    let root = root()?;
    let path = root.join(BASELINE_NAME);
    let present = match fs::read_to_string(&path) {
        Ok(text) => Some(baseline::read(&text, BASELINE_NAME)?),
        Err(_) => None,
    };
    match (&present, arguments.init) {
        (None, false) => {
            return Err(Error::usage("there is no baseline yet")
                .hint("`tokenleash baseline --init` makes one"));
        }
        (Some(_), true) => {
            return Err(
                Error::usage("there is a baseline already, and it can only shrink")
                    .hint("run `tokenleash baseline` without --init"),
            );
        }
        _ => {}
    }
    ask_for_person(screen)?;
    if act::ensure_salt(&root)? {
        screen.say("wrote a salt for fingerprints to .tokenleash.toml; commit it")?;
    }
    let clock = Clock::read();
    let rules = RuleSet::builtin();
    let mut known: Vec<Known> = Vec::new();
    for finding in survey::outcome_here(&clock, &|_| true)?.findings {
        if stands_in(&snapshot, &finding, &rules)? {
            known.push(Known {
                fingerprint: finding.fingerprint.clone(),
                path: finding.path.lossy(),
                reach: widest(&finding),
            });
        }
    }
    if let Some(present) = &present {
        known.retain(|entry| present.contains(entry));
    }
    screen.say(&format!("{} findings of HEAD become known", known.len()))?;
    confirm("known", screen)?;
    fs::write(&path, baseline::write(&known))
        .map_err(|_| Error::output(format!("{BASELINE_NAME} could not be written")))?;
    screen.say(&format!(
        "wrote {BASELINE_NAME}; commit it in a change of its own"
    ))?;
    Ok(0)
}

fn ask_for_person(screen: &Screen) -> Result<()> {
    if let Some(name) = agent::running() {
        return Err(
            Error::usage(format!("{name} runs this; a person has to decide it"))
                .hint("ask the person you work for"),
        );
    }
    if !screen.person_answers() {
        return Err(Error::usage("a person has to answer at a terminal"));
    }
    Ok(())
}

fn confirm(word: &str, screen: &Screen) -> Result<()> {
    screen.say(&format!("Type {word} to go on:"))?;
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|_| Error::usage("nobody answered"))?;
    if line.trim() == word {
        Ok(())
    } else {
        Err(Error::usage("that was something else; nothing was written"))
    }
}

fn root() -> Result<PathBuf> {
    let repository = Repository::open(&here()?, &GitEnvironment::from_process())?;
    repository
        .work_dir()
        .map(Path::to_path_buf)
        .ok_or_else(|| Error::usage("a bare repository has no working tree"))
}

fn widest(finding: &Finding) -> How {
    finding
        .reach
        .iter()
        .map(|reach| reach.how)
        .max()
        .unwrap_or(How::Workspace)
}

/// Whether HEAD's version of the file holds a value with the same mask and kind: the work tree alone is no history.
fn stands_in(snapshot: &dyn Snapshot, finding: &Finding, rules: &RuleSet) -> Result<bool> {
    let Some(text) = snapshot.read(finding.path.as_bytes())? else {
        return Ok(false);
    };
    let found = find::find(
        &Blob {
            path: &finding.path,
            text: &text,
            first_line: 1,
            offset: 0,
            whole: true,
        },
        rules,
    );
    Ok(found.sightings.iter().any(|sighting| {
        Some(&sighting.mask) == finding.masked.as_ref()
            && sighting.kind.map(|kind| kind.id) == finding.kind.map(|kind| kind.id)
    }))
}
