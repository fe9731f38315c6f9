//! A block reads as decided, in twelve lines of eighty columns.

use super::super::{Format, Style, fixture};
use super::*;

fn shown(outcome: &Outcome, style: &Style) -> String {
    let mut out = Vec::new();
    super::super::write(Format::Text, outcome, &fixture::RULES, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn hook() -> Style {
    Style::plain(Entry::Hook)
}

fn block_of(text: &str) -> Vec<&str> {
    text.lines().take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_block_reads_in_five_parts() {
    let text = shown(&fixture::outcome(), &hook());
    let block = block_of(&text);
    let at = |word: &str| {
        block
            .iter()
            .position(|line| line.contains(word))
            .unwrap_or_else(|| panic!("{word} in\n{text}"))
    };
    assert!(block[0].starts_with("error[TL101]: This Railway account token can delete"));
    assert!(at("--> .cursor/mcp.json:7:31") < at("| \"RAILWAY_API_TOKEN\""));
    assert!(at("^^^^") < at("Read by:"));
    assert!(at("Read by:") < at("Known by:"));
    assert!(at("Known by:") < at("1. Put `${env:RAILWAY_TOKEN}`"));
    assert!(at("1. Put") < at("2. Make a `railway-project-token`: Project"));
    assert!(
        at("2. Make a `railway-project-token`: Project")
            < at("3. Rotate it: the commit is on origin/main.")
    );
    assert!(text.contains(fixture::MASK));
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(
        words
            .join(" ")
            .contains("Not known: whether it still works.")
    );
}

#[test]
fn a_block_fits_twelve_lines_of_eighty_columns() {
    let mut outcome = fixture::outcome();
    let long = "a sentence that says rather more than it needs to say ".repeat(6);
    let finding = &mut outcome.findings[0];
    finding.reasons = vec![long.clone(); 4];
    finding.reach[0].evidence = vec![long.clone(); 3];
    finding.path = RepoPath::from("deep/".repeat(40).as_str());
    finding.excerpt.text = format!("{}{}", "k".repeat(90), fixture::MASK);
    finding.excerpt.mask_start = 90;
    for message in [finding.message.clone(), long] {
        outcome.findings[0].message = message;
        let text = shown(&outcome, &hook());
        let block = block_of(&text);
        assert!(block.len() <= 12, "{text}");
        assert!(
            block.iter().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert!(text.contains(fixture::MASK), "{text}");
        assert!(
            text.contains("Not known") || text.contains("Not\n"),
            "{text}"
        );
        assert!(text.contains("set it as RAILWAY_TOKEN"), "{text}");
    }
}

#[test]
fn the_caret_stands_below_the_mask() {
    let text = shown(&fixture::outcome(), &hook());
    let lines: Vec<&str> = text.lines().collect();
    let caret = lines.iter().position(|line| line.contains('^')).unwrap();
    assert_eq!(lines[caret].find('^'), lines[caret - 1].find(fixture::MASK));
}

#[test]
fn one_secret_in_several_places_is_one_block() {
    let mut outcome = fixture::outcome();
    for line in 20..23 {
        let mut again = fixture::finding();
        again.place.start_line = line;
        outcome.findings.push(again);
    }
    let text = shown(&outcome, &hook());
    assert_eq!(text.matches("error[TL101]").count(), 1);
    assert!(text.contains("(also in 3 places)"));
    assert!(shown(&outcome, &fixture::verbose(hook())).contains("also at .cursor/mcp.json:22:31"));
}

#[test]
fn a_hook_shows_five_warnings_and_counts_the_rest() {
    let mut outcome = fixture::clean();
    outcome.findings = (0..8).map(fixture::warning).collect();
    outcome.summary.warned = 8;
    let text = shown(&outcome, &hook());
    assert_eq!(text.matches("warning[TL106]").count(), 5);
    assert!(text.contains("and 3 more; `-v` shows them"));
    assert!(text.contains("tokenleash: passed with 8 warnings; 214 files, 1.2 MB"));
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    let text = shown(&outcome, &Style::plain(Entry::Scan));
    assert_eq!(text.matches("warning[TL106]").count(), 8);
}

#[test]
fn notes_are_for_those_who_ask() {
    let mut outcome = fixture::clean();
    let mut note = fixture::warning(1);
    note.verdict = Verdict::Note;
    outcome.findings.push(note);
    assert!(!shown(&outcome, &hook()).contains("note["));
    assert!(shown(&outcome, &fixture::verbose(hook())).contains("note[TL106]"));
}

#[test]
fn clean_means_that_nothing_is_left_to_say() {
    assert!(shown(&fixture::clean(), &hook()).starts_with("tokenleash: clean; 214 files"));
    let mut outcome = fixture::clean();
    outcome.unchecked = fixture::outcome().unchecked;
    let text = shown(&outcome, &hook());
    assert!(text.contains("passed with 1 place not fully looked at"));
    assert!(text.contains("  big.bin: it is encrypted"));
    assert!(!text.contains("clean"));
    outcome.unchecked[0].undecided = true;
    outcome.summary.overall = Overall::Undecided;
    assert!(shown(&outcome, &hook()).contains("undecided: 1 place not looked at"));
}

#[test]
fn quiet_says_what_blocks_and_nothing_else() {
    let quiet = Style {
        verbosity: Verbosity::Quiet,
        ..hook()
    };
    assert_eq!(shown(&fixture::clean(), &quiet), "");
    let text = shown(&fixture::outcome(), &quiet);
    assert_eq!(text.lines().count(), 1);
    assert!(text.starts_with("error[TL101]: .cursor/mcp.json:7:31: This Railway"));
    let mut outcome = fixture::clean();
    outcome.summary.overall = Overall::Undecided;
    assert!(shown(&outcome, &quiet).contains("undecided"));
}

#[test]
fn dropped_matches_are_listed_on_request() {
    let text = shown(&fixture::outcome(), &fixture::verbose(hook()));
    assert!(text.contains("  see scripts/domains.sh:3:1: the request that uses it"));
    assert!(
        text.contains(
            "docs/setup.md:2:4: railway-account-token (36 characters), filter `sequence`"
        )
    );
    assert!(!shown(&fixture::outcome(), &hook()).contains("sequence"));
}

#[test]
fn only_a_person_is_told_of_explain() {
    for audience in [Audience::Person, Audience::Agent, Audience::Machine] {
        let style = Style { audience, ..hook() };
        let text = shown(&fixture::outcome(), &style);
        let last = text.lines().last().unwrap();
        let asks = last == "Think this is wrong? `tokenleash explain 3f9a1122`";
        assert_eq!(asks, audience == Audience::Person, "{text}");
    }
}

#[test]
fn an_agent_gets_no_quote_of_the_file() {
    let style = Style {
        audience: Audience::Agent,
        ..hook()
    };
    assert!(!shown(&fixture::outcome(), &style).contains("   | "));
}

#[test]
fn what_was_released_or_there_before_does_not_block() {
    for release in [
        |finding: &mut Finding| finding.known = true,
        |finding: &mut Finding| finding.waived = Some("Ada, test account".into()),
        |finding: &mut Finding| finding.introduced = Some(false),
    ] {
        let mut outcome = fixture::clean();
        outcome.findings.push(fixture::finding());
        release(&mut outcome.findings[0]);
        assert!(!shown(&outcome, &hook()).contains("TL101"));
        assert!(shown(&outcome, &fixture::verbose(hook())).contains("TL101 .cursor/mcp.json:7:31"));
    }
}

#[test]
fn a_secret_that_left_the_tree_stays_in_the_history() {
    let mut outcome = fixture::outcome();
    outcome.findings[0].at_head = false;
    outcome.findings[0].commit = Some("0123456789abcdef".into());
    outcome.findings[0].rotate = None;
    let text = shown(&outcome, &hook());
    assert!(text.contains("7:31 in commit 0123456789"));
    assert!(text.contains("1. Squash or rewrite"));
    assert!(text.contains("3. Rotate it"));
}

#[test]
fn no_stranger_acts_on_the_terminal_or_the_runner() {
    for path in fixture::hostile_paths() {
        for width in [0, 40, 80, 200] {
            for audience in [Audience::Person, Audience::Agent, Audience::Machine] {
                let style = Style {
                    width,
                    audience,
                    ..hook()
                };
                for style in [style, fixture::verbose(style)] {
                    let text = shown(&fixture::hostile(&path), &style);
                    assert_harmless(&text);
                }
            }
        }
    }
}

fn assert_harmless(text: &str) {
    for line in text.split('\n') {
        assert!(!line.trim_start().starts_with("::"), "{line:?}");
        assert!(!line.contains("##"), "{line:?}");
        assert_eq!(sanitize::clean(line), line);
    }
}

#[test]
fn colour_is_there_only_when_asked_for() {
    assert!(!shown(&fixture::outcome(), &hook()).contains('\u{1b}'));
    let style = Style {
        color: true,
        ..hook()
    };
    let text = shown(&fixture::outcome(), &style);
    assert!(text.contains("\u{1b}[1;31merror[TL101]:\u{1b}[0m"));
    assert!(text.contains("\u{1b}[1;31mtokenleash: blocked"));
}

#[test]
fn no_text_says_how_to_silence() {
    let text = shown(&fixture::outcome(), &fixture::verbose(hook())).to_lowercase();
    for word in [
        "waive",
        "ignore",
        "no-verify",
        "baseline",
        "disable",
        "skip",
    ] {
        assert!(!text.contains(word), "{word} in\n{text}");
    }
}

#[test]
fn what_is_said_in_the_same_words_is_said_once() {
    let mut outcome = fixture::outcome();
    let like = |number: usize, path: &str| {
        let mut finding = fixture::warning(number);
        finding.message = "The server `deploys` is handed too much.".to_owned();
        finding.path = RepoPath::from(path);
        finding
    };
    outcome.findings = vec![like(1, "a.json"), like(2, "b.json"), like(3, "c.json")];
    let text = shown(&outcome, &Style::plain(Entry::Scan));
    assert_eq!(text.matches("is handed too much").count(), 1, "{text}");
    assert!(text.contains("(the same in 2 more files)"), "{text}");
    let all = shown(&outcome, &fixture::verbose(Style::plain(Entry::Scan)));
    assert!(all.contains("like it at b.json") && all.contains("like it at c.json"));

    for finding in &mut outcome.findings {
        finding.reasons = vec!["the file looks like a test: one step less sure".to_owned()];
    }
    let text = shown(&outcome, &Style::plain(Entry::Scan));
    assert!(text.contains("All in tests."), "{text}");
    outcome.findings[2].reasons.clear();
    let text = shown(&outcome, &Style::plain(Entry::Scan));
    assert!(!text.contains("in tests"), "{text}");

    // Another sentence, or a waiver of one, is another matter.
    outcome.findings[1].message = "The server `mails` is handed too much.".to_owned();
    outcome.findings[2].waived = Some("until spring".to_owned());
    let text = shown(&outcome, &Style::plain(Entry::Scan));
    assert_eq!(text.matches("is handed too much").count(), 3, "{text}");
}

#[test]
fn blocks_of_one_file_that_say_the_same_are_one_and_of_two_files_are_two() {
    let mut outcome = fixture::outcome();
    let key = |number: u32, path: &str| {
        let mut finding = fixture::finding();
        finding.fingerprint = format!("v1:{number:032}");
        finding.path = RepoPath::from(path);
        finding.place.start_line = number;
        finding
    };
    outcome.findings = (1..=8)
        .map(|number| key(number, "keys.json"))
        .chain([key(9, "other.json")])
        .collect();
    let text = shown(&outcome, &hook());
    assert_eq!(text.matches("error[TL101]").count(), 2, "{text}");
    assert!(text.contains("(7 more like it in this file)"), "{text}");
    let block = block_of(&text);
    assert!(block.len() <= 12, "{text}");
}
