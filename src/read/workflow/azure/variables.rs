//! Variables of a pipeline, a stage or a job.
//!
//! In: a `variables` block, as a map or a list. Out: settings. Groups stand in the settings of the project and are told by
//! name.

use super::{Place, Walk};
use crate::syntax::Node;

/// The most variables of one block that are kept.
const MAX_VARIABLES: usize = 400;

impl Walk<'_, '_> {
    pub(super) fn variables(&self, place: &mut Place<'_, '_>, node: &Node) {
        self.variables_of(place, node, 0);
    }

    fn variables_of(&self, place: &mut Place<'_, '_>, node: &Node, depth: usize) {
        let file = place.file;
        let Some(node) = file.document.resolve(node) else {
            return;
        };
        if depth > 8 {
            return;
        }
        if let Some(list) = node.as_list() {
            for item in list.iter().take(MAX_VARIABLES) {
                self.variable(place, item, depth);
            }
            return;
        }
        for entry in file.document.entries(node) {
            if entry.key.starts_with("${{") {
                self.variables_of(place, &entry.value, depth + 1);
            } else if place.env.len() < MAX_VARIABLES
                && let Some(setting) = file.setting(&entry.key, entry.key_span, &entry.value)
            {
                place.env.extend(place.values.fill(vec![setting]));
            }
        }
    }

    fn variable(&self, place: &mut Place<'_, '_>, item: &Node, depth: usize) {
        let file = place.file;
        if let Some(group) = file.text_below(item, "group") {
            self.groups.borrow_mut().insert(group);
        } else if let Some(name) = file.text_below(item, "name") {
            let entries = file.document.entries(item);
            let value = entries.into_iter().find(|entry| entry.key == "value");
            let setting = value.and_then(|entry| file.setting(&name, entry.key_span, &entry.value));
            place
                .env
                .extend(place.values.fill(setting.into_iter().collect()));
        } else if let Some(template) = file.text_below(item, "template") {
            self.variables_file(place, &template, depth);
        } else {
            self.variables_of(place, item, depth + 1);
        }
    }

    /// The variables of a template, which stand for the caller's.
    fn variables_file(&self, place: &mut Place<'_, '_>, template: &str, depth: usize) {
        let Some((path, text)) = self.template_text(place, template) else {
            return;
        };
        let Ok(file) = super::File::open(&path, &text) else {
            return;
        };
        let mut inner = Place {
            file: &file,
            values: place.values,
            env: Vec::new(),
            pool: None,
            stage: String::new(),
            origin: None,
            depth: place.depth + 1,
        };
        if depth < 8 && inner.depth < super::MAX_CALLS {
            for node in file.at(&["variables"]) {
                self.variables_of(&mut inner, node, depth + 1);
            }
        }
        place.env.append(&mut inner.env);
    }
}
