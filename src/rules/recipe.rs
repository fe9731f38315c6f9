//! The form of `rules/recipes.toml`: what a recipe may say, what it must say, and how it is lowered.
//!
//! Compiled into `build.rs` and into the crate, as `schema.rs` is. In: TOML text. Out: recipes, or
//! problems that name entry and field. It reads no file.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::lower::{keep, keep_all, keep_examples, keep_list};
use super::schema::{CheckedWord, ExampleEntry, Problem};
use crate::model::{Recipe, RecipeForm, RecipePart};

/// The shortest anchor, in bytes: the first pass steps by it.
pub const SHORTEST_ANCHOR: usize = 6;

/// The whole of `rules/recipes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipesFile {
    pub recipe: Vec<RecipeEntry>,
}

/// `form = "command"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormWord {
    Command,
    Iac,
    Scopes,
    Manifest,
    Instruction,
}

impl From<FormWord> for RecipeForm {
    fn from(word: FormWord) -> RecipeForm {
        match word {
            FormWord::Command => RecipeForm::Command,
            FormWord::Iac => RecipeForm::Iac,
            FormWord::Scopes => RecipeForm::Scopes,
            FormWord::Manifest => RecipeForm::Manifest,
            FormWord::Instruction => RecipeForm::Instruction,
        }
    }
}

/// `[[recipe]]`: one line that makes a broad credential.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeEntry {
    pub id: String,
    pub provider: String,
    pub name: String,
    pub form: FormWord,
    pub anchors: Vec<String>,
    #[serde(default)]
    pub files: Vec<String>,
    #[serde(default)]
    pub beside: Vec<String>,
    /// `gcloud projects|folders add-iam-policy-binding`.
    #[serde(default)]
    pub command: String,
    #[serde(default)]
    pub resource: Vec<String>,
    /// `--role=roles/owner|roles/editor`: keys, then values, each with alternatives between `|`.
    #[serde(default)]
    pub with: Vec<String>,
    #[serde(default)]
    pub without: Vec<String>,
    pub why: String,
    pub narrower: String,
    pub docs: String,
    pub checked: CheckedWord,
    pub as_of: String,
    #[serde(default)]
    pub source: String,
    pub examples: Vec<ExampleEntry>,
    pub neighbours: Vec<ExampleEntry>,
}

impl RecipeEntry {
    /// Lowers the entry; says every problem that the entry has by itself.
    pub fn lower(&self) -> Result<Recipe, Vec<Problem>> {
        let problems = self.problems();
        if !problems.is_empty() {
            let of = |message: &String| Problem {
                id: self.id.clone(),
                message: message.clone(),
            };
            return Err(problems.iter().map(of).collect());
        }
        let words = self.command.split_whitespace();
        Ok(Recipe {
            id: keep(&self.id),
            provider: keep(&self.provider),
            name: keep(&self.name),
            form: self.form.into(),
            anchors: keep_list(&self.anchors),
            files: keep_list(&self.files),
            beside: keep_list(&self.beside),
            command: keep_all(words.map(alternatives)),
            resource: keep_list(&self.resource),
            with: keep_all(self.with.iter().map(|text| part(text))),
            without: keep_all(self.without.iter().map(|text| part(text))),
            why: keep(&self.why),
            narrower: keep(&self.narrower),
            docs: keep(&self.docs),
            checked: self.checked.into(),
            as_of: keep(&self.as_of),
            source: keep(&self.source),
            examples: keep_examples(&self.examples),
            neighbours: keep_examples(&self.neighbours),
        })
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut need = |holds: bool, message: &str| {
            if !holds {
                problems.push(message.to_owned());
            }
        };
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        need(
            !self.id.is_empty() && self.id.bytes().all(plain),
            "`id` is lower-case letters, digits and `-`",
        );
        need(!self.anchors.is_empty(), "`anchors` is needed");
        for anchor in &self.anchors {
            need(
                anchor.len() >= SHORTEST_ANCHOR && anchor.is_ascii(),
                "an anchor has 6 ASCII bytes or more",
            );
        }
        let is_command = self.form == FormWord::Command;
        need(
            is_command != self.command.is_empty(),
            "`command` belongs to the form `command`, and to no other",
        );
        need(
            is_command || !self.with.is_empty(),
            "a form other than `command` needs `with`",
        );
        need(
            RecipeForm::from(self.form).is_structure() || self.resource.is_empty(),
            "`resource` belongs to structure",
        );
        need(!self.why.is_empty(), "`why` is needed");
        need(!self.narrower.is_empty(), "`narrower` is needed");
        need(self.docs.starts_with("https://"), "`docs` is an https link");
        need(
            self.as_of.len() == 7 && self.as_of.as_bytes()[4] == b'-',
            "`as_of` is a year and a month, `2026-11`",
        );
        need(
            self.checked == CheckedWord::Shape || !self.source.is_empty(),
            "what was read is named in `source`",
        );
        need(!self.narrower.contains('\n'), "`narrower` is one line");
        need(self.examples.len() >= 2, "two examples are needed");
        need(self.neighbours.len() >= 2, "two neighbours are needed");
        problems
    }
}

fn alternatives(text: &str) -> &'static [&'static str] {
    keep_all(text.split('|').map(keep))
}

fn part(text: &str) -> RecipePart {
    let (keys, values) = text.split_once('=').unwrap_or((text, ""));
    RecipePart {
        keys: alternatives(keys),
        values: if values.is_empty() {
            &[]
        } else {
            alternatives(values)
        },
    }
}

/// Lowers all entries, in their order.
pub fn lower(file: &RecipesFile) -> Result<Vec<Recipe>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut recipes = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in &file.recipe {
        match entry.lower() {
            Ok(recipe) => recipes.push(recipe),
            Err(wrong) => problems.extend(wrong),
        }
        if !seen.insert(entry.id.as_str()) {
            problems.push(Problem {
                id: entry.id.clone(),
                message: "this id exists already".to_owned(),
            });
        }
    }
    match problems.is_empty() {
        true => Ok(recipes),
        false => Err(problems),
    }
}
