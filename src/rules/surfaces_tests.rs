//! Which agent reads which file: the agents that are known, each with files in a repository and on a machine.

use super::RuleSet;
use crate::model::How;

/// An agent, files in a repository, and files of one person.
const FILES: &str = "\
any-agents-md | AGENTS.md a/AGENTS.override.md .agents/skills/a/SKILL.md | ~/.agents/AGENTS.md
claude-code | CLAUDE.md a/CLAUDE.local.md .claude/rules/a.md .claude/skills/a/SKILL.md .claude/commands/a.md .claude/agents/a.md .claude/settings.json .claude/settings.local.json .mcp.json .claude-plugin/plugin.json | ~/.claude/settings.json ~/.claude/CLAUDE.md ~/.claude.json
claude-desktop | claude_desktop_config.json | ~/.config/Claude/claude_desktop_config.json
cursor | .cursorrules .cursor/rules/a.mdc .cursor/commands/a.md .cursor/BUGBOT.md .cursor/cli.json .cursor/sandbox.json .cursor/hooks.json .cursor/environment.json .cursor/mcp.json | ~/.cursor/cli-config.json ~/.cursor/sandbox.json ~/.cursor/hooks.json ~/.cursor/mcp.json
copilot-vscode | .github/copilot-instructions.md .github/instructions/a.instructions.md .github/prompts/a.prompt.md .github/agents/a.md .vscode/settings.json .vscode/mcp.json .github/hooks/a.json | ~/.config/Code/User/settings.json ~/.config/Code/User/mcp.json
copilot-cli | .github/copilot/settings.json .github/copilot/settings.local.json .github/mcp.json .mcp.json | ~/.copilot/config.json ~/.copilot/mcp-config.json ~/.copilot/mcp-secrets/a ~/.copilot/session-state/a/events.jsonl ~/.copilot/hooks/a.json
copilot-agent | .github/copilot-instructions.md .github/hooks/a.json
codex | .codex/config.toml .codex/hooks.json .codex/rules/a.rules .codex/agents/a.toml | ~/.codex/config.toml ~/.codex/hooks.json ~/.codex/auth.json ~/.codex/AGENTS.md
gemini-cli | GEMINI.md CONTEXT.md .gemini/commands/a.toml .gemini/settings.json .gemini/.env .env | ~/.gemini/settings.json ~/.gemini/policies/a.toml ~/.gemini/trustedFolders.json
antigravity | .antigravity/settings.json .agents/rules/a.md | ~/.gemini/config/mcp_config.json
windsurf | .windsurfrules .windsurf/rules/a.md .windsurf/hooks.json | ~/.codeium/windsurf/mcp_config.json ~/.codeium/windsurf/hooks.json
devin | .devin/rules/a.md .devin/config.json .devin/hooks.v1.json .devin/mcp_config.json | ~/.config/devin/config.json
cline | .clinerules/a.md .clinerules/hooks/PreToolUse .cline/command-permissions.json | ~/.cline/data/settings/providers.json ~/Documents/Cline/Rules/a.md
roo-code | .roo/rules/a.md .roo/rules-code/a.md .roomodes .roo/mcp.json .vscode/settings.json | ~/.roo/rules/a.md
kilo-code | .kilo/rules/a.md kilo.jsonc kilo.json | ~/.config/kilo/kilo.jsonc
opencode | opencode.json opencode.jsonc .opencode/agents/a.md .opencode/commands/a.md .opencode/plugins/a.ts | ~/.config/opencode/opencode.json ~/.local/share/opencode/auth.json
continue | .continue/rules/a.md .continue/mcpServers/a.yaml .continue/config.yaml | ~/.continue/config.yaml ~/.continue/permissions.yaml ~/.continue/.env
aider | CONVENTIONS.md .aider.conf.yml .aider.model.settings.yml .env | ~/.aider.conf.yml ~/.env
kiro | .kiro/steering/a.md .kiro/settings/mcp.json .kiro/agents/a.json .kiro/hooks/a.json | ~/.kiro/settings/permissions.yaml ~/.kiro/agents/a.json
amazon-q | .amazonq/rules/a.md .amazonq/mcp.json | ~/.aws/amazonq/mcp.json ~/.aws/amazonq/agents/default.json
zed | .rules .zed/settings.json | ~/.config/zed/settings.json
junie | .junie/AGENTS.md .junie/guidelines.md .junie/mcp/mcp.json | ~/.junie/allowlist.json ~/.junie/config.json
jetbrains-ai | .aiassistant/rules/a.md .ai/mcp/mcp.json
goose | .goosehints .goose/recipes/a.yaml .agents/plugins/a/.mcp.json .agents/plugins/a/hooks/hooks.json | ~/.config/goose/config.yaml ~/.config/goose/permission.yaml ~/.config/goose/secrets.yaml
amp | .agents/checks/a.md .amp/settings.json .amp/plugins/a.ts | ~/.config/amp/settings.json
factory | .factory/droids/a.md .factory/commands/a.md .factory/settings.json .factory/mcp.json .factory/hooks.json | ~/.factory/auth.json
augment | .augment/rules/a.md .augment-guidelines .augment/settings.json .augment/settings.local.json | ~/.augment/settings.json ~/.augment/session.json
warp | WARP.md .warp/.mcp.json | ~/.warp/settings.toml ~/.config/warp-terminal/settings.toml
qwen-code | QWEN.md QWEN.local.md .qwen/settings.json | ~/.qwen/settings.json
crush | CRUSH.md crush.json .crush.json crushrc | ~/.config/crush/crush.json ~/.local/share/crush/crush.json
openhands | .openhands/microagents/a.md .openhands/setup.sh .openhands/pre-commit.sh config.toml | ~/.openhands/settings.json
trae | .trae/rules/project_rules.md .trae/mcp.json | ~/.trae/mcp.json
grok | .grok/config.toml | ~/.grok/config.toml
kimi | .kimi-code/mcp.json | ~/.kimi-code/config.toml
vibe | .vibe/config.toml .vibe/hooks.toml | ~/.vibe/config.toml
rovo-dev | .rovodev/config.yml .rovodev/mcp.json | ~/.rovodev/config.yml
pi | .pi/settings.json | ~/.pi/agent/settings.json
replit | replit.md .replit
hermes | .hermes/config.yaml | ~/.hermes/config.yaml
jules | .jules/a.md
firebase-studio | .idx/mcp.json
firebender | firebender.json | ~/.firebender/firebender.json
tabnine | .tabnine/mcp_servers.json .tabnine/agent/settings.json .tabnine/guidelines/a.md | ~/.tabnine/agent/settings.json
";

