//! What an agent holds where jobs get their secrets as plain variables: GitLab CI, Azure Pipelines, CircleCI.
//!
//! In: a site. Out: entries of `Holds`, and what follows from scripts and settings. Only what a file names is held; what
//! the settings of a project hold besides is said to be unseen, never guessed.

use super::Site;
use super::ask::Deploys;
use super::gathering::{Gathering, MAX_HOPS, Way};
use super::values::Role;
use crate::model::{
    Basis, CiSystem, HeldToken, Purpose, SecretReach, Setting, Spot, Step, TokenFrom, TokenSource,
    Trigger,
};
use crate::read::expression;
use crate::read::workflow::variables;
use crate::rules::ci;

impl Gathering<'_, '_> {
    /// What the job gives its steps besides their own settings.
    pub(super) fn surroundings(&mut self) {
        let site = self.site;
        let given = &site.inner_job.surroundings;
        for token in &given.tokens {
            self.own_token(token, TokenFrom::Env);
        }
        if let Some(token) = &given.persisted {
            self.holds.persisted_credentials = true;
            self.own_token(token, TokenFrom::Checkout);
        }
        for identity in &given.identities {
            self.holds.oidc = true;
            self.token(held(
                TokenSource::Oidc,
                TokenFrom::Env,
                &identity.name,
                &identity.spot,
            ));
        }
        self.set_by_earlier_steps();
        for step in &site.inner_job.steps {
            let is_own = site.step.is_some_and(|(_, own)| std::ptr::eq(own, step));
            if is_own || site.workflow.system.shares_variables() {
                self.mentions(step);
            }
        }
    }

    /// What earlier steps put into the environment of the steps behind them.
    fn set_by_earlier_steps(&mut self) {
        let site = self.site;
        let earlier = site.step.map_or(0, |(number, _)| number);
        for step in &site.inner_job.steps[..earlier] {
            let sets = |run: &Setting| {
                run.value.contains("task.setvariable") || run.value.contains("BASH_ENV")
            };
            if step.run.as_ref().is_some_and(sets) {
                for setting in step.mentions.iter().chain(&step.env) {
                    self.value(setting, Role::Any, TokenFrom::Env, SecretReach::Inherited);
                }
            }
        }
    }

    fn mentions(&mut self, step: &Step) {
        let kept_back = self.site.kept_back();
        for mention in &step.mentions {
            if !kept_back.contains(mention.name.as_str()) {
                let reach = SecretReach::Inherited;
                self.value(mention, Role::Any, TokenFrom::Env, reach);
            }
        }
    }

    /// A token that the system makes for the job.
    fn own_token(&mut self, token: &Setting, from: TokenFrom) {
        self.token(held(TokenSource::Other, from, &token.name, &token.spot));
    }

    /// A variable by its name: what the file sets is followed, the rest comes from the settings.
    pub(super) fn variable(&mut self, name: &str, way: Way<'_>, hops: usize) {
        let site = self.site;
        if ci::is_job_token(site.workflow.system, name) {
            let has_own = site.workflow.system == CiSystem::Gitlab && !name.starts_with("AI_FLOW");
            let name = if has_own { "CI_JOB_TOKEN" } else { name };
            self.token(held(TokenSource::Other, way.from, name, way.spot));
            return;
        }
        if hops >= MAX_HOPS {
            return;
        }
        let step_env = site.step.map_or(&[][..], |(_, step)| &step.env);
        let around = site.inner_job.env.iter().chain(&site.inner.env);
        let set = step_env.iter().chain(around).find(|set| set.name == name);
        let stands_for_itself =
            |set: &Setting| set.value.trim().trim_matches(['$', '{', '}', '(', ')']) == name;
        if let Some(set) = set
            && !stands_for_itself(set)
        {
            self.text(&set.value, way, hops + 1);
            return;
        }
        if !ci::says_credential(name) || is_identity(site, name) {
            return;
        }
        let purpose = match way.role {
            _ if ci::is_forge_token(name) => Purpose::Github,
            Role::Model => Purpose::Model,
            Role::GithubToken => Purpose::Github,
            Role::Any => ci::purpose_of(name),
        };
        if purpose == Purpose::Github {
            let pat = held(TokenSource::Pat, way.from, name, way.spot);
            self.token(pat);
        }
        self.secret(name, way.spot, way.reach, purpose);
    }
}

