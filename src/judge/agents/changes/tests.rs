//! Following our advice lowers: on any tree of settings and credentials, as a sum and as text.

use proptest::prelude::*;

use super::*;
use crate::model::{Breadth, Confidence, Excerpt, How, Reach, Score, Verbs};
use crate::read::agent_config;

/// Settings with one item a line, so that a line can be taken away, and the rule that it breaks.
const LINES: &[&str] = &[
    "\"Bash\",",
    "\"Bash(terraform:*)\",",
    "\"Bash(curl:*)\",",
    "\"Bash(psql:*)\",",
    "\"Bash(npm test)\",",
];

fn settings(lines: &[usize]) -> String {
    let mut text = "{\"permissions\":{\"allow\":[\n".to_owned();
    for line in lines {
        text.push_str(LINES[*line]);
        text.push('\n');
    }
    text.push_str("\"Bash(ls)\"\n]}}\n");
    text
}

fn credential(rules: &RuleSet, number: usize, how: How, confidence: Confidence) -> Finding {
    let ids = [
        "railway-account-token",
        "github-classic-pat",
        "stripe-secret-key",
    ];
    let kind = ids
        .iter()
        .cycle()
        .skip(number)
        .find_map(|id| rules.kind(id));
    let kind = kind.unwrap();
    Finding {
        rule: "TL102",
        verdict: Verdict::Block,
        kind: Some(kind),
        masked: Some("(masked)".to_owned()),
        path: RepoPath::from(format!("src/{number}.sh").as_str()),
        confidence,
        breadth: Some(Breadth {
            level: kind.level,
            verbs: Verbs::NONE.and(kind.verbs),
            evidence: Vec::new(),
        }),
        reach: vec![Reach {
            surface: "workspace-file",
            how,
            agents: vec!["Claude Code"],
            evidence: Vec::new(),
        }],
        fingerprint: format!("v1:{number}"),
        severity: 9.0,
        score: Score::default(),
        place: Place::default(),
        commit: None,
        commits: 0,
        introduced: None,
        at_head: true,
        advice: None,
        same_as: None,
        bound_to_place: false,
        message: String::new(),
        excerpt: Excerpt::default(),
        related: Vec::new(),
        flow: Vec::new(),
        line_hash: String::new(),
        reasons: Vec::new(),
        rotate: None,
        waived: None,
        known: false,
    }
}

fn read(text: &str, rules: &RuleSet) -> Vec<AgentFile> {
    let path = RepoPath::from(".claude/settings.json");
    vec![agent_config::read(&path, text.as_bytes(), rules)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_change_lowers_the_sum(
        lines in prop::collection::vec(0..LINES.len(), 0..6),
        credentials in prop::collection::vec((0..3_usize, any::<bool>(), any::<bool>()), 0..4),
    ) {
        let rules = RuleSet::builtin();
        let files = read(&settings(&lines), &rules);
        let findings: Vec<Finding> = credentials
            .iter()
            .enumerate()
            .map(|(number, (kind, handed, sure))| {
                let how = if *handed { How::Handed } else { How::Workspace };
                let sure = if *sure { Confidence::High } else { Confidence::Medium };
                let mut finding = credential(&rules, *kind, how, sure);
                finding.fingerprint = format!("v1:{number}");
                finding
            })
            .collect();
        let model = Model::shown(&findings, &files, &rules);
        let found = changes(&model, 3);
        let mut before = model.sum();
        prop_assert_eq!(found.is_empty(), before == 0.0);
        for change in &found {
            prop_assert_eq!(change.before, before);
            prop_assert!(change.after < before);
            before = change.after;
        }
    }

    #[test]
    fn a_change_that_is_made_in_the_text_gives_what_was_foretold(
        lines in prop::collection::btree_set(1..LINES.len(), 1..5),
        has_credential in any::<bool>(),
    ) {
        let rules = RuleSet::builtin();
        let lines: Vec<usize> = lines.into_iter().collect();
        let text = settings(&lines);
        let findings: Vec<Finding> = has_credential
            .then(|| credential(&rules, 0, How::Workspace, Confidence::High))
            .into_iter()
            .collect();
        let files = read(&text, &rules);
        let model = Model::shown(&findings, &files, &rules);
        let Some(first) = changes(&model, 1).into_iter().next() else {
            return Ok(());
        };
        let (left, text) = match first.path.starts_with("src/") {
            true => (Vec::new(), text),
            // Every line of the group is taken away, as the advice says.
            false => {
                let edit = model.edits().into_iter().find(|edit| {
                    let after = model.with(edit).sum();
                    after == first.after
                });
                let places = match edit {
                    Some(Edit::Advice(rule, path)) => {
                        model.structure().get(&(rule, path)).map_or(Vec::new(), |group| group.places.clone())
                    }
                    _ => Vec::new(),
                };
                let kept: Vec<&str> = text
                    .lines()
                    .enumerate()
                    .filter(|(number, _)| !places.iter().any(|place| place.start_line as usize == number + 1))
                    .map(|(_, line)| line)
                    .collect();
                (findings.clone(), kept.join("\n"))
            }
        };
        let files = read(&text, &rules);
        prop_assert_eq!(Model::shown(&left, &files, &rules).sum(), first.after);
    }
}

#[test]
fn a_file_of_many_keys_is_one_change() {
    let rules = RuleSet::builtin();
    let mut findings: Vec<Finding> = (0..6)
        .map(|number| credential(&rules, number, How::Workspace, Confidence::High))
        .collect();
    for finding in &mut findings[..5] {
        finding.path = RepoPath::from("backup.json");
    }
    let model = Model::new(&findings, &[], &rules);
    let found = changes(&model, 3);
    assert_eq!(found[0].path, "backup.json", "{found:?}");
    assert!(found[0].text.contains("all 5 credentials"), "{found:?}");
    let alone = &found[1];
    assert!(
        alone.path.ends_with("5.sh") && alone.after == 0.0,
        "{found:?}"
    );
    assert_eq!(found.len(), 2);
}
