//! The default verdict matrix (decisions A): class, reach and confidence give a rule, and the rule its verdict.

use crate::judge::{Class, Judged, rules};
use crate::model::{Confidence, How, Rule, Verb, Verdict};
use crate::source::Keeping;

/// The row of the second table that a class falls into, where only the machine sees the value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MachineRow {
    Broad,
    Selectable,
    Destroyer,
    Harmless,
    NoKind,
}

/// Looks a judged sighting up. `None` is the silent cell: counted and not shown.
pub fn default_rule(judged: &Judged) -> Option<&'static Rule> {
    let how = judged.how();
    let verdict = match judged.item.keeping {
        Keeping::Git => in_git(judged.class, how, judged.confidence),
        Keeping::Ignored | Keeping::Dependency | Keeping::Machine => {
            on_machine(machine_row(judged), how, judged.confidence)
        }
    };
    rule_of_cell(judged, how, verdict).and_then(rules::by_id)
}

fn pick(confidence: Confidence, cells: [Verdict; 3]) -> Verdict {
    match confidence {
        Confidence::High => cells[0],
        Confidence::Medium => cells[1],
        Confidence::Low => cells[2],
    }
}

fn in_git(class: Class, how: How, confidence: Confidence) -> Verdict {
    use Verdict::{Block, Note, Silent, Warn};
    let cells = match (class, how.in_context()) {
        (Class::Broad, _) => [Block, Block, Warn],
        (Class::Selectable, true) => [Block, Block, Warn],
        (Class::Selectable, false) => [Block, Warn, Warn],
        (Class::Narrow, _) => [Block, Warn, Warn],
        (Class::NoKind, true) => [Block, Block, Warn],
        (Class::NoKind, false) => [Warn, Warn, Note],
        (Class::Ingest, _) => [Note, Note, Silent],
        (Class::Public, true) => [Note, Note, Note],
        (Class::Public, false) => [Note, Silent, Silent],
    };
    pick(confidence, cells)
}

fn machine_row(judged: &Judged) -> MachineRow {
    let deletes = judged
        .breadth
        .as_ref()
        .is_some_and(|breadth| breadth.verbs.has(Verb::Delete));
    match judged.class {
        Class::Broad => MachineRow::Broad,
        Class::Selectable => MachineRow::Selectable,
        Class::Narrow if deletes => MachineRow::Destroyer,
        Class::Narrow | Class::Ingest | Class::Public => MachineRow::Harmless,
        Class::NoKind => MachineRow::NoKind,
    }
}

fn on_machine(row: MachineRow, how: How, confidence: Confidence) -> Verdict {
    use MachineRow::{Broad, Destroyer, Harmless, NoKind, Selectable};
    use Verdict::{Block, Note, Silent, Warn};
    let cells = match (row, how) {
        (Broad, How::Loaded | How::Handed) => [Block, Block, Warn],
        (Broad, How::Workspace) => [Block, Block, Note],
        (Broad, How::Machine) => [Warn, Note, Silent],
        (Selectable, How::Loaded | How::Handed) => [Warn, Note, Silent],
        (Selectable, How::Workspace) => [Note, Note, Silent],
        (Destroyer, How::Loaded | How::Handed) => [Warn, Note, Silent],
        (Destroyer, How::Workspace) => [Note, Silent, Silent],
        (Harmless, How::Loaded | How::Handed) => [Note, Silent, Silent],
        (NoKind, How::Loaded | How::Handed) => [Warn, Warn, Note],
        (NoKind, How::Workspace) => [Note, Note, Silent],
        (Harmless, How::Workspace) | (Selectable | Destroyer | Harmless | NoKind, How::Machine) => {
            [Silent, Silent, Silent]
        }
    };
    pick(confidence, cells)
}

fn rule_of_cell(judged: &Judged, how: How, verdict: Verdict) -> Option<&'static str> {
    let broad = judged.class == Class::Broad;
    let id = match verdict {
        Verdict::Silent => return None,
        Verdict::Block if broad && how.in_context() => "TL101",
        Verdict::Block if broad => "TL102",
        Verdict::Block if how.in_context() => "TL103",
        Verdict::Block => "TL104",
        Verdict::Warn if judged.item.keeping != Keeping::Git => "TL107",
        Verdict::Warn if broad => "TL105",
        Verdict::Warn => "TL106",
        Verdict::Note if matches!(judged.class, Class::Ingest | Class::Public) => "TL109",
        Verdict::Note => "TL108",
    };
    Some(id)
}

/// Caps a severity to the band of a verdict, so that the exit code and a dashboard agree (decision 9).
pub fn within_band(score: f32, verdict: Verdict) -> f32 {
    let (low, high) = verdict.band();
    (score.clamp(low, high) * 10.0).round() / 10.0
}
