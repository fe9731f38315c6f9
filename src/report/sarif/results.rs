//! One finding as a SARIF result.
//!
//! In: a finding, and the table of rules. Out: a result whose message keeps the five parts in order. The snippet and
//! the replacement are built from the mask and the reference; no byte of the value can come here.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location, Message, PhysicalLocation, PropertyBag, Region,
    Result as SarifResult, ResultLevel, Suppression,
};

use super::descriptors::{Table, in_band, level_word};
use super::{ROOT, flows, message};
use crate::model::{Finding, Place, Related, RepoPath, Verdict};
use crate::report::parts;
use crate::report::sanitize::{self, quote, sarif_text, sentence};

/// The most related places of a result.
const MOST_RELATED: usize = 50;

/// Writes one finding.
pub fn result(finding: &Finding, table: &Table<'_>) -> SarifResult {
    let mut result = SarifResult::builder()
        .rule_id(finding.rule)
        .level(level(finding.verdict))
        .message(text_and_markdown(finding))
        .locations(vec![location(&finding.path, region_with_snippet(finding))])
        .partial_fingerprints(fingerprints(finding))
        .rank(rank(finding))
        .properties(properties(finding))
        .build();
    result.rule_index = table.index(finding.rule);
    let related = related(finding);
    result.related_locations = Some(related).filter(|list| !list.is_empty());
    result.code_flows = flows::of(finding).map(|one| vec![one]);
    result.suppressions = suppression(finding).map(|one| vec![one]);
    result
}

fn level(verdict: Verdict) -> ResultLevel {
    match level_word(verdict) {
        "error" => ResultLevel::Error,
        "warning" => ResultLevel::Warning,
        _ => ResultLevel::Note,
    }
}

/// A sentence for a plain-text message.
pub fn escaped(text: &str) -> String {
    sarif_text(&sentence(text))
}

/// The five parts as text with links, and as Markdown.
fn text_and_markdown(finding: &Finding) -> Message {
    let parts = parts::of(finding);
    let mut lines = vec![parts.what.clone()];
    let mut place = format!("Place: {}", position(finding));
    if let Some(masked) = &finding.masked {
        place.push_str(&format!(", value {}", quote(masked)));
    }
    lines.push(place);
    if !parts.readers.is_empty() {
        lines.push(format!("Read by: {}", parts.readers));
    }
    lines.push(format!("Known by: {}", parts.knowledge(parts.reasons())));
    let steps = parts.steps.iter().enumerate();
    let steps: Vec<String> = steps
        .map(|(at, step)| format!("{}. {step}", at + 1))
        .collect();
    let mut text: Vec<String> = lines.iter().map(|line| sarif_text(line)).collect();
    let mut markdown: Vec<String> = lines.iter().map(|line| sanitize::markdown(line)).collect();
    if !steps.is_empty() {
        text.push(format!("Do this:\n{}", sarif_text(&steps.join("\n"))));
        let list: Vec<String> = steps.iter().map(|step| sanitize::markdown(step)).collect();
        markdown.push(format!("Do this:\n\n{}", list.join("\n")));
    }
    if !finding.related.is_empty() {
        text.push(format!("See also: {}.", links(finding, sarif_text)));
        markdown.push(format!("See also: {}.", links(finding, sanitize::markdown)));
    }
    Message::builder()
        .text(text.join("\n"))
        .markdown(markdown.join("\n\n"))
        .build()
}

fn position(finding: &Finding) -> String {
    let path = sanitize::path(&finding.path);
    match (finding.place.start_line, finding.place.start_character) {
        (0, _) => path,
        (line, character) => format!("{path}:{line}:{}", character.max(1)),
    }
}

/// Links to the related places, which viewers resolve by their ids.
fn links(finding: &Finding, escape: fn(&str) -> String) -> String {
    let related = finding.related.iter().take(MOST_RELATED).enumerate();
    let links: Vec<String> = related
        .map(|(at, one)| {
            let said = quote(&one.message);
            let said = if said.trim().is_empty() {
                sanitize::path(&one.path)
            } else {
                said
            };
            format!("[{}]({})", escape(&said), at + 1)
        })
        .collect();
    links.join(", ")
}

