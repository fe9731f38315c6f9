//! Whether an agent started this process, by signals that agents set for their children.
//!
//! Only signals that a person's own terminal does not carry count (the strong ones): a declaration may raise a verdict,
//! its absence lowers nothing.

use std::env;

/// Variables that only an agent's children carry, with the agent's name.
const SIGNALS: [(&str, &str); 26] = [
    ("AI_AGENT", "an agent"),
    ("CLAUDE_CODE_CHILD_SESSION", "Claude Code"),
    ("CLAUDECODE", "Claude Code"),
    ("CLAUDE_CODE_SESSION_ID", "Claude Code"),
    ("CLAUDE_CODE_REMOTE", "Claude Code"),
    ("CURSOR_AGENT", "Cursor"),
    ("GEMINI_CLI", "Gemini CLI"),
    ("CODEX_THREAD_ID", "Codex"),
    ("CODEX_SANDBOX", "Codex"),
    ("CODEX_SANDBOX_NETWORK_DISABLED", "Codex"),
    ("OPENCODE", "OpenCode"),
    ("CLINE_ACTIVE", "Cline"),
    ("CRUSH", "Crush"),
    ("QWEN_CODE", "Qwen Code"),
    ("AUGMENT_AGENT", "Augment"),
    ("AMP_CURRENT_THREAD_ID", "Amp"),
    ("OZ_RUN_ID", "Warp"),
    ("PI_CODING_AGENT", "Pi"),
    ("JUNIE_DATA", "Junie"),
    ("JUNIE_SHIM_PATH", "Junie"),
    ("ANTIGRAVITY_AGENT", "Antigravity"),
    ("GITHUB_COPILOT_API_TOKEN", "GitHub Copilot"),
    ("GITHUB_COPILOT_GIT_TOKEN", "GitHub Copilot"),
    ("COPILOT_AGENT_PROMPT", "GitHub Copilot"),
    ("GOOSE_TERMINAL", "Goose"),
    ("DEVIN_SESSION_ID", "Devin"),
];

/// Names of the agents that announce themselves in `AGENT`.
const ANNOUNCED: [(&str, &str); 3] = [("crush", "Crush"), ("amp", "Amp"), ("goose", "Goose")];

/// The agent that runs this process, where one shows itself.
pub fn running() -> Option<&'static str> {
    running_in(&|name| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0"))
        .or_else(|| {
            let announced = env::var("AGENT").ok()?;
            ANNOUNCED
                .iter()
                .find(|(word, _)| announced == *word)
                .map(|(_, name)| *name)
        })
}

fn running_in(is_set: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    SIGNALS
        .iter()
        .find(|(variable, _)| is_set(variable))
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_names_its_agent_and_silence_names_none() {
        assert_eq!(running_in(&|name| name == "GEMINI_CLI"), Some("Gemini CLI"));
        assert_eq!(running_in(&|_| false), None);
    }
}
