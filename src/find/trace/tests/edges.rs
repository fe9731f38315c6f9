//! Versions that differ right where something is decided: at any byte of a text, far away, or in the path alone.

use base64::Engine as _;

use super::*;

/// Text that says nothing, on one line.
fn filler(length: usize) -> Vec<u8> {
    b"some words and "
        .iter()
        .copied()
        .cycle()
        .take(length)
        .chain(*b"\n")
        .collect()
}

/// Searches one version after the other, of which the second has the parts of the first around `middle` in common.
fn assert_same(
    path: &RepoPath,
    [before, other, middle, behind]: [&[u8]; 4],
    rules: &RuleSet,
) -> usize {
    let (base, version) = (
        [before, other, behind].concat(),
        [before, middle, behind].concat(),
    );
    let shared = [
        Stretch {
            start: 0,
            other: 0,
            length: before.len(),
        },
        Stretch {
            start: before.len() + middle.len(),
            other: before.len() + other.len(),
            length: behind.len(),
        },
    ];
    let (_, trace) = searched(path, &base, None, rules);
    let kin = trace.as_ref().map(|trace| Kin {
        trace,
        shared: &shared,
    });
    let (found, _) = searched(path, &version, kin, rules);
    let alone = alone(path, &version, rules);
    let shown = String::from_utf8_lossy(&version).into_owned();
    assert_eq!(found, alone, "{shown}");
    usize::from(alone != self::alone(path, &base, rules))
}

#[test]
fn a_version_may_go_on_anywhere() {
    let rules = RuleSet::builtin();
    let wanted = rules.kinds().enumerate();
    let wanted = wanted.filter(|(number, kind)| number % 12 == 0 || !kind.requests.is_empty());
    let kinds = wanted.step_by(2).flat_map(|(_, kind)| {
        let examples = kind.examples.iter().take(1);
        examples.map(move |example| template::expand(example.text, kind, &sample, 3))
    });
    let path = RepoPath::from("a.sh");
    let (filler, mut changed) = (filler(400), 0);
    for text in LINES.iter().map(|line| (*line).to_owned()).chain(kinds) {
        let text = text.as_bytes();
        let step = 1 + text.len() / 60;
        let behind_point = |cut: usize| cut > 1 && text[cut - 2] == b'.';
        let cuts = (0..text.len().min(600)).filter(|cut| cut % step == 0 || behind_point(*cut));
        for cut in cuts {
            let before = [&filler, &text[..cut]].concat();
            let behind = [b"\n", filler.as_slice()].concat();
            for [other, middle] in [[&b""[..], &text[cut..]], [&text[cut..], b""]] {
                changed += assert_same(&path, [&before, other, middle, &behind], &rules);
            }
            let (before, behind) = (&filler, [&text[cut..], &behind].concat());
            for [other, middle] in [[&b""[..], &text[..cut]], [&text[..cut], b""]] {
                changed += assert_same(&path, [before, other, middle, &behind], &rules);
            }
        }
    }
    assert!(changed > 1000, "{changed}");
}

#[test]
fn what_decides_may_come_from_afar_and_go() {
    let rules = RuleSet::builtin();
    let mut changed = 0;
    let by_word: Vec<&str> = rules.kinds_by_word().iter().map(|kind| kind.id).collect();
    let wanted = rules.kinds().enumerate();
    let wanted = wanted.filter(|(number, kind)| number % 3 == 0 || by_word.contains(&kind.id));
    for (_, kind) in wanted {
        let examples = kind.examples.iter().filter(|one| one.text.contains('\n'));
        for example in examples.take(2) {
            let path = RepoPath::from(example.file);
            let text = template::expand(example.text, kind, &sample, 7);
            let lines: Vec<&str> = text.split_inclusive('\n').take(9).collect();
            for (number, line) in lines.iter().enumerate() {
                for far in [90, 700] {
                    let gap = [b"# ", filler(far).as_slice()].concat();
                    let before = [&filler(300), lines[..number].concat().as_bytes(), &gap].concat();
                    let behind =
                        [&gap, lines[number + 1..].concat().as_bytes(), &filler(300)].concat();
                    for [other, middle] in [["", line], [line, ""]] {
                        let parts = [&before, other.as_bytes(), middle.as_bytes(), &behind];
                        changed += assert_same(&path, parts, &rules);
                    }
                }
            }
        }
    }
    assert!(changed > 100, "{changed}");
}

