//! Which changes would lower the severity of a tree most, found by judging it again with each of them made.
//!
//! In: a tree's findings and what its agents' files say. Out: at most three changes, each with the sum before and after.
//! A change is never ranked by what it is called: it is made on a copy, and the copy is judged.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Serialize;

use super::{BroadThere, Known, Scene, judge_files};
use crate::model::{Finding, Place, RepoPath, Verdict};
use crate::read::agent_config::{AgentFile, PermissionRule, SwitchOn};
use crate::rules::RuleSet;

/// The most candidates that are tried in one round.
const TRIED_AT_MOST: usize = 48;

/// One change, and what it does to the sum of all severities from a warning upwards.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub text: String,
    pub path: String,
    pub line: u32,
    pub before: f32,
    pub after: f32,
}

/// A tree that can be judged again.
#[derive(Clone)]
pub struct Model<'m> {
    /// Findings of credentials.
    credentials: Vec<&'m Finding>,
    /// Findings that the agents' files alone do not give: workflows, recipes, the guard itself.
    others: Vec<&'m Finding>,
    files: Rc<Vec<AgentFile>>,
    rules: &'m RuleSet,
    /// Findings about agents' files that the run did not show, by rule and path.
    hidden: BTreeSet<(&'static str, RepoPath)>,
    /// What judging the files gave, until a change to them or to the broad credentials.
    judged: OnceCell<Rc<Groups>>,
    /// What the files say of agents, until a change to them.
    scene: OnceCell<Rc<Scene>>,
}