/// A place in a file of the repository.
pub fn location(path: &RepoPath, region: Option<Region>) -> Location {
    let mut place = PhysicalLocation::builder()
        .artifact_location(artifact(path))
        .build();
    place.region = region;
    Location::builder().physical_location(place).build()
}

/// The file by its percent-encoded path: relative to the root, or whole where it lies outside every checkout.
pub(super) fn artifact(path: &RepoPath) -> ArtifactLocation {
    let encoded = path.percent_encoded();
    if encoded.starts_with('/') {
        return ArtifactLocation::builder()
            .uri(format!("file://{encoded}"))
            .build();
    }
    ArtifactLocation::builder()
        .uri(encoded)
        .uri_base_id(ROOT)
        .build()
}

/// Whether the place is known to the column.
pub(super) fn is_exact(place: Place) -> bool {
    place.start_line > 0
        && place.start_column > 0
        && place.end_column > 0
        && (place.end_line, place.end_column) > (place.start_line, place.start_column)
}

/// The region; of a place without columns the line, without a line the first one.
pub(super) fn region(place: Place) -> Region {
    let line = i64::from(place.start_line.max(1));
    let mut region = Region::builder().start_line(line).build();
    if is_exact(place) {
        region.start_column = Some(i64::from(place.start_column));
        region.end_line = Some(i64::from(place.end_line));
        region.end_column = Some(i64::from(place.end_column));
    } else {
        region.end_line = Some(line);
    }
    region
}

fn region_with_snippet(finding: &Finding) -> Option<Region> {
    let mut region = region(finding.place);
    let shown = quote(&finding.excerpt.text);
    if !shown.is_empty() {
        region.snippet = Some(ArtifactContent::builder().text(shown).build());
    }
    Some(region)
}

fn fingerprints(finding: &Finding) -> BTreeMap<String, String> {
    let mut prints = BTreeMap::new();
    for (key, value) in [
        ("primaryLocationLineHash", &finding.line_hash),
        ("tokenleash/v1", &finding.fingerprint),
    ] {
        if !value.is_empty() {
            prints.insert(key.to_owned(), value.clone());
        }
    }
    prints
}

/// The finding's own score, from 0 to 100.
fn rank(finding: &Finding) -> f64 {
    (f64::from(in_band(finding.severity, finding.verdict)) * 10.0).round()
}

fn properties(finding: &Finding) -> PropertyBag {
    let kind = finding.kind;
    let level = finding.breadth.as_ref().map(|one| one.level.word());
    let how = finding.reach.iter().map(|one| one.how).max();
    let all: [(&str, Option<Value>); 8] = [
        ("confidence", Some(json!(finding.confidence.word()))),
        ("kind", kind.map(|kind| json!(kind.id))),
        ("provider", kind.map(|kind| json!(kind.provider))),
        ("breadth", level.map(|level| json!(level))),
        ("reach", how.map(|how| json!(how.word()))),
        ("commit", finding.commit.as_ref().map(|id| json!(quote(id)))),
        ("introduced", finding.introduced.map(|one| json!(one))),
        ("atHead", Some(json!(finding.at_head))),
    ];
    PropertyBag::builder()
        .additional_properties(
            all.into_iter()
                .filter_map(|(key, value)| Some((key.to_owned(), value?)))
                .collect::<BTreeMap<_, _>>(),
        )
        .build()
}

fn related(finding: &Finding) -> Vec<Location> {
    let list = finding.related.iter().take(MOST_RELATED).zip(1..);
    list.map(|(one, id)| {
        let mut place = place_said(one);
        place.id = Some(id);
        place
    })
    .collect()
}

/// Another place of a finding, with what it is.
pub fn place_said(one: &Related) -> Location {
    let mut place = location(&one.path, Some(region(one.place)));
    let said = escaped(&one.message);
    place.message = Some(said)
        .filter(|said| !said.is_empty())
        .map(|said| message(&said));
    place
}

fn suppression(finding: &Finding) -> Option<Suppression> {
    let why = match &finding.waived {
        Some(waiver) => quote(waiver),
        None if finding.known => "Recorded in the baseline.".to_owned(),
        None => return None,
    };
    let suppression = Suppression::builder()
        .kind(json!("external"))
        .status(json!("accepted"))
        .justification(why);
    Some(suppression.build())
}
