//! What an agent step holds: tokens and secrets of its own step, of the job, and of what earlier steps left.
//!
//! In: a site. Out: `Holds`. A value that a reference leads to but that cannot be seen is `other`, never nothing.

use super::Site;
use super::gathering::Gathering;
use super::values::{Role, add_named, exports, role_of};
use super::view::persists;
use crate::model::{
    Access, Basis, CiSystem, HeldToken, Holds, Passing, Purpose, Scopes, SecretReach, Step,
    TokenFrom, TokenSource,
};
use crate::rules::ci::{self, DefaultToken};

/// Gathers what a site's agent holds.
pub(super) fn of(site: &Site<'_>) -> Holds {
    let mut gathering = Gathering::new(site);
    match site.step {
        Some((number, step)) => {
            gathering.own(step);
            gathering.around();
            gathering.earlier(number);
            gathering.by_default(step);
        }
        None => gathering.passed(),
    }
    if site.workflow.system == CiSystem::Github {
        gathering.oidc();
    } else {
        gathering.surroundings();
    }
    let mut holds = gathering.holds;
    holds
        .tokens
        .sort_by_key(|token| (token.source, token.from, token.line, token.name.clone()));
    holds.tokens.dedup_by(|a, b| {
        (a.source, a.from, &a.name, &a.permissions) == (b.source, b.from, &b.name, &b.permissions)
    });
    holds
}

impl Gathering<'_, '_> {
    /// The step's own inputs, environment and text.
    fn own(&mut self, step: &Step) {
        for setting in &step.with {
            let is_token = self.site.action.is_some_and(|action| {
                let mut inputs = action.token_inputs.iter();
                inputs.any(|input| input.eq_ignore_ascii_case(&setting.name))
            });
            let is_model = self.site.action.is_some_and(|action| {
                let mut inputs = action.model_inputs.iter();
                inputs.any(|input| input.eq_ignore_ascii_case(&setting.name))
            });
            let role = match (is_token, is_model) {
                (true, _) => Role::GithubToken,
                (_, true) => Role::Model,
                _ => Role::Any,
            };
            self.value(setting, role, TokenFrom::With, SecretReach::Handed);
        }
        let kept_back = self.site.kept_back();
        let handed = step.env.iter();
        for setting in handed.filter(|setting| !kept_back.contains(setting.name.as_str())) {
            self.value(
                setting,
                role_of(&setting.name),
                TokenFrom::Env,
                SecretReach::Handed,
            );
        }
        // Elsewhere the names that a text holds have places of their own.
        if let Some(run) = &step.run
            && self.site.workflow.system == CiSystem::Github
        {
            self.value(run, Role::Any, TokenFrom::With, SecretReach::Handed);
        }
    }

    /// The environment of the job and of the workflow.
    fn around(&mut self) {
        let site = self.site;
        for setting in site.inner_job.env.iter().chain(&site.inner.env) {
            self.value(
                setting,
                role_of(&setting.name),
                TokenFrom::Env,
                SecretReach::Inherited,
            );
        }
    }

    /// What the steps before left: files, environment, logins.
    fn earlier(&mut self, number: usize) {
        let site = self.site;
        for step in &site.inner_job.steps[..number] {
            if let Some(uses) = &step.uses {
                if uses.name == "actions/checkout" {
                    self.checkout(step);
                }
                if let Some(left) = ci::leaves(&uses.name) {
                    for input in &left.stored {
                        if let Some(setting) = step.input(input) {
                            self.value(
                                setting,
                                Role::Any,
                                TokenFrom::With,
                                SecretReach::EarlierStep,
                            );
                        }
                    }
                }
            }
            if exports(step) {
                let settings = step.run.iter().chain(&step.env);
                for setting in settings {
                    let role = role_of(&setting.name);
                    self.value(setting, role, TokenFrom::Env, SecretReach::Inherited);
                }
            }
        }
    }

