//! Trees as strings, and the rules that they break.

use std::collections::BTreeMap;

use super::*;
use crate::model::{How, Place};

pub(super) fn judged(
    tree: &[(&str, &str)],
    broad: &[BroadThere],
    declared: &[Declared],
) -> Vec<StructureFinding> {
    let files: BTreeMap<Vec<u8>, Vec<u8>> = tree
        .iter()
        .map(|(path, text)| (path.as_bytes().to_vec(), text.as_bytes().to_vec()))
        .collect();
    let paths: Vec<RepoPath> = tree.iter().map(|(path, _)| RepoPath::from(*path)).collect();
    let rules = RuleSet::builtin();
    let known = Known {
        rules: &rules,
        broad,
        declared,
    };
    let read = read_agents(&paths, &|path| files.get(path).cloned(), known.rules);
    judge_files(&read, known)
}

fn rules_of(tree: &[(&str, &str)], broad: &[BroadThere]) -> Vec<&'static str> {
    let mut found: Vec<_> = judged(tree, broad, &[])
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    found.sort_unstable();
    found
}

fn railway(path: &str) -> BroadThere {
    BroadThere {
        path: RepoPath::from(path),
        place: Place {
            start_line: 2,
            ..Place::default()
        },
        name: "Railway account token".to_owned(),
        worst: "delete any volume".to_owned(),
        deletes: true,
        how: How::Workspace,
    }
}

const BYPASS: (&str, &str) = (
    ".claude/settings.json",
    r#"{"permissions":{"defaultMode":"bypassPermissions"}}"#,
);

#[test]
fn a_switch_weighs_more_beside_a_broad_credential() {
    assert_eq!(rules_of(&[BYPASS], &[]), ["TL201"]);
    assert_eq!(rules_of(&[BYPASS], &[railway("a.sh")]), ["TL202"]);
    let install = (
        "package.json",
        r#"{"scripts":{"postinstall":"claude --dangerously-skip-permissions -p x"}}"#,
    );
    assert_eq!(rules_of(&[install], &[]), ["TL203"]);
    let inside = (
        "Dockerfile",
        "FROM a\nCMD claude --dangerously-skip-permissions\n",
    );
    assert_eq!(rules_of(&[inside], &[]), ["TL206"]);
}

#[test]
fn tests_and_vendored_trees_are_left_alone() {
    let text = BYPASS.1;
    assert!(
        rules_of(
            &[
                ("tests/fixtures/a/.claude/settings.json", text),
                ("vendor/a/.claude/settings.json", text)
            ],
            &[]
        )
        .is_empty()
    );
}

