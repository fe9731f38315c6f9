//! What starts a job: the pipeline sources that its rules name.
//!
//! In: `rules`, `only`, `workflow:rules`. Out: events, as `CI_PIPELINE_SOURCE` calls them. A rule that names no source
//! leaves the events of the pipeline.

use super::ground::{At, Ground, entry_of};
use crate::model::{Spot, Trigger};
use crate::rules::ci;

/// The events of `workflow:rules`.
pub(super) fn of_workflow<'g, 't>(ground: &Ground<'g, 't>, at: At<'g, 't>) -> Vec<Trigger> {
    let mut found = Vec::new();
    if let Some(rules) = entry_of(at, "rules").and_then(|rules| ground.follow(rules, 0)) {
        of_rules(ground, rules, &mut found);
    }
    found
}

/// The events of a job, and whether all of its ways in wait for a person.
pub(super) fn of_job<'g, 't>(
    ground: &Ground<'g, 't>,
    layers: &[At<'g, 't>],
) -> (Vec<Trigger>, Option<At<'g, 't>>) {
    let mut found = Vec::new();
    let mut waits = ground
        .value(layers, "when")
        .filter(|at| at.node.as_text() == Some("manual"));
    if let Some(rules) = ground.value(layers, "rules") {
        waits = of_rules(ground, rules, &mut found).or(waits);
    } else if let Some(only) = ground.value(layers, "only") {
        let refs = entry_of(only, "refs").unwrap_or(only);
        for (_, setting) in ground.texts(refs) {
            let event = ci::gitlab_event_of_ref(setting.value.trim());
            add(&mut found, event, &setting.spot);
        }
    }
    (found, waits)
}

/// Takes in the events of rules; gives the place of a rule that waits for a person, where every rule that runs does.
fn of_rules<'g, 't>(
    ground: &Ground<'g, 't>,
    rules: At<'g, 't>,
    found: &mut Vec<Trigger>,
) -> Option<At<'g, 't>> {
    let mut waits = None;
    let mut runs_anyway = false;
    for rule in flat(ground, rules, 0) {
        let when = entry_of(rule, "when").and_then(|at| ground.follow(at, 0));
        let word = when.and_then(|at| at.node.as_text()).unwrap_or_default();
        match word {
            "never" => continue,
            "manual" => waits = waits.or(when),
            _ => runs_anyway = true,
        }
        let condition = entry_of(rule, "if").and_then(|at| ground.follow(at, 0));
        if let Some(at) = condition
            && let Some(setting) = at.file.setting("if", at.span, at.node)
        {
            for event in ci::gitlab_events_of_condition(&setting.value) {
                add(found, Some(event), &setting.spot);
            }
        }
    }
    waits.filter(|_| !runs_anyway)
}

/// The rules of a list, nested lists and `!reference` tags put in their place.
fn flat<'g, 't>(ground: &Ground<'g, 't>, at: At<'g, 't>, depth: usize) -> Vec<At<'g, 't>> {
    let mut found = Vec::new();
    let Some(items) = at.node.as_list() else {
        return vec![at];
    };
    for node in items.iter().take(256) {
        let Some(item) = ground.follow(At { node, ..at }, 0) else {
            continue;
        };
        match item.node.as_list() {
            Some(_) if depth < 8 => found.extend(flat(ground, item, depth + 1)),
            _ => found.push(item),
        }
    }
    found.truncate(1024);
    found
}

fn add(found: &mut Vec<Trigger>, event: Option<&str>, spot: &Spot) {
    let Some(event) = event else {
        return;
    };
    if found.iter().all(|known| known.event != event) {
        found.push(Trigger {
            event: event.to_owned(),
            types: Vec::new(),
            spot: spot.clone(),
        });
    }
}
