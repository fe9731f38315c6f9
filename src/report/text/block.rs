//! One block: its parts laid out in lines.
//!
//! In: a group of findings of one secret. Out: labelled lines, at most twelve unless the reader asked for all. It must
//! not break or cut a mask, nor quote the file to an agent.

use super::group::more;
use super::position;
use crate::model::Excerpt;
use crate::report::parts::{self, Parts};
use crate::report::select::Group;
use crate::report::wrap::{columns, fit, fit_left, fit_words, wrap};
use crate::report::{Audience, Style, Verbosity, sanitize};

/// The most lines of a block.
const BLOCK_LINES: usize = 12;

/// Which part of a block a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Head,
    Place,
    Excerpt,
    Caret,
    Readers,
    Known,
    Step(usize),
}

/// One part of a block.
pub struct Section {
    pub label: Label,
    pub lines: Vec<String>,
}

/// Lays a block out, in at most twelve lines unless the reader asked for all.
pub fn sections(group: &Group<'_>, head: &str, style: &Style, room: usize) -> Vec<Section> {
    let finding = group.head;
    let parts = parts::of(finding);
    let mask = finding.masked.as_deref().unwrap_or("");
    let mut sections = vec![
        Section {
            label: Label::Head,
            lines: wrap(&format!("{head} {}", parts.what), room, mask),
        },
        Section {
            label: Label::Place,
            lines: vec![place(group, style, room)],
        },
    ];
    if style.audience != Audience::Agent {
        sections.extend(excerpt(&finding.excerpt, room));
    }
    sections.extend(explanation(&parts, room, mask));
    if style.verbosity != Verbosity::Verbose {
        shrink(&mut sections, &parts, room, mask);
    }
    sections
}

/// Gives up the weakest reasons first, then the ends of parts, until the block fits.
///
/// The strongest reason outlives the line of carets: the mask is seen without them, a verdict without a reason is not
/// believed.
fn shrink(sections: &mut Vec<Section>, parts: &Parts, width: usize, mask: &str) {
    cut(sections, Label::Readers, 2, width);
    forget(sections, parts, 1, width, mask);
    cut(sections, Label::Readers, 1, width);
    cut(sections, Label::Head, 2, width);
    if excess(sections) > 0 {
        sections.retain(|section| section.label != Label::Caret);
    }
    forget(sections, parts, 0, width, mask);
    for (label, least) in [
        (Label::Step(2), 1),
        (Label::Step(0), 1),
        (Label::Known, 1),
        (Label::Step(1), 1),
        (Label::Head, 1),
    ] {
        cut(sections, label, least, width);
    }
}

/// How many lines there are too many.
fn excess(sections: &[Section]) -> usize {
    let lines: usize = sections.iter().map(|one| one.lines.len()).sum();
    lines.saturating_sub(BLOCK_LINES)
}

/// Leaves reasons away while there are too many lines, down to `least`.
fn forget(sections: &mut [Section], parts: &Parts, least: usize, width: usize, mask: &str) {
    let Some(known) = sections.iter().position(|one| one.label == Label::Known) else {
        return;
    };
    let mut reasons = parts.reasons();
    while excess(sections) > 0 && reasons > least {
        reasons -= 1;
        sections[known] = labelled(Label::Known, &parts.knowledge(reasons), width, mask);
    }
}

/// Cuts the end of one part while there are too many lines, down to `least`, and shows it.
fn cut(sections: &mut [Section], label: Label, least: usize, width: usize) {
    let excess = excess(sections);
    let Some(section) = sections.iter_mut().find(|one| one.label == label) else {
        return;
    };
    let keep = section.lines.len().saturating_sub(excess).max(least);
    if section.lines.len() > keep {
        let rest = section.lines.split_off(keep);
        if let Some(last) = section.lines.last_mut() {
            let rest: Vec<&str> = rest.iter().map(|line| line.trim()).collect();
            *last = fit_words(&format!("{last} {}", rest.join(" ")), width);
            if let Some(whole) = last.strip_suffix(": …") {
                *last = format!("{whole}.");
            }
        }
    }
}