#[test]
fn every_agent_is_known_by_its_files() {
    let rules = RuleSet::builtin();
    let mut wrong = Vec::new();
    for line in FILES.lines() {
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let agent = &parts[0];
        let user = parts.get(2).copied().unwrap_or_default();
        assert!(rules.agents().iter().any(|one| one.id == *agent), "{agent}");
        for path in parts[1].split(' ') {
            let surfaces = rules.surfaces_at(path.as_bytes());
            if !surfaces
                .iter()
                .any(|one| one.how != How::Machine && one.agents.contains(agent))
            {
                wrong.push(format!("{agent}: {path}"));
            }
        }
        for path in user.split_whitespace() {
            let surfaces = rules.surfaces_at(path.as_bytes());
            if !surfaces
                .iter()
                .any(|one| one.how == How::Machine && one.agents.contains(agent))
            {
                wrong.push(format!("{agent}: {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_file_of_one_agent_is_not_said_to_be_another_s() {
    let rules = RuleSet::builtin();
    for (path, agent) in [
        (".trae/rules/a.md", "trae"),
        (".grok/config.toml", "grok"),
        ("~/.factory/auth.json", "factory"),
        ("~/.config/zed/settings.json", "zed"),
        (".junie/mcp/mcp.json", "junie"),
        (".windsurf/hooks.json", "windsurf"),
        ("~/.claude.json", "claude-code"),
    ] {
        for surface in rules.surfaces_at(path.as_bytes()) {
            assert!(
                surface.agents.iter().all(|one| *one == agent),
                "{path}: {} names {:?}",
                surface.id,
                surface.agents
            );
        }
    }
}
