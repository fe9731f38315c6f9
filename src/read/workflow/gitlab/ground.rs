//! The files of one pipeline as one: where a key stands that counts for a job.
//!
//! In: the files in the order in which GitLab merges them, the main one last. Out: nodes with their files. Templates and
//! `!reference` tags are followed a bounded number of times; what goes round in a circle ends.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::KEYWORDS;
use crate::model::{Setting, Span, Spot};
use crate::read::workflow::file::File;
use crate::syntax::{Entry, Node};

/// How deep `extends` and `!reference` are followed; GitLab itself stops at 11 and 10.
const MAX_TEMPLATES: usize = 11;
/// The most maps that stand for one job.
const MAX_LAYERS: usize = 256;
/// The most nodes that are followed in one pipeline.
const MAX_FOLLOWED: usize = 400_000;
/// The most variables of a job or a pipeline that are kept.
const MAX_VARIABLES: usize = 1000;
/// The most nodes that one script gives.
pub(super) const MAX_PIECES: usize = 2000;

/// A node, its file, and the bytes that name it.
#[derive(Clone, Copy)]
pub(super) struct At<'g, 't> {
    pub file: &'g File<'t>,
    pub node: &'g Node,
    pub span: Span,
}

/// Everything that one pipeline is made of.
pub(super) struct Ground<'g, 't> {
    /// The included files in order, then the main one.
    pub files: Vec<&'g File<'t>>,
    /// For each included file, the place in the main file that brings it in.
    pub origins: Vec<Spot>,
    /// What is included and was not read, in words.
    pub unseen: Vec<String>,
    /// What stands at the top of the files, by name.
    tops: BTreeMap<&'g str, Vec<At<'g, 't>>>,
    followed: Cell<usize>,
}

impl<'g, 't> Ground<'g, 't> {
    pub(super) fn new(
        files: Vec<&'g File<'t>>,
        origins: Vec<Spot>,
        unseen: Vec<String>,
    ) -> Ground<'g, 't> {
        let mut tops: BTreeMap<&'g str, Vec<At<'g, 't>>> = BTreeMap::new();
        for file in &files {
            for root in &file.document.roots {
                for entry in file.document.entries(root) {
                    let all = tops.entry(entry.key.as_str()).or_default();
                    all.push(below(file, entry));
                }
            }
        }
        Ground {
            files,
            origins,
            unseen,
            tops,
            followed: Cell::new(0),
        }
    }

    /// Where a reader of the main file meets a key: itself, or what includes its file.
    pub(super) fn place_of(&self, key: At<'g, 't>) -> Spot {
        let own = || key.file.spot(key.span);
        self.origin(key.file).cloned().unwrap_or_else(own)
    }

    /// The place in the main file that brings a file in; `None` for the main file itself.
    pub(super) fn origin(&self, file: &File<'t>) -> Option<&Spot> {
        let at = self
            .files
            .iter()
            .position(|known| std::ptr::eq(*known, file))?;
        self.origins.get(at)
    }

    /// What stands last at the top of the files under a name.
    pub(super) fn top(&self, name: &str) -> Option<At<'g, 't>> {
        let last = self.tops.get(name)?.last()?;
        self.follow(*last, 0)
    }

    /// The jobs that run, each with its last key, in the order of the files.
    pub(super) fn job_names(&self) -> Vec<(String, At<'g, 't>)> {
        let is_job = |(name, all): (&&'g str, &Vec<At<'g, 't>>)| {
            let at = *all.last()?;
            let is_map = at
                .file
                .document
                .resolve(at.node)
                .is_some_and(|node| node.as_map().is_some());
            let named = !name.starts_with('.') && !KEYWORDS.contains(name);
            (named && is_map).then(|| ((*name).to_owned(), at))
        };
        let mut found: Vec<(String, At<'g, 't>)> = self.tops.iter().filter_map(is_job).collect();
        let number = |at: &At<'g, 't>| {
            let mut files = self.files.iter();
            files.position(|file| std::ptr::eq(*file, at.file))
        };
        found.sort_by_key(|(_, at)| (number(at), at.span.start));
        found
    }

    /// The maps that a job or template is made of, the last one counting most.
    pub(super) fn layers(&self, name: &str) -> Vec<At<'g, 't>> {
        let mut layers = Vec::new();
        self.gather(name, 0, &mut layers);
        layers
    }

    fn gather(&self, name: &str, depth: usize, out: &mut Vec<At<'g, 't>>) {
        if depth > MAX_TEMPLATES || out.len() >= MAX_LAYERS {
            return;
        }
        let own = self.definitions(name);
        // `extends` takes names alone; following a reference here could go round.
        let extends = own
            .iter()
            .rev()
            .find_map(|layer| entry_of(*layer, "extends"));
        if let Some(at) = extends {
            for template in at.file.texts(at.node) {
                self.gather(&template, depth + 1, out);
            }
        }
        out.extend(own);
    }

    /// Every map of a name at the top of the files.
    pub(super) fn definitions(&self, name: &str) -> Vec<At<'g, 't>> {
        let found = self.tops.get(name).into_iter().flatten();
        found.copied().take(MAX_LAYERS).collect()
    }

