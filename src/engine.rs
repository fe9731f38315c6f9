//! The pipeline: the only file that names every stage.
//!
//! In: a source, the policies, the rules, and what is needed of the world as values. Out: an `Outcome`. It reads no disk,
//! no clock and no environment of its own; two steps, facts and then judgement.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;
use crate::find::{self, Blob, Found};
use crate::judge::{self, AgentsPresent, Class, Judged, advice};
use crate::model::{
    Confidence, Dropped, Finding, Outcome, Overall, Place, Related, RepoPath, Rule, Sighting,
    Summary, Unchecked, Verdict,
};
use crate::policy::loosening::Loosening;
use crate::policy::{Policies, canary, fingerprint, within_band};
use crate::rules::RuleSet;
use crate::source::{Content, Form, Item, Keeping, Source, Visited};
use crate::syntax;

/// Bytes read at once from a content that is too large to hold.
const WINDOW: usize = 4 << 20;
/// Bytes that two windows share, so that a credential across their border is seen whole.
const OVERLAP: usize = 64 << 10;

/// What a run needs of the world.
pub struct Run<'a> {
    pub source: &'a dyn Source,
    pub policies: &'a Policies,
    pub rules: &'a RuleSet,
    pub threads: usize,
    /// Unix seconds.
    pub now: i64,
    /// Lines of the policy that this change loosens, and the file they stand in.
    pub loosened: &'a [(RepoPath, Loosening)],
    /// Whether an agent makes this change, by the strong signals.
    pub by_agent: bool,
    /// Whether hits in installed dependencies are shown one by one.
    pub dependencies: Dependencies,
    /// What is looked at, in words.
    pub looked_at: String,
    /// The commit that is judged, where there is one.
    pub commit: Option<String>,
}

/// What is shown of installed dependencies and build output (decision 19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependencies {
    /// Agent surfaces and broad, sure kinds; the rest as one count.
    Counted,
    Shown,
}

/// What the first step gathers.
#[derive(Default)]
struct Facts {
    sightings: Vec<(Item, Sighting)>,
    dropped: Vec<Dropped>,
    unchecked: Vec<Unchecked>,
}

/// Runs the pipeline.
pub fn run(run: &Run<'_>) -> Result<Outcome> {
    let facts = Mutex::new(Facts::default());
    let files = AtomicU64::new(0);
    let bytes = AtomicU64::new(0);
    let visited = run.source.visit(run.threads, &|item, content| {
        let mut seen = Facts::default();
        let read = examine(item, content, run.rules, &mut seen);
        if item.form != Form::Message {
            files.fetch_add(1, Ordering::Relaxed);
        }
        bytes.fetch_add(read, Ordering::Relaxed);
        if seen.sightings.is_empty() && seen.dropped.is_empty() && seen.unchecked.is_empty() {
            return;
        }
        let mut all = match facts.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        };
        all.sightings.extend(seen.sightings);
        all.dropped.extend(seen.dropped);
        all.unchecked.extend(seen.unchecked);
    })?;
    let facts = match facts.into_inner() {
        Ok(facts) => facts,
        Err(poisoned) => poisoned.into_inner(),
    };
    conclude(run, facts, visited, files.into_inner(), bytes.into_inner())
}

/// Gathers the facts of one blob; returns how many bytes were read.
fn examine(item: &Item, content: Content<'_>, rules: &RuleSet, facts: &mut Facts) -> u64 {
    match content {
        Content::Bytes(text) => {
            let blob = Blob {
                path: &item.path,
                text,
                first_line: 1,
                offset: 0,
                whole: true,
            };
            take(item, find::find(&blob, rules), facts);
            if item.form == Form::File {
                facts.unchecked.extend(unparsable(item, text, rules));
            }
            text.len() as u64
        }
        Content::Stream(reader) => examine_stream(item, reader, rules, facts),
    }
}

fn take(item: &Item, found: Found, facts: &mut Facts) {
    facts.dropped.extend(found.dropped);
    let sightings = found.sightings.into_iter();
    facts
        .sightings
        .extend(sightings.map(|sighting| (item.clone(), sighting)));
}

