//! The tools that an agent is limited to, where its step lists them.
//!
//! In: a step. Out: the tools, and what those of GitHub's tool server need. A list that cannot be read is none.

use crate::model::{Access, Step};
use crate::rules::ci;

/// The tools that an agent action is limited to; `None` where it is not, or where the list cannot be read.
pub(super) fn tools(step: &Step, action: &ci::ActionAgent) -> Option<Vec<String>> {
    if action.agent != "claude-code" {
        return None;
    }
    let text = match (step.input("allowed_tools"), step.input("claude_args")) {
        (Some(list), _) => list.value.clone(),
        (None, Some(arguments)) => {
            let value = &arguments.value;
            let at = ["--allowedTools", "--allowed-tools"]
                .iter()
                .find_map(|flag| Some(value.find(flag)? + flag.len()))?;
            let rest = value[at..].trim_start_matches(['=', ' ']);
            match rest.chars().next()? {
                quote @ ('"' | '\'') => rest[1..].split(quote).next()?.to_owned(),
                _ => rest.split("--").next()?.to_owned(),
            }
        }
        (None, None) => return None,
    };
    if text.contains("${{") || text.trim().is_empty() {
        return None;
    }
    let mut tools = Vec::new();
    let (mut depth, mut tool) = (0usize, String::new());
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | '\n' | ' ' if depth == 0 => {
                tools.push(std::mem::take(&mut tool));
                continue;
            }
            _ => {}
        }
        tool.push(character);
    }
    tools.push(tool);
    tools.retain(|tool| !tool.trim().is_empty());
    let bare = |tool: &String| tool.trim().trim_matches(['"', '\'']).to_owned();
    Some(tools.iter().map(bare).collect())
}

/// The scopes of the tools of GitHub's own tool server.
pub(super) fn github_tool(tool: &str) -> &'static [(&'static str, Access)] {
    let verb = tool.trim_start_matches("mcp__github__");
    let reads = verb.starts_with("get_")
        || verb.starts_with("list_")
        || verb.starts_with("search_")
        || verb.starts_with("issue_read");
    match (reads, verb.contains("pull_request"), verb.contains("issue")) {
        (true, true, _) => &[("pull-requests", Access::Read)],
        (true, _, true) => &[("issues", Access::Read)],
        (true, ..) => &[("contents", Access::Read)],
        (_, true, _) => &[("pull-requests", Access::Write)],
        (_, _, true) => &[("issues", Access::Write)],
        _ => &[("contents", Access::Write)],
    }
}

/// Whether an entry of such a list lets the agent push.
pub(super) fn may_push(tool: &str) -> bool {
    let Some(pattern) = tool.strip_prefix("Bash") else {
        return tool == "*";
    };
    let mut words = pattern
        .split(['(', ')', ' ', ':', '*'])
        .filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        (None | Some("bash" | "sh"), _) => true,
        (Some("git"), second) => second.is_none_or(|word| word == "push"),
        _ => false,
    }
}
