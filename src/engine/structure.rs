//! What is wrong with the wiring: workflows judged at head and, where there is a change, at base.
//!
//! In: the workflow files that were seen, two snapshots. Out: findings, agents with what they hold, and files that GitHub
//! loads and that do not parse. What judging head gives and judging base does not is introduced (decision 3).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Run;
use super::anchor::Added;
use super::in_parts::in_parts;
use crate::find;
use crate::judge::rules;
use crate::judge::workflow::{Reading, StructureFinding, judge_workflows};
use crate::model::{
    Advice, AgentJob, CiSystem, Confidence, Excerpt, Finding, Related, RepoPath, Spot, Unchecked,
    Verdict,
};
use crate::policy::{Ruling, fingerprint, within_band};
use crate::read::workflow::{
    home_of, is_workflow, located, looks_like_workflow, may_be_included, system_of,
};
use crate::source::{Snapshot, Visited};
use crate::syntax::SyntaxError;

/// What judging the wiring gives.
#[derive(Default)]
pub(super) struct Structure {
    pub(super) findings: Vec<Finding>,
    pub(super) jobs: Vec<AgentJob>,
    pub(super) unchecked: Vec<Unchecked>,
    pub(super) silent: u64,
}

/// Where other systems look for their pipelines.
const PIPELINES: &[&str] = &[
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "azure-pipelines.yaml",
];
/// Folders in which they look for more.
const PIPELINE_FOLDERS: &[&[u8]] = &[b".azure-pipelines", b".pipelines"];
/// The folder in which GitHub looks for workflows.
const WORKFLOWS: &[u8] = b".github/workflows";

/// Whether a file is a workflow, or one that a workflow may call.
pub(super) fn may_be_wiring(path: &RepoPath) -> bool {
    home_of(path).is_some() || called_as(path).is_some() || may_be_included(path)
}

/// Whether a file may be judged as a workflow where nothing changes.
pub(super) fn may_be_judged(path: &RepoPath, text: &[u8]) -> bool {
    located(path).is_some() || (called_as(path).is_none() && looks_like_workflow(path, text))
}

/// The part of a path by which a workflow that calls the file names it.
fn called_as(path: &RepoPath) -> Option<&[u8]> {
    let bytes = path.as_bytes();
    let name = path.file_name();
    if name == b"action.yml" || name == b"action.yaml" {
        let folder = bytes[..bytes.len() - name.len()].strip_suffix(b"/")?;
        return folder.rsplit(|&byte| byte == b'/').next();
    }
    let called = home_of(path).is_some() || name.ends_with(b".sh") || name.ends_with(b".bash");
    called.then_some(name)
}

/// The workflows to judge: those that were seen, and in a change those that call a file of it.
fn workflows(run: &Run<'_>, visited: &Visited, wiring: &BTreeSet<RepoPath>) -> Vec<RepoPath> {
    let head = run.source.head();
    let reads_like_one = |path: &RepoPath| {
        let text = head.read(path.as_bytes()).ok().flatten();
        text.is_some_and(|text| looks_like_workflow(path, &text))
    };
    let is_judged = |path: &&RepoPath| {
        let elsewhere = || match located(path) {
            Some((CiSystem::Github, _)) => true,
            // A pipeline in a folder of a repository is started by nothing; one of a checkout in it is.
            Some((_, home)) => !visited.in_repository || head.exists(&[home, b".git"].concat()),
            // Where no checkout says what GitHub loads, a file that reads like a workflow is taken for one.
            None => !visited.in_repository && called_as(path).is_none() && reads_like_one(path),
        };
        is_workflow(path) || !visited.is_change && elsewhere()
    };
    let mut paths: BTreeSet<RepoPath> = wiring.iter().filter(is_judged).cloned().collect();
    let names: Vec<&[u8]> = wiring.iter().filter_map(called_as).collect();
    if visited.is_change && !wiring.is_empty() {
        pipelines(run, wiring, &mut paths);
    }
    if visited.is_change && !names.is_empty() {
        for path in head.files_in(WORKFLOWS) {
            if paths.contains(&path) || !is_workflow(&path) {
                continue;
            }
            let text = head.read(path.as_bytes()).ok().flatten();
            let text = text.unwrap_or_default();
            if names
                .iter()
                .any(|name| memchr::memmem::find(&text, name).is_some())
            {
                paths.insert(path);
            }
        }
    }
    paths.into_iter().collect()
}

