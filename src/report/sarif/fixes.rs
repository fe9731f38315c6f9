//! Edits that answer a finding, as SARIF `fixes`.
//!
//! In: a finding, and the edits that were planned. Out: what to delete by its place and what to put there. No byte of a
//! value can come here: deleted text is named by its region, inserted text is names, references and our own words.

use serde_sarif::sarif::{ArtifactChange, ArtifactContent, Fix as SarifFix, Region, Replacement};

use super::message;
use super::results::{artifact, is_exact, region};
use crate::model::{Edit, Finding, Fix, Place};
use crate::report::sanitize::{self, sarif_text, sentence};

/// The fixes of a finding; `None` where there is none.
pub fn of(finding: &Finding, planned: &[Fix]) -> Option<Vec<SarifFix>> {
    let answers = |fix: &&Fix| {
        let mut all = fix.answers.iter();
        all.any(|one| one.rule == finding.rule && one.fingerprint == finding.fingerprint)
    };
    let of_plan = planned.iter().filter(answers).filter_map(of_fix);
    let fixes: Vec<SarifFix> = reference(finding).into_iter().chain(of_plan).collect();
    (!fixes.is_empty()).then_some(fixes)
}

/// A planned fix, with what it may break and what it asks for in its description.
fn of_fix(fix: &Fix) -> Option<SarifFix> {
    let mut changes = Vec::new();
    for change in &fix.changes {
        let replacements: Option<Vec<Replacement>> = change.edits.iter().map(replacement).collect();
        changes.push(
            ArtifactChange::builder()
                .artifact_location(artifact(&change.path))
                .replacements(replacements?)
                .build(),
        );
    }
    let mut said = format!("{} ({})", sentence(&fix.title), fix.safety.word());
    if !fix.breaks.is_empty() {
        said.push_str(&format!(" Could break: {}", sentence(&fix.breaks)));
    }
    for one in &fix.setup {
        said.push_str(&format!(" Set up: {}", sentence(one)));
    }
    let fix = SarifFix::builder()
        .artifact_changes(changes)
        .description(message(&sarif_text(&said)));
    Some(fix.build())
}

fn replacement(edit: &Edit) -> Option<Replacement> {
    let shown: String = edit.insert.split(['\r', '\n']).collect();
    if sanitize::clean(&shown) != shown {
        return None;
    }
    let replacement = Replacement::builder()
        .deleted_region(exact(edit.place))
        .inserted_content(ArtifactContent::builder().text(&edit.insert).build());
    Some(replacement.build())
}

/// The region of an edit, which may cover nothing: then the text is put in at its start.
fn exact(place: Place) -> Region {
    let mut region = Region::builder()
        .start_line(i64::from(place.start_line))
        .build();
    region.start_column = Some(i64::from(place.start_column));
    region.end_line = Some(i64::from(place.end_line));
    region.end_column = Some(i64::from(place.end_column));
    region
}

/// The reference in the value's place, where both are known exactly and the file still has the value.
fn reference(finding: &Finding) -> Option<SarifFix> {
    let reference = finding.advice.as_ref()?.reference.as_deref()?;
    let is_value = finding.masked.is_some() && finding.at_head && is_exact(finding.place);
    if !is_value || reference.is_empty() || sanitize::clean(reference) != reference {
        return None;
    }
    let replacement = Replacement::builder()
        .deleted_region(region(finding.place))
        .inserted_content(ArtifactContent::builder().text(reference).build())
        .build();
    let change = ArtifactChange::builder()
        .artifact_location(artifact(&finding.path))
        .replacements(vec![replacement])
        .build();
    let said = format!("Put the reference {reference} in the value's place.");
    let fix = SarifFix::builder()
        .artifact_changes(vec![change])
        .description(message(&sarif_text(&said)));
    Some(fix.build())
}
