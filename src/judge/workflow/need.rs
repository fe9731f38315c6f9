//! What a job would do with less: the scopes that its steps use, as far as that can be seen.
//!
//! In: a site. Out: a `Need`: scopes that are needed, sets of which one is enough, and what could not be read, by name.
//! Nothing is called unneeded while something that may use it is unread.

mod agents;
mod scripts;

use super::Site;
use super::grant::Grant;
use super::routes::{curl_route, gh_route, is_github_api};
use super::working::{self, Works};
use crate::model::{Access, CiSystem, Command, Scopes, Setting, Step};
use crate::read::expression;
use crate::rules::ci;

/// Whether an interpreter is handed something to run, and is not only looked for or asked for its version.
fn runs_a_program(command: &Command) -> bool {
    let asks = |word: &String| matches!(word.as_str(), "-v" | "-V" | "--version");
    let mut words = command.words.iter().skip(1).peekable();
    command.has_input || (words.peek().is_some() && !words.all(asks))
}

/// What of a step goes with another token than the job's.
#[derive(Clone, Copy)]
struct Elsewhere {
    calls: bool,
    git: bool,
}

/// The scope that pays for Copilot with the job's token.
const COPILOT: &str = "copilot-requests";

/// What a job needs of its token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    known: Scopes,
    either: Vec<Vec<Scopes>>,
    /// What may need anything, in words.
    pub unknown: Vec<String>,
    /// What no job token reaches.
    pub beyond: Vec<String>,
    /// What commands and actions that act on other services would do with.
    pub elsewhere: Vec<&'static ci::Narrower>,
    /// Whether something may use the job's OIDC token that could not be read.
    oidc_unknown: bool,
    /// Whether an agent may be asked to push, with what a checkout left.
    may_push: bool,
}

/// Reads the needs of all steps of the agent's job.
pub(super) fn of(site: &Site<'_>) -> Need {
    let mut need = Need::default();
    if site.step.is_none() {
        need.unknown
            .push("the called workflow is not in this repository".to_owned());
        need.oidc_unknown = true;
        return need;
    }
    if site.workflow.system != CiSystem::Github {
        let commands = site.inner_job.steps.iter().flat_map(|step| &step.commands);
        need.elsewhere = commands
            .flat_map(|command| ci::narrower_of_command(&command.words))
            .collect();
        need.unknown
            .push("what the agent is asked to do".to_owned());
        return need;
    }
    let steps = &site.inner_job.steps;
    let of_steps = steps
        .iter()
        .flat_map(|step| step.with.iter().chain(&step.env));
    if of_steps.chain(&site.inner_job.env).any(names_identity) {
        join(
            &mut need.known,
            &Scopes::from([("id-token".to_owned(), Access::Write)]),
        );
    }
    if steps.iter().any(|step| step.of_other_version) {
        need.unknown
            .push("what an action does in the version that the job takes".to_owned());
        need.oidc_unknown = true;
    }
    for (number, step) in site.inner_job.steps.iter().enumerate() {
        match (&step.uses, &step.run) {
            (Some(_), _) => need.action(site, number, step),
            (None, Some(_)) => need.run(site, number, step),
            (None, None) => {}
        }
    }
    need.settle_pushing(site);
    need
}

impl Need {
    /// The scopes that are needed; `None` while something is unknown.
    pub fn scopes(&self) -> Option<Scopes> {
        self.unknown.is_empty().then(|| self.least(&Scopes::new()))
    }

    /// The scopes that are known to be needed, whatever else may be.
    pub fn known(&self, grant: &Grant) -> Scopes {
        self.least(grant.scopes.as_ref().unwrap_or(&Scopes::new()))
    }