/// Adds the pipelines of other systems that use a file of the change, or that include files that may.
fn pipelines(run: &Run<'_>, wiring: &BTreeSet<RepoPath>, paths: &mut BTreeSet<RepoPath>) {
    let head = run.source.head();
    let named = PIPELINES.iter().map(|path| RepoPath::from(*path));
    let folders = PIPELINE_FOLDERS.iter();
    let below = folders.flat_map(|folder| head.files_in(folder));
    for path in named.chain(below) {
        let Ok(Some(text)) = head.read(path.as_bytes()) else {
            continue;
        };
        let uses = |word: &[u8]| memchr::memmem::find(&text, word).is_some();
        let includes = uses(b"include:") || uses(b"template:");
        if is_workflow(&path) && (includes || wiring.iter().any(|path| uses(path.file_name()))) {
            paths.insert(path);
        }
    }
}

/// Judges the workflows that a run saw.
pub(super) fn judge(run: &Run<'_>, visited: &Visited, wiring: &BTreeSet<RepoPath>) -> Structure {
    let paths = workflows(run, visited, wiring);
    if paths.is_empty() {
        return Structure::default();
    }
    let head = read(run, run.source.head(), &paths);
    let known: Option<HashSet<String>> = visited.is_change.then(|| {
        let base = read(run, run.source.base(), &paths);
        let prints = base.findings.iter().map(|finding| print(run, finding));
        prints.collect()
    });
    let dormant = match visited.in_repository {
        true => dormant(run.source.head(), &paths),
        false => Vec::new(),
    };
    conclude(run, head, known.as_ref(), &dormant, visited.is_change)
}

/// Judges the agents of one job of a workflow, which is about to start them.
pub(super) fn judge_job(run: &Run<'_>, path: &RepoPath, job: &str) -> Structure {
    let mut head = read(run, run.source.head(), std::slice::from_ref(path));
    // In a called workflow the runner names the job there, and the workflow that calls.
    head.jobs
        .retain(|agent| agent.job == job || agent.view.inner_job == job);
    let mut ids: BTreeSet<String> = head.jobs.iter().map(|agent| agent.job.clone()).collect();
    ids.insert(job.to_owned());
    keep_jobs(&mut head, &ids);
    let own = path.lossy();
    let called: BTreeSet<String> = head
        .jobs
        .iter()
        .filter(|agent| agent.view.inner_job == job && agent.view.inner_path != own)
        .map(|agent| agent.view.inner_path.clone())
        .collect();
    for file in called {
        let mut inner = read(run, run.source.head(), &[RepoPath::from(file.as_str())]);
        keep_jobs(&mut inner, &BTreeSet::from([job.to_owned()]));
        head.findings.append(&mut inner.findings);
        head.unparsed.append(&mut inner.unparsed);
    }
    conclude(run, head, None, &[], true)
}

/// Leaves the findings of some jobs. What a name alone says blocks before an agent that is about to start.
fn keep_jobs(reading: &mut Reading, ids: &BTreeSet<String>) {
    reading.findings.retain_mut(|found| {
        if found.rule.id == "TL318" {
            found.rule = rules::by_id("TL305").unwrap_or(found.rule);
        }
        let job = found.route.strip_prefix("jobs/").unwrap_or_default();
        ids.contains(job.split('/').next().unwrap_or(job))
    });
}

/// The folders of this repository that have workflows of their own, which GitHub does not run from there.
fn dormant(head: &dyn Snapshot, paths: &[RepoPath]) -> Vec<Vec<u8>> {
    let homes: BTreeSet<&[u8]> = paths.iter().filter_map(home_of).collect();
    let is_own = |home: &&[u8]| home.is_empty() || head.exists(&[*home, b".git"].concat());
    homes
        .into_iter()
        .filter(|home| !is_own(home))
        .map(<[u8]>::to_vec)
        .collect()
}

/// Lowers what GitHub does not run to a note.
fn lower(ruling: &mut Ruling) {
    if ruling.verdict > Verdict::Note {
        ruling.verdict = Verdict::Note;
        ruling.severity = within_band(ruling.severity, Verdict::Note);
        ruling.reason = Some("GitHub runs no workflow of a folder inside a repository".to_owned());
    }
}

fn conclude(
    run: &Run<'_>,
    head: Reading,
    known: Option<&HashSet<String>>,
    dormant: &[Vec<u8>],
    decides: bool,
) -> Structure {
    let is_dormant = |path: &RepoPath| dormant.iter().any(|home| path.as_bytes().starts_with(home));
    let mut structure = Structure {
        jobs: head.jobs,
        unchecked: head
            .unparsed
            .into_iter()
            .map(|(path, error)| unread(is_dormant(&path), decides, path, &error))
            .collect(),
        ..Structure::default()
    };
    let added = Added::of(run.source);
    for mut found in head.findings {
        let print = print(run, &found);
        let mut ruling = run
            .policies
            .rule_on_structure(found.rule, &found.spot.path, &print);
        if is_dormant(&found.spot.path) {
            lower(&mut ruling);
        }
        if ruling.verdict == Verdict::Silent {
            structure.silent += 1;
            continue;
        }
        let introduced = known.map(|known| !known.contains(&print));
        if introduced == Some(true) {
            added.anchor(&mut found);
        }
        let mut reasons = found.reasons.clone();
        reasons.extend(ruling.reason);
        structure.findings.push(Finding {
            rule: found.rule.id,
            verdict: ruling.verdict,
            severity: ruling.severity,
            introduced,
            fingerprint: print,
            reasons,
            waived: ruling.waived,
            known: ruling.known,
            ..plain(found)
        });
    }
    structure
}

