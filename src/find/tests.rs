//! The catalogue's own examples, and properties that hold for every text.

mod flows;
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
        let _ = search.take(prefilter::Hit::Start(at));
        if matches!(text[at], b':' | b'=' | b'>' | b',') {
            let _ = search.take(prefilter::Hit::Mark(at));
        }
        if text[at..].starts_with(b"://") {
            let _ = search.take(prefilter::Hit::Url(at));
        }
    }
    candidate::best(search.found)
}

#[test]
fn the_first_pass_loses_nothing() {
    let rules = RuleSet::builtin();
    let mut lost = Vec::new();
    for (seed, kind) in rules.kinds().enumerate() {
        for example in kind.examples {
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
        for example in kind.examples.iter().chain(kind.neighbours) {
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
        for example in kind.examples {
            let found = found_in(example.file, &expanded(example.text, kind, 11));
            for sighting in &found.sightings {
                let prefix = sighting.kind.map_or("", TokenKind::public_prefix);
                sighting.secret.expose(|secret| {
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

/// Ways to write one token so that a plain search misses it.
#[test]
fn encoded_and_split_tokens_are_found() {
    use base64::Engine;
    let kind = RuleSet::builtin()
        .kinds()
        .find(|kind| kind.checksum.is_some() && kind.alone)
        .unwrap();
    let token = template::value(kind, &mut template::Random::new(9));
    let (head, tail) = token.split_at(2);
    let (front, back) = token.split_at(20);
    let base64 = base64::prelude::BASE64_STANDARD.encode(format!("token={token}\n"));
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let escaped: String = token.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let percent = format!("%{:02X}{}", token.as_bytes()[0], &token[1..]);
    let utf16: Vec<u8> = format!("\u{feff}token = {token}\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let texts: Vec<(&str, Vec<u8>)> = vec![
        ("a.js", format!("const t = \"{head}\" + \"{tail}\";").into()),
        (
            "a.js",
            format!("const t = \"{head}\" +\n  \"{tail}\";").into(),
        ),
        ("a.py", format!("t = (\"{front}\"\n     \"{back}\")").into()),
        ("a.php", format!("$t = '{front}' . '{back}';").into()),
        ("a.sh", format!("T=\"{front}\"\"{back}\"").into()),
        ("a.json", format!("{{\"t\": \"{escaped}\"}}").into()),
        (
            "a.txt",
            format!("https://x.example.net/?t={percent}").into(),
        ),
        ("a.txt", format!("\\n{token}\\n").into()),
        ("a.yml", format!("data:\n  t: {base64}\n").into()),
        ("a.txt", format!("blob {hex}").into()),
        ("a.txt", utf16),
        (
            "a.txt",
            format!("{{\\\"env\\\": {{\\\"T\\\": \\\"{token}\\\"}}}}").into(),
        ),
        ("a.txt", format!("prefix_{token}.").into()),
    ];
    let rules = RuleSet::builtin();
    for (name, text) in texts {
        let path = RepoPath::from(name);
        let blob = Blob {
            path: &path,
            text: &text,
            first_line: 1,
            offset: 0,
            whole: true,
        };
        let found = find(&blob, &rules);
        let fine = found.sightings.iter().any(|sighting| {
            sighting.kind.map(|kind| kind.id) == Some(kind.id)
                && sighting.secret.expose(|value| value == token.as_bytes())
        });
        assert!(
            fine,
            "{name}: {}",
            String::from_utf8_lossy(&text).replace(&token, "<token>")
        );
        assert!(may_hold(&text, &rules), "{name}");
    }
}