    /// What is granted beyond the need; `None` while something is unknown or nothing is stated.
    pub fn excess(&self, grant: &Grant) -> Option<Scopes> {
        let granted = grant.scopes.as_ref()?;
        if !self.unknown.is_empty() {
            return None;
        }
        let least = self.least(granted);
        let beyond = granted.iter().filter(|(scope, access)| {
            **access > least.get(*scope).copied().unwrap_or(Access::None)
        });
        Some(
            beyond
                .map(|(scope, access)| (scope.clone(), *access))
                .collect(),
        )
    }

    /// The scopes that are needed, by those alternatives that are granted; `None` while something is unknown.
    pub fn within(&self, grant: &Grant) -> Option<Scopes> {
        let nothing = Scopes::new();
        let granted = grant.scopes.as_ref().unwrap_or(&nothing);
        self.unknown.is_empty().then(|| self.least(granted))
    }

    /// Whether nothing in the job can use the right to ask for OIDC tokens.
    pub fn leaves_oidc_unused(&self) -> bool {
        !self.oidc_unknown && !self.known.contains_key("id-token")
    }

    /// The known scopes, with one set of each alternative: one that is granted, else the first.
    fn least(&self, granted: &Scopes) -> Scopes {
        let mut least = self.known.clone();
        for sets in &self.either {
            let covered = |set: &&Scopes| covers(&least, set);
            if sets.iter().any(|set| covered(&set)) {
                continue;
            }
            let chosen = sets
                .iter()
                .find(|set| covers(granted, set))
                .or(sets.first());
            if let Some(set) = chosen {
                join(&mut least, set);
            }
        }
        least
    }

    fn take(&mut self, needs: &ci::Needs) {
        join(&mut self.known, &needs.scopes());
        let either = needs.either();
        if !either.is_empty() {
            self.either.push(either);
        }
        self.beyond.extend(needs.beyond.clone());
        self.unknown.extend(needs.unknown.clone());
    }

    /// An agent that only `git` gives the job's token to can need no more of it than contents.
    fn settle_pushing(&mut self, site: &Site<'_>) {
        let has = |access: Option<Access>| access.is_none_or(|access| access == Access::Write);
        let is_needed = self.known.get("contents") == Some(&Access::Write);
        if self.may_push && !is_needed && has(site.grant.access("contents")) {
            self.unknown
                .push("whether the agent is asked to push".to_owned());
        }
    }

    fn action(&mut self, site: &Site<'_>, number: usize, step: &Step) {
        let Some(uses) = &step.uses else {
            return;
        };
        if let Some(action) = ci::action_agent(&uses.name) {
            self.agent_action(site, number, step, action);
            return;
        }
        self.elsewhere.extend(ci::narrower_of_action(&uses.name));
        let Some(entry) = ci::action_needs(&uses.name) else {
            self.unknown.push(format!("what {} needs", uses.name));
            self.oidc_unknown = true;
            return;
        };
        for condition in &entry.when {
            let given = step.input(&condition.input).map(|s| s.value.trim());
            let holds = match (&condition.is, given) {
                _ if condition.absent => given.is_none_or(str::is_empty),
                (Some(value), Some(given)) => {
                    given.eq_ignore_ascii_case(value) || given.contains("${{")
                }
                (None, Some(given)) => !given.is_empty(),
                (_, None) => false,
            };
            if holds {
                join(&mut self.known, &condition.scopes());
            }
        }
        let own_token = entry
            .token
            .iter()
            .filter_map(|input| step.input(input))
            .any(|setting| {
                let is_job = expression::references(&setting.value)
                    .iter()
                    .any(|reference| {
                        reference.part(1).eq_ignore_ascii_case("GITHUB_TOKEN")
                            || reference.part(1).eq_ignore_ascii_case("token")
                    });
                !setting.value.trim().is_empty() && !is_job
            });
        if uses.name == "actions/github-script" {
            if !own_token {
                self.script(step);
            }
        } else if !own_token {
            self.take(&entry.needs);
        }
    }

