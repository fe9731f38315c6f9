//! Puts references in the place of literal credentials, in files that know references.
//!
//! In: findings of credentials with a reference form. Out: fixes, each unsafe: the old value has to be replaced and the
//! variable to be set by a person. A value is only taken out of a file whose bytes Git holds, so nothing is lost.

use std::collections::BTreeMap;

use super::{Planning, counts};
use crate::find::{self, Blob};
use crate::model::{
    Answered, Change, Edit, Finding, Fix, FixPlan, Left, Outcome, RepoPath, Safety, Sighting,
};
use crate::read::reference::{self, Source};
use crate::syntax::{self, Format, edit};

/// Whether a finding is a literal that may give way to a reference.
pub(super) fn is_literal(finding: &Finding) -> bool {
    let rules = [
        "TL101", "TL102", "TL103", "TL104", "TL105", "TL106", "TL107",
    ];
    rules.contains(&finding.rule) && finding.masked.is_some()
}

/// The variables that were given out: by name, the value that each stands for.
#[derive(Default)]
struct Names(BTreeMap<String, Vec<u8>>);

impl Names {
    /// The name for a value: its own, or the next with a number where another value has that.
    fn give(&mut self, wanted: &str, secret: &[u8]) -> String {
        for number in 1.. {
            let name = match number {
                1 => wanted.to_owned(),
                _ => format!("{wanted}_{number}"),
            };
            match self.0.get(&name) {
                Some(known) if known != secret => continue,
                _ => {
                    self.0.insert(name.clone(), secret.to_vec());
                    return name;
                }
            }
        }
        wanted.to_owned()
    }
}

/// Plans the references of a tree.
pub(super) fn plan(planning: &Planning<'_>, outcome: &Outcome, plan: &mut FixPlan) {
    let mut files: BTreeMap<&RepoPath, Vec<&Finding>> = BTreeMap::new();
    for finding in outcome
        .findings
        .iter()
        .filter(|one| is_literal(one) && counts(one))
    {
        files.entry(&finding.path).or_default().push(finding);
    }
    let mut names = Names::default();
    for (path, findings) in files {
        let text = planning.snapshot.read(path.as_bytes()).ok().flatten();
        let text = text.unwrap_or_default();
        let blob = Blob {
            path,
            text: &text,
            first_line: 1,
            offset: 0,
            whole: true,
        };
        let sightings = find::find(&blob, planning.rules).sightings;
        let is_kept = (planning.is_kept)(path, &text);
        for finding in findings {
            let place = finding.place;
            let sighting = sightings.iter().find(|one| {
                one.place == place
                    && one.kind.map(|kind| kind.id) == finding.kind.map(|kind| kind.id)
            });
            match one(finding, sighting, &text, is_kept, &mut names) {
                Ok(fix) => plan.fixes.push(fix),
                Err(why) => plan.left.push(Left {
                    path: path.clone(),
                    line: place.start_line,
                    rule: finding.rule,
                    why: why.to_owned(),
                }),
            }
        }
    }
}

fn one(
    finding: &Finding,
    sighting: Option<&Sighting>,
    text: &[u8],
    is_kept: bool,
    names: &mut Names,
) -> Result<Fix, &'static str> {
    let advice = finding.advice.as_ref();
    let form = advice
        .and_then(|advice| advice.reference.as_deref())
        .ok_or("this file knows no form of reference; take the value out by hand")?;
    let sighting = sighting.ok_or("the value's place in the file is not exact")?;
    if !sighting.encodings.is_empty() {
        return Err("the value is encoded, and a reference in its place would not be");
    }
    let format = syntax::format_of(&finding.path)
        .filter(|format| !matches!(format, Format::Dotenv | Format::Ini))
        .ok_or(PROSE)?;
    if !is_kept {
        return Err(
            "Git does not hold the file's present bytes, so the value would be lost; commit or stage it first, or take it out by hand",
        );
    }
    let mut references = reference::references(form);
    let (1, Some(named)) = (references.len(), references.pop()) else {
        return Err("the reference names no variable");
    };
    let name = sighting
        .secret
        .expose(|secret| names.give(&named.name, secret));
    let reference = form.replacen(&named.name, &name, 1);
    replaces_one_value(format, text, sighting, &reference)?;
    let place = sighting.place;
    let setup = vec![
        where_to_set(&name, named.source, form),
        "Replace the old value at its provider: whoever has read the file, or its history, has it. Stage the file again: the index may still hold it.".to_owned(),
    ];
    let what = finding.kind.map_or("literal", |kind| kind.name);
    Ok(Fix {
        safety: Safety::Unsafe,
        title: format!("Put {reference} in the place of the {what}."),
        answers: vec![Answered {
            rule: finding.rule,
            line: place.start_line,
            fingerprint: finding.fingerprint.clone(),
        }],
        breaks: format!("whatever reads this file finds nothing until {name} is set."),
        setup,
        changes: vec![Change {
            path: finding.path.clone(),
            edits: vec![Edit {
                span: sighting.span,
                place,
                insert: reference,
            }],
        }],
    })
}

fn where_to_set(name: &str, source: Source, form: &str) -> String {
    match source {
        Source::Asked => {
            format!("Declare the input {name} under `inputs`, so that the agent asks for it.")
        }
        Source::Store if form.contains("secrets.") => {
            format!(
                "Set the secret {name}: `gh secret set {name}`, or in the settings of the repository."
            )
        }
        Source::Store => format!("Put {name} into the store that the file refers to."),
        Source::Environment | Source::Elsewhere => {
            format!(
                "Set {name} in the environment that the agent is started from, and in no file that it reads."
            )
        }
    }
}

/// Why a value in prose or code stays.
const PROSE: &str = "the file is no structure in which one value can give way; rewrite the line";

/// Tries the edit: the same document but for the one value, and that one holds the reference.
fn replaces_one_value(
    format: Format,
    text: &[u8],
    sighting: &Sighting,
    reference: &str,
) -> Result<(), &'static str> {
    const OTHERWISE: &str = "the value is written in a form that is not edited";
    let before = syntax::parse(format, text).map_err(|_| "the file does not parse")?;
    let after = edit::apply(text, [(sighting.span, reference)]).ok_or(OTHERWISE)?;
    let after = syntax::parse(format, &after).map_err(|_| OTHERWISE)?;
    let leaf = before.leaf_at(sighting.span.start).ok_or(match format {
        Format::FrontMatter => PROSE,
        _ => OTHERWISE,
    })?;
    if !leaf.value_span.contains(sighting.span) {
        return Err(OTHERWISE);
    }
    if leaf.key == "run" || leaf.key == "script" {
        return Err("it stands in a script; hand it to the step through `env` instead");
    }
    let mut pairs = before.leaves().zip(after.leaves());
    let same = pairs.all(|(old, new)| {
        old.key_path == new.key_path
            && match old.value_span == leaf.value_span {
                true => new.text.contains(reference),
                false => old.text == new.text,
            }
    });
    match same && before.leaves().count() == after.leaves().count() {
        true => Ok(()),
        false => Err(OTHERWISE),
    }
}
