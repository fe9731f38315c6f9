//! What an agent's own action needs of the job's token.
//!
//! In: a step that uses such an action. Out: scopes, and what cannot be known of its task. Where the agent works with
//! another token, its tools need nothing of this one.

use super::{Need, join};
use crate::judge::workflow::Site;
use crate::judge::workflow::tools::{github_tool, may_push, tools};
use crate::judge::workflow::values::add_named;
use crate::judge::workflow::working::{self, Works};
use crate::model::{Access, Scopes, Step, TokenFrom, TokenSource};
use crate::read::expression;
use crate::rules::ci;

/// Commands of `git` that talk to no remote.
const LOCAL: &[&str] = &[
    "git log",
    "git diff",
    "git show",
    "git status",
    "git blame",
    "git add",
    "git commit",
    "git rm",
    "git branch",
    "git checkout",
    "git config",
    "git rev-parse",
    "git switch",
    "git ls-files",
    "git grep",
    "git merge-base",
];

impl Need {
    /// An agent's own need: what its tools let it do with the job's token, where it works with that.
    pub(super) fn agent_action(
        &mut self,
        site: &Site<'_>,
        number: usize,
        step: &Step,
        action: &ci::ActionAgent,
    ) {
        let exchanges = site.holds.tokens.iter().any(|token| {
            token.source == TokenSource::AppExchanged && token.from == TokenFrom::Default
        });
        if exchanges || may_exchange(step, action) {
            join(
                &mut self.known,
                &Scopes::from([("id-token".to_owned(), Access::Write)]),
            );
        }
        // The tool server for runs works with the job's token, whatever the agent else holds.
        let mut more = Scopes::new();
        add_named(step.input("additional_permissions"), &mut more);
        more.retain(|scope, _| scope == "actions");
        join(&mut self.known, &more);
        let listed = tools(step, action);
        match (working::of(site, number, step), listed) {
            (Works::ByCalls, listed) => {
                if site.grant.access("contents") != Some(Access::None) {
                    let reads = Scopes::from([("contents".to_owned(), Access::Read)]);
                    join(&mut self.known, &reads);
                }
                match listed {
                    Some(tools) => tools.iter().for_each(|tool| self.tool(tool)),
                    None => self
                        .unknown
                        .push("what the agent is asked to do".to_owned()),
                }
            }
            (Works::ByGit, listed) => {
                self.may_push |= listed.is_none_or(|tools| tools.iter().any(|tool| may_push(tool)));
            }
            (Works::Without, listed) => self.reading_runs(site, step, listed),
        }
    }

    /// The action's tool server for runs works with the job's token; where nobody gave it a task of its own, it starts
    /// that server whenever the token allows it.
    fn reading_runs(&mut self, site: &Site<'_>, step: &Step, listed: Option<Vec<String>>) {
        let asked = listed
            .iter()
            .flatten()
            .any(|tool| tool.starts_with("mcp__github_ci__"));
        let is_told = ci::prompt_inputs()
            .iter()
            .any(|input| step.input(input).is_some());
        let may = !is_told
            && site
                .grant
                .access("actions")
                .is_some_and(|a| a >= Access::Read);
        if asked || may {
            join(
                &mut self.known,
                &Scopes::from([("actions".to_owned(), Access::Read)]),
            );
        }
    }

    /// A pattern of commands in such a list.
    fn pattern(&mut self, pattern: &str) {
        let pattern = pattern
            .trim_end_matches(')')
            .trim_end_matches('*')
            .trim_end_matches(':');
        let words: Vec<String> = pattern.split_whitespace().map(str::to_owned).collect();
        let name = words.first().map_or("", String::as_str);
        match ci::command_needs(&words) {
            Some(needs) => self.take(needs),
            None if matches!(name, "gh" | "git" | "curl" | "" | "bash" | "sh")
                && !LOCAL.iter().any(|local| pattern.starts_with(local)) =>
            {
                self.unknown
                    .push("what an open shell pattern lets the agent do".to_owned());
            }
            None => {}
        }
    }

    /// One entry of an agent's list of allowed tools.
    fn tool(&mut self, tool: &str) {
        if let Some(pattern) = tool.strip_prefix("Bash(") {
            self.pattern(pattern);
            return;
        }
        let scopes: &[(&str, Access)] = match tool {
            "Bash" | "*" => {
                self.unknown
                    .push("what an open shell lets the agent do".to_owned());
                return;
            }
            _ if tool.starts_with("mcp__github_inline_comment__") => {
                &[("pull-requests", Access::Write)]
            }
            _ if tool.starts_with("mcp__github_ci__") => &[("actions", Access::Read)],
            _ if tool.starts_with("mcp__github_file_ops__") => &[("contents", Access::Write)],
            _ if tool.starts_with("mcp__github_comment__") => {
                &[("issues", Access::Write), ("pull-requests", Access::Write)]
            }
            _ if tool.starts_with("mcp__github__") => github_tool(tool),
            _ if tool.starts_with("mcp__") => {
                self.unknown.push("what a tool server does".to_owned());
                return;
            }
            _ => &[],
        };
        for (scope, access) in scopes {
            join(
                &mut self.known,
                &Scopes::from([((*scope).to_owned(), *access)]),
            );
        }
    }
}

/// Whether an expression decides, when the job runs, that the action swaps the OIDC token after all.
fn may_exchange(step: &Step, action: &ci::ActionAgent) -> bool {
    let is_computed = |input: &String| {
        step.input(input)
            .is_some_and(|setting| setting.value.contains("${{"))
    };
    let may_be_empty = |input: &String| {
        step.input(input).is_some_and(|setting| {
            let references = expression::references(&setting.value);
            let is_given = |one: &expression::Reference| {
                !(one.is_of("inputs") || one.is_of("vars") || one.is_of("env"))
            };
            setting.value.contains("${{") && !references.iter().any(is_given)
        })
    };
    action.default_token == ci::DefaultToken::Exchanged
        && (action.keeps_job_token.iter().any(is_computed)
            || action.token_inputs.iter().any(may_be_empty))
}