    /// A checkout writes its token to the disk unless told otherwise.
    fn checkout(&mut self, step: &Step) {
        if !persists(step) {
            return;
        }
        self.holds.persisted_credentials = true;
        let key = step.input("ssh-key").filter(|s| !s.value.trim().is_empty());
        if let Some(setting) = key {
            self.value(
                setting,
                Role::Any,
                TokenFrom::Checkout,
                SecretReach::EarlierStep,
            );
            return;
        }
        match step.input("token").filter(|s| !s.value.trim().is_empty()) {
            Some(setting) => self.value(
                setting,
                Role::GithubToken,
                TokenFrom::Checkout,
                SecretReach::EarlierStep,
            ),
            None => self.job_token(TokenFrom::Checkout, &step.spot),
        }
    }

    /// What an agent action takes where no input says otherwise.
    fn by_default(&mut self, step: &Step) {
        if self.site.workflow.system != CiSystem::Github {
            return;
        }
        let Some(action) = self.site.action else {
            let spot = &self.site.agent.spot;
            // An action that was not read can take the job's token without being handed it.
            if step.uses.is_some() {
                self.job_token(TokenFrom::Default, spot);
            } else if let Some(entry) = self.site.exchanging_program() {
                self.exchanged(entry.exchanged_scopes(), spot);
            }
            return;
        };
        let is_set = |input: &String| {
            step.input(input)
                .is_some_and(|setting| !matches!(setting.value.trim(), "" | "false"))
        };
        if action.token_inputs.iter().any(is_set) {
            return;
        }
        let spot = &self.site.agent.spot;
        match action.default_token {
            DefaultToken::None => {}
            DefaultToken::GithubToken => self.job_token(TokenFrom::Default, spot),
            DefaultToken::Exchanged if action.keeps_job_token.iter().any(is_set) => {
                self.job_token(TokenFrom::Default, spot);
            }
            DefaultToken::Exchanged => {
                self.job_token(TokenFrom::Default, spot);
                let mut scopes = action.exchanged_scopes();
                add_named(step.input("additional_permissions"), &mut scopes);
                self.exchanged(scopes, spot);
            }
        }
    }

    /// The App token that the job's OIDC token is swapped for. Without `id-token: write` there is nothing to swap.
    fn exchanged(&mut self, scopes: Scopes, spot: &crate::model::Spot) {
        if self.site.grant.access("id-token") == Some(Access::None) {
            return;
        }
        self.token(HeldToken {
            source: TokenSource::AppExchanged,
            from: TokenFrom::Default,
            permissions: Some(scopes),
            basis: Basis::Exchanged,
            line: spot.place.start_line,
            name: String::new(),
            spot: spot.clone(),
            optional: false,
        });
    }

    /// What a call hands to a workflow that stands elsewhere.
    fn passed(&mut self) {
        let Some(call) = self.site.call else {
            return;
        };
        self.job_token(TokenFrom::Default, &call.uses.spot);
        for setting in &call.with {
            self.value(setting, Role::Any, TokenFrom::With, SecretReach::Handed);
        }
        match &call.secrets {
            Passing::Nothing => {}
            Passing::Inherit(spot) => self.secret("*", spot, SecretReach::Handed, Purpose::Unknown),
            Passing::Named(settings) => {
                for setting in settings {
                    self.value(setting, Role::Any, TokenFrom::With, SecretReach::Handed);
                }
            }
        }
    }

    fn oidc(&mut self) {
        let grant = &self.site.grant;
        let kept_back = self
            .site
            .kept_back()
            .contains("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
        if !grant.writes("id-token") || kept_back {
            return;
        }
        self.holds.oidc = true;
        let spot = grant
            .spot_of("id-token")
            .unwrap_or(self.site.spot())
            .clone();
        self.token(HeldToken {
            source: TokenSource::Oidc,
            from: TokenFrom::Env,
            permissions: Some(Scopes::from([("id-token".to_owned(), Access::Write)])),
            basis: Basis::Stated,
            line: spot.place.start_line,
            name: String::new(),
            spot,
            optional: false,
        });
    }
}