    /// What stands behind a key of the last map that has it.
    pub(super) fn value(&self, layers: &[At<'g, 't>], key: &str) -> Option<At<'g, 't>> {
        let found = layers.iter().rev().find_map(|layer| entry_of(*layer, key));
        found.and_then(|at| self.follow(at, 0))
    }

    /// What stands behind a key in every map that has it, the last one counting most.
    pub(super) fn values(&self, layers: &[At<'g, 't>], key: &str) -> Vec<At<'g, 't>> {
        let found = layers.iter().filter_map(|layer| entry_of(*layer, key));
        found.filter_map(|at| self.follow(at, 0)).collect()
    }

    /// Leads an alias or a `!reference` tag to what it means.
    pub(super) fn follow(&self, at: At<'g, 't>, depth: usize) -> Option<At<'g, 't>> {
        if self.followed.get() >= MAX_FOLLOWED {
            return None;
        }
        self.followed.set(self.followed.get() + 1);
        let node = at.file.document.resolve(at.node)?;
        if node.tag.as_deref() != Some("!reference") {
            return Some(At { node, ..at });
        }
        let keys: Vec<&str> = node
            .as_list()?
            .iter()
            .filter_map(|item| at.file.document.resolve(item)?.as_text())
            .collect();
        let (name, route) = keys.split_first()?;
        if depth > MAX_TEMPLATES {
            return None;
        }
        let Some((first, rest)) = route.split_first() else {
            return self.definitions(name).pop();
        };
        let layers = self.layers(name);
        let found = layers
            .iter()
            .rev()
            .find_map(|layer| entry_of(*layer, first));
        let mut here = self.follow(found?, depth + 1)?;
        for key in rest {
            here = self.follow(entry_of(here, key)?, depth + 1)?;
        }
        Some(here)
    }

    /// The variables that maps set, the last map counting most.
    pub(super) fn variables(&self, layers: &[At<'g, 't>]) -> Vec<Setting> {
        joined(self.values(layers, "variables"))
    }

    /// The variables of every file.
    pub(super) fn global_variables(&self) -> Vec<Setting> {
        let all = self.definitions("variables").into_iter();
        joined(all.filter_map(|at| self.follow(at, 0)).collect())
    }

    /// The single texts of a script: lists in lists, aliases and `!reference` tags put in their place.
    pub(super) fn texts(&self, at: At<'g, 't>) -> Vec<(&'g File<'t>, Setting)> {
        let mut found = Vec::new();
        self.texts_of(at, 0, &mut found);
        found
    }

    fn texts_of(&self, at: At<'g, 't>, depth: usize, out: &mut Vec<(&'g File<'t>, Setting)>) {
        let Some(at) = self.follow(at, 0) else {
            return;
        };
        if depth > MAX_TEMPLATES || out.len() >= MAX_PIECES {
            return;
        }
        if let Some(items) = at.node.as_list() {
            for node in items {
                self.texts_of(At { node, ..at }, depth + 1, out);
            }
        } else if let Some(setting) = at.file.setting("script", at.span, at.node) {
            out.push((at.file, setting));
        }
    }
}

fn below<'g, 't>(file: &'g File<'t>, entry: &'g Entry) -> At<'g, 't> {
    At {
        file,
        node: &entry.value,
        span: entry.key_span,
    }
}

/// What stands behind a key: the map's own, the last where it stands twice, else what a merge key brings.
pub(super) fn entry_of<'g, 't>(at: At<'g, 't>, key: &str) -> Option<At<'g, 't>> {
    let node = at.file.document.resolve(at.node)?;
    let own = node.as_map()?.iter().rev();
    let own = own
        .filter(|entry| !entry.merge)
        .find(|entry| entry.key == key);
    let merged = || {
        let entries = at.file.document.entries(node);
        entries.into_iter().find(|entry| entry.key == key)
    };
    own.or_else(merged).map(|entry| below(at.file, entry))
}

/// The variables of several maps, the last one counting most.
fn joined(maps: Vec<At<'_, '_>>) -> Vec<Setting> {
    let mut found: BTreeMap<String, Setting> = BTreeMap::new();
    for setting in maps.into_iter().flat_map(settings) {
        if found.len() < MAX_VARIABLES || found.contains_key(&setting.name) {
            found.insert(setting.name.clone(), setting);
        }
    }
    found.into_values().collect()
}

/// The variables of a map: plain values, and values with a description.
pub(super) fn settings(at: At<'_, '_>) -> Vec<Setting> {
    let mut found: BTreeMap<&str, Setting> = BTreeMap::new();
    for entry in at.file.document.entries(at.node) {
        if found.len() >= MAX_VARIABLES {
            break;
        }
        let setting = at
            .file
            .setting(&entry.key, entry.key_span, &entry.value)
            .or_else(|| {
                let value = entry_of(below(at.file, entry), "value")?;
                at.file.setting(&entry.key, entry.key_span, value.node)
            });
        if let Some(setting) = setting {
            found.entry(&entry.key).or_insert(setting);
        }
    }
    found.into_values().collect()
}
