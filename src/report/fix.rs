//! The plan of `fix`, written as text or JSON.
//!
//! In: a plan, and what was done with it. Out: one document. Lines of files come here masked; an agent is shown none.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::sanitize::{self, path as shown_path, quote, sentence};
use super::wrap::wrap;
use crate::model::{FileDiff, Fix, FixPlan, Hunk, RepoPath, Safety};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To see everything.
    Plan,
    /// To know whether edits are pending.
    Check,
    /// To write.
    Write,
}

/// A plan, and what became of it.
pub struct Report<'a> {
    pub plan: &'a FixPlan,
    pub asked: Asked,
    /// The edits that this run is about: those that are shown, checked or written.
    pub chosen: &'a [Fix],
    pub written: &'a [RepoPath],
    /// Whether lines of files may be shown.
    pub quotes: bool,
}

/// Columns of the text.
const WIDTH: usize = 100;

/// Writes the plan as JSON.
pub fn write_json(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let of = |safety: Safety| {
        let all = report.plan.fixes.iter();
        all.filter(|fix| fix.safety == safety).count()
    };
    let applied = |fix: &Fix| report.asked == Asked::Write && report.chosen.contains(fix);
    let edits: Vec<Value> = report
        .plan
        .fixes
        .iter()
        .map(|fix| edit(fix, applied(fix)))
        .collect();
    let left: Vec<Value> = report
        .plan
        .left
        .iter()
        .map(|one| {
            json!({
                "rule": one.rule,
                "path": one.path.lossy(),
                "line": one.line,
                "why": sentence(&one.why),
            })
        })
        .collect();
    let mut diff = Vec::new();
    if report.quotes {
        for file in &report.plan.diffs {
            write_diff(report, file, &mut diff)?;
        }
    }
    let written: Vec<String> = report.written.iter().map(RepoPath::lossy).collect();
    let document = json!({
        "version": 1,
        "edits": edits,
        "left": left,
        "no_edit_answers": report.plan.beyond,
        "diff": String::from_utf8_lossy(&diff),
        "summary": {
            "safe": of(Safety::Safe),
            "unsafe": of(Safety::Unsafe),
            "left": report.plan.left.len(),
            "pending": if report.asked == Asked::Write { 0 } else { report.chosen.len() },
            "written": written,
        },
    });
    sanitize::write_json(&document, out)
}

fn edit(fix: &Fix, applied: bool) -> Value {
    let answers: Vec<Value> = fix
        .answers
        .iter()
        .map(|one| json!({"rule": one.rule, "line": one.line, "fingerprint": one.fingerprint}))
        .collect();
    let changes: Vec<Value> = fix
        .changes
        .iter()
        .map(|change| {
            let replacements: Vec<Value> = change
                .edits
                .iter()
                .map(|one| {
                    json!({
                        "start_line": one.place.start_line,
                        "start_column": one.place.start_column,
                        "end_line": one.place.end_line,
                        "end_column": one.place.end_column,
                        "text": one.insert,
                    })
                })
                .collect();
            json!({"path": change.path.lossy(), "replacements": replacements})
        })
        .collect();
    json!({
        "safety": fix.safety.word(),
        "title": sentence(&fix.title),
        "answers": answers,
        "could_break": sentence(&fix.breaks),
        "set_up": fix.setup.iter().map(|one| sentence(one)).collect::<Vec<_>>(),
        "applied": applied,
        "changes": changes,
    })
}

/// Writes the plan as text.
pub fn write_text(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (number, fix) in report.chosen.iter().enumerate() {
        write_fix(number + 1, fix, out)?;
    }
    if report.quotes {
        for file in &report.plan.diffs {
            write_diff(report, file, out)?;
        }
        if !report.plan.diffs.is_empty() {
            writeln!(out)?;
        }
    }
    if report.asked == Asked::Plan {
        write_left(report, out)?;
    }
    write_summary(report, out)
}

