//! `tokenleash rules`: the catalogue, listed, shown, and checked against its own examples.

use std::fmt::Write as _;

use super::screen::Screen;
use super::{RulesCommand, explain, export};
use crate::error::Result;
use crate::find::{self, Blob};
use crate::judge::rules::RULES;
use crate::model::{Checked, RepoPath, TokenKind};
use crate::rules::{RuleSet, template};

/// Runs the command.
pub fn run(command: &RulesCommand, screen: &Screen) -> Result<u8> {
    let rules = RuleSet::builtin();
    match command {
        RulesCommand::List { surfaces: true, .. } => {
            screen.say(list_surfaces(&rules).trim_end())?;
        }
        RulesCommand::List { recipes: true, .. } => screen.say(list_recipes(&rules).trim_end())?,
        RulesCommand::List { .. } => screen.say(list(&rules).trim_end())?,
        RulesCommand::Show {
            id,
            markdown: false,
        } => return explain::run(id, screen),
        RulesCommand::Show { id, markdown: true } => {
            let page = explain::page_of(id, &rules).ok_or_else(explain::unknown)?;
            screen.write(page.as_bytes())?;
        }
        RulesCommand::Check => return check(&rules, screen),
        RulesCommand::Export(arguments) => return export::run(arguments, &rules, screen),
    }
    Ok(0)
}

fn list(rules: &RuleSet) -> String {
    let mut text = String::new();
    for rule in &RULES {
        let _ = writeln!(
            text,
            "{:<32} {:<7} {:>4.1}  {}",
            rule.id,
            rule.verdict.word(),
            rule.severity,
            rule.title
        );
    }
    text.push('\n');
    for kind in rules.kinds() {
        let _ = writeln!(
            text,
            "{:<40} {:<9} {:<22} {}",
            kind.id,
            kind.level.word(),
            kind.provider,
            kind.name
        );
    }
    text
}

fn list_surfaces(rules: &RuleSet) -> String {
    let mut text = String::new();
    for surface in rules.surfaces() {
        let _ = writeln!(
            text,
            "{:<36} {:<10} {}",
            surface.id,
            surface.how.word(),
            surface.paths.join(", ")
        );
    }
    text
}

fn list_recipes(rules: &RuleSet) -> String {
    let mut text = String::new();
    for recipe in rules.recipes() {
        let _ = writeln!(
            text,
            "{:<36} {:<12} {:<22} {}",
            recipe.id,
            recipe.form.word(),
            recipe.provider,
            recipe.name
        );
    }
    text
}

/// Expands every example and every neighbour of every kind and looks for them as a scan would.
fn check(rules: &RuleSet, screen: &Screen) -> Result<u8> {
    let mut wrong = Vec::new();
    let mut by_source = [0usize; 3];
    let mut examples = 0;
    for kind in rules.kinds() {
        by_source[match kind.checked {
            Checked::Documentation => 0,
            Checked::VendorSource => 1,
            Checked::Shape => 2,
        }] += 1;
        for (number, example) in kind.examples.iter().enumerate() {
            examples += 1;
            if !finds(kind, example.file, example.text, number as u64 + 1, rules) {
                wrong.push(format!("{}: example {} is not found", kind.id, number + 1));
            }
        }
        for (number, neighbour) in kind.neighbours.iter().enumerate() {
            examples += 1;
            if finds(
                kind,
                neighbour.file,
                neighbour.text,
                number as u64 + 1,
                rules,
            ) {
                wrong.push(format!(
                    "{}: neighbour {} is taken for it",
                    kind.id,
                    number + 1
                ));
            }
        }
    }
    for line in &wrong {
        screen.say(line)?;
    }
    screen.say(&format!(
        "{} kinds of {} providers, {examples} examples, {} wrong; checked against documentation {}, vendor source {}, shape only {}",
        rules.kinds().count(),
        providers(rules),
        wrong.len(),
        by_source[0],
        by_source[1],
        by_source[2],
    ))?;
    Ok(u8::from(!wrong.is_empty()))
}

fn providers(rules: &RuleSet) -> usize {
    let mut names: Vec<_> = rules.kinds().map(|kind| kind.provider).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

fn finds(kind: &'static TokenKind, file: &str, text: &str, seed: u64, rules: &RuleSet) -> bool {
    let text = template::expand(text, kind, &find::sample, seed);
    let path = RepoPath::from(file);
    let found = find::find(
        &Blob {
            path: &path,
            text: text.as_bytes(),
            first_line: 1,
            offset: 0,
            whole: true,
        },
        rules,
    );
    found.sightings.iter().any(|sighting| {
        let shown = sighting.claims.as_ref().and_then(|claims| claims.kind);
        let id = shown.or_else(|| sighting.kind.map(|kind| kind.id));
        let half = sighting.other_half.is_some_and(|half| half.2 == kind.id);
        id == Some(kind.id) || half
    })
}
