//! The rules and the taxonomies of a log.
//!
//! In: the TL rules, and the findings for the bands that policy left them in. Out: descriptors. Severity sits on the
//! rule in code scanning, not on the result: a rule whose findings were all demoted is written with the severity of
//! its new band, so that GitHub's check and our exit code agree (decision 9).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
    ReportingDescriptorReference, ReportingDescriptorRelationship, ToolComponent,
    ToolComponentReference,
};

use super::taxa::{FAMILIES, entry, taxon};
use crate::model::{Finding, Rule, Verdict};
use crate::report::{page, sanitize, select};

/// The most tags of a rule that code scanning takes.
const MOST_TAGS: usize = 20;
/// The most characters of a description that code scanning shows.
const LONGEST_DESCRIPTION: usize = 1024;

/// The rules in the order of their ids, with the verdict that policy left each.
pub struct Table<'r> {
    rules: Vec<(&'r Rule, Verdict)>,
    /// The ids in use, by index into `FAMILIES`.
    taxa: BTreeMap<usize, BTreeSet<&'r str>>,
}

impl<'r> Table<'r> {
    /// Looks the rules through once.
    pub fn of(rules: &'r [Rule], findings: &[&Finding]) -> Self {
        let mut worst: BTreeMap<&str, Verdict> = BTreeMap::new();
        for finding in findings.iter().filter(|one| !select::is_released(one)) {
            let verdict = worst.entry(finding.rule).or_insert(finding.verdict);
            *verdict = finding.verdict.max(*verdict);
        }
        let mut table = Table {
            rules: rules
                .iter()
                .map(|rule| {
                    // A rule can also be raised: a looser policy blocks where an agent brings it.
                    let verdict = worst.get(rule.id).copied().unwrap_or(rule.verdict);
                    (rule, verdict)
                })
                .collect(),
            taxa: BTreeMap::new(),
        };
        table.rules.sort_by_key(|(rule, _)| rule.id);
        for (family, id) in rules
            .iter()
            .flat_map(|rule| rule.tags)
            .filter_map(|tag| taxon(tag))
        {
            table.taxa.entry(family).or_default().insert(id);
        }
        table
    }

    /// The place of a rule in the list.
    pub fn index(&self, id: &str) -> Option<i64> {
        let at = self.rules.iter().position(|(rule, _)| rule.id == id)?;
        i64::try_from(at).ok()
    }

    /// Every rule's descriptor.
    pub fn rules(&self) -> Vec<ReportingDescriptor> {
        let one = |(rule, verdict): &(&Rule, Verdict)| self.descriptor(rule, *verdict);
        self.rules.iter().map(one).collect()
    }

    fn descriptor(&self, rule: &Rule, verdict: Verdict) -> ReportingDescriptor {
        let title = first_of(&[rule.title, rule.name, rule.id]);
        let plain = page::plain_text(rule.help);
        let opening = plain.split("\n\n").next().unwrap_or("").replace('\n', " ");
        let mut help = text(first_of(&[plain.trim(), title]));
        help.markdown = Some(first_of(&[rule.help, title]).to_owned());
        let mut descriptor = ReportingDescriptor::builder()
            .id(rule.id)
            .name(first_of(&[rule.name, rule.id]))
            .short_description(text(title))
            .full_description(text(first_of(&[opening.trim(), title])))
            .help(help)
            .default_configuration(
                ReportingConfiguration::builder()
                    .level(json!(level_word(verdict)))
                    .build(),
            )
            .properties(properties(rule, verdict))
            .relationships(self.relationships(rule))
            .build();
        descriptor.help_uri = page::rule_url(rule);
        descriptor
    }

    fn relationships(&self, rule: &Rule) -> Vec<ReportingDescriptorRelationship> {
        let known = rule.tags.iter().filter_map(|tag| taxon(tag));
        known
            .map(|(family, id)| {
                let target = ReportingDescriptorReference::builder()
                    .id(id)
                    .tool_component(self.reference(family))
                    .build();
                ReportingDescriptorRelationship::builder()
                    .target(target)
                    .kinds(vec!["superset".to_owned()])
                    .build()
            })
            .collect()
    }

    fn reference(&self, family: usize) -> ToolComponentReference {
        let at = self.taxa.keys().position(|key| *key == family).unwrap_or(0);
        ToolComponentReference::builder()
            .name(FAMILIES[family].name)
            .index(i64::try_from(at).unwrap_or(0))
            .build()
    }

    /// A reference to every taxonomy.
    pub fn taxonomy_references(&self) -> Vec<ToolComponentReference> {
        self.taxa
            .keys()
            .map(|family| self.reference(*family))
            .collect()
    }

    /// The taxonomies, with the entries in use.
    pub fn taxonomies(&self) -> Vec<ToolComponent> {
        let one = |(family, ids): (&usize, &BTreeSet<&str>)| {
            let family = &FAMILIES[*family];
            ToolComponent::builder()
                .name(family.name)
                .organization(family.keeper)
                .information_uri(family.address)
                .short_description(text(family.about))
                .is_comprehensive(false)
                .taxa(ids.iter().map(|id| entry(id)).collect::<Vec<_>>())
                .build()
        };
        self.taxa.iter().map(one).collect()
    }
}

fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder()
        .text(sanitize::cut(text, LONGEST_DESCRIPTION))
        .build()
}

/// The first text that says anything; code scanning refuses empty ones.
fn first_of<'t>(texts: &[&'t str]) -> &'t str {
    let said = texts.iter().find(|text| !text.trim().is_empty());
    said.copied().unwrap_or("tokenleash")
}

/// The level's word for a verdict.
pub fn level_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Block => "error",
        Verdict::Warn => "warning",
        Verdict::Note | Verdict::Silent => "note",
    }
}

/// The severity, capped to the band of the verdict.
pub fn in_band(severity: f32, verdict: Verdict) -> f32 {
    let (least, most) = match verdict {
        Verdict::Block => (7.0, 10.0),
        Verdict::Warn => (4.0, 6.9),
        Verdict::Note | Verdict::Silent => (0.1, 3.9),
    };
    if severity.is_nan() {
        return least;
    }
    severity.clamp(least, most)
}

fn properties(rule: &Rule, verdict: Verdict) -> PropertyBag {
    let (precision, problem) = match verdict {
        Verdict::Block => ("high", "error"),
        Verdict::Warn => ("medium", "warning"),
        Verdict::Note | Verdict::Silent => ("low", "recommendation"),
    };
    let mut tags = vec!["security".to_owned()];
    let external = rule.tags.iter().filter(|tag| tag.starts_with("cwe/"));
    tags.extend(external.map(|tag| format!("external/{}", tag.to_lowercase())));
    tags.extend(rule.tags.iter().map(|tag| (*tag).to_owned()));
    tags.truncate(MOST_TAGS);
    let severity = format!("{:.1}", in_band(rule.severity, verdict));
    let more: [(&str, Value); 3] = [
        ("precision", json!(precision)),
        ("problem.severity", json!(problem)),
        ("security-severity", json!(severity)),
    ];
    PropertyBag::builder()
        .tags(tags)
        .additional_properties(
            more.into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<BTreeMap<_, _>>(),
        )
        .build()
}
