//! The recipes that `build.rs` baked from `rules/recipes.toml`.

use std::sync::OnceLock;

use super::packed::Table;
use super::recipe_anchors::{AnchorEnd, RecipeAnchors};
use crate::model::Recipe;

include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

/// Every recipe, in the order of the file.
pub(super) fn all() -> &'static Table<Recipe> {
    &RECIPES
}

/// The table of their literals.
pub(super) fn anchors() -> &'static RecipeAnchors {
    &RECIPE_ANCHORS
}
