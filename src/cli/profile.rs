//! `tokenleash rules check --profile`: what each kind costs on a tree, so that one careless literal is seen at once.
//!
//! In: a path and the rules. Out: a table, the dearest first, and the kinds that are looked at too often.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::scan::here;
use super::screen::Screen;
use crate::error::Result;
use crate::find::profile::{Cost, Profile, TOO_COMMON, literals};
use crate::rules::RuleSet;
use crate::source::{Content, IgnoredFiles, Source, TreeSource, Version};

/// How many kinds are listed.
const LISTED: usize = 25;

/// Runs the command.
pub fn run(path: Option<&Path>, rules: &RuleSet, screen: &Screen) -> Result<u8> {
    let paths: Vec<PathBuf> = path.map(Path::to_path_buf).into_iter().collect();
    let source = TreeSource::new(&here()?, &paths, IgnoredFiles::Read)?;
    let start = Instant::now();
    let clock = || u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let all = Mutex::new((Profile::new(rules), 0u64, 0u64));
    // One thread, so that nothing but the search is timed.
    source.visit(1, &|item, content| {
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        match content {
            Content::Bytes(text) | Content::Version(Version { bytes: text, .. }) => {
                all.0.add(&item.path, text, rules, &clock);
                all.1 += 1;
            }
            Content::Stream(_) => all.2 += 1,
            Content::Remembered(_) => {}
        }
    })?;
    let (profile, files, left_out) = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    screen.say(table(&profile, files, left_out, rules).trim_end())?;
    Ok(0)
}

fn table(profile: &Profile, files: u64, left_out: u64, rules: &RuleSet) -> String {
    let mut text = format!(
        "{} bytes in {} files, {:.0} ms; times include the clock's own\n",
        grouped(profile.bytes),
        grouped(files),
        profile.time() as f64 / 1e6,
    );
    if left_out > 0 {
        let _ = writeln!(
            text,
            "{} files that are too large to hold are left out",
            grouped(left_out)
        );
    }
    let _ = writeln!(
        text,
        "\n    time        hits  one in bytes  what is looked at"
    );
    let _ = writeln!(
        text,
        "{:>6.1} %           -             -  every byte, in the first pass",
        share(profile, profile.first_pass)
    );
    let others = add_rows(&mut text, profile, rules);
    let (hits, time) = others.iter().fold((0, 0), |(hits, time), (cost, _)| {
        (hits + cost.hits, time + cost.time)
    });
    let _ = writeln!(
        text,
        "{:>6.1} %  {:>10}  {:>12}  {} other kinds; the rest have no hit",
        share(profile, time),
        grouped(hits),
        "",
        others.len(),
    );
    add_too_common(&mut text, profile, rules);
    text
}

/// A part of the whole time, in percent.
fn share(profile: &Profile, time: u64) -> f64 {
    time as f64 * 100.0 / profile.time().max(1) as f64
}

/// Lists the dearest; gives what is left.
fn add_rows(text: &mut String, profile: &Profile, rules: &RuleSet) -> Vec<(Cost, String)> {
    let mut rows = vec![
        (
            profile.unnamed,
            "values under names that no kind has".to_owned(),
        ),
        (
            profile.others,
            "URLs, key blocks, encoded and joined text".to_owned(),
        ),
    ];
    let kinds = rules.kinds().enumerate().map(|(number, kind)| {
        let cost = profile.kinds[number];
        (
            cost,
            format!("{}  {}", kind.id, leading(rules, number, kind.names)),
        )
    });
    let mut of_kinds: Vec<(Cost, String)> = kinds.filter(|(cost, _)| cost.hits > 0).collect();
    of_kinds.sort_by_key(|(cost, _)| std::cmp::Reverse((cost.time, cost.hits)));
    let others = of_kinds.split_off(of_kinds.len().min(LISTED));
    rows.extend(of_kinds);
    for (cost, what) in rows {
        let _ = writeln!(
            text,
            "{:>6.1} %  {:>10}  {:>12}  {}",
            share(profile, cost.time),
            grouped(cost.hits),
            profile
                .bytes
                .checked_div(cost.hits)
                .map_or("-".to_owned(), grouped),
            what.trim_end(),
        );
    }
    others
}

/// Names the kinds that are looked at too often.
fn add_too_common(text: &mut String, profile: &Profile, rules: &RuleSet) {
    for number in profile.too_common() {
        if let Some(kind) = rules.kinds().nth(number) {
            let _ = writeln!(
                text,
                "{}: looked at more often than once in {} bytes: lengthen its literal, or give its names a word more",
                kind.id,
                grouped(TOO_COMMON),
            );
        }
    }
}

/// What leads to a kind: its literals, else its names; a few of them.
fn leading(rules: &RuleSet, number: usize, names: &[&str]) -> String {
    let literals = literals(rules, number);
    let all = if literals.is_empty() {
        names.to_vec()
    } else {
        literals
    };
    let mut shown = all[..all.len().min(3)].join(" ");
    if all.len() > 3 {
        shown.push_str(" …");
    }
    shown
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