#[test]
fn another_path_reads_the_same_text_differently() {
    let rules = RuleSet::builtin();
    let mut changed = 0;
    for kind in rules.kinds() {
        for example in kind.examples.iter().take(1) {
            let text = template::expand(example.text, kind, &sample, 5);
            let text = [&filler(300), text.as_bytes(), &filler(300)].concat();
            let (other, path) = (RepoPath::from("a.go"), RepoPath::from(example.file));
            let whole = [Stretch {
                start: 0,
                other: 0,
                length: text.len(),
            }];
            let (_, trace) = searched(&other, &text, None, &rules);
            let kin = trace.as_ref().map(|trace| Kin {
                trace,
                shared: &whole,
            });
            let (found, _) = searched(&path, &text, kin, &rules);
            let alone_here = alone(&path, &text, &rules);
            assert_eq!(found, alone_here, "{}", kind.id);
            let there = alone(&other, &text, &rules).replace("a.go", example.file);
            changed += usize::from(alone_here != there);
        }
    }
    assert!(changed > 20, "{changed}");
}

#[test]
fn a_kubeconfig_may_become_one_far_away() {
    let rules = RuleSet::builtin();
    let user = ["    some-other-token: /etc/kubernetes/", "users/1.d\n"].concat();
    let words = "apiVersion: v1\nkind: Config\nclusters:\nusers:\n";
    let before = [&filler(5000), user.as_bytes(), &filler(5000)].concat();
    let path = RepoPath::from("a.txt");
    for [other, middle] in [["", words], [words, ""]] {
        let parts = [&before, other.as_bytes(), middle.as_bytes(), b"end\n"];
        assert_eq!(assert_same(&path, parts, &rules), 1);
    }
}

#[test]
fn a_run_that_is_passed_by_still_covers_what_stands_in_it() {
    let rules = RuleSet::builtin();
    let kind = rules.kind("railway-account-token").unwrap();
    let token = template::value(kind, &mut Random::new(5));
    let mut bytes = b"a text of words, and then something else.".to_vec();
    bytes.extend([1; 16]);
    assert_eq!(bytes.len(), 57, "a line of 76");
    bytes.extend(format!("RAILWAY_API_TOKEN={token}\n").bytes());
    let run = base64::prelude::BASE64_STANDARD.encode(&bytes);
    let wrapped = [&run[..76], "\n", &run[76..], "\n"].concat();
    let before = [&filler(900), wrapped.as_bytes(), &filler(900)].concat();
    let path = RepoPath::from("a.txt");
    assert_eq!(
        assert_same(&path, [&before, b"", b"more\n", b"end\n"], &rules),
        0
    );
    let second = &run.as_bytes()[76..];
    assert!(!find(&blob(&path, second), &rules).sightings.is_empty());
    assert!(
        find(&blob(&path, wrapped.as_bytes()), &rules)
            .sightings
            .is_empty()
    );
}

#[test]
fn a_host_may_go_on_behind_a_stretch() {
    let rules = RuleSet::builtin();
    let requests = rules.kinds().flat_map(|kind| kind.requests);
    let host = requests.flat_map(|request| request.hosts).next().unwrap();
    let path = RepoPath::from("a.txt");
    for cut in 1..host.len() {
        let before = [&filler(300), &b"https://"[..], &host.as_bytes()[..cut]].concat();
        let rest = [&host.as_bytes()[cut..], b"/"].concat();
        for [other, middle] in [[&b" "[..], &rest], [&rest, b" "]] {
            let (base, version) = (
                [before.as_slice(), other].concat(),
                [before.as_slice(), middle].concat(),
            );
            let shared = [Stretch {
                start: 0,
                other: 0,
                length: before.len(),
            }];
            let noted = Noted {
                path: path.clone(),
                length: base.len(),
                marks: Vec::new(),
                recipes: None,
                host: Some(host_in(&Search::new(&base, Some(&path), &rules, 0))),
            };
            let trace = Trace::new(noted, 0);
            let mut search = Search::new(&version, Some(&path), &rules, 0);
            let alone = host_in(&search);
            search.kin = Some(Kin {
                trace: &trace,
                shared: &shared,
            });
            assert_eq!(host_in(&search), alone, "{cut}");
            assert_eq!(alone.is_some(), middle == rest, "{cut}");
        }
    }
}

