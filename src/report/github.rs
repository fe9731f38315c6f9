//! The report for a workflow run on GitHub: annotations, and one plain line.
//!
//! In: an outcome and the rules. Out: at most nine workflow commands, worst first, one more that says how many there
//! are beyond, and a summary. Nothing that was scanned may become a command, a property or a further line.

use std::io::{self, Write};

use super::parts;
use super::select::{Group, Standing, groups};
use super::{Style, Verbosity, sanitize, summary};
use crate::model::{Outcome, Place, RepoPath, Rule};

/// The runner keeps ten annotations of each type in a step; the tenth says how many more there are.
const ANNOTATIONS: usize = 9;
/// The runner cuts messages at 4,096 characters.
const LONGEST_MESSAGE: usize = 3500;

/// Writes the annotations and the summary.
pub fn write(
    outcome: &Outcome,
    rules: &[Rule],
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let annotations = annotations(outcome, rules, style);
    for annotation in annotations.iter().take(ANNOTATIONS) {
        writeln!(out, "{}", annotation.command())?;
    }
    let rest = &annotations[ANNOTATIONS.min(annotations.len())..];
    if let Some(next) = rest.first() {
        let more = summary::count(rest.len() as u64, "more finding", "more findings");
        writeln!(
            out,
            "::{} title=tokenleash::{more}; the JSON or SARIF file has them all.",
            next.level
        )?;
    }
    writeln!(out, "tokenleash: {}", plain(&summary::line(outcome)))?;
    for remark in &outcome.remarks {
        writeln!(out, "  {}", plain(&sanitize::sentence(remark)))?;
    }
    Ok(())
}

fn plain(text: &str) -> String {
    sanitize::log_line(text)
}

/// One annotation, not yet escaped.
struct Annotation {
    level: &'static str,
    path: RepoPath,
    place: Place,
    title: String,
    message: String,
}

/// Everything worth an annotation, worst first.
fn annotations(outcome: &Outcome, rules: &[Rule], style: &Style) -> Vec<Annotation> {
    let of = |standing, level| {
        groups(&outcome.findings, standing)
            .into_iter()
            .map(move |group| finding(&group, rules, level))
    };
    let not_read = |undecided: bool, level| {
        let list = outcome.unchecked.iter();
        list.filter(move |one| one.undecided == undecided)
            .map(move |one| Annotation {
                level,
                path: one.path.clone(),
                place: Place::default(),
                title: "tokenleash: not fully looked at".to_owned(),
                message: sanitize::sentence(&one.why),
            })
    };
    let mut all: Vec<Annotation> = of(Standing::Block, "error").collect();
    all.extend(not_read(true, "error"));
    all.extend(of(Standing::Warning, "warning"));
    all.extend(not_read(false, "warning"));
    if style.verbosity == Verbosity::Verbose {
        all.extend(of(Standing::Note, "notice"));
    }
    all
}

fn finding(group: &Group<'_>, rules: &[Rule], level: &'static str) -> Annotation {
    let finding = group.head;
    let rule = rules.iter().find(|rule| rule.id == finding.rule);
    let title = match rule {
        Some(rule) => format!("{} {}", rule.id, rule.title),
        None => finding.rule.to_owned(),
    };
    let parts = parts::of(finding);
    let mut lines = vec![parts.what.clone()];
    if let Some(masked) = &finding.masked {
        lines.push(format!("Value: {}", sanitize::quote(masked)));
    }
    if !group.also.is_empty() {
        let places = summary::count(group.also.len() as u64, "place", "places");
        lines.push(format!("Also in {places}."));
    }
    if !parts.readers.is_empty() {
        lines.push(format!("Read by: {}", parts.readers));
    }
    lines.push(format!("Known by: {}", parts.knowledge(parts.reasons())));
    for (at, step) in parts.steps.iter().enumerate() {
        lines.push(format!("{}. {step}", at + 1));
    }
    Annotation {
        level,
        path: finding.path.clone(),
        place: finding.place,
        title: sanitize::clean(&title),
        message: sanitize::cut(&lines.join("\n"), LONGEST_MESSAGE),
    }
}

impl Annotation {
    /// The workflow command, one line.
    fn command(&self) -> String {
        let property = |text: &str| sanitize::command_property(text);
        let path = sanitize::clean(&self.path.lossy());
        let mut properties = vec![format!("file={}", property(&path))];
        let place = self.place;
        if place.start_line > 0 {
            let end = place.end_line.max(place.start_line);
            properties.push(format!("line={}", place.start_line));
            properties.push(format!("endLine={end}"));
            if end == place.start_line && place.start_column > 0 {
                properties.push(format!("col={}", place.start_column));
                let end = place.end_column.max(place.start_column);
                properties.push(format!("endColumn={end}"));
            }
        }
        properties.push(format!("title={}", property(&self.title)));
        format!(
            "::{} {}::{}",
            self.level,
            properties.join(","),
            sanitize::command_data(&self.message)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::{Entry, Style};

    fn shown(outcome: &Outcome, style: &Style) -> String {
        let mut out = Vec::new();
        write(outcome, &fixture::RULES, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn ci() -> Style {
        Style::plain(Entry::Ci)
    }

    #[test]
    fn an_annotation_stands_on_the_value() {
        let text = shown(&fixture::outcome(), &ci());
        let first = text.lines().next().unwrap();
        assert!(first.starts_with(
            "::error file=.cursor/mcp.json,line=7,endLine=7,col=31,endColumn=67,title=TL101 Broad"
        ));
        assert!(first.contains("%0ARead by: Cursor and Claude Code"));
        assert!(first.contains("%0A1. Put `${env:RAILWAY_TOKEN}`"));
        assert!(text.contains("\ntokenleash: blocked: 1 finding"));
    }

    #[test]
    fn nine_annotations_and_one_that_counts() {
        let mut outcome = fixture::outcome();
        outcome.findings.extend((0..20).map(fixture::warning));
        let text = shown(&outcome, &ci());
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
        assert_eq!(commands.len(), 10);
        assert!(commands[0].starts_with("::error "));
        assert!(commands[9].starts_with("::warning title=tokenleash::13 more findings;"));
    }

    #[test]
    fn a_clean_run_is_one_line() {
        assert_eq!(shown(&fixture::clean(), &ci()).lines().count(), 1);
    }

    #[test]
    fn nothing_scanned_becomes_a_command() {
        for path in fixture::hostile_paths() {
            let text = shown(&fixture::hostile(&path), &fixture::verbose(ci()));
            for line in text.lines() {
                assert_eq!(sanitize::clean(line), line);
                if let Some(command) = line.strip_prefix("::") {
                    let (head, _) = command.split_once("::").unwrap();
                    let (name, properties) = head.split_once(' ').unwrap();
                    assert!(["error", "warning", "notice"].contains(&name));
                    for property in properties.split(',') {
                        let (key, _) = property.split_once('=').unwrap();
                        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
                        assert!(known.contains(&key), "{line}");
                    }
                } else {
                    assert!(!line.trim_start().starts_with("::") && !line.contains("##"));
                }
            }
            let commands = text.lines().filter(|line| line.starts_with("::")).count();
            assert_eq!(commands, 3, "{text}");
        }
    }
}