fn write_fix(number: usize, fix: &Fix, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = fix.changes.first() else {
        return Ok(());
    };
    let rules: Vec<String> = fix
        .answers
        .iter()
        .map(|one| format!("{} line {}", one.rule, one.line))
        .collect();
    writeln!(
        out,
        "{number}. {}  {}  answers {}",
        fix.safety.word(),
        shown_path(&first.path),
        rules.join(", ")
    )?;
    paragraph(&fix.title, "   ", out)?;
    if !fix.breaks.is_empty() {
        paragraph(&format!("Could break: {}", fix.breaks), "   ", out)?;
    }
    for one in &fix.setup {
        paragraph(&format!("Set up: {one}"), "   ", out)?;
    }
    writeln!(out)
}

fn paragraph(text: &str, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in wrap(&sentence(text), WIDTH - indent.len(), "") {
        writeln!(out, "{indent}{line}")?;
    }
    Ok(())
}

fn write_diff(report: &Report<'_>, file: &FileDiff, out: &mut dyn Write) -> io::Result<()> {
    let path = shown_path(&file.path);
    writeln!(out, "--- a/{path}")?;
    writeln!(out, "+++ b/{path}")?;
    for hunk in &file.hunks {
        write_hunk(report, hunk, out)?;
    }
    Ok(())
}

fn write_hunk(report: &Report<'_>, hunk: &Hunk, out: &mut dyn Write) -> io::Result<()> {
    let labels: Vec<String> = hunk
        .fixes
        .iter()
        .filter_map(|at| Some((at, report.chosen.get(*at)?)))
        .map(|(at, fix)| format!("{}. {}", at + 1, fix.safety.word()))
        .collect();
    writeln!(
        out,
        "@@ -{},{} +{},{} @@ {}",
        hunk.old_start,
        hunk.old_lines,
        hunk.new_start,
        hunk.new_lines,
        labels.join(", ")
    )?;
    for line in &hunk.lines {
        writeln!(
            out,
            "{}{}",
            line.sign,
            sanitize::log_line(&quote(&line.text))
        )?;
    }
    Ok(())
}

fn write_left(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for one in &report.plan.left {
        writeln!(
            out,
            "left: {}:{}  {}",
            shown_path(&one.path),
            one.line,
            one.rule
        )?;
        paragraph(&one.why, "      ", out)?;
    }
    if !report.plan.left.is_empty() {
        writeln!(out)?;
    }
    if !report.plan.beyond.is_empty() {
        let rules = report.plan.beyond.iter();
        let rules: Vec<String> = rules
            .map(|(rule, count)| format!("{rule} ({count})"))
            .collect();
        paragraph(
            &format!(
                "No edit answers {}; `tokenleash explain` says what does.",
                rules.join(", ")
            ),
            "",
            out,
        )?;
    }
    Ok(())
}

fn write_summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let count =
        |fixes: &[Fix], safety: Safety| fixes.iter().filter(|fix| fix.safety == safety).count();
    let edits = |number: usize| if number == 1 { "edit" } else { "edits" };
    let is_safe = count(&report.plan.fixes, Safety::Safe);
    let is_unsafe = count(&report.plan.fixes, Safety::Unsafe);
    let held_back = is_unsafe - count(report.chosen, Safety::Unsafe).min(is_unsafe);
    let more = match held_back {
        0 => String::new(),
        one => format!(
            " {one} unsafe {} remain: `tokenleash fix` shows them.",
            edits(one)
        ),
    };
    match report.asked {
        Asked::Plan if is_safe + is_unsafe == 0 => writeln!(out, "No edits."),
        Asked::Plan => writeln!(
            out,
            "{is_safe} safe {}, {is_unsafe} unsafe. Nothing was written: `--write` makes the safe ones, `--write --unsafe` all.",
            edits(is_safe)
        ),
        Asked::Check => writeln!(
            out,
            "{} {} pending.{more}",
            report.chosen.len(),
            edits(report.chosen.len())
        ),
        Asked::Write => writeln!(
            out,
            "{} {} made, in {} {}.{more}",
            report.chosen.len(),
            edits(report.chosen.len()),
            report.written.len(),
            if report.written.len() == 1 {
                "file"
            } else {
                "files"
            }
        ),
    }
}