/// Reads a large content in windows that overlap; a credential seen twice is kept once.
fn examine_stream(item: &Item, reader: &mut dyn Read, rules: &RuleSet, facts: &mut Facts) -> u64 {
    let mut window = Vec::with_capacity(WINDOW + OVERLAP);
    let (mut offset, mut first_line, mut total) = (0usize, 1u32, 0u64);
    let mut seen: Vec<crate::model::Span> = Vec::new();
    loop {
        let kept = window.len();
        let wanted = (WINDOW + OVERLAP - kept) as u64;
        let read = match reader.take(wanted).read_to_end(&mut window) {
            Ok(read) => read,
            Err(_) => {
                facts.unchecked.push(Unchecked {
                    path: item.path.clone(),
                    why: "the bytes could not be read to the end".to_owned(),
                    undecided: true,
                });
                return total;
            }
        };
        total += read as u64;
        let blob = Blob {
            path: &item.path,
            text: &window,
            first_line,
            offset,
            whole: false,
        };
        let mut found = find::find(&blob, rules);
        found
            .sightings
            .retain(|sighting| !seen.contains(&sighting.span));
        seen.extend(found.sightings.iter().map(|sighting| sighting.span));
        take(item, found, facts);
        if (read as u64) < wanted {
            return total;
        }
        let target = window.len() - OVERLAP;
        let cut = memchr::memchr(b'\n', &window[target..]).map_or(target, |i| target + i + 1);
        first_line += memchr::memchr_iter(b'\n', &window[..cut]).count() as u32;
        offset += cut;
        window.drain(..cut);
    }
}

/// A file that an agent really loads must parse, or nobody knows what the agent is handed (decision 6 c).
fn unparsable(item: &Item, text: &[u8], rules: &RuleSet) -> Option<Unchecked> {
    let format = syntax::format_of(&item.path)?;
    let loaded = judge::surfaces_of(&item.path, rules)
        .any(|surface| surface.how.in_context() && !surface.keys.is_empty());
    if !loaded || text.is_empty() {
        return None;
    }
    let error = syntax::parse(format, text).err()?;
    Some(Unchecked {
        path: item.path.clone(),
        why: format!(
            "an agent loads this file and it does not parse: line {}, column {}; it was searched as bytes (TL902)",
            error.line, error.column
        ),
        undecided: true,
    })
}

/// The second step: judgement over all facts, policy, and the outcome.
fn conclude(
    run: &Run<'_>,
    facts: Facts,
    visited: Visited,
    files: u64,
    bytes: u64,
) -> Result<Outcome> {
    let mut bench = Bench::new(run, &visited);
    for (item, sighting) in facts.sightings {
        bench.hear(item, sighting)?;
    }
    let Bench {
        mut findings,
        silent,
        hidden,
        dependencies,
        mut unchecked,
        ..
    } = bench;
    unchecked.extend(visited.unchecked.iter().cloned());
    unchecked.extend(facts.unchecked.into_iter().map(|mut entry| {
        entry.undecided &= visited.is_change;
        entry
    }));
    unchecked.extend(canary_remark(run));
    add_loosenings(run, &mut findings);
    findings.sort_by(|a, b| {
        (&a.path, a.place, a.rule, &a.fingerprint, &a.commit).cmp(&(
            &b.path,
            b.place,
            b.rule,
            &b.fingerprint,
            &b.commit,
        ))
    });
    unchecked.sort();
    unchecked.dedup();
    let mut dropped = facts.dropped;
    dropped.sort_by(|a, b| (&a.path, a.place, a.filter).cmp(&(&b.path, b.place, b.filter)));
    let remarks = remarks(run, &visited, &findings, hidden, dependencies);
    Ok(Outcome {
        summary: summarise(
            &findings,
            &unchecked,
            files,
            bytes,
            silent,
            dropped.len() as u64,
        ),
        findings,
        policy_from: run.policies.from.clone(),
        unchecked,
        dropped,
        remarks,
        commit: run.commit.clone(),
        seconds: None,
        looked_at: run.looked_at.clone(),
    })
}

