//! Templates: files of the repository that stand in the place of stages, jobs or steps.
//!
//! In: a node with `template`. Out: what it holds, read with the caller's parameters. Lists that a caller hands over are
//! read where they stand, whoever the template belongs to.

use super::{Place, Walk};
use crate::model::{Job, RepoPath, Setting};
use crate::read::workflow::file::File;
use crate::read::workflow::steps::local_path;
use crate::read::workflow::substitute::Values;
use crate::syntax::Node;

impl Walk<'_, '_> {
    /// Reads a template, and the lists that are handed to it. `job`: the job whose steps it gives.
    pub(super) fn template(&self, place: &Place<'_, '_>, node: &Node, mut job: Option<&mut Job>) {
        let file = place.file;
        let Some(named) = file.text_below(node, "template") else {
            return;
        };
        let parameters: Vec<_> = file
            .document
            .entries(node)
            .into_iter()
            .filter(|entry| entry.key == "parameters")
            .flat_map(|entry| file.document.entries(&entry.value))
            .collect();
        for entry in &parameters {
            self.handed(place, &entry.value, job.as_deref_mut());
        }
        let Some((path, text)) = self.template_text(place, &named) else {
            return;
        };
        let Ok(inner) = File::open(&path, &text) else {
            return;
        };
        let given: Vec<Setting> = parameters
            .iter()
            .filter_map(|entry| file.setting(&entry.key, entry.key_span, &entry.value))
            .collect();
        let values = defaults(&inner, &place.values.fill(given));
        let place = Place {
            file: &inner,
            values: &values,
            origin: Some(place.origin.clone().unwrap_or(file.spot(node.span))),
            depth: place.depth + 1,
            ..place.clone_in(&inner, &values)
        };
        match job {
            Some(job) => {
                if place.depth <= super::MAX_CALLS {
                    for node in inner.at(&["steps"]) {
                        self.steps(&place, node, job);
                    }
                }
            }
            None => self.file(&place),
        }
    }

    /// Reads a list of steps, jobs or stages that a caller hands to a template.
    fn handed(&self, place: &Place<'_, '_>, node: &Node, job: Option<&mut Job>) {
        let mut list = Vec::new();
        let is_list = place
            .file
            .document
            .resolve(node)
            .is_some_and(|node| node.as_list().is_some());
        if !is_list {
            return;
        }
        super::items(place.file, node, 0, &mut list);
        let has = |key: &str| {
            let mut entries = list
                .iter()
                .flat_map(|item| place.file.document.entries(item));
            entries.any(|entry| entry.key == key)
        };
        if has("stage") {
            self.stages(place, node);
        } else if has("job") || has("deployment") {
            self.job_list(place, node);
        } else if ["script", "bash", "pwsh", "powershell", "task", "checkout"]
            .iter()
            .any(|key| has(key))
        {
            match job {
                Some(job) => self.steps(place, node, job),
                None => self.only_steps(place, node),
            }
        }
    }

    /// The path and the bytes of a template; one of another repository is told.
    pub(super) fn template_text(
        &self,
        place: &Place<'_, '_>,
        named: &str,
    ) -> Option<(RepoPath, Vec<u8>)> {
        let named = place.values.text(named);
        let (path, owner) = named.split_once('@').unwrap_or((&named, "self"));
        let from = place.file.path.lossy();
        let home = String::from_utf8_lossy(self.reader.home);
        let from = from.strip_prefix(home.as_ref()).unwrap_or(&from);
        let folder = match path.starts_with('/') {
            true => "",
            false => from.rsplit_once('/').map_or("", |(folder, _)| folder),
        };
        let joined = local_path(&format!("./{folder}/{path}"));
        let found = joined.filter(|_| owner == "self").and_then(|path| {
            let text = self.reader.file(&path)?;
            Some((self.reader.place(&path), text))
        });
        if found.is_none() {
            self.templates.borrow_mut().insert(named.clone());
        }
        found
    }
}

/// What `parameters` stand for: the caller's values, else the file's own defaults.
pub(super) fn defaults(file: &File<'_>, given: &[Setting]) -> Values {
    let mut all = given.to_vec();
    for node in file.at(&["parameters"]) {
        let Some(node) = file.document.resolve(node) else {
            continue;
        };
        if let Some(list) = node.as_list() {
            for item in list {
                let default = file
                    .document
                    .entries(item)
                    .into_iter()
                    .find(|entry| entry.key == "default");
                if let Some((name, entry)) = file.text_below(item, "name").zip(default) {
                    all.extend(file.setting(&name, entry.key_span, &entry.value));
                }
            }
        } else {
            all.extend(file.settings(node));
        }
    }
    // The first counts, so that the caller's stand before the defaults.
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|setting| seen.insert(setting.name.to_ascii_lowercase()));
    Values::of(&all, None)
}

impl<'f, 't> Place<'f, 't> {
    /// The same surroundings in another file.
    fn clone_in<'g, 'u>(&self, file: &'g File<'u>, values: &'g Values) -> Place<'g, 'u> {
        Place {
            file,
            values,
            env: self.env.clone(),
            pool: self.pool.clone(),
            stage: self.stage.clone(),
            origin: self.origin.clone(),
            depth: self.depth,
        }
    }
}
