//! `tokenleash rules`: the catalogue, listed, shown, and checked against its own examples.

use std::fmt::Write as _;

use super::screen::Screen;
use super::{CheckArguments, RulesCommand, explain, export, profile, score};
use crate::error::Result;
use crate::find;
use crate::judge::rules::RULES;
use crate::model::{Checked, Surface};
use crate::rules::RuleSet;

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
        RulesCommand::Check(CheckArguments {
            score: Some(set), ..
        }) => return score::run(set.as_deref(), &rules, screen),
        RulesCommand::Check(CheckArguments { mutate: true, .. }) => return mutate(&rules, screen),
        RulesCommand::Check(CheckArguments {
            profile: Some(path),
            ..
        }) => return profile::run(path.as_deref(), &rules, screen),
        RulesCommand::Check(_) => return check(&rules, screen),
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

/// The files of each agent, in the repository and on the machine, and then those that any agent finds.
fn list_surfaces(rules: &RuleSet) -> String {
    let mut text = String::new();
    for agent in rules.agents().iter() {
        let _ = writeln!(text, "{} ({})", agent.name, agent.id);
        let all = rules.surfaces().iter();
        for surface in all.filter(|surface| surface.agents.contains(&agent.id)) {
            text.push_str(&surface_line(surface));
        }
        text.push('\n');
    }
    text.push_str("Any agent that searches the checkout or this machine\n");
    for surface in rules.surfaces().iter().filter(|one| one.agents.is_empty()) {
        text.push_str(&surface_line(surface));
    }
    text
}

fn surface_line(surface: &Surface) -> String {
    format!(
        "  {:<10} {:<36} {}\n",
        surface.how.word(),
        surface.id,
        surface.paths.join(", ")
    )
}

fn list_recipes(rules: &RuleSet) -> String {
    let mut text = String::new();
    for recipe in rules.recipes().iter() {
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
        examples += kind.examples.iter().chain(kind.neighbours.iter()).count();
        wrong.extend(find::proof::faults(kind, rules));
    }
    for fault in &wrong {
        screen.say(&fault.text())?;
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

/// Changes every pattern and says which entries have examples that do not notice.
fn mutate(rules: &RuleSet, screen: &Screen) -> Result<u8> {
    let mut unnoticed = 0;
    for kind in rules.kinds() {
        for change in find::unnoticed(kind) {
            unnoticed += 1;
            screen.say(&format!("{}: {change}", kind.id))?;
        }
    }
    screen.say(&format!("{unnoticed} changes that no example notices"))?;
    Ok(u8::from(unnoticed > 0))
}
