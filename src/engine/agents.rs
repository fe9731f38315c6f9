//! What files of agents say: judged at base and at head by the same call, and introduced where only head gives them.
//!
//! In: the paths that say something of agents, the findings so far. Out: more findings. Nothing is read where no such
//! path changed and no broad credential was found.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::OfAgents;
use super::in_parts::in_parts;
use super::{Run, structure};
use crate::error::Result;
use crate::find::{self, Blob};
use crate::judge::agents::{
    BroadThere, Declared, Known, MOST, follow_all, judge_files, judge_removed, read_agents,
};
use crate::judge::workflow::StructureFinding;
use crate::judge::{self, AgentsPresent, Class};
use crate::model::{Confidence, Finding, Related, RepoPath, Verdict};
use crate::policy::fingerprint;
use crate::read::agent_config::{self, AgentFile};
use crate::rules::agent_facts::agent_facts;
use crate::rules::glob;
use crate::source::{Form, Item, Keeping, Snapshot, Visited};

/// Files at the root that hold credentials so often that a change is judged with them.
const LIKELY: &[&str] = &[
    ".env",
    ".env.local",
    ".env.development",
    ".env.production",
    ".env.staging",
    ".envrc",
    ".dev.vars",
    ".npmrc",
    ".netrc",
    ".mcp.json",
    ".cursor/mcp.json",
    ".vscode/mcp.json",
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".railway/config.json",
    "terraform.tfstate",
    "terraform.tfvars",
    "secrets.toml",
    ".streamlit/secrets.toml",
];

/// How many files a thread reads at a time: a change comes to few, and no further thread is worth its start.
const FILES_AT_A_TIME: usize = 64;