/// Findings about agents' files, by rule and path.
type Groups = BTreeMap<(&'static str, RepoPath), Group>;

/// A change as it is made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edit {
    /// Takes every place of a value away.
    Credential(String),
    /// Takes every value of a file away.
    File(RepoPath),
    /// Follows the advice of a rule in one file.
    Advice(&'static str, RepoPath),
    /// Follows the advice of another finding.
    Other(&'static str, RepoPath, u32),
}

/// Whether a rule is judged from agents' files alone.
fn of_agents(rule: &str) -> bool {
    let judged = ["TL110", "TL111", "TL112"];
    // What a change took away stands in no state alone.
    judged.contains(&rule)
        || rule.starts_with("TL2")
        || (rule.starts_with("TL4") && rule != "TL408")
}

/// Whether a finding counts in the sum.
fn counts(finding: &&Finding) -> bool {
    finding.verdict >= Verdict::Warn
        && finding.waived.is_none()
        && !finding.known
        && finding.introduced != Some(false)
}

impl<'m> Model<'m> {
    /// Takes what a run found and what it read. What the run did not show is no candidate.
    pub fn new(findings: &'m [Finding], files: &[AgentFile], rules: &'m RuleSet) -> Self {
        let mut model = Model::shown(findings, files, rules);
        let known: BTreeSet<_> = findings
            .iter()
            .filter(counts)
            .map(|finding| (finding.rule, finding.path.clone()))
            .collect();
        let judged = model.structure();
        let hidden = judged.keys().filter(|key| !known.contains(key));
        model.hidden = hidden.cloned().collect();
        model.judged.take();
        model
    }

    /// Takes what was found, and takes everything that the files give for shown.
    fn shown(findings: &'m [Finding], files: &[AgentFile], rules: &'m RuleSet) -> Self {
        let (credentials, structure): (Vec<&Finding>, Vec<&Finding>) = findings
            .iter()
            .filter(counts)
            .partition(|finding| finding.masked.is_some());
        let others = structure.into_iter().filter(|one| !of_agents(one.rule));
        Model {
            credentials,
            others: others.collect(),
            files: Rc::new(files.to_vec()),
            rules,
            hidden: BTreeSet::new(),
            judged: OnceCell::new(),
            scene: OnceCell::new(),
        }
    }

    /// The findings about agents' files from a warning upwards: severity, line and advice of the first of each group.
    fn structure(&self) -> Rc<Groups> {
        self.judged.get_or_init(|| Rc::new(self.judge())).clone()
    }

    fn judge(&self) -> Groups {
        let credentials = self.credentials.iter();
        let broad: Vec<BroadThere> = credentials
            .filter_map(|finding| BroadThere::of(finding))
            .collect();
        let known = Known {
            rules: self.rules,
            broad: &broad,
            declared: &[],
        };
        let mut groups = Groups::new();
        for found in judge_files(&self.files, known) {
            let key = (found.rule.id, found.spot.path.as_ref().clone());
            if found.rule.verdict < Verdict::Warn || self.hidden.contains(&key) {
                continue;
            }
            let group = groups.entry(key).or_insert_with(|| Group {
                severity: found.rule.severity,
                advice: found.advice.clone(),
                places: Vec::new(),
            });
            group.places.push(found.spot.place);
        }
        groups
    }

    /// The sum of all severities from a warning upwards, every value and every group counted once.
    pub fn sum(&self) -> f32 {
        let scene = || Rc::new(Scene::of(&self.files, self.rules));
        let scene = self.scene.get_or_init(scene);
        let mut values: BTreeMap<&str, f32> = BTreeMap::new();
        for finding in &self.credentials {
            let severity = scene.score(finding).severity(finding.verdict);
            let worst = values.entry(finding.value_print()).or_default();
            *worst = worst.max(severity);
        }
        let structure = self.structure();
        let groups = structure.values().map(|group| group.severity);
        let others = self.others.iter().map(|finding| finding.severity);
        let all = values.values().copied().chain(groups).chain(others);
        // In tenths, so that no rest of a fraction is left over.
        let tenths: i32 = all.map(|severity| (severity * 10.0).round() as i32).sum();
        tenths as f32 / 10.0
    }

    fn edits(&self) -> Vec<Edit> {
        let mut ranked: BTreeMap<Edit, f32> = BTreeMap::new();
        let mut add = |edit, severity: f32| {
            let worst = ranked.entry(edit).or_default();
            *worst = worst.max(severity);
        };
        for finding in &self.credentials {
            let value = finding.value_print().to_owned();
            add(Edit::Credential(value), finding.severity);
        }
        let mut files: BTreeMap<&RepoPath, BTreeSet<&str>> = BTreeMap::new();
        for finding in &self.credentials {
            let values = files.entry(&finding.path).or_default();
            values.insert(finding.value_print());
        }
        // Eighty keys in one file are one change, and worth more than the worst of them.
        for (path, values) in files.iter().filter(|(_, values)| values.len() > 1) {
            add(Edit::File((*path).clone()), 10.0 + values.len() as f32);
        }
        for ((rule, path), group) in self.structure().iter() {
            // Words, and a guard that is only words, are no change: the credential behind them is.
            if !matches!(*rule, "TL401" | "TL402") {
                add(Edit::Advice(rule, path.clone()), group.severity);
            }
        }
        for finding in &self.others {
            let line = finding.place.start_line;
            add(
                Edit::Other(finding.rule, finding.path.clone(), line),
                finding.severity,
            );
        }
        let mut ranked: Vec<(Edit, f32)> = ranked.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked.truncate(TRIED_AT_MOST);
        ranked.into_iter().map(|(edit, _)| edit).collect()
    }

    /// The tree with a change made.
    fn with(&self, edit: &Edit) -> Model<'m> {
        let mut model = self.clone();
        match edit {
            Edit::Credential(value) => model.keep(&|finding| finding.value_print() != value),
            Edit::File(path) => {
                let here: BTreeSet<&str> = self.values_of(path).collect();
                model.keep(&|finding| !here.contains(finding.value_print()));
            }
            Edit::Other(rule, path, line) => model.others.retain(|finding| {
                finding.rule != *rule || finding.path != *path || finding.place.start_line != *line
            }),
            Edit::Advice(rule, path) => {
                let judged = self.structure();
                let group = judged.get(&(*rule, path.clone()));
                model.follow(path, rule, group.map_or(&[], |group| &group.places));
                // Where every command was allowed, what cannot be undone was not said on its own: it goes with it.
                let revealed = ("TL204", path.clone());
                if matches!(*rule, "TL201" | "TL202")
                    && let Some(group) = model.structure().get(&revealed)
                {
                    model.follow(path, "TL204", &group.places);
                }
            }
        }
        model
    }

    /// Leaves some credentials.
    fn keep(&mut self, stays: &dyn Fn(&Finding) -> bool) {
        let gone = self.credentials.iter().filter(|finding| !stays(finding));
        // The files are judged by the broad ones among them.
        let is_judged = gone
            .filter_map(|finding| BroadThere::of(finding))
            .next()
            .is_none();
        self.credentials.retain(|finding| stays(finding));
        if !is_judged {
            self.judged.take();
        }
    }

    /// Follows a rule's advice in the files of a path.
    fn follow(&mut self, path: &RepoPath, rule: &str, places: &[Place]) {
        let files = Rc::make_mut(&mut self.files);
        for file in files.iter_mut().filter(|file| file.path == *path) {
            follow(file, rule, places);
        }
        self.judged.take();
        self.scene.take();
    }

    /// The values that stand in a file, each as often as it stands there.
    fn values_of(&self, path: &RepoPath) -> impl Iterator<Item = &str> {
        self.credentials
            .iter()
            .filter(move |finding| finding.path == *path)
            .map(|finding| finding.value_print())
    }
}

struct Group {
    severity: f32,
    advice: String,
    places: Vec<Place>,
}

/// Follows a rule's advice in a file: what it was found by is gone, or limited.
fn follow(file: &mut AgentFile, rule: &str, places: &[Place]) {
    let text = file.clone();
    let is_meant = |span| places.contains(&text.place(span));
    // What is written twice is found once, and is taken away twice.
    let same_switch = |on: &SwitchOn| {
        let mut meant = text.switches.iter().filter(|one| is_meant(one.span));
        meant.any(|one| one.shown == on.shown)
    };
    file.switches.retain(|on| !same_switch(on));
    file.starts.retain(|start| !is_meant(start.span));
    file.mounts.retain(|mount| !is_meant(mount.span));
    file.passed.retain(|passed| !is_meant(passed.span));
    file.inert.retain(|inert| !is_meant(inert.span));
    if rule.starts_with("TL2") {
        let same_rule = |rule: &PermissionRule| {
            let mut meant = text.rules.iter().filter(|one| is_meant(one.span));
            meant.any(|one| one.about == rule.about && one.decision == rule.decision)
        };
        file.rules.retain(|rule| !same_rule(rule));
    }
    for server in &mut file.servers {
        server.unasked.retain(|unasked| !is_meant(unasked.span));
        let meant =
            is_meant(server.span) || server.handed.iter().any(|handed| is_meant(handed.span));
        if meant {
            server.limit();
        }
        server.handed.retain(|handed| !is_meant(handed.span));
    }
}

/// The changes that lower it most, each judged after those before it; only what lowers it is named.
pub fn changes(model: &Model<'_>, at_most: usize) -> Vec<Change> {
    let mut model = model.clone();
    let mut before = model.sum();
    let mut changes = Vec::new();
    while changes.len() < at_most {
        let best = model
            .edits()
            .into_iter()
            .map(|edit| {
                let after = model.with(&edit);
                (after.sum(), edit, after)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((after, edit, next)) = best.filter(|(after, ..)| *after < before) else {
            break;
        };
        let (text, path, line) = model.in_words(&edit);
        changes.push(Change {
            text,
            path,
            line,
            before,
            after,
        });
        before = after;
        model = next;
    }
    changes
}

mod words;

#[cfg(test)]
mod tests;
