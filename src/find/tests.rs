//! The catalogue's own examples, and properties that hold for every text.

mod encoded;
mod flows;
mod places;
mod quiet;

use super::*;
use crate::model::TokenKind;
use crate::rules::template;

fn found_in(path: &str, text: &str) -> Found {
    proof::search_text(path, text.as_bytes(), &RuleSet::builtin())
}

fn expanded(template_text: &str, kind: &TokenKind, seed: u64) -> String {
    template::expand(template_text, kind, &sample, seed)
}

#[test]
fn every_example_is_found_and_no_neighbour_is() {
    let rules = RuleSet::builtin();
    let faults = rules.kinds().flat_map(|kind| proof::faults(kind, &rules));
    let wrong: Vec<String> = faults.map(|fault| fault.text()).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every position as a hit of every sort: what the first pass could mark at most.
fn unfiltered(text: &[u8], path: &RepoPath, rules: &RuleSet) -> Vec<Candidate> {
    let mut search = Search::new(text, Some(path), rules, 0);
    for at in 0..text.len() {
        let _ = search.take(hit::Hit::Start(at));
        if matches!(text[at], b':' | b'=' | b'>' | b',') {
            let _ = search.take(hit::Hit::Mark(at));
        }
        if text[at..].starts_with(b"://") {
            let _ = search.take(hit::Hit::Url(at));
        }
    }
    candidate::best(search.found)
}

#[test]
fn the_first_pass_loses_nothing() {
    let rules = RuleSet::builtin();
    let mut lost = Vec::new();
    for (seed, kind) in rules.kinds().enumerate() {
        for example in kind.examples.iter() {
            let around = template::Random::new(seed as u64).below(90);
            let text = format!(
                "{}\n{}\n",
                "fn x() {}\n# y ".repeat(around / 9),
                expanded(example.text, kind, seed as u64)
            );
            let path = RepoPath::from(example.file);
            let slow = unfiltered(text.as_bytes(), &path, &rules)
                .iter()
                .any(|found| found.dropped.is_none());
            if slow && !may_hold(text.as_bytes(), &rules) {
                lost.push(format!("{}: {}", kind.id, example.text));
            }
        }
    }
    assert!(lost.is_empty(), "{} lost:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn no_bytes_make_it_panic() {
    let rules = RuleSet::builtin();
    let kinds: Vec<_> = rules.kinds().collect();
    let mut random = template::Random::new(42);
    for round in 0..300 {
        let kind = kinds[random.below(kinds.len())];
        let mut text: Vec<u8> = Vec::new();
        for example in kind.examples.iter().chain(kind.neighbours.iter()) {
            text.extend_from_slice(expanded(example.text, kind, round).as_bytes());
        }
        for _ in 0..random.below(12) {
            let at = random.below(text.len().max(1));
            match random.below(4) {
                0 => text.truncate(at),
                1 if at < text.len() => text[at] = random.number() as u8,
                2 if at < text.len() => text.insert(at, random.pick(b"\"'\\\n:=,>${}()%u+-/")),
                _ if at < text.len() => drop(text.drain(at..text.len().min(at + 5))),
                _ => {}
            }
        }
        for name in [".env", "a.json", "b.yml", "c.py", "d.toml"] {
            let path = RepoPath::from(name);
            let blob = Blob {
                path: &path,
                text: &text,
                first_line: 1,
                offset: 0,
                whole: true,
            };
            let _ = find(&blob, &rules);
        }
    }
}

#[test]
fn masks_and_excerpts_show_no_more_than_their_parts() {
    for kind in RuleSet::builtin().kinds() {
        for example in kind.examples.iter() {
            let found = found_in(example.file, &expanded(example.text, kind, 11));
            for sighting in &found.sightings {
                sighting.secret.expose(|secret| {
                    let prefix = sighting.kind.map_or("", |kind| kind.public_prefix(secret));
                    let secret = String::from_utf8_lossy(secret).into_owned();
                    let body = secret.strip_prefix(prefix).unwrap_or(&secret);
                    let letters: Vec<char> = body.chars().collect();
                    for window in letters.windows(6) {
                        let window: String = window.iter().collect();
                        let shown = sighting.excerpt.text.contains(&window)
                            || sighting.mask.contains(&window);
                        assert!(
                            !shown || !window.chars().any(|letter| letter.is_ascii_digit()),
                            "{}: {}",
                            kind.id,
                            sighting.excerpt.text
                        );
                    }
                });
            }
        }
    }
}
