//! Which edits of a workflow answer its findings, and which of them are safe.
//!
//! In: a workflow file, a look-up of other files of the same state, the findings to answer. Out: fixes, and the findings
//! that get none, each with the reason. Every fix has been tried: the result parses, differs only where it was edited,
//! has the same agents, lacks the findings that it answers, and brings no new one. Nothing is written here.

mod app_token;
mod bench;
mod checkout;
mod cloud;
mod environment;
mod inherit;
mod permissions;
mod reads;
mod swap;
#[cfg(test)]
mod tests;
mod trial;

use std::collections::BTreeSet;

use crate::judge::workflow::{Reading, judge_workflows, sites};
use crate::model::{Answered, CiSystem, Fix, Left, RepoPath, Safety};
use crate::read::{self, Lookup};
use crate::syntax::edit::{Refused, TextEdit};
use bench::{Bench, Ground};
use trial::Trial;

/// A finding to be answered.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub rule: &'static str,
    /// The way to its node, as the finding has it.
    pub route: String,
    /// The file that the finding stands in, which may be one that the workflow uses.
    pub path: RepoPath,
    pub line: u32,
    pub fingerprint: String,
}

/// What can be done about a file's findings.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    pub fixes: Vec<Fix>,
    pub left: Vec<Left>,
}

/// Edits of one file, and the routes below which the document may change.
pub(super) struct Draft {
    pub safety: Safety,
    pub title: String,
    pub breaks: String,
    pub setup: Vec<String>,
    /// Numbers of the wanted findings that must be gone afterwards.
    pub answers: Vec<usize>,
    pub changes: Vec<DraftChange>,
}

/// The edits of a draft in one file.
pub(super) struct DraftChange {
    pub path: RepoPath,
    pub edits: Vec<TextEdit>,
    pub touched: Vec<String>,
}

/// Why an edit that is fine alone is not made now.
pub const TOO_NEAR: &str = "it stands too near another edit; run fix again after that one";

/// Findings without an edit, and why.
pub(super) struct Refusal {
    pub findings: Vec<usize>,
    pub why: String,
}

impl Refusal {
    fn new(findings: &[usize], why: impl Into<String>) -> Self {
        Refusal {
            findings: findings.to_vec(),
            why: why.into(),
        }
    }
}

/// What becomes of one question: an edit, a reason for none, or nothing was asked.
pub(super) type Drafted = Result<Option<Draft>, Refusal>;

/// Rules that an edit may answer; what others ask is a decision of people.
const ANSWERED: &[&str] = &[
    "TL302", "TL303", "TL304", "TL312", "TL313", "TL314", "TL315", "TL316", "TL317", "TL318",
    "TL319", "TL320", "TL325", "TL326", "TL327", "TL341", "TL342", "TL344",
];

/// Why a finding of another system gets no edit.
const OTHER_SYSTEM: &str = "no edit is made in files of GitLab CI, Azure Pipelines or CircleCI: what to do stands beside the finding";

/// Whether some edit may answer findings of a rule.
pub fn may_answer(rule: &str) -> bool {
    ANSWERED.contains(&rule)
}

/// Everything that a workflow is found to do, which is what its edits are measured by.
pub fn reading(path: &RepoPath, lookup: &Lookup<'_>) -> Reading {
    judge_workflows(std::slice::from_ref(path), lookup)
}

/// Plans the edits of one workflow, of which the reading is given.
pub fn plan(
    (path, text): (&RepoPath, &[u8]),
    lookup: &Lookup<'_>,
    before: &Reading,
    wanted: &[Wanted],
) -> Planned {
    if wanted.is_empty() {
        return Planned::default();
    }
    let all: Vec<usize> = (0..wanted.len()).collect();
    let leave_all = |why: Refused| Planned {
        fixes: Vec::new(),
        left: left_of(wanted, &Refusal::new(&all, why)),
    };
    let Ok(workflow) = read::workflow::read(path, text, lookup) else {
        return leave_all("the file does not parse");
    };
    if workflow.system != CiSystem::Github {
        return leave_all(OTHER_SYSTEM);
    }
    let ground = match Ground::open(path, text) {
        Ok(ground) => ground,
        Err(why) => return leave_all(why),
    };
    let sites = sites(&workflow);
    let texts = bench::actions_of(&workflow, lookup);
    let actions = texts
        .iter()
        .filter_map(|(path, text)| Ground::open(path, text).ok());
    let actions: Vec<Ground<'_>> = actions.collect();
    let bench = Bench {
        ground: &ground,
        actions: &actions,
        workflow: &workflow,
        sites: &sites,
        wanted,
        lookup,
    };
    let (drafts, refusals) = drafts(&bench);
    let trial = Trial::new(path, lookup, wanted, before);
    tried(&trial, lookup, wanted, (drafts, refusals))
}