/// Whether a variable holds an identity token of the job, or the job's token by another name.
fn is_identity(site: &Site<'_>, name: &str) -> bool {
    let given = &site.inner_job.surroundings;
    given.identities.iter().any(|known| known.name == name)
}

fn held(source: TokenSource, from: TokenFrom, name: &str, spot: &Spot) -> HeldToken {
    let basis = match source {
        TokenSource::Oidc => Basis::Stated,
        _ => Basis::Default,
    };
    HeldToken {
        source,
        from,
        permissions: None,
        basis,
        line: spot.place.start_line,
        name: name.to_owned(),
        spot: spot.clone(),
        optional: false,
    }
}

impl Site<'_> {
    /// The events that start the job: its own where it has some.
    pub fn triggers(&self) -> &[Trigger] {
        match self.job.surroundings.triggers.as_slice() {
            [] => &self.workflow.triggers,
            own => own,
        }
    }

    /// Words for GitHub, or those for every other system.
    pub fn worded(&self, of_github: &'static str, elsewhere: &'static str) -> &'static str {
        match self.workflow.system {
            CiSystem::Github => of_github,
            _ => elsewhere,
        }
    }

    /// Logins by service connections: of the agent's own step, and what earlier steps leave.
    pub(super) fn connections(&self) -> Vec<Deploys> {
        let Some((number, own)) = self.step else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (at, step) in self.inner_job.steps.iter().enumerate().take(number + 1) {
            let uses = step.uses.as_ref();
            let Some((uses, task)) = uses.and_then(|uses| Some((uses, ci::task(&uses.name)?)))
            else {
                continue;
            };
            let connection = task.connections.iter().find_map(|input| step.input(input));
            let command = step
                .input("command")
                .map_or("", |setting| setting.value.trim());
            if at == number && !task.scripts.is_empty() {
                found.extend(connection.map(|setting| Deploys {
                    what: format!(
                        "a login to {} by the service connection {}",
                        task.login,
                        setting.value.trim()
                    ),
                    spot: setting.spot.clone(),
                }));
            } else if task.deploys
                && !std::ptr::eq(step, own)
                && (task.where_set.is_empty() || task.where_set == command)
            {
                found.push(Deploys {
                    what: task.leaves.clone(),
                    spot: uses.spot.clone(),
                });
            }
        }
        found
    }

    /// The secrets that a step names, each with its place.
    pub fn secrets_named(&self, step: &Step) -> Vec<(String, Spot)> {
        let settings = step.env.iter().chain(&step.with);
        if self.workflow.system == CiSystem::Github {
            let named = settings.chain(&step.run).flat_map(|setting| {
                let references = expression::references(&setting.value).into_iter();
                let secrets = references.filter(|reference| reference.is_of("secrets"));
                secrets.map(|secret| (secret.part(1).to_owned(), setting.spot.clone()))
            });
            return named.collect();
        }
        let named = settings.chain(&step.mentions).flat_map(|setting| {
            let names = variables::named(&setting.value).into_iter();
            names.map(|name| (name, setting.spot.clone()))
        });
        named
            .filter(|(name, _)| ci::says_credential(name))
            .collect()
    }

    /// A cloud login that the job's identity token is swapped for, beside the agent.
    pub(super) fn identity_login(&self) -> Option<Deploys> {
        let identity = self.inner_job.surroundings.identities.first()?;
        let mut texts = self
            .inner_job
            .steps
            .iter()
            .filter_map(|step| step.run.as_ref());
        let cloud = texts.find_map(|run| ci::login_by_identity(&run.value))?;
        Some(Deploys {
            what: format!("a login to {cloud} in exchange for {}", identity.name),
            spot: identity.spot.clone(),
        })
    }

    /// Whether the job's texts hand the agent what people wrote.
    pub(super) fn reads_words_of_people(&self) -> bool {
        let mentions = self.inner_job.steps.iter().flat_map(|step| &step.mentions);
        let mut names = mentions.map(|mention| mention.name.as_str());
        names.any(ci::holds_words_of_people)
    }
}