    fn run(&mut self, site: &Site<'_>, number: usize, step: &Step) {
        let has_token = holds_job_token(step);
        self.tool_server(step);
        if !step.agents.is_empty() {
            match working::of(site, number, step) {
                Works::ByCalls => self
                    .unknown
                    .push("what the agent is asked to do".to_owned()),
                Works::ByGit => self.may_push = true,
                Works::Without => {}
            }
            let has_copilot = step.agents.iter().any(|agent| agent.agent == "copilot-cli");
            if has_copilot && site.grant.writes(COPILOT) {
                self.known.insert(COPILOT.to_owned(), Access::Write);
            }
            if site.exchanged().is_some() {
                self.known.insert("id-token".to_owned(), Access::Write);
            }
        }
        let other = Elsewhere {
            calls: working::calls_with_another_token(site, step),
            git: working::pulls_with_another_token(site, number),
        };
        for command in &step.commands {
            self.command(command, has_token, other);
            self.elsewhere
                .extend(ci::narrower_of_command(&command.words));
        }
        if !step.wholly_read && (has_token || site.holds.persisted_credentials) {
            self.unknown
                .push(format!("what the step {} runs", step.label()));
        }
    }

    fn command(&mut self, command: &Command, has_token: bool, other: Elsewhere) {
        let name = command.words.first().map_or("", |word| base(word));
        let asks_github = name == "gh" || command.words.iter().any(|word| is_github_api(word));
        if (other.calls && asks_github) || (other.git && name == "git") {
            return;
        }
        if name == "gh" && command.words.get(1).is_some_and(|word| word == "api") {
            self.route(gh_route(&command.words));
        } else if name == "curl" && command.words.iter().any(|word| is_github_api(word)) {
            self.route(curl_route(&command.words));
        } else if let Some(needs) = ci::command_needs(&command.words) {
            self.take(needs);
        } else if let Some(needs) = command.words.iter().find_map(|word| ci::script_needs(word)) {
            self.take(needs);
        } else if has_token
            && runs_a_program(command)
            && matches!(
                name,
                "node" | "python" | "python3" | "deno" | "bun" | "tsx" | "ruby" | "go"
            )
        {
            self.unknown
                .push(format!("what a program run by {name} does with the token"));
        }
    }

    fn route(&mut self, route: Option<(String, String)>) {
        let Some((method, path)) = route else {
            self.unknown.push("what a call of the API does".to_owned());
            return;
        };
        match ci::route_needs(&method, &path) {
            Some(needs) => self.take(needs),
            None => self
                .unknown
                .push(format!("what {method} on an API route needs")),
        }
    }
}

/// Whether an input or a variable says that the job's OIDC token is swapped for a login elsewhere.
fn names_identity(setting: &Setting) -> bool {
    let name = setting.name.to_ascii_lowercase().replace('-', "_");
    let parts = [
        "federation_rule",
        "workload_identity",
        "role_arn",
        "role_to_assume",
    ];
    let value = setting.value.trim();
    let named = parts.iter().any(|part| name.contains(part)) && !value.is_empty();
    named || name.ends_with("auth_type") && value.to_ascii_lowercase().contains("oidc")
}

fn join(known: &mut Scopes, more: &Scopes) {
    for (scope, access) in more {
        let have = known.entry(scope.clone()).or_insert(Access::None);
        *have = (*have).max(*access);
    }
}

fn covers(have: &Scopes, wanted: &Scopes) -> bool {
    wanted
        .iter()
        .all(|(scope, access)| have.get(scope).copied().unwrap_or(Access::None) >= *access)
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether a step's environment or text names the job token.
fn holds_job_token(step: &Step) -> bool {
    step.env.iter().chain(&step.run).any(|setting| {
        expression::references(&setting.value)
            .iter()
            .any(|reference| {
                let second = reference.part(1);
                second.eq_ignore_ascii_case("GITHUB_TOKEN")
                    || (reference.is_of("github") && second.eq_ignore_ascii_case("token"))
            })
    })
}