/// Tries the drafts alone and then together, and says why the others are left.
fn tried(
    trial: &Trial<'_>,
    lookup: &Lookup<'_>,
    wanted: &[Wanted],
    (drafts, refusals): (Vec<Draft>, Vec<Refusal>),
) -> Planned {
    let mut planned = Planned::default();
    let mut rejected = refusals;
    let mut sound: Vec<(Draft, Vec<usize>)> = Vec::new();
    for draft in drafts {
        match trial.alone(&draft) {
            Ok(answers) => sound.push((draft, answers)),
            Err(why) => rejected.push(Refusal::new(&draft.answers, why)),
        }
    }
    let all: Vec<&Draft> = sound.iter().map(|(draft, _)| draft).collect();
    let fits = trial.together(&all);
    for ((draft, answers), fits) in sound.iter().zip(fits) {
        match fits {
            true => planned.fixes.push(fix_of(draft, answers, wanted, lookup)),
            false => rejected.push(Refusal::new(&draft.answers, TOO_NEAR)),
        }
    }
    let answered: BTreeSet<(&str, &str)> = planned
        .fixes
        .iter()
        .flat_map(|fix| &fix.answers)
        .map(|one| (one.rule, one.fingerprint.as_str()))
        .collect();
    for refusal in &rejected {
        let still: Vec<usize> = refusal
            .findings
            .iter()
            .copied()
            .filter(|at| {
                let one = &wanted[*at];
                !answered.contains(&(one.rule, one.fingerprint.as_str()))
            })
            .collect();
        let refusal = Refusal::new(&still, refusal.why.clone());
        planned.left.extend(left_of(wanted, &refusal));
    }
    planned.left.sort();
    planned
        .left
        .dedup_by(|a, b| (&a.path, a.line, a.rule) == (&b.path, b.line, b.rule));
    planned
}

/// Asks every question of every job, the safe answers first, so that they stand where two would touch.
fn drafts(bench: &Bench<'_>) -> (Vec<Draft>, Vec<Refusal>) {
    let mut drafts = Vec::new();
    let mut refusals = Vec::new();
    let mut take = |drafted: Drafted| match drafted {
        Ok(draft) => drafts.extend(draft),
        Err(refusal) => refusals.push(refusal),
    };
    for job in &bench.workflow.jobs {
        take(permissions::draft(bench, job));
        take(checkout::draft(bench, job));
        app_token::drafts(bench, job)
            .into_iter()
            .for_each(&mut take);
        take(swap::draft(bench, job));
        take(inherit::draft(bench, job));
        environment::drafts(bench, job)
            .into_iter()
            .for_each(&mut take);
        cloud::drafts(bench, job).into_iter().for_each(&mut take);
    }
    drafts.sort_by_key(|draft| draft.safety);
    (drafts, refusals)
}

fn left_of(wanted: &[Wanted], refusal: &Refusal) -> Vec<Left> {
    let left = refusal.findings.iter().map(|at| {
        let one = &wanted[*at];
        Left {
            path: one.path.clone(),
            line: one.line,
            rule: one.rule,
            why: refusal.why.clone(),
        }
    });
    left.collect()
}

fn fix_of(draft: &Draft, answers: &[usize], wanted: &[Wanted], lookup: &Lookup<'_>) -> Fix {
    let mut answers: Vec<Answered> = answers
        .iter()
        .map(|at| Answered {
            rule: wanted[*at].rule,
            line: wanted[*at].line,
            fingerprint: wanted[*at].fingerprint.clone(),
        })
        .collect();
    answers.sort();
    let changes = draft.changes.iter().map(|change| {
        let text = lookup(change.path.as_bytes()).unwrap_or_default();
        bench::change_of(&change.path, &text, &change.edits)
    });
    Fix {
        safety: draft.safety,
        title: draft.title.clone(),
        answers,
        breaks: draft.breaks.clone(),
        setup: draft.setup.clone(),
        changes: changes.collect(),
    }
}