/// Hears one sighting after another and keeps what all of them share.
struct Bench<'r, 'a> {
    run: &'r Run<'a>,
    is_change: bool,
    agents: Option<AgentsPresent>,
    base_agents: Option<AgentsPresent>,
    at_head: HashMap<RepoPath, Vec<Sighting>>,
    before: HashMap<usize, Vec<Judged>>,
    findings: Vec<Finding>,
    index: BTreeMap<(String, RepoPath), usize>,
    silent: u64,
    hidden: u64,
    dependencies: u64,
    unchecked: Vec<Unchecked>,
}

impl<'r, 'a> Bench<'r, 'a> {
    fn new(run: &'r Run<'a>, visited: &Visited) -> Self {
        Bench {
            run,
            is_change: visited.is_change,
            agents: None,
            base_agents: None,
            at_head: HashMap::new(),
            before: HashMap::new(),
            findings: Vec::new(),
            index: BTreeMap::new(),
            silent: 0,
            hidden: 0,
            dependencies: 0,
            unchecked: Vec::new(),
        }
    }

    fn hear(&mut self, item: Item, sighting: Sighting) -> Result<()> {
        let run = self.run;
        let agents = self
            .agents
            .get_or_insert_with(|| AgentsPresent::look(run.rules, run.source.head()));
        let judged = judge::judge(sighting, item, run.rules, agents, run.now);
        if judged.item.keeping == Keeping::Dependency
            && run.dependencies == Dependencies::Counted
            && !counts_in_dependency(&judged)
        {
            self.dependencies += 1;
            return Ok(());
        }
        let print = fingerprint::of_sighting(&judged.sighting, run.policies.salt());
        let Some(ruling) = run.policies.rule_on(&judged, &print.text) else {
            self.silent += 1;
            return Ok(());
        };
        if ruling.reason.is_some() && ruling.verdict < ruling.rule.verdict && !ruling.known {
            self.hidden += 1;
        }
        if ruling.verdict == Verdict::Silent {
            self.silent += 1;
            return Ok(());
        }
        let introduced = if self.is_change {
            Some(self.is_introduced(&judged)?)
        } else {
            None
        };
        let at_head = judged.item.commit.is_none() || self.stands_at_head(&judged)?;
        let mut reasons = judged.reasons.clone();
        reasons.extend(ruling.reason.clone());
        if !at_head {
            reasons.push(
                "a later commit removes it, but it stays in the history: rotate it, and squash or rewrite before merging"
                    .to_owned(),
            );
        }
        let finding = Finding {
            rule: ruling.rule.id,
            verdict: ruling.verdict,
            kind: judged.sighting.kind,
            severity: ruling.severity,
            confidence: judged.confidence,
            path: judged.sighting.path.clone(),
            place: judged.sighting.place,
            commit: judged.item.commit.clone(),
            introduced,
            at_head,
            breadth: judged.breadth.clone(),
            reach: judged.reach.clone(),
            masked: Some(judged.sighting.mask.clone()),
            advice: advice::advice(&judged, run.rules),
            fingerprint: print.text,
            bound_to_place: print.bound_to_place,
            message: advice::message(&judged),
            excerpt: judged.sighting.excerpt.clone(),
            related: related(&judged),
            line_hash: judged.sighting.line_hash.clone(),
            reasons,
            rotate: rotation(&judged, at_head),
            waived: ruling.waived,
            known: ruling.known,
        };
        self.keep(finding, &judged.item);
        Ok(())
    }

    /// Keeps a finding; in a history the same secret at the same path is one finding.
    fn keep(&mut self, finding: Finding, item: &Item) {
        if item.commit.is_some() {
            if finding.introduced == Some(false) {
                self.silent += 1;
                return;
            }
            let key = (finding.fingerprint.clone(), finding.path.clone());
            if self.index.contains_key(&key) {
                return;
            }
            self.index.insert(key, self.findings.len());
        }
        self.findings.push(finding);
    }

