//! One table for each sort of fact.

use super::*;
use proptest::prelude::*;

fn file(path: &str, text: &str) -> AgentFile {
    read(&RepoPath::from(path), text.as_bytes(), &RuleSet::builtin())
}

const SWITCHES: &[(&str, &str, &str)] = &[
    (
        ".claude/settings.json",
        r#"{"permissions":{"defaultMode":"bypassPermissions"}}"#,
        "claude-bypass-mode",
    ),
    (
        ".claude/settings.json",
        r#"{"permissions":{"allow":["Read","Bash(*)"]}}"#,
        "claude-every-command",
    ),
    (
        ".claude/agents/fix.md",
        "---\nname: fix\npermissionMode: bypassPermissions\n---\nx",
        "claude-agent-bypass-mode",
    ),
    (
        ".claude/commands/go.md",
        "---\nallowed-tools: Read, Bash(*)\n---\nx",
        "claude-skill-every-command",
    ),
    (
        ".claude/settings.json",
        r#"{"enableAllProjectMcpServers":true}"#,
        "claude-all-project-servers",
    ),
    (
        ".codex/config.toml",
        "approval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n",
        "codex-no-approval-no-sandbox",
    ),
    (
        ".codex/config.toml",
        "approval_policy = \"never\"\nsandbox_mode = \"workspace-write\"\n",
        "codex-no-approval",
    ),
    (
        ".codex/config.toml",
        "sandbox_mode = \"danger-full-access\"\n",
        "codex-no-sandbox",
    ),
    (
        ".cursor/sandbox.json",
        r#"{"type":"insecure_none"}"#,
        "cursor-no-sandbox",
    ),
    (
        ".cursor/cli.json",
        r#"{"permissions":{"allow":["Shell(*)"]}}"#,
        "cursor-every-command",
    ),
    (
        ".vscode/settings.json",
        "{\n // x\n \"chat.tools.autoApprove\": true,\n}",
        "vscode-approve-everything-old",
    ),
    (
        ".vscode/settings.json",
        r#"{"chat.tools.terminal.autoApprove":{"/.*/":true}}"#,
        "vscode-every-command",
    ),
    (
        ".vscode/settings.json",
        r#"{"chat.tools.terminal.autoApprove":{"/.*/":{"approve":true}}}"#,
        "vscode-every-command",
    ),
    (
        "x.code-workspace",
        r#"{"settings":{"chat.tools.global.autoApprove":true}}"#,
        "vscode-approve-everything",
    ),
    (
        ".devcontainer/devcontainer.json",
        r#"{"customizations":{"vscode":{"settings":{"chat.tools.global.autoApprove":true}}}}"#,
        "vscode-approve-everything",
    ),
    (
        ".gemini/settings.json",
        r#"{"tools":{"allowed":["run_shell_command"]}}"#,
        "gemini-every-command",
    ),
    (
        ".qwen/settings.json",
        r#"{"tools":{"approvalMode":"yolo"}}"#,
        "qwen-yolo",
    ),
    (
        "opencode.json",
        r#"{"permission":"allow"}"#,
        "opencode-allow-all",
    ),
    (
        "opencode.json",
        r#"{"permission":{"bash":"allow"}}"#,
        "opencode-every-command",
    ),
    (
        "opencode.json",
        r#"{"permission":{"bash":{"*":"allow"}}}"#,
        "opencode-every-command-map",
    ),
    (".aider.conf.yml", "yes-always: true\n", "aider-yes-always"),
    (
        ".amp/settings.json",
        r#"{"amp.dangerouslyAllowAll":true}"#,
        "amp-allow-all",
    ),
    (
        ".amp/settings.json",
        r#"{"amp.permissions":[{"tool":"Bash","action":"allow"}]}"#,
        "amp-every-command",
    ),
    (
        ".augment/settings.json",
        r#"{"toolPermissions":[{"toolName":"launch-process","permission":{"type":"allow"}}]}"#,
        "augment-every-command",
    ),
    (
        ".kiro/agents/a.json",
        r#"{"allowedTools":["read","execute_bash"]}"#,
        "kiro-agent-shell",
    ),
    (
        "crush.json",
        r#"{"permissions":{"allowed_tools":["view","bash"]}}"#,
        "crush-every-command",
    ),
    (
        ".zed/settings.json",
        r#"{"agent":{"always_allow_tool_actions":true}}"#,
        "zed-always-allow",
    ),
    (
        ".factory/settings.json",
        r#"{"commandAllowlist":["*"]}"#,
        "factory-every-command",
    ),
];

#[test]
fn switches_that_a_repository_can_turn_on() {
    for (path, text, id) in SWITCHES.iter().copied() {
        let found = file(path, text);
        let ids: Vec<_> = found
            .switches
            .iter()
            .map(|on| on.switch.id.as_str())
            .collect();
        assert_eq!(ids, [id], "{path} {text}");
    }
}

#[test]
fn switches_that_are_off_or_narrow() {
    let cases = [
        (
            ".claude/settings.json",
            r#"{"permissions":{"defaultMode":"acceptEdits","allow":["Bash(npm test)","Read(*)"]}}"#,
        ),
        (
            ".claude/commands/go.md",
            "---\nallowed-tools: Read, Bash(git status:*)\n---\nx",
        ),
        (
            ".codex/config.toml",
            "approval_policy = \"on-request\"\nsandbox_mode = \"workspace-write\"\n",
        ),
        (
            ".vscode/settings.json",
            r#"{"chat.tools.terminal.autoApprove":{"npm test":true,"/.*/":false},"chat.tools.autoApprove":false}"#,
        ),
        (
            "opencode.json",
            r#"{"permission":{"bash":{"*":"allow","rm *":"ask"}}}"#,
        ),
        (
            ".amp/settings.json",
            r#"{"amp.permissions":[{"tool":"Bash","matches":{"cmd":"ls"},"action":"allow"},{"tool":"*","action":"ask"}]}"#,
        ),
        (".aider.conf.yml", "yes-always: false\n"),
        (
            "docs/settings.json",
            r#"{"permissions":{"defaultMode":"bypassPermissions"}}"#,
        ),
    ];
    for (path, text) in cases {
        assert!(file(path, text).switches.is_empty(), "{path} {text}");
    }
}