/// What is said of a workflow that does not parse. Decision 6 closes the list of what leaves a change undecided.
fn unread(is_dormant: bool, decides: bool, path: RepoPath, error: &SyntaxError) -> Unchecked {
    let system = system_of(&path).unwrap_or_default();
    let loads = if is_dormant {
        "this workflow does not parse".to_owned()
    } else {
        format!("{} loads this file and it does not parse", system.name())
    };
    Unchecked {
        why: format!("{loads}: {error}; it was searched as bytes (TL902)"),
        undecided: decides && system == CiSystem::Github,
        path,
    }
}

/// How many workflows a thread takes at a time.
const WORKFLOWS_AT_A_TIME: usize = 4;

/// Reads and judges workflows side by side; what is found stands in the order of the paths.
fn read(run: &Run<'_>, snapshot: &dyn Snapshot, paths: &[RepoPath]) -> Reading {
    let lookup = |path: &[u8]| snapshot.read(path).ok().flatten();
    let mut all = Reading::default();
    let judged = |part: &[RepoPath]| judge_workflows(part, &lookup);
    for reading in in_parts(run, paths, WORKFLOWS_AT_A_TIME, judged) {
        all.jobs.extend(reading.jobs);
        all.findings.extend(reading.findings);
        all.unparsed.extend(reading.unparsed);
    }
    all
}

fn print(run: &Run<'_>, finding: &StructureFinding) -> String {
    let parts = [
        finding.rule.id.as_bytes(),
        finding.spot.path.as_bytes(),
        finding.route.as_bytes(),
    ];
    fingerprint::of_parts(run.policies.salt(), &parts)
}

/// Adds the hashes by which code scanning knows the lines of findings without a credential again.
pub(super) fn add_line_hashes(head: &dyn Snapshot, findings: &mut [Finding]) {
    // A credential's lines were hashed where it was found; one without a hash stands in an archive, or in a file that is
    // too large to hold.
    let lacks = |finding: &Finding| finding.masked.is_none() && finding.line_hash.is_empty();
    let mut lines: BTreeMap<RepoPath, Vec<u32>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| lacks(finding)) {
        let of_file = lines.entry(finding.path.clone()).or_default();
        of_file.push(finding.place.start_line);
    }
    let mut hashes = BTreeMap::new();
    for (path, lines) in lines {
        let Ok(Some(text)) = head.read(path.as_bytes()) else {
            continue;
        };
        for (line, hash) in find::line_hashes(&text, &lines) {
            hashes.insert((path.clone(), line), hash);
        }
    }
    for finding in findings.iter_mut().filter(|finding| lacks(finding)) {
        let line = (finding.path.clone(), finding.place.start_line);
        if let Some(hash) = hashes.get(&line) {
            finding.line_hash.clone_from(hash);
        }
    }
}

/// A finding without a credential, as the rule gives it.
pub(super) fn plain(found: StructureFinding) -> Finding {
    Finding {
        rule: found.rule.id,
        verdict: found.rule.verdict,
        kind: None,
        severity: found.rule.severity,
        confidence: Confidence::High,
        path: found.spot.path.as_ref().clone(),
        place: found.spot.place,
        commit: None,
        commits: 0,
        introduced: None,
        at_head: true,
        breadth: None,
        reach: Vec::new(),
        masked: None,
        advice: Some(Advice {
            narrower: Vec::new(),
            none_because: None,
            how: found.advice,
            docs: String::new(),
            reference: None,
        }),
        fingerprint: String::new(),
        same_as: None,
        score: Default::default(),
        bound_to_place: false,
        message: found.message,
        excerpt: Excerpt::default(),
        related: found.related.into_iter().map(related).collect(),
        flow: found.flow.into_iter().map(related).collect(),
        line_hash: String::new(),
        reasons: Vec::new(),
        rotate: None,
        waived: None,
        known: false,
    }
}

/// Another place of a finding, as the rule gives it.
pub(super) fn related((spot, message): (Spot, String)) -> Related {
    Related {
        path: spot.path.as_ref().clone(),
        place: spot.place,
        message,
    }
}
