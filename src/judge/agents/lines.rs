//! The lines of the map that findings give: credentials, and what is wrong with the wiring.
//!
//! In: findings as policy left them. Out: plain data, one line for each value and for each sentence. It judges nothing.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Finding, How};

/// A credential of the tree.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialLine {
    pub kind: Option<&'static str>,
    pub name: String,
    pub breadth: Option<&'static str>,
    pub can: String,
    pub masked: String,
    pub path: String,
    pub line: u32,
    pub how: &'static str,
    pub rule: &'static str,
    pub verdict: &'static str,
    pub severity: f32,
    /// What the severity adds up from.
    pub score: Vec<PartLine>,
    /// Names of the agents that read it; empty: any agent started in this checkout.
    pub agents: Vec<&'static str>,
    pub narrower: Vec<&'static str>,
    /// Other places of the same value.
    pub also: Vec<String>,
}

/// A part of a severity.
#[derive(Clone, Debug, Serialize)]
pub struct PartLine {
    pub what: &'static str,
    pub points: i32,
    pub says: String,
}

/// Something that is wrong with the wiring.
#[derive(Clone, Debug, Serialize)]
pub struct StructureLine {
    pub rule: &'static str,
    pub verdict: &'static str,
    pub severity: f32,
    pub text: String,
    pub advice: String,
    pub path: String,
    pub line: u32,
    /// Other places of the same.
    pub also: Vec<String>,
}

/// Every credential once, at its gravest place.
pub(super) fn credentials(findings: &[Finding]) -> Vec<CredentialLine> {
    let mut ranked: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.masked.is_some())
        .collect();
    ranked.sort_by(|a, b| {
        b.severity
            .total_cmp(&a.severity)
            .then(a.path.cmp(&b.path))
            .then(a.place.cmp(&b.place))
    });
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines: Vec<CredentialLine> = Vec::new();
    for finding in ranked {
        match numbers.get(finding.value_print()) {
            Some(number) => {
                let place = format!("{}:{}", finding.path.lossy(), finding.place.start_line);
                lines[*number].also.push(place);
            }
            None => {
                numbers.insert(finding.value_print(), lines.len());
                lines.push(credential(finding));
            }
        }
    }
    lines
}

/// What is wrong with the wiring, the same sentence of several files as one line.
pub(super) fn structure(findings: &[Finding]) -> Vec<StructureLine> {
    let mut lines: Vec<StructureLine> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.masked.is_none()) {
        let path = finding.path.lossy();
        let line = finding.place.start_line;
        let same = |known: &&mut StructureLine| {
            known.rule == finding.rule && known.text == finding.message
        };
        if let Some(known) = lines.iter_mut().find(same) {
            known.also.push(format!("{path}:{line}"));
            continue;
        }
        lines.push(StructureLine {
            rule: finding.rule,
            verdict: finding.verdict.word(),
            severity: finding.severity,
            text: finding.message.clone(),
            advice: finding
                .advice
                .as_ref()
                .map_or(String::new(), |advice| advice.how.clone()),
            path,
            line,
            also: Vec::new(),
        });
    }
    // The order within one severity stays that of the paths.
    lines.sort_by(|a, b| b.severity.total_cmp(&a.severity));
    lines
}

fn credential(finding: &Finding) -> CredentialLine {
    let widest = finding
        .reach
        .iter()
        .map(|reach| reach.how)
        .max()
        .unwrap_or(How::Workspace);
    let mut agents: Vec<&'static str> = finding
        .reach
        .iter()
        .filter(|reach| reach.how == widest)
        .flat_map(|reach| reach.agents.iter().copied())
        .collect();
    agents.sort_unstable();
    agents.dedup();
    CredentialLine {
        kind: finding.kind.map(|kind| kind.id),
        name: finding
            .kind
            .map_or("credential of unknown kind", |kind| kind.name)
            .to_owned(),
        breadth: finding.breadth.as_ref().map(|breadth| breadth.level.word()),
        can: finding
            .kind
            .map_or(String::new(), |kind| kind.worst.to_owned()),
        masked: finding.masked.clone().unwrap_or_default(),
        path: finding.path.lossy(),
        line: finding.place.start_line,
        how: widest.word(),
        rule: finding.rule,
        verdict: finding.verdict.word(),
        severity: finding.severity,
        score: finding
            .score
            .parts
            .iter()
            .map(|part| PartLine {
                what: part.what,
                points: part.points,
                says: part.says.clone(),
            })
            .collect(),
        agents,
        narrower: finding
            .advice
            .as_ref()
            .map_or(Vec::new(), |advice| advice.narrower.clone()),
        also: Vec::new(),
    }
}