fn place(group: &Group<'_>, style: &Style, width: usize) -> String {
    let finding = group.head;
    let mut after = position(finding.place);
    if let Some(commit) = &finding.commit {
        let short: String = sanitize::clean(commit).chars().take(10).collect();
        after.push_str(&format!(" in commit {short}"));
        if finding.commits > 1 {
            after.push_str(&format!(", first of {}", finding.commits));
        }
    }
    if let Some(more) = more(group) {
        after.push_str(&format!(" ({more})"));
    }
    let path = sanitize::path(&finding.path);
    if style.verbosity == Verbosity::Verbose {
        return format!("  --> {path}{after}");
    }
    let room = width.saturating_sub(6 + columns(&after));
    format!("  --> {}{after}", fit_left(&path, room))
}

/// The parts that say who reads it, how we know, and what to do.
pub fn explanation(parts: &Parts, room: usize, mask: &str) -> Vec<Section> {
    let known = parts.knowledge(parts.reasons());
    let mut sections = vec![
        labelled(Label::Readers, &parts.readers, room, mask),
        labelled(Label::Known, &known, room, mask),
    ];
    for (at, step) in parts.steps.iter().take(3).enumerate() {
        sections.push(numbered(at, step, room, mask));
    }
    sections
}

/// A part with its label, the lines below it indented.
fn labelled(label: Label, text: &str, width: usize, mask: &str) -> Section {
    let word = match label {
        Label::Readers => "  Read by:  ",
        Label::Known => "  Known by: ",
        _ => "",
    };
    indented(label, word, text, width, mask)
}

fn numbered(at: usize, step: &str, width: usize, mask: &str) -> Section {
    let word = match at {
        0 => "  Do this:  1. ".to_owned(),
        _ => format!("            {}. ", at + 1),
    };
    indented(Label::Step(at), &word, step, width, mask)
}

fn indented(label: Label, word: &str, text: &str, width: usize, mask: &str) -> Section {
    let indent = " ".repeat(word.len());
    let lines = wrap(text, width.saturating_sub(word.len()), mask)
        .into_iter()
        .enumerate()
        .map(|(at, line)| format!("{}{line}", if at == 0 { word } else { &indent }))
        .collect();
    Section { label, lines }
}

/// The masked line and what marks the mask; the mask is shown whole, what stands around it gives way.
fn excerpt(excerpt: &Excerpt, width: usize) -> Vec<Section> {
    if excerpt.text.is_empty() {
        return Vec::new();
    }
    let room = width.saturating_sub(5);
    let part = |from: usize, count: usize| -> String {
        sanitize::clean(
            &excerpt
                .text
                .chars()
                .skip(from)
                .take(count)
                .collect::<String>(),
        )
    };
    let after_mask = excerpt.mask_start.saturating_add(excerpt.mask_len);
    let before = part(0, excerpt.mask_start);
    let mask = fit(&part(excerpt.mask_start, excerpt.mask_len), room);
    let after = part(after_mask, sanitize::LONGEST_QUOTE);
    let left = room - columns(&mask);
    let before = fit_left(before.trim_start(), left.min(sanitize::LONGEST_QUOTE));
    let before = if left == 0 { String::new() } else { before };
    let left = left - columns(&before);
    let after = if left == 0 {
        String::new()
    } else {
        fit(after.trim_end(), left)
    };
    let mut sections = vec![Section {
        label: Label::Excerpt,
        lines: vec![format!("   | {before}{mask}{after}")],
    }];
    let length = columns(&mask);
    if length > 0 {
        let blank = " ".repeat(columns(&before));
        sections.push(Section {
            label: Label::Caret,
            lines: vec![format!("   | {blank}{}", "^".repeat(length))],
        });
    }
    sections
}
