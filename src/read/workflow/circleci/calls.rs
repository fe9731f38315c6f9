//! What workflows say of jobs: contexts, approvals, schedules.
//!
//! In: the `workflows` of a file. Out: a `Call` for each time that a job is named. Whether a context is limited to some
//! people stands in the settings of the organisation.

use super::Config;
use crate::model::{Setting, Trigger};
use crate::syntax::Node;

/// The most calls of one file.
const MAX_CALLS: usize = 4000;

/// A job as one workflow runs it.
pub(super) struct Call<'f> {
    /// The name of the job in `jobs`.
    pub job: String,
    pub contexts: Vec<String>,
    /// The approval that it waits for.
    pub approval: Option<Setting>,
    pub triggers: Vec<Trigger>,
    /// Parameters that the workflow hands over, steps before and behind among them.
    pub node: Option<&'f Node>,
}

/// Reads every workflow.
pub(super) fn of<'f>(config: &Config<'f, '_>) -> Vec<Call<'f>> {
    let mut found = Vec::new();
    for workflow in config.section("workflows") {
        let triggers = triggers(config, &workflow.value);
        let Some(jobs) = config.below(&workflow.value, "jobs") else {
            continue;
        };
        let Some(list) = config.file.document.resolve(jobs).and_then(Node::as_list) else {
            continue;
        };
        let approvals = approvals(config, list);
        for item in list {
            let Some(item) = config.file.document.resolve(item) else {
                continue;
            };
            if found.len() >= MAX_CALLS {
                return found;
            }
            if let Some(name) = item.as_text() {
                found.push(Call {
                    job: name.to_owned(),
                    contexts: Vec::new(),
                    approval: None,
                    triggers: triggers.clone(),
                    node: None,
                });
            }
            for entry in config.file.document.entries(item) {
                let required = config.file.texts_below(&entry.value, "requires");
                let approval = approvals
                    .iter()
                    .find(|setting| required.contains(&setting.value));
                found.push(Call {
                    job: entry.key.clone(),
                    contexts: config.file.texts_below(&entry.value, "context"),
                    approval: approval.cloned(),
                    triggers: triggers.clone(),
                    node: Some(&entry.value),
                });
            }
        }
    }
    found
}

/// The jobs of a workflow that wait for a person, by the name under which others require them.
fn approvals(config: &Config<'_, '_>, list: &[Node]) -> Vec<Setting> {
    let file = config.file;
    let mut found = Vec::new();
    for entry in list.iter().flat_map(|item| file.document.entries(item)) {
        if file.text_below(&entry.value, "type").as_deref() == Some("approval") {
            let spot = file.spot(entry.key_span);
            found.push(Setting {
                name: "approval".to_owned(),
                value: file
                    .text_below(&entry.value, "name")
                    .unwrap_or_else(|| entry.key.clone()),
                name_spot: spot.clone(),
                spot,
            });
        }
    }
    found
}

/// What starts a workflow: a push, unless only a schedule does.
fn triggers(config: &Config<'_, '_>, node: &Node) -> Vec<Trigger> {
    let file = config.file;
    let entries = file.document.entries(node);
    let of = entries.iter().find(|entry| entry.key == "triggers");
    let (event, span) = match of {
        Some(entry) => ("schedule", entry.key_span),
        None => match entries.first() {
            Some(entry) => ("push", entry.key_span),
            None => return Vec::new(),
        },
    };
    vec![Trigger {
        event: event.to_owned(),
        types: Vec::new(),
        spot: file.spot(span),
    }]
}
