//! What scripts of `actions/github-script` need, and the tool server that a step starts for an agent.
//!
//! In: a step. Out: scopes. A module that is required and not known may do anything.

use super::Need;
use crate::judge::workflow::routes::calls;
use crate::model::Step;
use crate::rules::ci;

/// Modules that call nothing of GitHub's.
const PLAIN: &[&str] = &[
    "fs",
    "fs/promises",
    "path",
    "os",
    "crypto",
    "util",
    "url",
    "assert",
];

impl Need {
    /// The calls of `github.rest` in a script.
    pub(super) fn script(&mut self, step: &Step) {
        let text = step.input("script").map_or("", |s| s.value.as_str());
        for call in calls(text) {
            match ci::call_needs(&call) {
                Some(needs) => self.take(needs),
                None => self.unknown.push(format!("what github.rest.{call} needs")),
            }
        }
        let pages =
            text.contains("github.paginate(") && !text.contains("github.paginate(github.rest");
        let opaque = ["github.graphql", "github.request", "exec.", "import("];
        let mut is_opaque = pages || opaque.iter().any(|word| text.contains(word));
        for module in required(text) {
            match ci::script_needs(module) {
                Some(needs) => self.take(needs),
                None => is_opaque |= !PLAIN.contains(&module.trim_start_matches("node:")),
            }
        }
        if is_opaque {
            self.unknown
                .push("what a script does besides github.rest".to_owned());
        }
    }

    /// GitHub's tool server, where a step starts it for reading only and names its sets of tools.
    pub(super) fn tool_server(&mut self, step: &Step) {
        let text = step.run.as_ref().map_or("", |run| run.value.as_str());
        let Some(sets) =
            setting(text, "GITHUB_TOOLSETS").or_else(|| setting(text, "X-MCP-Toolsets"))
        else {
            return;
        };
        let reads = setting(text, "GITHUB_READ_ONLY").or_else(|| setting(text, "X-MCP-Readonly"));
        if !reads.is_some_and(|value| value == "1" || value == "true") {
            self.unknown.push("what a tool server does".to_owned());
            return;
        }
        for set in sets.split(',').map(str::trim) {
            match ci::toolset_needs(set) {
                Some(needs) => self.take(needs),
                None => self
                    .unknown
                    .push(format!("what the tools of the set {set} need")),
            }
        }
    }
}

/// The modules that a script requires by a literal; an expression in front of a path is left in.
fn required(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("require(").map(|(at, call)| {
        let rest = &text[at + call.len()..];
        let inside = rest.split(')').next().unwrap_or(rest);
        inside.trim().trim_matches(['\'', '"', '`'])
    })
}

/// The value of a key in a JSON text that stands in a command.
fn setting<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let at = text.find(&format!("\"{key}\""))?;
    let mut parts = text[at..].splitn(5, '"');
    let between = parts.nth(2)?;
    (between.trim() == ":").then(|| parts.next()).flatten()
}
