//! A recipe: a line that makes a broad credential, and the narrower line to use instead (decision 23).

use super::{Checked, Examples};

/// The form in which a recipe is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecipeForm {
    /// A line of a shell, or a statement of a database.
    Command,
    /// Infrastructure as code: a resource, an attribute, a value.
    Iac,
    /// A list of OAuth scopes or permissions.
    Scopes,
    /// A manifest that an app or a cluster is made from.
    Manifest,
    /// A sentence that tells somebody to make the credential.
    Instruction,
}

impl RecipeForm {
    /// The word used in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            RecipeForm::Command => "command",
            RecipeForm::Iac => "iac",
            RecipeForm::Scopes => "scopes",
            RecipeForm::Manifest => "manifest",
            RecipeForm::Instruction => "instruction",
        }
    }

    /// Whether it is read as keys and values inside brackets or indents.
    pub fn is_structure(self) -> bool {
        matches!(
            self,
            RecipeForm::Iac | RecipeForm::Scopes | RecipeForm::Manifest
        )
    }
}

/// One thing that must stand there: any of the keys, with any of the values; no values means that the key is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecipePart {
    pub keys: &'static [&'static str],
    pub values: &'static [&'static str],
}

/// A line that makes a broad credential.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    pub id: &'static str,
    pub provider: &'static str,
    /// What the line makes, in a few words.
    pub name: &'static str,
    pub form: RecipeForm,
    /// Literals of which one stands in every such line; the first pass looks for these, whatever their case.
    pub anchors: &'static [&'static str],
    /// Path globs; empty where the form says enough.
    pub files: &'static [&'static str],
    /// Literals of which one must stand somewhere in the file.
    pub beside: &'static [&'static str],
    /// Commands: the program, then words that follow it in this order, each with its alternatives.
    pub command: &'static [&'static [&'static str]],
    /// Structure: words of which one stands before the bracket, or under `kind` or `type`.
    pub resource: &'static [&'static str],
    /// All of these must hold.
    pub with: &'static [RecipePart],
    /// None of these may hold.
    pub without: &'static [RecipePart],
    /// What the credential so made can do, one sentence.
    pub why: &'static str,
    /// The line to use instead, ready to paste.
    pub narrower: &'static str,
    pub docs: &'static str,
    pub checked: Checked,
    /// Year and month of that check.
    pub as_of: &'static str,
    pub source: &'static str,
    pub examples: Examples,
    /// Lines that look alike and make nothing broad.
    pub neighbours: Examples,
}
