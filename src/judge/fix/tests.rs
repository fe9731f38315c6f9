//! Edits of workflows, in every form that a file may have, and over bytes that nobody would write.

use proptest::prelude::*;

use super::*;
use crate::syntax::{self, Format};

const PATH: &str = ".github/workflows/agent.yml";

const WORKFLOW: &str = "\
on: pull_request
jobs:
  review:
    runs-on: ubuntu-latest
    permissions:
      contents: write
      id-token: write
    steps:
      - uses: actions/checkout@v6
      - uses: anthropics/claude-code-base-action@beta
        with:
          anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}
          allowed_tools: Read,Bash(gh release create:*)
          prompt: |
            Write.

            Two lines.
";

fn all_wanted(path: &RepoPath, lookup: &Lookup<'_>) -> Vec<Wanted> {
    let found = reading(path, lookup).findings.into_iter();
    found
        .filter(|one| may_answer(one.rule.id))
        .map(|one| Wanted {
            rule: one.rule.id,
            fingerprint: format!("{}/{}", one.rule.id, one.route),
            route: one.route,
            path: one.spot.path.as_ref().clone(),
            line: one.spot.place.start_line,
        })
        .collect()
}

/// Plans, applies everything, and gives the text and the plan.
fn fixed(text: &[u8]) -> (Planned, Vec<u8>) {
    let path = RepoPath::from(PATH);
    let lookup = |asked: &[u8]| (asked == PATH.as_bytes()).then(|| text.to_vec());
    let before = reading(&path, &lookup);
    let wanted = all_wanted(&path, &lookup);
    let planned = plan((&path, text), &lookup, &before, &wanted);
    let edits = planned.fixes.iter().flat_map(|fix| &fix.changes);
    let edits = edits.flat_map(|change| &change.edits);
    let after = syntax::edit::apply(text, edits.map(|one| (one.span, one.insert.as_str())));
    (planned, after.expect("the edits fit together"))
}

#[test]
fn line_ends_marks_comments_and_indents_stay() {
    let turns: [fn(&str) -> String; 6] = [
        |text| text.replace('\n', "\r\n"),
        |text| format!("\u{feff}{text}"),
        |text| text.trim_end().to_owned(),
        |text| text.replace("@v6\n", "@v6 # the latest\n"),
        |text| text.replace("  ", "    ").replace("    - ", "  - "),
        |text| text.replace("contents: write", "\"contents\": 'write'"),
    ];
    for number in 0..1usize << turns.len() {
        let mut text = WORKFLOW.to_owned();
        for (at, turn) in turns.iter().enumerate() {
            if number & (1 << at) != 0 {
                text = turn(&text);
            }
        }
        if syntax::parse(Format::Yaml, text.as_bytes()).is_err() {
            continue;
        }
        let (planned, after) = fixed(text.as_bytes());
        let after = String::from_utf8(after).unwrap();
        assert_eq!(
            planned.fixes.len(),
            2,
            "{number}: {:?}\n{text}",
            planned.left
        );
        assert!(
            after.contains("persist-credentials: false"),
            "{number}: {after}"
        );
        assert!(!after.contains("id-token"), "{number}: {after}");
        assert_eq!(after.contains("\r\n"), text.contains("\r\n"));
        assert_eq!(
            after.matches('\n').count() - after.matches("\r\n").count(),
            if text.contains("\r\n") {
                0
            } else {
                after.matches('\n').count()
            }
        );
        assert_eq!(after.ends_with('\n'), text.ends_with('\n'));
        assert_eq!(after.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
        assert_eq!(
            after.matches("# the latest").count(),
            text.matches("# the latest").count()
        );
        assert!(
            fixed(after.as_bytes()).0.fixes.is_empty(),
            "{number}: {after}"
        );
    }
}

proptest! {
    #[test]
    fn odd_bytes_never_lead_to_an_odd_edit(
        at in 0usize..WORKFLOW.len(),
        taken in 0usize..40,
        put in "(\\PC|[\\-:{}\\[\\]&*<|>#'\" \t\r\n]){0,20}",
    ) {
        let mut text = WORKFLOW.as_bytes().to_vec();
        let end = (at + taken).min(text.len());
        text.splice(at..end, put.bytes());
        let (planned, after) = fixed(&text);
        for fix in &planned.fixes {
            prop_assert!(!fix.answers.is_empty());
        }
        if !planned.fixes.is_empty() {
            prop_assert!(syntax::parse(Format::Yaml, &after).is_ok());
            prop_assert!(fixed(&after).0.fixes.is_empty());
        }
    }
}
