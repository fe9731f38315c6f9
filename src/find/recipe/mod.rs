//! Finds the lines that make a broad credential: facts, no judgement.
//!
//! In: a whole file and the recipes. Out: what was found, with its place and a line built of the catalogue's own words:
//! no text of the file leaves here. One pass for literals decides which files are read closer; all work is bounded.

mod anchors;
mod brackets;
mod command;
mod file_kind;
mod fit;
mod prose;
mod structure;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::place::Places;
use super::{Blob, Lineage};
use crate::model::{Place, Recipe, RecipeForm, RepoPath, Span};
use crate::rules::{RuleSet, glob};
use file_kind::FileKind;

/// The longest file that is read, in bytes: nobody writes a longer one by hand.
const MOST_BYTES: usize = 1 << 20;
/// The most places of one file that are looked at closer.
const MOST_HITS: usize = 400;

/// A line that makes a broad credential, as it was seen in one file.
#[derive(Clone, Debug)]
pub struct RecipeSighting {
    pub recipe: &'static Recipe,
    pub path: RepoPath,
    pub place: Place,
    /// The line, built of the recipe's own words.
    pub shown: String,
    /// The count of this line among equal ones in the file, from 0.
    pub ordinal: u32,
    /// Whether it stands in a text that people read.
    pub in_prose: bool,
    /// The published hash of the line for code scanning.
    pub line_hash: String,
}

impl RecipeSighting {
    /// Whether both are the same line of the same recipe.
    pub fn is_same_line(&self, other: &RecipeSighting) -> bool {
        self.recipe.id == other.recipe.id
            && self.shown == other.shown
            && self.ordinal == other.ordinal
    }
}

/// What a matcher found.
struct Match {
    span: Span,
    shown: String,
}

/// Finds every recipe in one file.
pub fn find_recipes(
    blob: &Blob<'_>,
    rules: &RuleSet,
    lineage: &mut Lineage<'_>,
) -> Vec<RecipeSighting> {
    if !blob.whole || blob.text.len() > MOST_BYTES {
        return Vec::new();
    }
    let Some(kind) = file_kind::of(blob.path, blob.text) else {
        return Vec::new();
    };
    let hits = anchors::find(blob.text, rules, MOST_HITS, lineage);
    if hits.is_empty() {
        return Vec::new();
    }
    // Line numbers and words need text; a file that is none makes nothing.
    let Ok(text) = std::str::from_utf8(blob.text) else {
        return Vec::new();
    };
    let mut reader = Reader::new(text, kind);
    let mut applying: BTreeMap<&str, bool> = BTreeMap::new();
    let mut found: Vec<(Match, &'static Recipe, bool)> = Vec::new();
    for (at, recipe) in hits {
        let applies = applying
            .entry(recipe.id)
            .or_insert_with(|| applies(recipe, blob));
        if !*applies {
            continue;
        }
        if let Some((hit, in_prose)) = reader.look(at, recipe)
            && !found.iter().any(|(other, known, _)| {
                known.id == recipe.id && other.span.start == hit.span.start
            })
        {
            found.push((hit, recipe, in_prose));
        }
    }
    found.sort_by_key(|(hit, recipe, _)| (hit.span, recipe.id));
    write(blob, found)
}

/// Whether a recipe is meant for such a file.
fn applies(recipe: &Recipe, blob: &Blob<'_>) -> bool {
    let has = |literal: &&str| memchr::memmem::find(blob.text, literal.as_bytes()).is_some();
    let fits = |pattern: &&str| glob::matches(pattern, blob.path.as_bytes());
    (recipe.files.is_empty() || recipe.files.iter().any(fits))
        && (recipe.beside.is_empty() || recipe.beside.iter().any(has))
}

fn write(blob: &Blob<'_>, found: Vec<(Match, &'static Recipe, bool)>) -> Vec<RecipeSighting> {
    let mut places = Places::new(blob.text, blob.first_line);
    let mut ordinals: BTreeMap<(&str, String), u32> = BTreeMap::new();
    let mut sightings: Vec<RecipeSighting> = found
        .into_iter()
        .map(|(hit, recipe, in_prose)| {
            let ordinal = ordinals.entry((recipe.id, hit.shown.clone())).or_insert(0);
            *ordinal += 1;
            RecipeSighting {
                recipe,
                path: blob.path.clone(),
                place: places.of(hit.span),
                shown: hit.shown,
                ordinal: *ordinal - 1,
                in_prose,
                line_hash: String::new(),
            }
        })
        .collect();
    let lines: Vec<u32> = sightings.iter().map(|one| one.place.start_line).collect();
    let hashes = super::line_hashes(blob.text, &lines);
    for sighting in &mut sightings {
        if let Some(hash) = hashes.get(&sighting.place.start_line) {
            sighting.line_hash.clone_from(hash);
        }
    }
    sightings
}

