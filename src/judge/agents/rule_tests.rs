//! What permission rules let through, as strings, and what is said of them.

use super::tests::judged;

fn claude(permissions: &str) -> [(&str, String); 1] {
    [(
        ".claude/settings.json",
        format!("{{\"permissions\":{permissions}}}"),
    )]
}

fn messages_of(tree: &[(&str, String)]) -> Vec<String> {
    let tree: Vec<(&str, &str)> = tree.iter().map(|(a, b)| (*a, b.as_str())).collect();
    judged(&tree, &[], &[])
        .iter()
        .map(|finding| format!("{} {}", finding.rule.id, finding.message))
        .collect()
}

#[test]
fn a_rule_for_a_shell_is_a_rule_for_every_command() {
    let found = messages_of(&claude(r#"{"allow":["Bash(bash:*)"]}"#));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("TL201 The rule for `bash:*`"),
        "{found:?}"
    );
    let found = messages_of(&claude(r#"{"allow":["Bash(node:*)","Bash(find:*)"]}"#));
    assert!(
        found.iter().all(|one| one.starts_with("TL206")),
        "{found:?}"
    );
}

#[test]
fn a_denied_command_that_another_rule_runs_is_no_guard() {
    let rules = r#"{"allow":["Bash(git push:*)","Bash(node:*)"],"deny":["Bash(git push --force:*)","Bash(rm -rf:*)"]}"#;
    let found = messages_of(&claude(rules));
    let denied: Vec<&String> = found
        .iter()
        .filter(|one| one.starts_with("TL401"))
        .collect();
    assert_eq!(denied.len(), 2, "{found:?}");
    assert!(
        denied[0].contains("`git push:*` runs it without a question"),
        "{found:?}"
    );
    assert!(denied[1].contains("what `node:*` may run"), "{found:?}");
    for kept in [
        r#"{"allow":["Bash(npm test)"],"deny":["Bash(git push --force:*)","Bash(rm -rf:*)"]}"#,
        r#"{"allow":["Bash(git status:*)"],"deny":["Bash(git push:*)"]}"#,
    ] {
        assert_eq!(messages_of(&claude(kept)), Vec::<String>::new(), "{kept}");
    }
}

#[test]
fn a_colon_where_a_space_belongs_denies_nothing() {
    let found = messages_of(&claude(
        r#"{"deny":["Bash(rm:-rf:/)","Bash(npm run test:unit)"]}"#,
    ));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("TL403 This guard does nothing: `rm:-rf:/`"),
        "{found:?}"
    );
}

#[test]
fn agents_of_kiro_name_servers_and_tools_of_their_own() {
    let agent = |allowed: &str| {
        let text = format!(
            r#"{{"mcpServers":{{"base":{{"command":"npx","args":["-y","@supabase/mcp-server-supabase","--project-ref=a"]}}}},"allowedTools":[{allowed}]}}"#
        );
        messages_of(&[(".kiro/agents/data.json", text)])
    };
    let has_final = |found: &[String]| found.iter().any(|one| one.starts_with("TL204"));
    assert!(has_final(&agent(r#""@base/*""#)));
    assert!(has_final(&agent(r#""@base/execute_sql""#)));
    assert!(has_final(&agent(r#""use_aws""#)));
    assert!(!has_final(&agent(r#""@base/list_tables","fs_read""#)));
}

#[test]
fn a_tool_that_may_not_be_used_for_something_is_no_guard() {
    let said = |text: &str| messages_of(&[("CLAUDE.md", text.to_owned())]).len();
    assert_eq!(
        said("Never use sed to bake credentials into source files.\n"),
        0
    );
    assert_eq!(said("Never use the production credentials.\n"), 1);
    assert_eq!(said("Do not read .env files.\n"), 1);
}
