//! Shell text read as commands: wrappers, quotes, continuations, and text that is no command.

use proptest::prelude::*;

use super::read;

fn lines(text: &str) -> Vec<String> {
    read(text)
        .commands
        .iter()
        .map(|command| command.words.join("|"))
        .collect()
}

#[test]
fn wrappers_are_taken_off() {
    for (text, expected) in [
        ("timeout 10m claude -p x", "claude|-p|x"),
        ("timeout --signal=INT -k 5 600 claude -p x", "claude|-p|x"),
        ("sudo -E env A=b claude -p x", "claude|-p|x"),
        (
            "if ! copilot \\\n  --prompt \"a b\" \\\n  --allow-all-tools; then exit 1; fi",
            "copilot|--prompt|a b|--allow-all-tools",
        ),
        ("srt claude \\\n  -p 'x y'", "claude|-p|x y"),
        (
            "npx -y @openai/codex@latest exec x",
            "@openai/codex@latest|exec|x",
        ),
        ("pnpm dlx opencode-ai run x", "opencode-ai|run|x"),
        ("uvx --from aider-chat aider -m x", "aider|-m|x"),
        (
            "A=b nohup /usr/local/bin/claude -p x &",
            "/usr/local/bin/claude|-p|x",
        ),
        ("bash -lc 'claude -p x'", "claude|-p|x"),
        ("out=$(claude -p x)", "claude|-p|x"),
        ("xargs -I{} claude -p {}", "claude|-p|{}"),
    ] {
        let found = lines(text);
        assert!(found.contains(&expected.to_owned()), "{text}: {found:?}");
    }
}

#[test]
fn a_program_behind_dashes_is_seen() {
    let text =
        "sudo -E awf --env-all -- /bin/bash -c 'copilot --prompt \"$(cat p.txt)\"' 2>&1 | tee log";
    assert!(
        lines(text)
            .iter()
            .any(|line| line.starts_with("copilot|--prompt")),
        "{:?}",
        lines(text)
    );
    assert!(
        !lines("git checkout -- claude")
            .iter()
            .any(|line| line == "claude")
    );
}

#[test]
fn a_container_runs_what_stands_behind_its_image() {
    let found = lines("docker run --rm -e A -v a:b ghcr.io/x/y:1 claude -p x");
    assert!(found.contains(&"claude|-p|x".to_owned()), "{found:?}");
}

#[test]
fn a_container_whose_entry_point_is_a_shell_reads_its_text() {
    let found = lines(
        "docker run --entrypoint bash \"${IMAGE}\" -lc '\n  timeout 60m codex exec x < /dev/null\n'",
    );
    assert!(found.contains(&"codex|exec|x".to_owned()), "{found:?}");
}

#[test]
fn text_is_no_command() {
    for text in [
        "echo 'run claude -p x'",
        "cat > f <<'EOF'\nclaude -p x\nEOF",
        "# claude -p x",
        "PROMPT=\"use claude -p x\"",
        "gh issue comment 1 --body 'claude -p'",
    ] {
        let found = lines(text);
        assert!(
            !found.iter().any(|line| line.starts_with("claude")),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn a_shell_reads_a_here_document() {
    let found = lines("bash <<'EOF'\nclaude -p x\nEOF\n");
    assert!(found.contains(&"claude|-p|x".to_owned()), "{found:?}");
}

#[test]
fn a_pipe_feeds_what_follows() {
    let script = read("cat p.md | claude --verbose");
    assert!(!script.commands[0].has_input);
    assert!(script.commands[1].has_input);
    assert!(read("claude < p.md").commands[0].has_input);
}

#[test]
fn expressions_stay_in_the_words_as_written() {
    let found =
        lines("gh pr comment ${{ github.event.number }} --body \"${{ steps.a.outputs.b }}\"");
    assert_eq!(
        found,
        ["gh|pr|comment|${{ github.event.number }}|--body|${{ steps.a.outputs.b }}"]
    );
}

#[test]
fn an_error_leaves_the_rest() {
    let script = read("claude -p x\nif then ((\n");
    assert!(!script.whole);
    assert!(
        script
            .commands
            .iter()
            .any(|command| command.words[0] == "claude")
    );
}

#[test]
fn deep_and_long_text_ends() {
    for text in [
        "$(".repeat(20_000),
        "a $(".repeat(20_000),
        "a;".repeat(60_000),
        "bash -c 'bash -c \"bash -c a\"'".to_owned(),
    ] {
        read(&text);
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[ \n\\\\'\"$(){}|;<>&!-]|claude|bash -c|sudo|<<EOF|\\$\\{\\{){0,60}") {
        read(&text);
    }
}