/// Reads a file as far as its hits ask for it.
struct Reader<'t> {
    text: &'t str,
    kind: FileKind,
    page: Option<prose::Page>,
    /// By where they start, with what was looked at in them.
    trees: BTreeMap<usize, (brackets::Tree<'t>, structure::Seen)>,
    /// By where they start, with whether the words of a recipe stand in them.
    words: BTreeMap<usize, (words::Words, BTreeMap<&'static str, bool>)>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, kind: FileKind) -> Self {
        Reader {
            text,
            kind,
            page: None,
            trees: BTreeMap::new(),
            words: BTreeMap::new(),
        }
    }

    /// Looks at one place; says whether it stands in prose.
    fn look(&mut self, at: usize, recipe: &Recipe) -> Option<(Match, bool)> {
        if self.kind == FileKind::Prose {
            return self.look_in_prose(at, recipe).map(|hit| (hit, true));
        }
        let hit = match recipe.form {
            RecipeForm::Instruction => None,
            RecipeForm::Command => self
                .kind
                .holds_commands()
                .then(|| command::at(self.text, at, recipe, self.kind == FileKind::Sql))?,
            RecipeForm::Iac | RecipeForm::Scopes | RecipeForm::Manifest => {
                self.structure(0..self.text.len(), self.kind, at, recipe)
            }
        }?;
        Some((hit, false))
    }

    fn look_in_prose(&mut self, at: usize, recipe: &Recipe) -> Option<Match> {
        let page = self
            .page
            .get_or_insert_with(|| prose::Page::read(self.text));
        let Some(fence) = page.fence_at(at) else {
            return match recipe.form {
                RecipeForm::Command => prose::told_command(self.text, at, recipe),
                RecipeForm::Instruction => prose::told(self.text, at, recipe),
                RecipeForm::Iac | RecipeForm::Scopes | RecipeForm::Manifest => None,
            };
        };
        let (range, kind) = (fence.content.clone(), fence.kind);
        if fence.is_warned_of(self.text) || recipe.form == RecipeForm::Instruction {
            return None;
        }
        if recipe.form == RecipeForm::Command {
            let is_sql = kind == FileKind::Sql;
            return kind
                .holds_commands()
                .then(|| command::at(self.text, at, recipe, is_sql))?;
        }
        self.structure(range, kind, at, recipe)
    }

    fn structure(
        &mut self,
        range: std::ops::Range<usize>,
        kind: FileKind,
        at: usize,
        recipe: &Recipe,
    ) -> Option<Match> {
        let text: &'t str = &self.text[range.clone()];
        let words = self.words.entry(range.start);
        let (words, seen) =
            words.or_insert_with(|| (words::Words::of(text.as_bytes(), kind), BTreeMap::new()));
        if !*seen
            .entry(recipe.id)
            .or_insert_with(|| words.may_make(recipe))
        {
            return None;
        }
        let (tree, seen) = self.trees.entry(range.start).or_insert_with(|| {
            let tree = brackets::Tree::read(text, range.start, kind);
            (tree, structure::Seen::default())
        });
        structure::at(tree, at, recipe, seen)
    }
}
