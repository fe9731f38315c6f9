//! The second step: hears one sighting after another and keeps what all of them share.
//!
//! In: items and sightings. Out: findings, and counts of what is not shown. Base and head are asked only for what hit.

use std::collections::{BTreeMap, HashMap};

use super::{Dependencies, Run};
use crate::error::Result;
use crate::find::{self, Blob};
use crate::judge::{self, AgentsPresent, Class, Judged, advice};
use crate::model::{Confidence, Finding, Related, RepoPath, Score, Secret, Sighting, Verdict};
use crate::policy::Ruling;
use crate::policy::config::CONFIG_NAME;
use crate::policy::fingerprint::{self, Fingerprint};
use crate::source::{Form, Item, Keeping, Visited};

/// Hears one sighting after another and keeps what all of them share.
pub(super) struct Hearing<'r, 'a> {
    run: &'r Run<'a>,
    is_change: bool,
    agents: Option<AgentsPresent>,
    base_agents: Option<AgentsPresent>,
    at_head: HashMap<RepoPath, Vec<Sighting>>,
    before: HashMap<usize, Vec<Judged>>,
    pub(super) findings: Vec<Finding>,
    index: BTreeMap<(String, RepoPath), usize>,
    /// Guessable values of each file, with the fingerprint of the first place of each.
    guessable: HashMap<RepoPath, Vec<(Secret, String)>>,
    pub(super) silent: u64,
    pub(super) hidden: u64,
    pub(super) dependencies: u64,
}

impl<'r, 'a> Hearing<'r, 'a> {
    pub(super) fn new(run: &'r Run<'a>, visited: &Visited) -> Self {
        Hearing {
            run,
            is_change: visited.is_change,
            agents: None,
            base_agents: None,
            at_head: HashMap::new(),
            before: HashMap::new(),
            findings: Vec::new(),
            index: BTreeMap::new(),
            guessable: HashMap::new(),
            silent: 0,
            hidden: 0,
            dependencies: 0,
        }
    }

    pub(super) fn hear(&mut self, item: Item, sighting: Sighting) -> Result<()> {
        let run = self.run;
        if is_own_salt(&sighting) {
            return Ok(());
        }
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
        let at_head = judged.item.commit.is_none() || self.stands_at_head(&judged);
        let same_as = print
            .bound_to_place
            .then(|| self.first_place(&judged.sighting, &print.text))
            .flatten();
        let mut finding = self.finding(&judged, ruling, print, introduced, at_head);
        finding.same_as = same_as;
        self.keep(finding, &judged.item);
        Ok(())
    }

    /// The fingerprint of the first place in this file that holds the same guessable value, if this is not it.
    fn first_place(&mut self, sighting: &Sighting, print: &str) -> Option<String> {
        let known = self.guessable.entry(sighting.path.clone()).or_default();
        let first = known.iter().find(|(secret, _)| *secret == sighting.secret);
        if let Some((_, print)) = first {
            return Some(print.clone());
        }
        known.push((sighting.secret.clone(), print.to_owned()));
        None
    }

    fn finding(
        &self,
        judged: &Judged,
        ruling: Ruling,
        print: Fingerprint,
        introduced: Option<bool>,
        at_head: bool,
    ) -> Finding {
        let mut reasons = judged.reasons.clone();
        reasons.extend(ruling.reason.clone());
        if let Some(remark) = self.run.source.remark(&judged.item) {
            reasons.push(remark.to_owned());
        } else if !at_head {
            reasons.push(
                "a later commit removes it, but it stays in the history: rotate it, and squash or rewrite before merging"
                    .to_owned(),
            );
        }
        Finding {
            rule: ruling.rule.id,
            verdict: ruling.verdict,
            kind: judged.sighting.kind,
            severity: ruling.severity,
            confidence: judged.confidence,
            path: judged.sighting.path.clone(),
            place: judged.sighting.place,
            commit: judged.item.commit.clone(),
            commits: judged.item.commits,
            introduced,
            at_head,
            breadth: judged.breadth.clone(),
            reach: judged.reach.clone(),
            masked: Some(judged.sighting.mask.clone()),
            advice: advice::advice(judged, self.run.rules),
            fingerprint: print.text,
            same_as: None,
            score: Score::default(),
            bound_to_place: print.bound_to_place,
            message: advice::message(judged),
            excerpt: judged.sighting.excerpt.clone(),
            related: related(judged),
            flow: Vec::new(),
            line_hash: judged.sighting.line_hash.clone(),
            reasons,
            rotate: rotation(judged, at_head),
            waived: ruling.waived,
            known: ruling.known,
        }
    }

    /// Keeps a finding; in a history the same secret at the same path is one finding.
    fn keep(&mut self, finding: Finding, item: &Item) {
        if item.commit.is_some() {
            if finding.introduced == Some(false) {
                self.silent += 1;
                return;
            }
            let key = (finding.fingerprint.clone(), finding.path.clone());
            if let Some(known) = self.index.get(&key) {
                self.findings[*known].commits += item.commits;
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

    /// Whether the last commit still has it; what cannot be read there, as in a partial clone, is taken to.
    fn stands_at_head(&mut self, judged: &Judged) -> bool {
        if judged.item.form == Form::Message {
            return true;
        }
        let path = &judged.sighting.path;
        if !self.at_head.contains_key(path) {
            let Ok(text) = self.run.source.head().read(path.as_bytes()) else {
                return true;
            };
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
        self.at_head[path]
            .iter()
            .any(|sighting| sighting.secret == judged.sighting.secret)
    }
}

/// Rotation is asked for where the value has left the machine or an agent has read it (decision 25).
fn rotation(judged: &Judged, at_head: bool) -> Option<String> {
    if matches!(judged.class, Class::Public | Class::Ingest) {
        return None;
    }
    if judged.item.commit.is_some() || !at_head {
        return Some("if that commit was ever pushed, whoever fetched it has it".to_owned());
    }
    judged
        .how()
        .in_context()
        .then(|| "an agent reads this place at every call".to_owned())
}

fn counts_in_dependency(judged: &Judged) -> bool {
    judged.how().in_context()
        || (judged.class == Class::Broad && judged.confidence == Confidence::High)
}

fn related(judged: &Judged) -> Vec<Related> {
    judged
        .sighting
        .other_halves
        .iter()
        .map(|(_, place, kind)| Related {
            path: judged.sighting.path.clone(),
            place: *place,
            message: format!("its other half, a `{kind}`"),
        })
        .collect()
}

/// Whether this is the salt of fingerprints, which `install` writes there to be committed and which opens nothing.
fn is_own_salt(sighting: &Sighting) -> bool {
    let hexadecimal = |value: &[u8]| value.iter().all(u8::is_ascii_hexdigit);
    sighting.kind.is_none()
        && sighting.path.as_bytes() == CONFIG_NAME.as_bytes()
        && sighting.beside.key_path.as_deref() == Some("salt")
        && sighting.secret.expose(hexadecimal)
}