    /// Decides decision 3: the base has no finding of the same kind and secret at the same or a wider reach.
    fn is_introduced(&mut self, judged: &Judged) -> Result<bool> {
        let number = judged.item.number;
        if !self.before.contains_key(&number) {
            let run = self.run;
            let agents = self
                .base_agents
                .get_or_insert_with(|| AgentsPresent::look(run.rules, run.source.base()));
            let mut known = Vec::new();
            for (path, text) in run.source.before(&judged.item)? {
                let found = find::find(
                    &Blob {
                        path: &path,
                        text: &text,
                        first_line: 1,
                        offset: 0,
                        whole: true,
                    },
                    run.rules,
                );
                let mut item = judged.item.clone();
                item.path = path.clone();
                known.extend(found.sightings.into_iter().map(|sighting| {
                    judge::judge(sighting, item.clone(), run.rules, agents, run.now)
                }));
            }
            self.before.insert(number, known);
        }
        let how = judged.how();
        let same = |old: &Judged| {
            old.sighting.secret == judged.sighting.secret
                && old.sighting.kind.map(|kind| kind.id) == judged.sighting.kind.map(|kind| kind.id)
                && old.how() >= how
                && old.class >= judged.class
        };
        Ok(!self.before[&number].iter().any(same))
    }

    fn stands_at_head(&mut self, judged: &Judged) -> Result<bool> {
        if judged.item.form == Form::Message {
            return Ok(true);
        }
        let path = &judged.sighting.path;
        if !self.at_head.contains_key(path) {
            let text = self.run.source.head().read(path.as_bytes())?;
            let sightings = text.map_or_else(Vec::new, |text| {
                let blob = Blob {
                    path,
                    text: &text,
                    first_line: 1,
                    offset: 0,
                    whole: true,
                };
                find::find(&blob, self.run.rules).sightings
            });
            self.at_head.insert(path.clone(), sightings);
        }
        Ok(self.at_head[path]
            .iter()
            .any(|sighting| sighting.secret == judged.sighting.secret))
    }
}

/// Rotation is asked for where the value has left the machine or an agent has read it (decision 25).
fn rotation(judged: &Judged, at_head: bool) -> Option<String> {
    if matches!(judged.class, Class::Public | Class::Ingest) {
        return None;
    }
    if judged.item.commit.is_some() || !at_head {
        return Some("it stands in a commit: rotate it if that commit was ever pushed".to_owned());
    }
    judged
        .how()
        .in_context()
        .then(|| "it stands where an agent reads it at every call: rotate it".to_owned())
}

fn counts_in_dependency(judged: &Judged) -> bool {
    judged.how().in_context()
        || (judged.class == Class::Broad && judged.confidence == Confidence::High)
}

fn related(judged: &Judged) -> Vec<Related> {
    judged
        .sighting
        .other_half
        .iter()
        .map(|(_, place, word)| Related {
            path: judged.sighting.path.clone(),
            place: *place,
            message: (*word).to_owned(),
        })
        .collect()
}

fn canary_remark(run: &Run<'_>) -> Option<Unchecked> {
    let passed = canary::first_that_passes(run.policies, run.rules)?;
    Some(Unchecked {
        path: RepoPath::from(passed.path),
        why: format!(
            "TL905: the policy fails its canary, a planted broad token passes: {}",
            passed.because
        ),
        undecided: true,
    })
}

/// TL903: a loosening blocks where the same change holds what it would release, or where an agent makes it.
fn add_loosenings(run: &Run<'_>, findings: &mut Vec<Finding>) {
    let Some(rule) = judge::rules::by_id("TL903") else {
        return;
    };
    let held = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Block && finding.introduced == Some(true));
    for (path, loosening) in run.loosened {
        let (verdict, because) = if run.by_agent {
            (Verdict::Block, Some("an agent makes this commit"))
        } else if held {
            (
                Verdict::Block,
                Some("the same change holds what a looser policy could release"),
            )
        } else {
            (rule.verdict, None)
        };
        findings.push(guard_finding(
            rule,
            verdict,
            path,
            loosening,
            because,
            run.policies.salt(),
        ));
    }
}

