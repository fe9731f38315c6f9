//! No kind may be looked at so often that every scan pays for it: its literals and names are counted in our own source.

use std::fs;
use std::path::Path;

use tokenleash::find::profile::{Profile, literals};
use tokenleash::model::RepoPath;
use tokenleash::rules::RuleSet;
use tokenleash::rules::schema::RulesFile;

/// Kinds whose provider gave them a start that words have too, with the reason why each may stay.
const KNOWN: [(&str, &str); 1] = [(
    "airtable-pat",
    "`pat` and nothing else; a look at a word ends at its first byte that is no letter",
)];

/// Counts what is looked at in our own source.
fn profile(rules: &RuleSet) -> Profile {
    fn add(folder: &Path, rules: &RuleSet, profile: &mut Profile) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(&path, rules, profile);
            } else {
                let text = fs::read(&path).unwrap();
                profile.add(&RepoPath::from("source.rs"), &text, rules, &|| 0);
            }
        }
    }
    let mut profile = Profile::new(rules);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    add(&source, rules, &mut profile);
    profile
}

fn said(rules: &RuleSet) -> Vec<String> {
    let profile = profile(rules);
    assert!(profile.bytes > 1 << 20);
    let of = |number: usize| {
        let kind = rules.kinds().nth(number).unwrap();
        let hits = profile.kinds[number].hits;
        format!("{}: {hits} times by {:?}", kind.id, literals(rules, number))
    };
    let is_known = |said: &String| KNOWN.iter().any(|(id, _)| said.starts_with(id));
    let all = profile.too_common().into_iter().map(of);
    all.filter(|said| !is_known(said)).collect()
}

#[test]
fn no_kind_is_looked_at_too_often() {
    let too_common = said(&RuleSet::builtin());
    assert!(too_common.is_empty(), "{}", too_common.join("\n"));
}

#[test]
fn a_careless_literal_is_named() {
    let file = |value: &str| -> RulesFile {
        let text = format!(
            r#"
            [[token]]
            id = "careless"
            provider = "Nobody"
            name = "a key of nobody"
            value = ["{value}"]
            level = "account"
            verbs = ["read"]
            why = "It is made up."
            destroys = "no"
            worst = "read everything"
            none_because = "there is none"
            how = "make none"
            docs = "https://example.com"
            checked = "documentation"
            as_of = "2026-11"
            source = "https://example.com"
            "#
        );
        toml::from_str(&text).unwrap()
    };
    let careful = RuleSet::with_own(&file("zqx_{alnum:30}").token).unwrap();
    assert_eq!(said(&careful), Vec::<String>::new());
    // No long run has to follow: a word with one is rare enough.
    let careless = RuleSet::with_own(&file("self.{alnum:30}").token).unwrap();
    let said = said(&careless);
    assert!(
        said.len() == 1 && said[0].starts_with("careless: "),
        "{said:?}"
    );
}
