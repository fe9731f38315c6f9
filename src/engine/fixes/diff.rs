//! The change as lines, masked: what a person reads before anything is written.
//!
//! In: fixes, and the files as they are. Out: hunks. A line with a credential is built from what stands before the
//! value and its mask; no byte of a value, nor of what follows it on its line, comes here.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Planning;
use crate::engine::shield::{self, Known};
use crate::find::{self, Blob};
use crate::model::{DiffLine, Edit, FileDiff, Fix, Hunk, RepoPath, Sighting, Span};

/// Edits of one file with the numbers of the fixes that they belong to.
type Numbered<'e> = Vec<(usize, &'e Edit)>;

/// Lines shown around a change.
const CONTEXT: usize = 3;

/// Makes the diff of every file that the fixes change.
pub(super) fn of(planning: &Planning<'_>, fixes: &[Fix]) -> Vec<FileDiff> {
    let mut files: BTreeMap<&RepoPath, Vec<(usize, &Edit)>> = BTreeMap::new();
    for (number, fix) in fixes.iter().enumerate() {
        for change in &fix.changes {
            let edits = change.edits.iter().map(|edit| (number, edit));
            files.entry(&change.path).or_default().extend(edits);
        }
    }
    let diffs = files.into_iter().filter_map(|(path, edits)| {
        let text = planning.snapshot.read(path.as_bytes()).ok().flatten()?;
        Some(FileDiff {
            path: path.clone(),
            hunks: Painter::new(planning, path, &text).hunks(edits),
        })
    });
    diffs.collect()
}

/// Lines that give way to others.
struct Region {
    old: Range<usize>,
    new: Vec<String>,
    fixes: Vec<usize>,
}

/// Edits of the same lines, each with its fix's number.
type Group<'e> = (Range<usize>, Vec<(usize, &'e Edit)>);

/// Joins regions between which no line stays.
fn together(regions: impl Iterator<Item = Region>) -> Vec<Region> {
    let mut joined: Vec<Region> = Vec::new();
    for region in regions {
        match joined.last_mut() {
            Some(last) if last.old.end == region.old.start => {
                last.old.end = region.old.end;
                last.new.extend(region.new);
                last.fixes.extend(region.fixes);
            }
            _ => joined.push(region),
        }
    }
    joined
}

struct Painter<'t, 'r> {
    text: &'t [u8],
    /// Where each line starts; one more at the end of the text.
    starts: Vec<usize>,
    sightings: Vec<Sighting>,
    known: Known<'r>,
}