#[test]
fn a_sibling_may_name_a_value_or_not_by_any_byte() {
    let rules = RuleSet::builtin();
    let mut random = Random::new(9);
    let letters = b"abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ23456789";
    let mut value = |length: usize| -> String {
        let letter = |_| char::from(letters[random.below(letters.len())]);
        (0..length).map(letter).collect()
    };
    let path = RepoPath::from("a.txt");
    // Near the start of a text a look cannot go far back, so that what it read behind counts.
    let (start, end, mut changed) = (filler(20), filler(900), 0);
    let name = "A_SERVICE_OF_MINE_WITH_A_LONG_NAME_API_TOKEN";
    for gap in [1, 160, 330, 390] {
        let (gap, long, value) = (" ".repeat(gap), value(gap.max(40)), value(40));
        for text in [
            format!("{{\"name\": \"MY_API_TOKEN\",{gap}\"value\": \"{value}\"}}"),
            format!("<add key=\"MY_API_TOKEN\"{gap}value=\"{value}\"/>"),
            format!("{{ {gap}\"value\": \"{value}\", \"name\": \"MY_API_TOKEN\"}}"),
            format!(
                "{{\"value\": \"{long}\",{}\"name\": \"{name}\"}}",
                " ".repeat(35)
            ),
            format!("variable \"my_api_token\" {{\n{gap}default = \"{value}\"\n}}"),
            format!("p.add_argument(\"--my-api-token\",{gap}default=\"{value}\")"),
        ] {
            let text = text.as_bytes();
            let is_worth = |cut: &usize| text[*cut] != b' ' || cut.is_multiple_of(29);
            for cut in (0..text.len()).filter(is_worth) {
                let before = [&start, &text[..cut]].concat();
                let behind = [&text[cut + 1..], b"\n", &end].concat();
                let byte = &text[cut..=cut];
                for [other, middle] in [[b"", byte], [byte, b""], [b"}", byte], [b"\"", byte]] {
                    changed += assert_same(&path, [&before, other, middle, &behind], &rules);
                }
            }
        }
    }
    assert!(changed > 300, "{changed}");
}

#[test]
fn a_spelled_credential_may_go_on_anywhere() {
    let rules = RuleSet::builtin();
    let path = RepoPath::from("a.go");
    let mut changed = 0;
    let kinds = ["github-fine-grained-pat", "npm-granular-token"];
    for (kind, gap) in kinds.iter().zip([40, 2500]) {
        let kind = rules.kind(kind).unwrap();
        let value = template::value(kind, &mut Random::new(6));
        let spell = |each: &dyn Fn(u8) -> String| value.bytes().map(each).collect::<String>();
        let (most, last) = value.split_at(value.len() - 1);
        for spelled in [
            spell(&|byte| format!("\\x{byte:02x}")),
            spell(&|byte| format!("%{byte:02X}")),
            spell(&|byte| format!("\\{byte:03o}")),
            format!("{most}\\x{:02x}", last.as_bytes()[0]),
        ] {
            // Bytes that spell something else stand before it, and hold the look back to so many bytes.
            let is_plain = spelled.starts_with(most);
            let noise = "\\x1f\\x8b\\x2e".repeat(if is_plain { 0 } else { gap / 12 });
            let text = format!("\"{noise}{spelled}\\x00\"");
            let text = text.as_bytes();
            let start = text.len() - spelled.len() - 5;
            for cut in (start.saturating_sub(9)..text.len()).step_by(3) {
                let before = [&filler(200), &text[..cut]].concat();
                let behind = [&text[cut + 1..], b"\n", &filler(300)].concat();
                let byte = &text[cut..=cut];
                for [other, middle] in [[b"", byte], [byte, b""], [b"\"", byte], [byte, b" "]] {
                    changed += assert_same(&path, [&before, other, middle, &behind], &rules);
                }
            }
        }
    }
    assert!(changed > 300, "{changed}");
}
