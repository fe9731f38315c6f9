//! Structure: whether the keys and values around a place are those of a recipe.
//!
//! In: a tree and a place. Out: a match in the innermost group that has all parts.

use std::collections::HashMap;
use std::ops::Range;

use super::brackets::{Tree, Value};
use super::fit::{ANY, any, shown};
use super::{Match, Recipe};
use crate::model::{RecipeForm, RecipePart, Span};

/// The most values that one place looks at.
const MOST_VALUES: usize = 20_000;
/// The deepest path below a group.
const DEEPEST: usize = 12;

/// What was seen in a tree: places share the groups around them.
#[derive(Default)]
pub(super) struct Seen {
    /// What came of a look at each group for each recipe.
    groups: HashMap<(&'static str, usize), Looked>,
    holders: HashMap<&'static str, Holders>,
}

/// What came of a look at a group.
enum Looked {
    /// It is the recipe, and was given.
    Found,
    /// It is not, as far as so many values show.
    NotIn(usize),
}

/// Looks for a recipe in the groups around a place; one that was found before is not given again.
pub(super) fn at(tree: &Tree<'_>, at: usize, recipe: &Recipe, seen: &mut Seen) -> Option<Match> {
    let mut budget = MOST_VALUES;
    let holders = seen.holders.entry(recipe.id);
    let holders = holders.or_insert_with(|| Holders::of(tree, recipe));
    let around = std::iter::successors(tree.around(at), |number| tree.groups[*number].parent);
    // Outer groups hold what inner ones do.
    for number in around.skip_while(|number| !holders.may_make(tree.inside(*number))) {
        let known = seen.groups.get(&(recipe.id, number));
        if matches!(known, Some(Looked::Found)) {
            return None;
        }
        if !matches!(known, Some(Looked::NotIn(values)) if *values >= budget) {
            let before = budget;
            let hit = is_resource(tree, number, recipe.resource)
                .then(|| in_group(tree, number, recipe, &mut budget))
                .flatten();
            let looked = match (&hit, budget) {
                (Some(_), _) => Looked::Found,
                (None, 0) => Looked::NotIn(before),
                (None, _) => Looked::NotIn(usize::MAX),
            };
            seen.groups.insert((recipe.id, number), looked);
            if hit.is_some() {
                return hit;
            }
        }
    }
    None
}

/// The groups that have an entry which may be a part of a recipe, for each part: most have none, and to go through all
/// values below a group takes far longer than to ask.
struct Holders(Vec<Vec<usize>>);

impl Holders {
    fn of(tree: &Tree<'_>, recipe: &Recipe) -> Self {
        let holds = |part: &RecipePart, number: &usize| {
            let entries = &tree.groups[*number].entries;
            entries.iter().any(|(key, value)| match value {
                Value::Scalar(text, _) => {
                    key.as_ref().is_none_or(|key| may_end(part.keys, key))
                        && (part.values.is_empty()
                            || of_values(part.values, text, recipe.form).is_some())
                }
                Value::Group(_) => false,
            })
        };
        let of_part = |part| {
            let all = 0..tree.groups.len();
            all.filter(|number| holds(part, number)).collect()
        };
        Holders(recipe.with.iter().map(of_part).collect())
    }

