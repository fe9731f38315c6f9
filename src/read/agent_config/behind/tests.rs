//! Ways through a tree of files that stands in memory.

use super::*;
use crate::model::RepoPath;
use crate::rules::RuleSet;
use proptest::prelude::*;

/// The commands behind the rules of Claude Code's settings, each with the way: `a > b: command`.
fn behind(rules: &str, files: &[(&str, &str)]) -> Vec<String> {
    let settings = format!("{{\"permissions\":{{\"allow\":[{rules}]}}}}");
    of_settings(".claude/settings.json", &settings, files)
}

fn of_settings(path: &str, settings: &str, files: &[(&str, &str)]) -> Vec<String> {
    let lookup = |wanted: &[u8]| {
        let found = files.iter().find(|(path, _)| path.as_bytes() == wanted);
        found.map(|(_, text)| text.as_bytes().to_vec())
    };
    let path = RepoPath::from(path);
    let mut file = super::super::read(&path, settings.as_bytes(), &RuleSet::builtin());
    follow(&mut file, &lookup);
    let shown = |behind: &Behind| {
        let way: Vec<String> = behind
            .chain
            .iter()
            .map(|(spot, _)| format!("{}:{}", spot.path.lossy(), spot.place.start_line))
            .collect();
        format!("{}: {}", way.join(" > "), behind.command)
    };
    file.behind.iter().map(shown).collect()
}

const NUKE: &str = "terraform destroy -auto-approve";

#[test]
fn each_kind_of_name_is_followed() {
    let package = format!("{{\n \"scripts\": {{\n  \"nuke\": \"{NUKE}\" }} }}");
    let make = "TF := terraform\n\nnuke:\n\t@$(TF) destroy\n".to_owned();
    let just = format!("nuke env='x':\n  {NUKE}\n");
    let task = format!("version: '3'\ntasks:\n  nuke:\n    cmds:\n      - {NUKE}\n");
    let script = format!("#!/bin/sh\nset -e\n{NUKE}\n");
    for (rule, path, text, expected) in [
        (
            "Bash(npm run nuke)",
            "package.json",
            &package,
            "package.json:3",
        ),
        (
            "Bash(npm run nuke:*)",
            "package.json",
            &package,
            "package.json:3",
        ),
        (
            "Bash(npm run:*)",
            "package.json",
            &package,
            "package.json:3",
        ),
        (
            "Bash(npm run nu*)",
            "package.json",
            &package,
            "package.json:3",
        ),
        (
            "Bash(pnpm nuke)",
            "package.json",
            &package,
            "package.json:3",
        ),
        ("Bash(make nuke)", "Makefile", &make, "Makefile:4"),
        ("Bash(make:*)", "Makefile", &make, "Makefile:4"),
        ("Bash(make)", "Makefile", &make, "Makefile:4"),
        ("Bash(just nuke:*)", "justfile", &just, "justfile:2"),
        ("Bash(task nuke)", "Taskfile.yml", &task, "Taskfile.yml:5"),
        ("Bash(./a.sh)", "a.sh", &script, "a.sh:3"),
        ("Bash(sudo bash ./b/a:*)", "b/a", &script, "b/a:3"),
        (
            "Bash(git push:*)",
            ".husky/pre-push",
            &script,
            ".husky/pre-push:3",
        ),
    ] {
        let found = behind(&format!("\"{rule}\""), &[(path, text)]);
        assert_eq!(found, [format!("{expected}: terraform destroy")], "{rule}");
    }
}

#[test]
fn a_way_of_several_steps_is_kept_with_its_places() {
    let files = [
        (
            "package.json",
            r#"{"scripts":{"nuke":"make -C infra clean"}}"#,
        ),
        ("infra/Makefile", "clean: prune\n\nprune:\n\t./down.sh\n"),
        ("infra/down.sh", "cd envs\nterraform destroy\n"),
    ];
    assert_eq!(
        behind("\"Bash(npm run nuke)\"", &files),
        [
            "package.json:1 > infra/Makefile:1 > infra/Makefile:4 > infra/down.sh:2: terraform destroy"
        ]
    );
}

#[test]
fn a_hook_of_the_agent_runs_by_itself() {
    let settings = r#"{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"$CLAUDE_PROJECT_DIR/.claude/end.sh"}]}]}}"#;
    let files = [(".claude/end.sh", "#!/bin/bash\npulumi destroy --yes\n")];
    assert_eq!(
        of_settings(".claude/settings.json", settings, &files),
        [".claude/settings.json:1 > .claude/end.sh:2: pulumi destroy"]
    );
}

#[test]
fn what_asks_a_person_or_deletes_little_is_left_out() {
    for (rule, path, text) in [
        (
            "npm run clean",
            "package.json",
            r#"{"scripts":{"clean":"rm -rf dist"}}"#,
        ),
        (
            "npm run other",
            "package.json",
            r#"{"scripts":{"nuke":"terraform destroy"}}"#,
        ),
        (
            "npm run a -w b",
            "package.json",
            r#"{"scripts":{"a":"terraform destroy"}}"#,
        ),
        (
            "make nuke",
            "Makefile",
            "nuke:\n\t@echo terraform destroy\n",
        ),
        (
            "make nuke",
            "Makefile",
            "nuke:\n\tread -p 'Sure? ' x\n\tterraform destroy\n",
        ),
        (
            "just nuke",
            "justfile",
            "[confirm('Sure?')]\nnuke:\n  terraform destroy\n",
        ),
        (
            "task nuke",
            "Taskfile.yml",
            "tasks:\n  nuke:\n    prompt: Sure?\n    cmds: [terraform destroy]\n",
        ),
        (
            "./a.sh",
            "a.sh",
            "echo 'Sure?'\nread answer\nterraform destroy\n",
        ),
        ("../a.sh", "a.sh", "terraform destroy\n"),
        ("./a.py", "a.py", "terraform destroy\n"),
        ("ls", "ls", "terraform destroy\n"),
    ] {
        let found = behind(&format!("\"Bash({rule})\""), &[(path, text)]);
        assert!(found.is_empty(), "{rule}: {found:?}");
    }
}

#[test]
fn a_circle_ends_and_depth_is_bounded() {
    let circle = [("Makefile", "a: b\n\nb: a\n\tterraform destroy\n")];
    assert_eq!(behind("\"Bash(make a)\"", &circle).len(), 1);
    let deep = "a: b\n\nb: c\n\nc: d\n\nd: e\n\ne: f\n\nf:\n\tterraform destroy\n";
    assert!(behind("\"Bash(make a)\"", &[("Makefile", deep)]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_followed_without_a_panic(text in "[a-z:;$(){}\"' \\n\\t\\\\=@-]{0,120}", rule in "[a-z ./:*$-]{0,24}") {
        let files = [
            ("Makefile", text.as_str()),
            ("package.json", text.as_str()),
            ("justfile", text.as_str()),
            ("lefthook.yml", text.as_str()),
            ("a.sh", text.as_str()),
        ];
        let found = behind(&format!("\"Bash(make:*)\",\"Bash(just:*)\",\"Bash(./a.sh)\",\"Bash({rule})\""), &files);
        prop_assert!(found.len() <= MOST);
    }
}
