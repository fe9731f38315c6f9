//! The catalogue's own examples, and properties that hold for every text.

use super::*;
use crate::model::TokenKind;
use crate::rules::template;

fn found_in(path: &str, text: &str) -> Found {
    let path = RepoPath::from(path);
    let blob = Blob {
        path: &path,
        text: text.as_bytes(),
        first_line: 1,
        offset: 0,
        whole: true,
    };
    find(&blob, &RuleSet::builtin())
}

fn ids(found: &Found) -> Vec<&'static str> {
    found
        .sightings
        .iter()
        .flat_map(|sighting| [sighting.kind.map_or("generic", |kind| kind.id), sighting.other_half.map_or("", |half| half.2)])
        .filter(|id| !id.is_empty())
        .collect()
}

fn expanded(template_text: &str, kind: &TokenKind, seed: u64) -> String {
    template::expand(template_text, kind, &sample, seed)
}

#[test]
fn every_example_is_found_and_no_neighbour_is() {
    let mut wrong = Vec::new();
    for kind in RuleSet::builtin().kinds() {
        for (at, example) in kind.examples.iter().enumerate() {
            for seed in [3, 17] {
                let text = expanded(example.text, kind, seed);
                let found = found_in(example.file, &text);
                if !ids(&found).contains(&kind.id) {
                    let dropped: Vec<_> = found.dropped.iter().map(|dropped| dropped.filter).collect();
                    wrong.push(format!("{} example {at}/{seed}: {:?} {dropped:?} in {}", kind.id, ids(&found), example.text));
                    break;
                }
            }
        }
        for (at, neighbour) in kind.neighbours.iter().enumerate() {
            let text = expanded(neighbour.text, kind, 5);
            if ids(&found_in(neighbour.file, &text)).contains(&kind.id) {
                wrong.push(format!("{} neighbour {at}: {}", kind.id, neighbour.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
