//! The questions that several audits ask of a site.
//!
//! In: a site. Out: what it holds of one sort, with places. No verdict stands here.

use std::collections::BTreeSet;

use super::Site;
use super::text::WEIGHTY;
use super::values::{is_identifier, is_mere_name};
use crate::model::{
    Access, CiSystem, HeldSecret, HeldToken, Purpose, SecretReach, Spot, TokenFrom, TokenSource,
};
use crate::rules::ci;

/// A login or secret that deploys or administers, beside an agent in one job.
pub struct Deploys {
    /// In words.
    pub what: String,
    pub spot: Spot,
}

impl Site<'_> {
    /// Scopes whose write access the agent holds and that change what others run, each with a token that carries it.
    pub fn weighty(&self) -> Vec<(&'static str, &HeldToken)> {
        let held = |scope: &'static str| {
            let carries = |token: &&HeldToken| token.access(scope) == Some(Access::Write);
            self.holds
                .tokens
                .iter()
                .find(carries)
                .map(|token| (scope, token))
        };
        WEIGHTY.into_iter().filter_map(held).collect()
    }

    /// Variables of the step that the program in front of the agent keeps from it: `awf --exclude-env NAME`.
    pub fn kept_back(&self) -> BTreeSet<&str> {
        let commands = self.step.map_or(&[][..], |(_, step)| &step.commands);
        let mut names = BTreeSet::new();
        for command in commands {
            for pair in command.words.windows(2) {
                if pair[0] == "--exclude-env" {
                    names.insert(pair[1].as_str());
                }
            }
        }
        names
    }

    /// Tokens of GitHub whose reach is not this repository's job token: personal ones, and App tokens without limits.
    pub fn unlimited_tokens(&self) -> Vec<&HeldToken> {
        let unlimited = |token: &&HeldToken| match token.source {
            TokenSource::Pat => !token.optional,
            TokenSource::AppToken => token.permissions.is_none(),
            _ => false,
        };
        self.holds.tokens.iter().filter(unlimited).collect()
    }

    /// The agent's program, where it swaps the job's OIDC token for an App token: `opencode github run`.
    pub fn exchanging_program(&self) -> Option<&'static ci::CliAgent> {
        let entry = ci::cli_of_agent(self.agent.agent)?;
        let first = self.agent.arguments.first()?;
        let (_, step) = self.step?;
        let around = self.inner_job.env.iter().chain(&self.inner.env);
        let mut env = step.env.iter().chain(around);
        let keeps = env.any(|setting| {
            setting.name == "USE_GITHUB_TOKEN" && setting.value.trim().eq_ignore_ascii_case("true")
        });
        let exchanges = self.action.is_none() && entry.exchanges.contains(first) && !keeps;
        exchanges.then_some(entry)
    }

    /// Whether an App token is made for its whole owner, with no repository named.
    pub fn reaches_every_repository(&self, token: &HeldToken) -> bool {
        if token.source != TokenSource::AppToken {
            return false;
        }
        let mut steps = self.inner_job.steps.iter();
        let maker = steps.find(|step| step.spot == token.spot);
        let mints = maker.and_then(|step| Some((step, ci::mints(&step.uses.as_ref()?.name)?)));
        mints.is_some_and(|(step, mints)| {
            let is_set = |input: &str| {
                let setting = step.input(input);
                setting.is_some_and(|setting| !setting.value.trim().is_empty())
            };
            is_set(&mints.owner) && !is_set(&mints.repositories)
        })
    }

    /// Whether the agent may run any command, so that it can read its whole environment and send it away.
    pub fn has_open_shell(&self) -> bool {
        let arguments = &self.agent.arguments;
        let settings = self.step.map_or("", |(_, step)| {
            step.input("settings").map_or("", |s| s.value.as_str())
        });
        let Some(action) = self.action else {
            return match self.agent.agent {
                "claude-code" => self.is_bypassed() || names_bare_shell(&arguments.join(" ")),
                "gemini-cli" | "qwen-code" | "copilot-cli" => self.is_bypassed(),
                _ => true,
            };
        };
        if self.is_bypassed() {
            return true;
        }
        if action.shell {
            // A list of core tools takes every other one away.
            let is_listed = settings.contains("\"core\"") || settings.contains("\"coreTools\"");
            return !is_listed || settings.contains("\"run_shell_command\"");
        }
        let given = self.step.into_iter().flat_map(|(_, step)| &step.with);
        given
            .filter(|setting| {
                action
                    .arguments
                    .iter()
                    .any(|input| input.eq_ignore_ascii_case(&setting.name))
            })
            .any(|setting| names_bare_shell(&setting.value))
    }

    /// Whether a switch takes the agent's own limits away.
    pub fn is_bypassed(&self) -> bool {
        self.bypass().is_some()
    }

    /// The switch that takes the agent's own limits away, in words, and where it stands.
    pub fn bypass(&self) -> Option<(String, Spot)> {
        match self.action {
            Some(action) => self.switched(&action.bypass, &[]),
            None => self.switched(&[], &ci::cli_of_agent(self.agent.agent)?.bypass),
        }
    }

    /// Secrets whose name can mean nothing narrow.
    pub fn broad_secrets(&self) -> Vec<&HeldSecret> {
        self.secrets_for(&[Purpose::Broad])
    }

    /// Secrets of some purposes.
    pub fn secrets_for(&self, purposes: &[Purpose]) -> Vec<&HeldSecret> {
        let wanted =
            |secret: &&HeldSecret| secret.name != "*" && purposes.contains(&secret.purpose);
        self.holds.secrets.iter().filter(wanted).collect()
    }

    /// What broad things the agent holds, in words, and where the first stands.
    pub fn broad_things(&self) -> Option<(Vec<String>, Spot)> {
        let mut words = Vec::new();
        let mut first = None;
        for token in self.unlimited_tokens() {
            words.push(match token.source {
                TokenSource::Pat => format!("the personal access token {}", token.name),
                _ => "an App token with every permission of its installation".to_owned(),
            });
            first.get_or_insert(&token.spot);
        }
        for secret in self.broad_secrets() {
            words.push(format!("the secret {}", secret.name));
            first.get_or_insert(&secret.spot);
        }
        words.dedup();
        Some((words, first?.clone()))
    }

    /// The way by which all secrets reach the agent, in words, and where it stands.
    pub fn all_secrets(&self) -> Option<(&'static str, Spot)> {
        if let Some(call) = self.call
            && let crate::model::Passing::Inherit(spot) = &call.secrets
        {
            return Some(("`secrets: inherit`", spot.clone()));
        }
        let whole = self
            .holds
            .secrets
            .iter()
            .find(|secret| secret.name == "*")?;
        Some(("the whole `secrets` context", whole.spot.clone()))
    }

    /// The App token that the agent's action makes for itself, where it does.
    pub fn exchanged(&self) -> Option<&HeldToken> {
        let own = |token: &&HeldToken| {
            token.source == TokenSource::AppExchanged && token.from == TokenFrom::Default
        };
        self.holds.tokens.iter().find(own)
    }

    /// What deploys or administers in the agent's job: secrets in its reach, and logins of earlier steps.
    pub fn deploys(&self) -> Vec<Deploys> {
        let mut found: Vec<Deploys> = self
            .secrets_for(&[Purpose::Deploy])
            .into_iter()
            .filter(|secret| !is_mere_name(&secret.name) && !self.pays_for_the_model(&secret.name))
            .map(|secret| Deploys {
                what: format!("the secret {}", secret.name),
                spot: secret.spot.clone(),
            })
            .collect();
        if !self.uses_a_cloud_model() {
            found.extend(self.identity_login());
            found.extend(self.connections());
        }
        let Some((number, _)) = self.step else {
            return found;
        };
        for step in &self.inner_job.steps[..number] {
            let Some(left) = step.uses.as_ref().and_then(|uses| ci::leaves(&uses.name)) else {
                continue;
            };
            let exchanged = left
                .exchanged
                .iter()
                .any(|input| step.input(input).is_some());
            if left.deploys && exchanged && !self.uses_a_cloud_model() {
                found.push(Deploys {
                    what: left.what.clone(),
                    spot: step.spot.clone(),
                });
            }
        }
        found
    }

    /// Whether the agent reaches its model through a cloud, so that the cloud's login is the model's credential.
    fn uses_a_cloud_model(&self) -> bool {
        let Some((_, step)) = self.step else {
            return false;
        };
        let says_so = |text: &str| {
            [
                "use_bedrock",
                "use_vertex",
                "use_foundry",
                "CLAUDE_CODE_USE_",
                "GOOGLE_GENAI_USE_VERTEXAI",
                "GOOGLE_GENAI_USE_GCA",
                "gcp_workload_identity_provider",
                "bedrock/",
                "amazon-bedrock",
                "vertex",
            ]
            .iter()
            .any(|word| text.contains(word))
        };
        let env = step
            .env
            .iter()
            .chain(&self.inner_job.env)
            .chain(&self.inner.env);
        let is_set = |value: &str| !matches!(value.trim(), "" | "false" | "0");
        if self.workflow.system != CiSystem::Github
            && step.run.as_ref().is_some_and(|run| says_so(&run.value))
        {
            return true;
        }
        step.with.iter().chain(env).any(|setting| {
            (says_so(&setting.name) && is_set(&setting.value)) || says_so(&setting.value)
        })
    }

    /// Whether a cloud secret is there so that the agent can reach its model.
    pub fn pays_for_the_model(&self, name: &str) -> bool {
        let clouds = ["AWS", "GCP", "GOOGLE", "AZURE"];
        let upper = name.to_ascii_uppercase();
        self.uses_a_cloud_model() && clouds.iter().any(|cloud| upper.contains(cloud))
    }

    /// Secrets in the agent step's own environment or inputs, or in that of its job, whose use by the agent is not seen.
    pub fn idle_secrets(&self) -> Vec<&HeldSecret> {
        let all = [Purpose::Unknown, Purpose::Messages, Purpose::Publish];
        let mut found = self.secrets_for(&all);
        found.retain(|secret| {
            secret.reached >= SecretReach::Inherited && !is_identifier(&secret.name)
        });
        found
    }

    /// Whether a runner of one's own runs the job.
    pub fn own_runner(&self) -> bool {
        let mut labels = self.inner_job.runs_on.iter();
        labels.any(|label| label.eq_ignore_ascii_case("self-hosted"))
    }

    /// What stands behind `input=value` pairs that hold, or among the arguments.
    pub fn switched(&self, pairs: &[String], arguments: &[String]) -> Option<(String, Spot)> {
        if let Some((_, step)) = self.step {
            for pair in pairs {
                let Some((input, value)) = pair.split_once('=') else {
                    continue;
                };
                if let Some(setting) = step.input(input)
                    && crate::rules::ci::fits(value, setting.value.trim())
                {
                    let word = value.trim_matches('*');
                    return Some((format!("{input}: {word}"), setting.spot.clone()));
                }
            }
        }
        let given = &self.agent.arguments;
        let stands = |switch: &&String| {
            let words: Vec<&str> = switch.split(' ').collect();
            given.windows(words.len()).any(|some| some == words)
        };
        let switch = arguments.iter().find(stands)?;
        Some((switch.clone(), self.agent.spot.clone()))
    }
}

/// Whether a list of tools names the shell without a pattern.
fn names_bare_shell(text: &str) -> bool {
    text.split([',', ' ', '"', '\'', '\n', '[', ']'])
        .any(|word| matches!(word.trim(), "Bash" | "Bash(*)" | "Bash(*:*)" | "Bash(:*)"))
}
