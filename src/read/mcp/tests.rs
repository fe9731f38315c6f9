//! Servers in every agent's notation.

use super::*;
use crate::syntax::{Format, parse};
use proptest::prelude::*;

fn read(format: Format, text: &str) -> Vec<Server> {
    servers(&parse(format, text.as_bytes()).unwrap())
}

fn variables(server: &Server) -> Vec<&str> {
    server
        .handed
        .iter()
        .filter(|handed| handed.how == Giving::Reference)
        .map(|handed| handed.variable.as_str())
        .collect()
}

#[test]
fn one_reader_serves_every_agents_file() {
    let cases = [
        (
            Format::Json,
            r#"{"mcpServers":{"a":{"command":"npx","args":["-y","x"],"env":{"T":"${T}"}}}}"#,
        ),
        (
            Format::Json,
            r#"{"servers":{"a":{"url":"https://x/mcp","headers":{"Authorization":"Bearer ${env:T}"}}}}"#,
        ),
        (
            Format::Json,
            r#"{"projects":{"/p":{"mcpServers":{"a":{"command":"x","env":{"T":"$T"}}}}}}"#,
        ),
        (
            Format::Json,
            r#"{"mcp":{"a":{"type":"local","command":["x"],"environment":{"T":"{env:T}"}}}}"#,
        ),
        (
            Format::Json,
            r#"{"amp.mcpServers":{"a":{"command":"x","env":{"T":"${T}"}}}}"#,
        ),
        (
            Format::Json,
            r#"{"context_servers":{"a":{"command":{"path":"x","args":[],"env":{"T":"$T"}}}}}"#,
        ),
        (
            Format::Json,
            r#"{"mcpServers":{"a":{"command":"docker","args":["run","-e","T","i"]}}}"#,
        ),
        (
            Format::Toml,
            "[mcp_servers.a]\ncommand = \"x\"\nenv_vars = [\"T\"]\n",
        ),
        (
            Format::Toml,
            "[mcp_servers.a]\nurl = \"https://x\"\nbearer_token_env_var = \"T\"\n",
        ),
        (
            Format::Yaml,
            "mcpServers:\n  - name: a\n    command: x\n    env:\n      T: ${{ secrets.T }}\n",
        ),
        (
            Format::Yaml,
            "extensions:\n  a:\n    cmd: x\n    env_keys: [T]\n",
        ),
    ];
    for (format, text) in cases {
        let found = read(format, text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].name, "a", "{text}");
        assert_eq!(variables(&found[0]), ["T"], "{text}");
    }
}

#[test]
fn a_known_server_says_what_would_narrow_it() {
    let text = r#"{"mcpServers":{"s":{"command":"npx","args":["-y","@supabase/mcp-server-supabase@latest","--project-ref=abc"]}}}"#;
    let found = read(Format::Json, text);
    assert_eq!(found[0].known.unwrap().id, "supabase");
    assert_eq!(found[0].missing_limits().len(), 1);
    assert!(found[0].missing_limits()[0].contains("--read-only"));
    let text =
        r#"{"servers":{"k":{"command":"npx","args":["kubernetes-mcp-server","--read-only"]}}}"#;
    let found = read(Format::Json, text);
    assert_eq!(found[0].known.unwrap().id, "kubernetes-native");
    assert!(found[0].missing_limits().is_empty());
}

#[test]
fn switches_of_a_server_are_seen() {
    let text = r#"{"mcpServers":{"a":{"command":"x","trust":true},"b":{"command":"x","alwaysAllow":["get"]},"c":{"command":"x","trust":false,"autoApprove":[]},"d":{"command":"x","autoApprove":["*"]}}}"#;
    let found = read(Format::Json, text);
    let seen: Vec<_> = found.iter().map(|server| server.unasked.len()).collect();
    assert_eq!(seen, [1, 1, 0, 1]);
    assert!(found[3].unasked[0].tools.is_empty());
}

#[test]
fn what_is_no_server_is_left_alone() {
    let text = r#"{"servers":[{"url":"https://api.example.com"}],"mcp":{"enabled":true},"extensions":{"recommendations":["x"]}}"#;
    let found = read(Format::Json, text);
    assert!(found.iter().all(|server| server.handed.is_empty()));
    assert!(
        read(
            Format::Json,
            r#"{"mcp":{"enabled":true},"extensions":["a"]}"#
        )
        .is_empty()
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "[\\[\\]{}\",: a-zA-Z$-]{0,200}") {
        if let Ok(document) = parse(Format::Json, format!("{{\"mcpServers\":{text}").as_bytes()) {
            servers(&document);
        }
    }
}

#[test]
fn a_place_on_the_disk_is_nothing_that_is_handed() {
    let text = r#"{"servers":{"a":{"command":"node","args":["${workspaceFolder}/a.mjs","${T}"],"env":{"DATA":"${userHome}/d"}}}}"#;
    let found = read(Format::Json, text);
    assert_eq!(variables(&found[0]), ["T"]);
    assert_eq!(found[0].handed.len(), 1);
}