const SCRIPTS: &[(&str, &str, usize, bool)] = &[
    (
        "package.json",
        r#"{"scripts":{"fix":"claude -p 'x' --dangerously-skip-permissions"}}"#,
        1,
        false,
    ),
    (
        "package.json",
        r#"{"scripts":{"postinstall":"timeout 60 npx @google/gemini-cli --yolo -p x"}}"#,
        1,
        true,
    ),
    (
        "run.sh",
        "sudo -E claude \\\n  --dangerously-skip-permissions -p \"$1\"\n",
        1,
        false,
    ),
    (
        "run.sh",
        "echo \"claude --dangerously-skip-permissions\"\n# claude --dangerously-skip-permissions\n",
        0,
        false,
    ),
    (
        "run.sh",
        "claude -p 'never use --dangerously-skip-permissions'\n",
        0,
        false,
    ),
    (
        "Makefile",
        "fix:\n\t@claude --dangerously-skip-permissions -p $(PROMPT)\n",
        1,
        false,
    ),
    (
        ".devcontainer/devcontainer.json",
        r#"{"postCreateCommand":"claude --dangerously-skip-permissions -p setup"}"#,
        1,
        true,
    ),
    (
        ".devcontainer/devcontainer.json",
        r#"{"postStartCommand":{"a":["bash","-c","codex exec --yolo x"]}}"#,
        1,
        false,
    ),
    (
        "Dockerfile",
        "FROM x\nCMD [\"claude\", \"--dangerously-skip-permissions\"]\n",
        1,
        false,
    ),
    (
        "Dockerfile",
        "FROM x\nENTRYPOINT claude \\\n  --dangerously-skip-permissions\n",
        1,
        false,
    ),
    (
        ".vscode/tasks.json",
        r#"{"tasks":[{"label":"a","command":"qwen","args":["--yolo","-p","x"]}]}"#,
        1,
        false,
    ),
    (
        "docker-compose.yml",
        "services:\n  a:\n    image: x\n    command: [claude, --dangerously-skip-permissions]\n",
        1,
        false,
    ),
    (
        "Taskfile.yml",
        "tasks:\n  a:\n    cmds:\n      - cursor-agent -p --force x\n",
        1,
        false,
    ),
    (
        "package.json",
        r#"{"scripts":{"a":"codex exec --full-auto x","b":"claude --version"}}"#,
        0,
        false,
    ),
];

#[test]
fn scripts_that_start_an_agent_unasked() {
    for (path, text, count, at_install) in SCRIPTS.iter().copied() {
        let found = file(path, text);
        assert_eq!(found.starts.len(), count, "{path} {text}");
        assert!(
            found
                .starts
                .iter()
                .all(|start| start.at_install == at_install),
            "{path} {text}"
        );
    }
}

#[test]
fn guards_that_are_only_words() {
    let found = file(
        "CLAUDE.md",
        "# Rules\n- Never read `.env` files. Run the tests.\n- Do not use the production token for anything.\n- Do not use hard-coded color tokens.\n- Don't commit secrets.\n",
    );
    let said: Vec<_> = found.said.iter().map(|said| said.text.as_str()).collect();
    assert_eq!(
        said,
        [
            "Never read '.env' files.",
            "Do not use the production token for anything."
        ]
    );
    let found = file(
        ".cursorignore",
        "# x\nnode_modules\n.env*\n!.env.example\n*.pem\n",
    );
    assert_eq!(found.ignored.len(), 2);
    let found = file(".claudeignore", ".env\ndist\n");
    assert_eq!(found.inert.len(), 1);
    let found = file(
        ".claude/settings.json",
        r#"{"permissions":{"deny":["Read(./.env)","Write(./prod/**)","Read(/Users/me/.aws/**)"],"read":{"deny":[".env"]}}}"#,
    );
    assert_eq!(found.inert.len(), 3);
    assert_eq!(found.rules.len(), 3);
}

#[test]
fn a_cheap_test_names_the_files() {
    let rules = RuleSet::builtin();
    let yes = [
        ".claude/settings.json",
        ".mcp.json",
        "a/.cursor/mcp.json",
        "CLAUDE.md",
        ".cursorignore",
        ".aider.conf.yml",
        ".claudeignore",
    ];
    for path in yes {
        assert!(concerns(&RepoPath::from(path), b"", &rules), "{path}");
    }
    let no = [
        "src/main.rs",
        "README.md",
        "run.sh",
        "package.json",
        "node_modules/a/CLAUDE.md",
    ];
    for path in no {
        assert!(!concerns(&RepoPath::from(path), b"", &rules), "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_panics(text in "(\\PC|[\\n\\t${}\\[\\]\":,-]){0,120}", tail in "[a-z$(){}\\\\\n]{0,40}") {
        let paths = [".claude/settings.json", "CLAUDE.md", ".cursorignore", "package.json", "Makefile", "Dockerfile", ".devcontainer/devcontainer.json", "docker-compose.yml", "run.sh", ".codex/config.toml", "Procfile"];
        for path in paths {
            let text = format!("{text}\n\tclaude --dangerously-skip-permissions {tail}");
            let found = file(path, &text);
            for start in &found.starts {
                found.place(start.span);
            }
        }
    }
}
