//! Every recipe's examples and neighbours, and that no text makes the reader panic.

use proptest::prelude::*;

use super::*;
use crate::model::Example;

fn found(file: &str, text: &str) -> Vec<RecipeSighting> {
    let path = RepoPath::from(file);
    let blob = Blob {
        path: &path,
        text: text.as_bytes(),
        first_line: 1,
        offset: 0,
        whole: true,
    };
    find_recipes(&blob, &RuleSet::builtin(), &mut Lineage::default())
}

fn has(recipe: &Recipe, example: Example) -> bool {
    found(example.file, example.text)
        .iter()
        .any(|sighting| sighting.recipe.id == recipe.id)
}

#[test]
fn every_recipe_finds_its_examples_and_leaves_its_neighbours() {
    let rules = RuleSet::builtin();
    assert!(rules.recipes().len() >= 60);
    let mut wrong = Vec::new();
    for recipe in rules.recipes().iter() {
        for (number, example) in recipe.examples.iter().enumerate() {
            if !has(recipe, example) {
                wrong.push(format!(
                    "{}: example {} is not found",
                    recipe.id,
                    number + 1
                ));
            }
        }
        for (number, neighbour) in recipe.neighbours.iter().enumerate() {
            if has(recipe, neighbour) {
                wrong.push(format!(
                    "{}: neighbour {} is taken for it",
                    recipe.id,
                    number + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_shown_holds_no_word_of_the_file() {
    let hits = found(
        "a.sh",
        "gh auth refresh -s admin:org -h stranger.example --user mallory\n",
    );
    assert_eq!(hits[0].shown, "gh auth refresh … -s admin:org");
}

#[test]
fn equal_lines_are_counted() {
    let line = "fly tokens create org acme\n";
    let hits = found("a.sh", &line.repeat(2));
    assert_eq!(hits.len(), 2);
    assert_eq!((hits[0].ordinal, hits[1].ordinal), (0, 1));
    assert_eq!(hits[1].place.start_line, 2);
    assert!(!hits[0].is_same_line(&hits[1]));
}

#[test]
fn a_fence_below_a_warning_is_no_instruction() {
    let fence = "```sh\nfly tokens create org acme\n```\n";
    assert_eq!(found("a.md", &format!("Make a token:\n\n{fence}")).len(), 1);
    assert!(found("a.md", &format!("Never do this:\n\n{fence}")).is_empty());
}

proptest! {
    #[test]
    fn no_text_panics(
        start in "\\PC{0,40}",
        pieces in proptest::collection::vec(0usize..14, 0..40),
        file in 0usize..7,
    ) {
        let words = [
            "gh auth refresh -s ", "admin:org", "`", "```\n", "\n- ", "\"", "{", "}", "\\\n", "$(", "’é",
            "resource \"aws_iam_role\" \"x\" {", "\"Action\": \"*\"", "GRANT ALL ON *.* TO x;",
        ];
        let file = ["a.sh", "a.md", "a.tf", "a.json", "a.yaml", "a.sql", "a.ts"][file];
        let mut text = start;
        for piece in pieces {
            text.push_str(words[piece]);
        }
        let _ = found(file, &text);
    }

    #[test]
    fn no_example_cut_anywhere_panics(recipe in 0usize..60, cut in 0usize..400, file in 0usize..7) {
        let recipe = RuleSet::builtin().recipes().get(recipe).unwrap();
        let example = recipe.examples.iter().next().unwrap();
        let text = example.text;
        let mut cut = cut.min(text.len());
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        let file = ["a.sh", "a.md", "a.tf", "a.json", "a.yaml", "a.sql", "a.ts"][file];
        let _ = found(file, &text[..cut]);
        let _ = found(file, &text[cut..]);
    }
}
