//! The report as JSON lines: one object a line, so that an engine can join the results of many runs by joining files.
//!
//! In: an outcome. Out: a `run` line first, a line for every finding, agent job, place that was not looked at and remark,
//! and a `summary` line last. A run without its last line was cut, and says nothing about what it looked at.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    AgentJob, DroppedOut, FindingOut, Outcome, Style, Summary, Tool, UncheckedOut, VERSION,
    sanitize, select,
};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'o> {
    Run {
        version: u32,
        tool: Tool,
        looked_at: &'o str,
        commit: Option<&'o str>,
        policy_from: &'o str,
    },
    Finding(Box<FindingOut<'o>>),
    AgentJob(&'o AgentJob),
    Unchecked(UncheckedOut<'o>),
    Dropped(DroppedOut<'o>),
    Remark {
        text: &'o str,
    },
    Summary {
        #[serde(flatten)]
        summary: Summary,
        /// How many lines stand before this one, so that a lost line is noticed.
        lines: u64,
    },
}

/// Writes the lines.
pub fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = 0;
    let mut put = |line: Line<'_>| {
        lines += 1;
        sanitize::write_json(&line, out)
    };
    put(Line::Run {
        version: VERSION,
        tool: Tool::this(),
        looked_at: &outcome.looked_at,
        commit: outcome.commit.as_deref(),
        policy_from: &outcome.policy_from,
    })?;
    for finding in select::written(&outcome.findings) {
        put(Line::Finding(Box::new(FindingOut::of(finding))))?;
    }
    for job in &outcome.agent_jobs {
        put(Line::AgentJob(job))?;
    }
    for entry in &outcome.unchecked {
        put(Line::Unchecked(UncheckedOut::of(entry)))?;
    }
    for entry in outcome.dropped.iter().filter(|_| style.why_not) {
        put(Line::Dropped(DroppedOut::of(entry)))?;
    }
    for text in &outcome.remarks {
        put(Line::Remark { text })?;
    }
    let summary = Line::Summary {
        summary: Summary::of(outcome),
        lines,
    };
    sanitize::write_json(&summary, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Entry, fixture};
    use serde_json::{Value, json};

    fn lines(outcome: &Outcome) -> Vec<Value> {
        let mut out = Vec::new();
        write(outcome, &Style::plain(Entry::Scan), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with('\n'));
        let read = |line| serde_json::from_str(line).unwrap();
        text.lines().map(read).collect()
    }

    fn of_type(lines: &[Value], kind: &str) -> Vec<Value> {
        let of_kind = lines.iter().filter(|line| line["type"] == kind);
        of_kind
            .map(|line| {
                let mut line = line.clone();
                line.as_object_mut().unwrap().remove("type");
                line
            })
            .collect()
    }

    #[test]
    fn the_lines_say_what_the_document_says() {
        let mut outcome = fixture::outcome();
        outcome.remarks = vec!["a remark".to_owned()];
        outcome.findings.push(fixture::structure());
        let mut out = Vec::new();
        super::super::write(&outcome, &Style::plain(Entry::Scan), &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        let lines = lines(&outcome);
        assert!(document["findings"].as_array().unwrap().len() > 1);
        for (kind, key) in [
            ("finding", "findings"),
            ("agent_job", "agent_jobs"),
            ("unchecked", "unchecked"),
        ] {
            assert_eq!(json!(of_type(&lines, kind)), document[key], "{kind}");
        }
        assert_eq!(of_type(&lines, "remark"), [json!({"text": "a remark"})]);
        let run = &lines[0];
        assert_eq!(run["type"], "run");
        for key in ["version", "tool", "looked_at", "commit", "policy_from"] {
            assert_eq!(run[key], document[key], "{key}");
        }
    }

    #[test]
    fn the_last_line_is_the_summary_and_counts_the_others() {
        let lines = lines(&fixture::outcome());
        let (last, before) = lines.split_last().unwrap();
        assert_eq!(last["type"], "summary");
        assert_eq!(last["verdict"], "blocked");
        assert_eq!(last["lines"], before.len());
        assert!(before.iter().all(|line| line["type"] != "summary"));
    }
}