impl<'t, 'r> Painter<'t, 'r> {
    fn new(planning: &Planning<'r>, path: &RepoPath, text: &'t [u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        let blob = Blob {
            path,
            text,
            first_line: 1,
            offset: 0,
            whole: true,
        };
        let sightings = find::find(&blob, planning.rules).sightings;
        Painter {
            text,
            starts,
            known: Known::new(planning.rules, sightings.iter()),
            sightings,
        }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    fn line_of(&self, at: usize) -> usize {
        let line = self.starts.partition_point(|&start| start <= at).max(1) - 1;
        line.min(self.count().saturating_sub(1))
    }

    /// The lines that an edit touches; one that takes whole lines leaves the next alone.
    fn lines_of(&self, span: Span) -> Range<usize> {
        let is_start = |at: usize| self.starts.binary_search(&at).is_ok();
        let last = self.line_of(span.end);
        let is_whole = !span.is_empty() && is_start(span.start) && is_start(span.end);
        let end = match is_whole && span.end < self.text.len() {
            true => last,
            false => last + 1,
        };
        self.line_of(span.start)..end
    }

    fn bytes(&self, line: usize) -> &'t [u8] {
        &self.text[self.starts[line]..self.starts[line + 1]]
    }

    fn hunks(&self, mut edits: Numbered<'_>) -> Vec<Hunk> {
        edits.sort_by_key(|(number, edit)| (edit.span, *number));
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (number, edit) in edits {
            let old = self.lines_of(edit.span);
            match groups.last_mut() {
                Some((range, group)) if old.start < range.end => {
                    range.end = range.end.max(old.end);
                    group.push((number, edit));
                }
                _ => groups.push((old, vec![(number, edit)])),
            }
        }
        let regions = together(
            groups
                .into_iter()
                .map(|(old, group)| self.region(old, &group)),
        );
        let mut hunks: Vec<Vec<Region>> = Vec::new();
        for region in regions {
            match hunks.last_mut() {
                Some(last)
                    if last
                        .last()
                        .is_some_and(|one| region.old.start <= one.old.end + 2 * CONTEXT) =>
                {
                    last.push(region);
                }
                _ => hunks.push(vec![region]),
            }
        }
        let mut drift = 0isize;
        hunks
            .iter()
            .map(|regions| self.hunk(regions, &mut drift))
            .collect()
    }

    /// The new lines of a range, without those at its ends that stay.
    fn region(&self, old: Range<usize>, group: &[(usize, &Edit)]) -> Region {
        let from = self.starts[old.start];
        let span = Span::new(from, self.starts[old.end.min(self.count())]);
        let mut text = Vec::new();
        let mut at = span.start;
        let mut last: Option<&Edit> = None;
        for (_, edit) in group {
            // Behind a value that gives way nothing of its line is shown, so no other edit there is either.
            if last == Some(*edit) || edit.span.start < at {
                continue;
            }
            text.extend_from_slice(&self.text[at..edit.span.start]);
            text.extend_from_slice(self.inserted(edit).as_bytes());
            at = self.behind(edit, span.end);
            last = Some(edit);
        }
        text.extend_from_slice(&self.text[at..span.end]);
        let text = String::from_utf8_lossy(&text).into_owned();
        let new: Vec<&str> = text.split_inclusive('\n').collect();
        let olds: Vec<String> = old
            .clone()
            .map(|line| String::from_utf8_lossy(self.bytes(line)).into_owned())
            .collect();
        // A line without its end counts as the same line: only the last line of a file lacks one.
        let same =
            |a: &str, b: &str| a.trim_end_matches(['\r', '\n']) == b.trim_end_matches(['\r', '\n']);
        let most = new.len().min(olds.len());
        let head = (0..most).take_while(|&at| same(new[at], &olds[at])).count();
        let tail = (0..most - head)
            .take_while(|&at| same(new[new.len() - 1 - at], &olds[olds.len() - 1 - at]))
            .count();
        let mut fixes: Vec<usize> = group.iter().map(|(number, _)| *number).collect();
        fixes.sort_unstable();
        fixes.dedup();
        Region {
            old: old.start + head..old.end - tail,
            new: new[head..new.len() - tail]
                .iter()
                .map(|line| self.shown(line))
                .collect(),
            fixes,
        }
    }

    /// Of a line whose value gives way, nothing behind the value is shown.
    fn behind(&self, edit: &Edit, end: usize) -> usize {
        match self.sighting_at(edit.span) {
            Some(_) => {
                let rest = &self.text[edit.span.end..end];
                let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                edit.span.end + line
            }
            None => edit.span.end,
        }
    }

    fn inserted(&self, edit: &Edit) -> String {
        match self.sighting_at(edit.span) {
            Some(_) => format!("{}…", edit.insert),
            None => edit.insert.clone(),
        }
    }

    fn sighting_at(&self, span: Span) -> Option<&Sighting> {
        let mut all = self.sightings.iter();
        all.find(|sighting| !span.is_empty() && sighting.span.overlaps(span))
    }

    fn hunk(&self, regions: &[Region], drift: &mut isize) -> Hunk {
        let first = regions.first().map_or(0, |region| region.old.start);
        let last = regions.last().map_or(0, |region| region.old.end);
        let start = first.saturating_sub(CONTEXT);
        let end = (last + CONTEXT).min(self.count());
        let mut lines = Vec::new();
        let mut at = start;
        let mut fixes = Vec::new();
        for region in regions {
            lines.extend((at..region.old.start).map(|line| self.old(' ', line)));
            lines.extend(region.old.clone().map(|line| self.old('-', line)));
            lines.extend(region.new.iter().map(|text| DiffLine {
                sign: '+',
                text: text.clone(),
            }));
            at = region.old.end;
            fixes.extend(&region.fixes);
        }
        lines.extend((at..end).map(|line| self.old(' ', line)));
        fixes.sort_unstable();
        fixes.dedup();
        let count = |sign: char| lines.iter().filter(|line| line.sign == sign).count();
        let (added, removed) = (count('+'), count('-'));
        let old_lines = end - start;
        let new_lines = old_lines - removed + added;
        let new_start = start.saturating_add_signed(*drift) + 1;
        *drift += added.cast_signed() - removed.cast_signed();
        Hunk {
            old_start: start + 1,
            old_lines,
            new_start,
            new_lines,
            fixes,
            lines,
        }
    }

    /// A line of the file: as it is, or built around the mask where it holds a credential.
    fn old(&self, sign: char, line: usize) -> DiffLine {
        let span = Span::new(self.starts[line], self.starts[line + 1]);
        let sighting = self.sightings.iter().find(|one| one.span.overlaps(span));
        let text = String::from_utf8_lossy(self.bytes(line)).into_owned();
        let text = match sighting {
            Some(sighting)
                if span.contains(Span::new(sighting.span.start, sighting.span.start)) =>
            {
                let blank = text.len() - text.trim_start().len();
                format!("{}{}…", &text[..blank], sighting.excerpt.text)
            }
            Some(_) => "…".to_owned(),
            None => self.shown(&text),
        };
        DiffLine { sign, text }
    }

    fn shown(&self, line: &str) -> String {
        let mut text = line.trim_end_matches(['\r', '\n']).to_owned();
        self.known.mask_text(&mut text);
        shield::masked(&text, self.known.rules()).unwrap_or(text)
    }
}
