//! The report for people: blocks that read like a good compiler's, one-line warnings, and a summary line.
//!
//! In: an outcome. Out: lines that fit the width. It must not let a scanned text act on the terminal or the log's
//! runner, and must not say how to silence a finding.

mod block;
mod group;

use std::io::{self, Write};

use super::parts;
use super::select::{Group, Standing, Within, alike, groups};
use super::wrap::{fit_left, fit_words, wrap};
use super::{Audience, Entry, Style, Verbosity, sanitize};
use super::{jobs, summary};
use crate::model::{Finding, Outcome, Overall, Place, RepoPath, Verdict};
use block::Label;
use group::{more, shared_place};

/// The most warnings of a hook.
const HOOK_WARNINGS: usize = 5;
/// The most lines of what a finding without a block says.
const SENTENCE_LINES: usize = 3;
/// The most places listed that were not looked at.
const UNCHECKED_LINES: usize = 10;

const RED: &str = "1;31";
const YELLOW: &str = "1;33";
const CYAN: &str = "1;36";
const GREEN: &str = "1;32";
const BLUE: &str = "34";

/// Writes the report.
pub fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { style, out };
    let blocks = alike(groups(&outcome.findings, Standing::Block), Within::File);
    if style.verbosity == Verbosity::Quiet {
        return page.quiet(outcome, &blocks);
    }
    for group in &blocks {
        page.block(group)?;
    }
    let together = |standing| alike(groups(&outcome.findings, standing), Within::Tree);
    page.warnings(&together(Standing::Warning))?;
    if style.verbosity == Verbosity::Verbose {
        page.compact(&together(Standing::Note))?;
        page.released(&groups(&outcome.findings, Standing::Released))?;
        page.agent_jobs(outcome)?;
    }
    page.unchecked(outcome)?;
    if style.why_not {
        page.dropped(outcome)?;
    }
    page.summary(outcome)?;
    match blocks.first() {
        Some(group) if style.audience == Audience::Person => page.explain(group.head),
        _ => Ok(()),
    }
}

/// Writes what the agents of jobs hold, and below it the findings of these jobs, a line each.
pub(super) fn write_jobs(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { style, out };
    page.agent_jobs(outcome)?;
    for standing in [Standing::Block, Standing::Warning, Standing::Note] {
        for group in groups(&outcome.findings, standing) {
            page.one_line(&group)?;
        }
    }
    page.unchecked(outcome)
}

/// The writer and the manner of writing.
struct Page<'w> {
    style: &'w Style,
    out: &'w mut dyn Write,
}

