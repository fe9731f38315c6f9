//! What is said of lines that make a broad credential (TL120).
//!
//! In: items with the recipes that stand in them. Out: findings. The state before is read only for files that hit.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use super::Run;
use super::hearing::Hearing;
use crate::error::Result;
use crate::find::recipe::{RecipeSighting, find_recipes};
use crate::find::{Blob, Lineage};
use crate::judge::rules::tl120_recipe_for_broad_credential as tl120;
use crate::model::{Advice, Confidence, Excerpt, Finding, RepoPath, Verdict};
use crate::policy::{Ruling, fingerprint, within_band};
use crate::rules::RuleSet;
use crate::source::{Form, Item, Keeping, Visited};

/// Finds the recipes of one blob, where the item is a file that Git holds or is about to hold.
pub(super) fn of_item(
    item: &Item,
    text: &[u8],
    rules: &RuleSet,
    lineage: &mut Lineage<'_>,
) -> Vec<RecipeSighting> {
    if item.form != Form::File || item.keeping != Keeping::Git {
        return Vec::new();
    }
    of_text(&item.path, text, rules, lineage)
}

fn of_text(
    path: &RepoPath,
    text: &[u8],
    rules: &RuleSet,
    lineage: &mut Lineage<'_>,
) -> Vec<RecipeSighting> {
    let blob = Blob {
        path,
        text,
        first_line: 1,
        offset: 0,
        whole: true,
    };
    find_recipes(&blob, rules, lineage)
}

/// Adds a finding for every recipe that policy does not silence.
pub(super) fn hear(
    run: &Run<'_>,
    visited: &Visited,
    recipes: Vec<(Item, RecipeSighting)>,
    hearing: &mut Hearing<'_, '_>,
) -> Result<()> {
    let mut states = States::default();
    let mut seen = BTreeSet::new();
    for (item, sighting) in recipes {
        let Some(verdict) = tl120::verdict(&sighting) else {
            hearing.silent += 1;
            continue;
        };
        // Like every audit of structure this judges the end of a range, not what came and went on the way.
        if item.commit.is_some() && !states.stands_at_head(run, &sighting) {
            continue;
        }
        let introduced = match visited.is_change {
            true => Some(!states.stood_before(run, &item, &sighting)?),
            false => None,
        };
        let print = fingerprint_of(run, &sighting);
        let is_new = seen.insert((print.clone(), sighting.path.clone()));
        if item.commit.is_some() && (introduced == Some(false) || !is_new) {
            hearing.silent += 1;
            continue;
        }
        let mut ruling = run
            .policies
            .rule_on_structure(&tl120::RULE, &sighting.path, &print);
        if verdict < tl120::RULE.verdict {
            ruling.verdict = ruling.verdict.min(verdict);
            ruling.severity = within_band(ruling.severity, ruling.verdict);
        }
        if ruling.reason.is_some() && ruling.verdict < verdict && !ruling.known {
            hearing.hidden += 1;
        }
        if ruling.verdict == Verdict::Silent {
            hearing.silent += 1;
            continue;
        }
        hearing
            .findings
            .push(finding(item, sighting, introduced, print, ruling));
    }
    Ok(())
}

fn fingerprint_of(run: &Run<'_>, sighting: &RecipeSighting) -> String {
    fingerprint::of_parts(
        run.policies.salt(),
        &[
            tl120::RULE.id.as_bytes(),
            sighting.path.as_bytes(),
            sighting.recipe.id.as_bytes(),
            sighting.shown.as_bytes(),
            &sighting.ordinal.to_le_bytes(),
        ],
    )
}

fn finding(
    item: Item,
    sighting: RecipeSighting,
    introduced: Option<bool>,
    fingerprint: String,
    ruling: Ruling,
) -> Finding {
    let recipe = sighting.recipe;
    let mut reasons = vec![format!("the line reads `{}`", sighting.shown)];
    if ruling.verdict < tl120::RULE.verdict && ruling.reason.is_none() {
        reasons.push("it stands in a text for people, so it is a note".to_owned());
    }
    reasons.extend(ruling.reason);
    Finding {
        rule: ruling.rule.id,
        verdict: ruling.verdict,
        kind: None,
        severity: ruling.severity,
        confidence: Confidence::High,
        path: sighting.path,
        place: sighting.place,
        commits: item.commits,
        commit: item.commit,
        introduced,
        at_head: true,
        breadth: None,
        reach: Vec::new(),
        masked: None,
        advice: Some(Advice {
            narrower: Vec::new(),
            none_because: None,
            how: format!("Use instead: `{}`", recipe.narrower),
            docs: recipe.docs.to_owned(),
            reference: None,
        }),
        fingerprint,
        same_as: None,
        score: Default::default(),
        bound_to_place: false,
        message: format!("This makes {}. {}", recipe.name, recipe.why),
        excerpt: Excerpt {
            text: sighting.shown,
            mask_start: 0,
            mask_len: 0,
        },
        related: Vec::new(),
        flow: Vec::new(),
        line_hash: sighting.line_hash,
        reasons,
        rotate: None,
        waived: ruling.waived,
        known: ruling.known,
    }
}

/// Other states of the files that hit, each read once.
#[derive(Default)]
struct States {
    before: HashMap<usize, Vec<RecipeSighting>>,
    at_head: HashMap<RepoPath, Vec<RecipeSighting>>,
}

impl States {
    fn stood_before(
        &mut self,
        run: &Run<'_>,
        item: &Item,
        sighting: &RecipeSighting,
    ) -> Result<bool> {
        let known = match self.before.entry(item.number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(slot) => {
                let before = run.source.before(item)?;
                let found = before.iter().flat_map(|(path, text)| {
                    of_text(path, text, run.rules, &mut Lineage::default())
                });
                slot.insert(found.collect())
            }
        };
        // A line that was a note where it stood before is new where it warns.
        Ok(known.iter().any(|old| {
            old.is_same_line(sighting) && tl120::verdict(old) >= tl120::verdict(sighting)
        }))
    }

    /// Whether the last commit still has it; what cannot be read there, as in a partial clone, is taken to.
    fn stands_at_head(&mut self, run: &Run<'_>, sighting: &RecipeSighting) -> bool {
        let path = &sighting.path;
        if !self.at_head.contains_key(path) {
            let Ok(text) = run.source.head().read(path.as_bytes()) else {
                return true;
            };
            let now = text.map_or_else(Vec::new, |text| {
                of_text(path, &text, run.rules, &mut Lineage::default())
            });
            self.at_head.insert(path.clone(), now);
        }
        self.at_head[path]
            .iter()
            .any(|now| now.is_same_line(sighting))
    }
}