#[test]
fn references_by_name() {
    let server =
        |env: &str| format!(r#"{{"mcpServers":{{"a":{{"command":"x","env":{{{env}}}}}}}}}"#);
    let cases = [
        (r#""GITHUB_TOKEN":"${GITHUB_TOKEN}""#, vec!["TL110"]),
        (
            r#""RAILWAY_API_TOKEN":"${RAILWAY_API_TOKEN}""#,
            vec!["TL112"],
        ),
        (r#""RAILWAY_TOKEN":"${RAILWAY_TOKEN}""#, vec![]),
        (r#""TOKEN":"${SUPABASE_SERVICE_ROLE_KEY}""#, vec!["TL112"]),
        (r#""LOG_LEVEL":"debug""#, vec![]),
        (r#""AWS_PROFILE":"admin""#, vec!["TL112"]),
        (r#""AWS_PROFILE":"dev""#, vec![]),
    ];
    for (env, expected) in cases {
        assert_eq!(
            rules_of(&[(".mcp.json", &server(env))], &[]),
            expected,
            "{env}"
        );
    }
}

#[test]
fn a_declaration_clears_a_name_unless_it_is_contradicted() {
    let text = r#"{"mcpServers":{"a":{"command":"x","env":{"GITHUB_TOKEN":"${GITHUB_TOKEN}"}}}}"#;
    let declare = |kind: &str, expired| Declared {
        name: "GITHUB_TOKEN".to_owned(),
        place: ".mcp.json".to_owned(),
        kind: kind.to_owned(),
        owner: "A".to_owned(),
        expired,
    };
    let rules = |declared: Declared, broad: &[BroadThere]| {
        let found = judged(&[(".mcp.json", text)], broad, &[declared]);
        found
            .iter()
            .map(|finding| finding.rule.id)
            .collect::<Vec<_>>()
    };
    assert!(rules(declare("github-fine-grained-pat", false), &[]).is_empty());
    assert_eq!(
        rules(declare("github-fine-grained-pat", true), &[]),
        ["TL110"]
    );
    assert_eq!(rules(declare("github-classic-pat", false), &[]), ["TL111"]);
    assert_eq!(
        rules(
            declare("github-fine-grained-pat", false),
            &[railway(".mcp.json")]
        ),
        ["TL111"]
    );
    assert_eq!(rules(declare("nothing-known", false), &[]), ["TL111"]);
}

#[test]
fn what_cannot_be_undone_wants_a_question() {
    let settings = |inner: &str| format!(r#"{{"permissions":{{{inner}}}}}"#);
    let cases = [
        (r#""allow":["Bash(terraform:*)"]"#, vec!["TL204"]),
        (
            r#""allow":["Bash(terraform:*)"],"ask":["Bash(terraform destroy:*)","Bash(terraform apply:*)"]"#,
            vec![],
        ),
        (
            r#""allow":["Bash(terraform:*)"],"deny":["Bash(terraform:*)"]"#,
            vec![],
        ),
        (r#""allow":["mcp__supabase__execute_sql"]"#, vec!["TL204"]),
        (r#""allow":["mcp__memory__delete_entities"]"#, vec![]),
        (r#""allow":["Bash(curl:*)"]"#, vec!["TL206"]),
        (r#""allow":["Bash(python -c \":*)"]"#, vec!["TL206"]),
        (
            r#""allow":["Bash(echo $STRIPE_SECRET_KEY)"]"#,
            vec!["TL206"],
        ),
        (r#""allow":["Bash(npm test)","Bash(git log:*)"]"#, vec![]),
    ];
    for (inner, expected) in cases {
        assert_eq!(
            rules_of(&[(".claude/settings.json", &settings(inner))], &[]),
            expected,
            "{inner}"
        );
    }
    let curl = settings(r#""allow":["Bash(curl:*)"]"#);
    assert_eq!(
        rules_of(&[(".claude/settings.json", &curl)], &[railway("a.sh")]),
        ["TL204"]
    );
    let hooked = r#"{"permissions":{"allow":["Bash(terraform:*)"]},"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[]}]}}"#;
    assert!(rules_of(&[(".claude/settings.json", hooked)], &[]).is_empty());
    let server = r#"{"mcpServers":{"supabase":{"command":"npx","args":["@supabase/mcp-server-supabase","--read-only","--project-ref=a"]}}}"#;
    let allow = settings(r#""allow":["mcp__supabase__execute_sql"]"#);
    assert!(
        rules_of(
            &[(".mcp.json", server), (".claude/settings.json", &allow)],
            &[]
        )
        .is_empty()
    );
}

#[test]
fn guards_that_are_words_or_nothing() {
    let deny = (
        ".claude/settings.json",
        r#"{"permissions":{"deny":["Read(./.env)"]}}"#,
    );
    assert_eq!(rules_of(&[deny], &[]), ["TL401"]);
    assert_eq!(rules_of(&[deny], &[railway(".env")]), ["TL402"]);
    assert_eq!(rules_of(&[deny], &[railway("src/a.ts")]), ["TL401"]);
    let boxed = r#"{"permissions":{"deny":["Read(./.env)"]},"sandbox":{"enabled":true}}"#;
    assert!(rules_of(&[(".claude/settings.json", boxed)], &[railway(".env")]).is_empty());
    assert_eq!(
        rules_of(
            &[(".cursorignore", ".env*\n")],
            &[railway("app/.env.local")]
        ),
        ["TL402"]
    );
    assert_eq!(
        rules_of(&[("AGENTS.md", "Never open .env files.\n")], &[]),
        ["TL401"]
    );
    assert_eq!(rules_of(&[(".claudeignore", ".env\n")], &[]), ["TL403"]);
    assert_eq!(
        rules_of(&[(".claudeignore", ".env\n")], &[railway(".env")]),
        ["TL404"]
    );
    assert_eq!(
        rules_of(&[(".claude/settings.local.json", "{}")], &[]),
        ["TL405"]
    );
    let container = (
        ".devcontainer/devcontainer.json",
        r#"{"mounts":["source=${localEnv:HOME}/.aws,target=/a,type=bind"]}"#,
    );
    assert_eq!(rules_of(&[container], &[]), ["TL406"]);
    assert_eq!(
        rules_of(&[container, ("CLAUDE.md", "Run the tests.\n")], &[]),
        ["TL407"]
    );
}

#[test]
fn no_message_shows_what_follows_a_command() {
    let word = format!("{}{}", "hunter", "2secret");
    let text = format!(
        r#"{{"permissions":{{"allow":["Bash(psql -p{word} *)","Bash(terraform destroy -var=pw={word}:*)"]}}}}"#
    );
    for finding in judged(&[(".claude/settings.json", &text)], &[], &[]) {
        assert!(!finding.message.contains(&word), "{}", finding.rule.id);
    }
}

#[test]
fn a_development_container_is_its_compose_service() {
    let compose = "services:\n  app:\n    image: node\n    privileged: true\n    volumes: [\"~/.aws:/root/.aws\"]\n  db:\n    image: postgres\n    volumes: [\"~/.ssh:/x\"]\n";
    let linked = (
        ".devcontainer/devcontainer.json",
        r#"{"dockerComposeFile":["../docker-compose.yml"],"service":"app"}"#,
    );
    let compose = ("docker-compose.yml", compose);
    assert!(rules_of(&[compose], &[]).is_empty());
    assert_eq!(rules_of(&[compose, linked], &[]), ["TL407", "TL407"]);
    let other = (
        ".devcontainer/devcontainer.json",
        r#"{"dockerComposeFile":"../docker-compose.yml","service":"web"}"#,
    );
    assert!(rules_of(&[compose, other], &[]).is_empty());
}

#[test]
fn a_server_that_opens_a_home_directory() {
    let server = |folder: &str| {
        format!(
            r#"{{"mcpServers":{{"files":{{"command":"npx","args":["-y","@modelcontextprotocol/server-filesystem","{folder}"]}}}}}}"#
        )
    };
    for folder in [
        "/home/wess",
        "/Users/ann/",
        "~",
        "${HOME}",
        "/",
        "C:\\\\Users\\\\ann",
        "/root",
    ] {
        assert_eq!(
            rules_of(&[(".mcp.json", &server(folder))], &[]),
            ["TL407"],
            "{folder}"
        );
    }
    for folder in [".", "/home/wess/shop", "${workspaceFolder}", "/workspace"] {
        assert!(
            rules_of(&[(".mcp.json", &server(folder))], &[]).is_empty(),
            "{folder}"
        );
    }
}

#[test]
fn rules_in_maps_are_read() {
    let open = r#"{"permission":{"bash":{"*":"ask","terraform *":"allow","npm test":"allow"}}}"#;
    assert_eq!(rules_of(&[("opencode.json", open)], &[]), ["TL204"]);
    let asked = r#"{"permission":{"bash":{"*":"allow","terraform *":"ask"}}}"#;
    assert!(rules_of(&[("opencode.json", asked)], &[]).is_empty());
    let code = r#"{"chat.tools.terminal.autoApprove":{"python":true,"rm":false,"npm test":true}}"#;
    assert_eq!(rules_of(&[(".vscode/settings.json", code)], &[]), ["TL206"]);
}

#[test]
fn a_guard_that_a_change_takes_away_is_named() {
    let rules = RuleSet::builtin();
    let read =
        |path: &str, text: &str| agent_config::read(&RepoPath::from(path), text.as_bytes(), &rules);
    let path = "packages/a/.claude/settings.json";
    let guarded = read(
        path,
        r#"{"permissions":{"deny":["Read(./.env)"],"ask":["Bash(git push:*)"]},"sandbox":{"enabled":true}}"#,
    );
    let less = read(path, r#"{"permissions":{"ask":["Bash(git push:*)"]}}"#);
    let any = |_: &RepoPath| true;
    let one = std::slice::from_ref(&guarded);
    assert_eq!(judge_removed(one, &[less], &any).len(), 2);
    assert_eq!(judge_removed(one, &[], &any).len(), 3);
    assert!(judge_removed(one, &[], &|_| false).is_empty());
    let moved = read(
        ".claude/settings.json",
        r#"{"permissions":{"deny":["Read(./.env)"],"ask":["Bash(git push:*)"]},"sandbox":{"enabled":true}}"#,
    );
    let both = [guarded.clone(), moved.clone()];
    assert!(judge_removed(one, std::slice::from_ref(&moved), &any).is_empty());
    assert_eq!(judge_removed(&both, &[moved], &any).len(), 3);
}

#[test]
fn each_sort_of_guard_is_missed() {
    let rules = RuleSet::builtin();
    let read =
        |path: &str, text: &str| agent_config::read(&RepoPath::from(path), text.as_bytes(), &rules);
    for (path, before, after) in [
        (
            ".claude/settings.json",
            r#"{"sandbox":{"enabled":true,"filesystem":{"denyRead":["~/.aws"]}}}"#,
            r#"{"sandbox":{"enabled":true,"filesystem":{"denyRead":[]}}}"#,
        ),
        (
            ".cursor/hooks.json",
            r#"{"hooks":{"beforeShellExecution":[{"command":"./check.sh"}],"stop":[{"command":"./a.sh"}]}}"#,
            r#"{"hooks":{"stop":[{"command":"./a.sh"}]}}"#,
        ),
        (
            ".claude/settings.json",
            r#"{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"./check.sh"}]}]}}"#,
            "{}",
        ),
        (
            "opencode.json",
            r#"{"agent":{"build":{"permission":{"bash":{"rm *":"deny"}}}}}"#,
            r#"{"agent":{"build":{"permission":{"bash":{"rm *":"allow"}}}}}"#,
        ),
        (
            ".cursor/cli.json",
            r#"{"permissions":{"deny":["Shell(rm)"]}}"#,
            r#"{"permissions":{}}"#,
        ),
    ] {
        let found = judge_removed(&[read(path, before)], &[read(path, after)], &|_| true);
        assert_eq!(found.len(), 1, "{path} {before}");
    }
}