    /// Whether all parts may stand in groups of these numbers.
    fn may_make(&self, inside: Range<usize>) -> bool {
        self.0.iter().all(|holders| {
            let first = holders.partition_point(|number| *number < inside.start);
            holders
                .get(first)
                .is_some_and(|number| *number < inside.end)
        })
    }
}

/// Whether a path that ends with a key may fit one of the patterns.
fn may_end(patterns: &[&str], key: &str) -> bool {
    let key = key.as_bytes();
    patterns.iter().any(|pattern| {
        let end = pattern.rsplit(ANY).next().unwrap_or(pattern).as_bytes();
        let both = end.len().min(key.len());
        end[end.len() - both..].eq_ignore_ascii_case(&key[key.len() - both..])
    })
}

/// Whether a group is one of the resources that are meant.
fn is_resource(tree: &Tree<'_>, number: usize, wanted: &[&str]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let group = &tree.groups[number];
    if group.heads.iter().any(|head| any(wanted, head).is_some()) {
        return true;
    }
    let call = group.parent.map(|parent| &tree.groups[parent]);
    let called = call.filter(|call| call.is_call && group.heads.is_empty());
    if called.is_some_and(|call| call.heads.iter().any(|head| any(wanted, head).is_some())) {
        return true;
    }
    group.entries.iter().any(|(key, value)| match (key, value) {
        (Some(key), Value::Scalar(text, _)) => {
            matches!(key.as_ref(), "kind" | "type" | "Type") && any(wanted, text).is_some()
        }
        _ => false,
    })
}

fn in_group(tree: &Tree<'_>, number: usize, recipe: &Recipe, budget: &mut usize) -> Option<Match> {
    let mut found: Vec<Option<(String, Span)>> = vec![None; recipe.with.len()];
    let mut refused = false;
    let mut look = |path: &str, value: &str, span: Span| {
        for (slot, part) in found.iter_mut().zip(recipe.with) {
            if slot.is_none() {
                *slot = holds(part, path, value, recipe.form).map(|shown| (shown, span));
            }
        }
        refused |= recipe
            .without
            .iter()
            .any(|part| holds(part, path, value, recipe.form).is_some());
    };
    walk(tree, number, &mut String::new(), 0, budget, &mut look);
    if refused {
        return None;
    }
    let found: Vec<(String, Span)> = found.into_iter().collect::<Option<_>>()?;
    let (_, span) = found.last()?;
    let parts: Vec<&str> = found.iter().map(|(shown, _)| shown.as_str()).collect();
    let head = tree.groups[number]
        .heads
        .iter()
        .find_map(|head| any(recipe.resource, head))
        .or(recipe.resource.first().copied());
    let shown = match head {
        Some(head) => format!("{} {{ {} }}", shown(head), parts.join(", ")),
        None => parts.join(", "),
    };
    Some(Match { span: *span, shown })
}

fn holds(part: &RecipePart, path: &str, value: &str, form: RecipeForm) -> Option<String> {
    let key = any(part.keys, path)?;
    if part.values.is_empty() {
        return Some(shown(key));
    }
    let found = of_values(part.values, value, form)?;
    Some(format!("{} = \"{}\"", shown(key), shown(found)))
}

/// The pattern that a value fits; of scopes, one of several in a value.
fn of_values<'p>(patterns: &[&'p str], value: &str, form: RecipeForm) -> Option<&'p str> {
    any(patterns, value).or_else(|| {
        let mut pieces = value.split([' ', ',', '+']);
        (form == RecipeForm::Scopes)
            .then(|| pieces.find_map(|piece| any(patterns, piece)))
            .flatten()
    })
}

/// Goes over all values below a group with the keys that lead there; list items add no key.
fn walk(
    tree: &Tree<'_>,
    number: usize,
    path: &mut String,
    depth: usize,
    budget: &mut usize,
    look: &mut impl FnMut(&str, &str, Span),
) {
    for (key, value) in &tree.groups[number].entries {
        if *budget == 0 {
            return;
        }
        *budget -= 1;
        let length = path.len();
        let head = match value {
            Value::Group(below) => tree.groups[*below].heads.first(),
            Value::Scalar(..) => None,
        };
        if let Some(key) = key.as_ref().or(head) {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
        }
        match value {
            Value::Scalar(text, span) => look(path, text, *span),
            Value::Group(below) if depth < DEEPEST => {
                walk(tree, *below, path, depth + 1, budget, look);
            }
            Value::Group(_) => {}
        }
        path.truncate(length);
    }
}