/// Adds the findings about structure; returns what head's files say of agents.
pub(super) fn add(
    run: &Run<'_>,
    visited: &Visited,
    of_agents: Vec<OfAgents>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<AgentFile>> {
    let broad = broad_of(findings, |_| true);
    let gone = settings_in(&visited.removed);
    if of_agents.is_empty() && gone.is_empty() && (broad.is_empty() || !visited.is_change) {
        return Ok(Vec::new());
    }
    let mut touched: BTreeSet<RepoPath> = gone.iter().cloned().collect();
    let mut all = BTreeSet::new();
    let mut ignored = BTreeSet::new();
    let mut read = Vec::new();
    for OfAgents {
        path,
        keeping,
        file,
    } in of_agents
    {
        if keeping != Keeping::Git {
            ignored.insert(path.clone());
        }
        touched.insert(path.clone());
        all.insert(path);
        read.extend(file);
    }
    if visited.is_change {
        all.extend(agent_config::fixed_paths(run.rules));
        all.extend(gone);
    }
    let all: Vec<RepoPath> = all.into_iter().collect();
    let mut head_broad = broad;
    if visited.is_change {
        head_broad.extend(broad_in(run, run.source.head(), &head_broad));
    }
    let files = match run.source.hands_over_head() {
        true => follow_all(read, &|path| run.source.head().read(path).ok().flatten()),
        false => read_state(run, run.source.head(), &all),
    };
    let mut head = judge_state(run, &files, &head_broad);
    let base = if visited.is_change {
        let mut base_broad = broad_of(findings, |finding| finding.introduced == Some(false));
        base_broad.extend(broad_in(run, run.source.base(), &base_broad));
        let before = read_state(run, run.source.base(), &all);
        let base = judge_state(run, &before, &base_broad);
        // Base may have gone on since the change left it: what the change did not touch it did not take away.
        let touched = |path: &RepoPath| touched.contains(path);
        head.extend(judge_removed(&before, &files, &touched));
        base
    } else {
        Vec::new()
    };
    for ((_, _, introduced), group) in grouped(head, &base, visited, &ignored) {
        findings.extend(finding_of(run, group, introduced));
    }
    Ok(files)
}

/// Findings by rule, path and whether they are introduced.
type Grouped = BTreeMap<(&'static str, RepoPath, Option<bool>), Vec<StructureFinding>>;

fn grouped(
    head: Vec<StructureFinding>,
    base: &[StructureFinding],
    visited: &Visited,
    ignored: &BTreeSet<RepoPath>,
) -> Grouped {
    let known: BTreeSet<_> = base.iter().map(key).collect();
    let mut grouped = Grouped::new();
    for finding in head {
        // A file of one person that Git ignores is where it belongs.
        if finding.rule.id == "TL405" && ignored.contains(finding.spot.path.as_ref()) {
            continue;
        }
        let introduced = visited.is_change.then(|| !known.contains(&key(&finding)));
        let group = (
            finding.rule.id,
            finding.spot.path.as_ref().clone(),
            introduced,
        );
        grouped.entry(group).or_default().push(finding);
    }
    grouped
}

/// The settings among what a change takes away.
fn settings_in(removed: &[RepoPath]) -> Vec<RepoPath> {
    if removed.is_empty() {
        return Vec::new();
    }
    let facts = agent_facts();
    let of_rules = facts.rules.iter().flat_map(|place| &place.files);
    let of_bounds = facts.bounds.iter().flat_map(|bound| &bound.files);
    let patterns: BTreeSet<&String> = of_rules.chain(of_bounds).chain(&facts.hooks).collect();
    let is_settings = |path: &&RepoPath| {
        let mut patterns = patterns.iter();
        patterns.any(|pattern| glob::matches(pattern, path.as_bytes()))
    };
    removed.iter().filter(is_settings).cloned().collect()
}

type Key = (&'static str, RepoPath, String);

fn key(finding: &StructureFinding) -> Key {
    (
        finding.rule.id,
        finding.spot.path.as_ref().clone(),
        finding.route.clone(),
    )
}

fn read_state(run: &Run<'_>, snapshot: &dyn Snapshot, paths: &[RepoPath]) -> Vec<AgentFile> {
    let lookup = |path: &[u8]| snapshot.read(path).ok().flatten();
    let paths = &paths[..paths.len().min(MOST)];
    let read = |part: &[RepoPath]| read_agents(part, &lookup, run.rules);
    in_parts(run, paths, FILES_AT_A_TIME, read).concat()
}

fn judge_state(run: &Run<'_>, files: &[AgentFile], broad: &[BroadThere]) -> Vec<StructureFinding> {
    let declared: Vec<Declared> = run
        .policies
        .base
        .credentials
        .iter()
        .map(|declaration| Declared {
            name: declaration.name.clone(),
            place: declaration.place.clone(),
            kind: declaration.kind.clone(),
            owner: declaration.owner.clone(),
            expired: declaration.expires < run.policies.today,
        })
        .collect();
    let known = Known {
        rules: run.rules,
        broad,
        declared: &declared,
    };
    judge_files(files, known)
}

/// The broad credentials among the findings so far.
fn broad_of(findings: &[Finding], counts: impl Fn(&Finding) -> bool) -> Vec<BroadThere> {
    findings
        .iter()
        .filter(|finding| counts(finding))
        .filter_map(BroadThere::of)
        .collect()
}

/// The broad credentials in files of a state that hold one often; those that are known already are left out.
fn broad_in(run: &Run<'_>, snapshot: &dyn Snapshot, known: &[BroadThere]) -> Vec<BroadThere> {
    let agents = AgentsPresent::look(run.rules, snapshot);
    let mut found = Vec::new();
    for name in LIKELY {
        let path = RepoPath::from(*name);
        if known.iter().any(|there| there.path == path) {
            continue;
        }
        let Ok(Some(text)) = snapshot.read(path.as_bytes()) else {
            continue;
        };
        let blob = Blob {
            path: &path,
            text: &text,
            first_line: 1,
            offset: 0,
            whole: true,
        };
        let item = Item {
            path: path.clone(),
            form: Form::File,
            keeping: Keeping::Git,
            commit: None,
            commits: 0,
            number: usize::MAX,
        };
        for sighting in find::find(&blob, run.rules).sightings {
            let judged = judge::judge(sighting, item.clone(), run.rules, &agents, run.now);
            let Some(kind) = judged.sighting.kind else {
                continue;
            };
            if judged.class == Class::Broad && judged.confidence >= Confidence::Medium {
                found.push(BroadThere {
                    path: path.clone(),
                    place: judged.sighting.place,
                    name: kind.name.to_owned(),
                    worst: kind.worst.to_owned(),
                    deletes: judged
                        .breadth
                        .as_ref()
                        .is_some_and(|b| b.verbs.has(crate::model::Verb::Delete)),
                    how: judged.how(),
                });
            }
        }
    }
    found
}

/// One finding for all of a rule in a file: the first speaks, the others are related places.
fn finding_of(
    run: &Run<'_>,
    group: Vec<StructureFinding>,
    introduced: Option<bool>,
) -> Option<Finding> {
    let mut group = group;
    group.sort_by_key(|finding| finding.spot.place);
    let mut rest = group.into_iter();
    let first = rest.next()?;
    let path = first.spot.path.as_ref().clone();
    let print = fingerprint::of_parts(
        run.policies.salt(),
        &[
            first.rule.id.as_bytes(),
            path.as_bytes(),
            first.route.as_bytes(),
        ],
    );
    let ruling = run.policies.rule_on_structure(first.rule, &path, &print);
    if ruling.verdict == Verdict::Silent {
        return None;
    }
    let mut related: Vec<Related> = first
        .related
        .iter()
        .cloned()
        .map(structure::related)
        .collect();
    let mut more = 0;
    for other in rest {
        more += 1;
        related.push(structure::related((other.spot, other.message)));
    }
    let message = match more {
        0 => first.message.clone(),
        1 => format!("{} One more like it stands in this file.", first.message),
        more => format!("{} {more} more like it stand in this file.", first.message),
    };
    let mut reasons = first.reasons.clone();
    reasons.extend(ruling.reason);
    Some(Finding {
        verdict: ruling.verdict,
        severity: ruling.severity,
        introduced,
        fingerprint: print,
        message,
        related,
        reasons,
        waived: ruling.waived,
        known: ruling.known,
        ..structure::plain(first)
    })
}