impl Page<'_> {
    fn width(&self) -> usize {
        usize::from(self.style.width).clamp(40, 120)
    }

    fn is_verbose(&self) -> bool {
        self.style.verbosity == Verbosity::Verbose
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", sanitize::log_line(text).trim_end())
    }

    /// Writes a line whose first `painted` bytes have a colour.
    fn painted(&mut self, code: &str, text: &str, painted: usize) -> io::Result<()> {
        let safe = sanitize::log_line(text);
        match (self.style.color, safe.get(..painted), safe.get(painted..)) {
            (true, Some(head), Some(rest)) => {
                writeln!(self.out, "\u{1b}[{code}m{head}\u{1b}[0m{}", rest.trim_end())
            }
            _ => self.line(text),
        }
    }

    fn quiet(&mut self, outcome: &Outcome, blocks: &[Group<'_>]) -> io::Result<()> {
        for group in blocks {
            self.one_line(group)?;
        }
        if outcome.summary.overall == Overall::Undecided {
            self.unchecked(outcome)?;
            self.line(&format!("tokenleash: {}", summary::verdict(outcome)))?;
        }
        Ok(())
    }

    fn block(&mut self, group: &Group<'_>) -> io::Result<()> {
        let finding = group.head;
        let (word, code) = word_and_color(finding.verdict);
        let head = format!("{word}[{}]:", sanitize::quote(finding.rule));
        let sections = block::sections(group, &head, self.style, self.width());
        for section in &sections {
            for (at, line) in section.lines.iter().enumerate() {
                match section.label {
                    Label::Head if at == 0 => self.painted(code, line, head.len())?,
                    Label::Place => self.painted(BLUE, line, "  -->".len())?,
                    Label::Caret => self.painted(code, line, line.len())?,
                    _ => self.line(line)?,
                }
            }
        }
        if self.is_verbose() {
            self.places(group)?;
        }
        self.line("")
    }

    fn warnings(&mut self, warnings: &[Group<'_>]) -> io::Result<()> {
        let most = match (self.style.entry, self.style.verbosity) {
            (Entry::Hook, Verbosity::Normal) => HOOK_WARNINGS,
            _ => warnings.len(),
        };
        let shown = &warnings[..most.min(warnings.len())];
        self.compact(shown)?;
        let rest = warnings.len() - shown.len();
        if rest > 0 {
            self.line(&format!("and {rest} more; `-v` shows them"))?;
        }
        Ok(())
    }

    fn compact(&mut self, list: &[Group<'_>]) -> io::Result<()> {
        for group in list {
            self.one_line(group)?;
            if self.is_verbose() {
                self.details(group)?;
            }
        }
        Ok(())
    }

    fn one_line(&mut self, group: &Group<'_>) -> io::Result<()> {
        let finding = group.head;
        let (word, code) = word_and_color(finding.verdict);
        let head = format!("{word}[{}]:", sanitize::quote(finding.rule));
        let mut tail = sanitize::sentence(&finding.message);
        if let Some(waiver) = &finding.waived {
            tail.push_str(&format!(" Waived: {}.", sanitize::quote(waiver)));
        }
        if let Some(place) = shared_place(group) {
            let all = if group.places() > 1 { "All in" } else { "In" };
            tail.push_str(&format!(" {all} {place}."));
        }
        let more = more(group).map_or(String::new(), |more| format!(" ({more})"));
        match (self.is_verbose(), self.style.entry) {
            (true, _) => {
                let line = format!("{head} {}{more}: {tail}", at(finding));
                self.painted(code, &line, head.len())
            }
            (false, Entry::Hook) => {
                let place = fit_left(&at(finding), self.width() / 2);
                let line = fit_words(&format!("{head} {place}{more}: {tail}"), self.width());
                self.painted(code, &line, head.len())
            }
            (false, Entry::Scan | Entry::Ci | Entry::Job) => {
                let line = format!("{head} {}{more}", at(finding));
                self.painted(code, &line, head.len())?;
                self.sentence(&tail)
            }
        }
    }

    /// What a finding without a block says, in a few lines.
    fn sentence(&mut self, text: &str) -> io::Result<()> {
        let room = self.width() - 4;
        let mut lines = wrap(text, room, "");
        if lines.len() > SENTENCE_LINES {
            let rest = lines.split_off(SENTENCE_LINES - 1).join(" ");
            lines.push(fit_words(&rest, room));
        }
        for line in &lines {
            self.line(&format!("    {line}"))?;
        }
        Ok(())
    }

    /// The other parts of a finding that has no block.
    fn details(&mut self, group: &Group<'_>) -> io::Result<()> {
        let parts = parts::of(group.head);
        let mask = group.head.masked.as_deref().unwrap_or("");
        let room = self.width();
        let sections = block::explanation(&parts, room, mask);
        for line in sections.iter().flat_map(|section| &section.lines) {
            self.line(line)?;
        }
        self.places(group)
    }

    /// The other places of a finding: of the same secret, and what belongs to it.
    fn places(&mut self, group: &Group<'_>) -> io::Result<()> {
        for finding in &group.also {
            self.line(&format!("  also at {}", at(finding)))?;
        }
        for finding in &group.alike {
            self.line(&format!("  like it at {}", at(finding)))?;
        }
        for related in &group.head.related {
            let place = place_of(&related.path, related.place);
            let said = sanitize::quote(&related.message);
            self.line(&format!("  see {place}: {said}"))?;
        }
        Ok(())
    }

    fn released(&mut self, list: &[Group<'_>]) -> io::Result<()> {
        for finding in list
            .iter()
            .flat_map(|group| group.also.iter().chain([&group.head]))
        {
            let why = match &finding.waived {
                Some(waiver) => format!("waived: {}", sanitize::quote(waiver)),
                None if finding.known => "known to the baseline".to_owned(),
                None => "there before this change".to_owned(),
            };
            let line = format!("{} {} ({why})", sanitize::quote(finding.rule), at(finding));
            self.line(&line)?;
        }
        Ok(())
    }

    /// What the agents of workflows hold.
    fn agent_jobs(&mut self, outcome: &Outcome) -> io::Result<()> {
        for job in &outcome.agent_jobs {
            for line in jobs::lines(job, self.width()) {
                self.line(&line)?;
            }
            self.line("")?;
        }
        Ok(())
    }

    fn unchecked(&mut self, outcome: &Outcome) -> io::Result<()> {
        if outcome.unchecked.is_empty() {
            return Ok(());
        }
        self.line("Not fully looked at:")?;
        let most = match self.is_verbose() {
            true => outcome.unchecked.len(),
            false => UNCHECKED_LINES,
        };
        let mut sorted: Vec<_> = outcome.unchecked.iter().collect();
        sorted.sort_by_key(|one| (!one.undecided, *one));
        for one in sorted.iter().take(most) {
            let why = sanitize::sentence(&one.why);
            let path = sanitize::path(&one.path);
            self.line(&format!("  {path}: {why}"))?;
        }
        match sorted.len().saturating_sub(most) {
            0 => Ok(()),
            rest => self.line(&format!("  and {rest} more; `-v` shows them")),
        }
    }

    fn dropped(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.line("Matched and dropped:")?;
        for one in &outcome.dropped {
            let kind = one.kind.map_or("no kind", |kind| kind.id);
            let line = format!(
                "  {}: {} {}, filter `{}`",
                place_of(&one.path, one.place),
                sanitize::quote(kind),
                sanitize::quote(&one.mask),
                sanitize::quote(one.filter)
            );
            self.line(&line)?;
        }
        match outcome.dropped.is_empty() {
            true => self.line("  nothing"),
            false => Ok(()),
        }
    }

    fn summary(&mut self, outcome: &Outcome) -> io::Result<()> {
        let text = summary::line(outcome);
        let code = match outcome.summary.overall {
            Overall::Blocked => RED,
            Overall::Undecided => YELLOW,
            Overall::Clean if text.starts_with("clean") => GREEN,
            Overall::Clean => YELLOW,
        };
        let width = self.width();
        let verdict = "tokenleash: ".len() + summary::verdict(outcome).len();
        let time = outcome.seconds.map(summary::human_seconds);
        let unbroken = time.as_deref().unwrap_or("");
        for (at, line) in wrap(&format!("tokenleash: {text}"), width - 2, unbroken)
            .iter()
            .enumerate()
        {
            match at {
                0 => self.painted(code, line, verdict.min(line.len()))?,
                _ => self.line(&format!("  {line}"))?,
            }
        }
        for remark in &outcome.remarks {
            for line in wrap(&sanitize::sentence(remark), width - 2, "") {
                self.line(&format!("  {line}"))?;
            }
        }
        Ok(())
    }

    fn explain(&mut self, finding: &Finding) -> io::Result<()> {
        let id = finding.fingerprint.rsplit(':').next().unwrap_or("");
        let short: String = sanitize::clean(id).chars().take(8).collect();
        if short.is_empty() {
            return Ok(());
        }
        self.line(&format!(
            "Think this is wrong? `tokenleash explain {short}`"
        ))
    }
}

fn word_and_color(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Block => ("error", RED),
        Verdict::Warn => ("warning", YELLOW),
        Verdict::Note | Verdict::Silent => ("note", CYAN),
    }
}

fn position(place: Place) -> String {
    match (place.start_line, place.start_character) {
        (0, _) => String::new(),
        (line, 0) => format!(":{line}"),
        (line, character) => format!(":{line}:{character}"),
    }
}

fn place_of(path: &RepoPath, place: Place) -> String {
    format!("{}{}", sanitize::path(path), position(place))
}

fn at(finding: &Finding) -> String {
    place_of(&finding.path, finding.place)
}

#[cfg(test)]
mod tests;
