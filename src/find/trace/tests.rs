//! Versions of a text searched one after the other give what each gives alone.

mod edges;

use super::*;
use crate::find::recipe::find_recipes;
use crate::find::{Blob, find, find_version, sample};
use crate::rules::RuleSet;
use crate::rules::template::{self, Random};

/// Lines that the first pass marks, that closer looks read far around, and that nothing comes of.
const LINES: [&str; 22] = [
    "const token = self.session.token; // of https://api.github.com/user",
    "  password: \"\"",
    "  api_key: |",
    "key = get(\"KEY\") or 'none'",
    "curl -u user: -H \"Authorization: Bearer $TOKEN\" https://api.openai.com/v1",
    "String s = \"gh\" + \"p_\" + secret;",
    "\"a\": \"\\u0067\\u0068p_\", \"b\": \"%67%68\"",
    "sha512-aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999==",
    "aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBsb25nZXIgdGV4dCB0aGF0IG1lYW5zIG5vdGhpbmc=",
    "password = changeme; token => 'v', secret: { name: x }",
    "<key>API_TOKEN</key><string>nothing</string>",
    "#define SECRET \"not one\"",
    "client.setApiKey(\"twelve or more\");",
    "var x = `line one",
    "line two` + token",
    "apiVersion: v1\nkind: Config\nclusters: []\nusers: []",
    "fn main() { let a = b + c * d - e; }",
    "      # nothing to see here, only some words about a token",
    "{\"name\": \"TOKEN\", \"value\": \"v\"}, {\"auths\": {\"auth\": \"\"}}",
    "x-portal-api-key-and-a-very-long-name-of-a-run-of-words-that-goes-on-and-on-ghp_",
    "gh auth refresh --scopes admin:org,repo && gcloud projects add-iam-policy-binding",
    "https://user@host.invalid/%20path?sig=abc&token=def",
];

struct Writer {
    random: Random,
    rules: RuleSet,
}

impl Writer {
    fn new(seed: u64) -> Writer {
        Writer {
            random: Random::new(seed),
            rules: RuleSet::builtin(),
        }
    }

    fn piece(&mut self) -> String {
        if self.random.below(8) > 0 {
            return LINES[self.random.below(LINES.len())].to_owned() + "\n";
        }
        let number = self.random.below(self.rules.kinds().count());
        let kind = self.rules.kinds().nth(number).unwrap();
        let example = kind.examples.iter().next().unwrap();
        let seed = self.random.number();
        template::expand(example.text, kind, &sample, seed) + "\n"
    }

    fn text(&mut self, pieces: usize) -> Vec<u8> {
        let pieces: Vec<String> = (0..pieces).map(|_| self.piece()).collect();
        pieces.concat().into_bytes()
    }

    /// Another version: parts of the first, in order or not, and other text between them.
    fn version_of(&mut self, text: &[u8]) -> (Vec<u8>, Vec<Stretch>) {
        let mut version = Vec::new();
        let mut shared = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let length = (self.random.below(9000) + 1).min(text.len() - at);
            shared.push(Stretch {
                start: version.len(),
                other: at,
                length,
            });
            version.extend_from_slice(&text[at..at + length]);
            at += length;
            match self.random.below(5) {
                0 => version.extend(self.piece().bytes()),
                1 => version.extend(self.piece().bytes().take(9)),
                2 => at += self.random.below(60),
                3 => at = at.saturating_sub(self.random.below(400)),
                _ => {}
            }
        }
        (version, shared)
    }
}

fn blob<'a>(path: &'a RepoPath, text: &'a [u8]) -> Blob<'a> {
    Blob {
        path,
        text,
        first_line: 1,
        offset: 0,
        whole: true,
    }
}

/// What a search of one version gives, what it leaves, and how many hits were passed by.
fn searched(
    path: &RepoPath,
    text: &[u8],
    kin: Option<Kin<'_>>,
    rules: &RuleSet,
) -> (String, Option<Trace>) {
    let mut lineage = Lineage::new(kin, true);
    let found = find_version(&blob(path, text), rules, None, &mut lineage);
    let recipes = find_recipes(&blob(path, text), rules, &mut lineage);
    let trace = lineage.into_trace(path, text);
    (format!("{found:?} {recipes:?}"), trace)
}

fn alone(path: &RepoPath, text: &[u8], rules: &RuleSet) -> String {
    let found = find(&blob(path, text), rules);
    let recipes = find_recipes(&blob(path, text), rules, &mut Lineage::default());
    format!("{found:?} {recipes:?}")
}

#[test]
fn versions_give_what_each_gives_alone() {
    let mut writer = Writer::new(11);
    let rules = RuleSet::builtin();
    let (mut marks, mut settled) = (0, 0);
    for file in [
        "a.yml",
        "a.sh",
        "a.go",
        "b/c.json",
        "README.md",
        ".env",
        "a.py",
    ] {
        let mut path = RepoPath::from(file);
        let mut text = writer.text(250);
        let (found, mut trace) = searched(&path, &text, None, &rules);
        assert_eq!(found, alone(&path, &text, &rules), "{file}");
        for _ in 0..6 {
            let (version, shared) = writer.version_of(&text);
            if writer.random.below(4) == 0 {
                path = RepoPath::from("other.yaml");
            }
            let kin = trace.as_ref().map(|trace| Kin {
                trace,
                shared: &shared,
            });
            let mut search = Search::new(&version, Some(&path), &rules, 0);
            search.kin = kin;
            let known = marks_of(&search).unwrap();
            marks += known.len();
            settled += known.iter().filter(|mark| mark.reach != UNSETTLED).count();
            let (found, left) = searched(&path, &version, kin, &rules);
            assert_eq!(found, alone(&path, &version, &rules), "{file}");
            (text, trace) = (version, left);
        }
    }
    assert!(
        marks > 10_000 && settled * 4 > marks,
        "{settled} of {marks}"
    );
}

#[test]
fn marks_are_those_of_a_walk_over_the_whole_text() {
    let mut writer = Writer::new(12);
    let rules = RuleSet::builtin();
    let path = RepoPath::from("a.txt");
    let hits = |marks: &[Mark]| marks.iter().map(Mark::hit).collect::<Vec<_>>();
    for _ in 0..8 {
        let text = writer.text(120);
        let (_, trace) = searched(&path, &text, None, &rules);
        let (version, shared) = writer.version_of(&text);
        let mut search = Search::new(&version, Some(&path), &rules, 0);
        let plain = marks_of(&search).unwrap();
        let mut walked = Vec::new();
        let _ = prefilter::scan(&version, rules.tables(), &mut |hit| {
            walked.push(hit);
            ControlFlow::Continue(())
        });
        assert_eq!(hits(&plain), walked);
        search.kin = trace.as_ref().map(|trace| Kin {
            trace,
            shared: &shared,
        });
        assert_eq!(hits(&marks_of(&search).unwrap()), walked);
    }
}
