//! The recipes that `build.rs` baked from `rules/recipes.toml`.

use super::recipe_anchors::{AnchorEnd, RecipeAnchors};
use crate::model::{Checked, Examples, Recipe, RecipeForm, RecipePart};

include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

/// Every recipe, in the order of the file.
pub(super) fn all() -> &'static [Recipe] {
    &RECIPES
}

/// The table of their literals.
pub(super) fn anchors() -> &'static RecipeAnchors {
    &RECIPE_ANCHORS
}