fn guard_finding(
    rule: &'static Rule,
    verdict: Verdict,
    path: &RepoPath,
    loosening: &Loosening,
    because: Option<&str>,
    salt: Option<&str>,
) -> Finding {
    let severity = if verdict == Verdict::Block {
        7.0
    } else {
        rule.severity
    };
    Finding {
        rule: rule.id,
        verdict,
        kind: None,
        severity: within_band(severity, verdict),
        confidence: Confidence::High,
        path: path.clone(),
        place: Place {
            start_line: loosening.line,
            start_column: 1,
            end_line: loosening.line,
            end_column: 1,
            start_character: 1,
        },
        commit: None,
        introduced: Some(true),
        at_head: true,
        breadth: None,
        reach: Vec::new(),
        masked: None,
        advice: None,
        fingerprint: fingerprint::of_parts(
            salt,
            &[
                rule.id.as_bytes(),
                path.as_bytes(),
                loosening.what.as_bytes(),
            ],
        ),
        bound_to_place: false,
        message: format!(
            "This change loosens the policy: {}. It does not count for this change.",
            loosening.what
        ),
        excerpt: Default::default(),
        related: Vec::new(),
        line_hash: String::new(),
        reasons: because.map(str::to_owned).into_iter().collect(),
        rotate: None,
        waived: None,
        known: false,
    }
}

fn summarise(
    findings: &[Finding],
    unchecked: &[Unchecked],
    files: u64,
    bytes: u64,
    silent: u64,
    dropped: u64,
) -> Summary {
    let decides = |finding: &&Finding| finding.introduced != Some(false);
    let count = |verdict: Verdict| {
        findings
            .iter()
            .filter(decides)
            .filter(|finding| finding.verdict == verdict)
            .count() as u64
    };
    let blocked = count(Verdict::Block);
    let overall = if blocked > 0 {
        Overall::Blocked
    } else if unchecked.iter().any(|entry| entry.undecided) {
        Overall::Undecided
    } else {
        Overall::Clean
    };
    Summary {
        overall,
        files,
        bytes,
        blocked,
        warned: count(Verdict::Warn),
        noted: count(Verdict::Note),
        silent,
        dropped,
    }
}

fn remarks(
    run: &Run<'_>,
    visited: &Visited,
    findings: &[Finding],
    hidden: u64,
    dependencies: u64,
) -> Vec<String> {
    let mut remarks = Vec::new();
    let known: Vec<_> = findings.iter().filter(|finding| finding.known).collect();
    if !known.is_empty() {
        let broad = known
            .iter()
            .filter(|finding| matches!(finding.kind, Some(kind) if kind.level >= crate::model::Level::Account))
            .count();
        remarks.push(format!("{} known, {broad} broad", known.len()));
    }
    if hidden > 0 {
        remarks.push(format!(
            "this policy hides {hidden}; `--policy none` shows them"
        ));
    }
    if dependencies > 0 {
        remarks.push(format!(
            "{dependencies} in dependencies, `--deps` shows them"
        ));
    }
    if visited.submodules > 0 {
        remarks.push(format!(
            "{} submodule links were not followed",
            visited.submodules
        ));
    }
    if visited.special > 0 {
        remarks.push(format!("{} special files were not opened", visited.special));
    }
    for waiver in &run.policies.base.waivers {
        let standing = waiver.standing(run.policies.today, run.policies.base.waiver_days);
        if standing != crate::policy::WaiverStanding::Counts {
            remarks.push(format!(
                "the waiver in {}:{} {}",
                run.policies.base.shown_as,
                waiver.line,
                standing.word()
            ));
        }
    }
    remarks
}

/// Makes whatever could not be read decide, as a change's own blobs do.
pub fn make_strict(outcome: &mut Outcome) {
    for entry in &mut outcome.unchecked {
        entry.undecided = true;
    }
    if outcome.summary.overall == Overall::Clean && !outcome.unchecked.is_empty() {
        outcome.summary.overall = Overall::Undecided;
    }
}
