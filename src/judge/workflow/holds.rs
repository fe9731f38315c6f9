//! What an agent step holds: tokens and secrets of its own step, of the job, and of what earlier steps left.
//!
//! In: a site. Out: `Holds`. A value that a reference leads to but that cannot be seen is `other`, never nothing.

use std::collections::BTreeSet;

use super::Site;
use super::grant::Grant;
use crate::model::{
    Access, Basis, HeldSecret, HeldToken, Holds, Passing, Purpose, Scopes, SecretReach, Setting,
    Spot, Step, TokenFrom, TokenSource,
};
use crate::read::expression::{self, Reference};
use crate::rules::ci::{self, DefaultToken};
use crate::rules::{RuleSet, name};

/// How deep `env.X` is followed to what it names.
const MAX_HOPS: usize = 4;

/// Gathers what a site's agent holds.
pub(super) fn of(site: &Site<'_>) -> Holds {
    let mut gathering = Gathering {
        site,
        holds: Holds::default(),
        seen: BTreeSet::new(),
    };
    match site.step {
        Some((number, step)) => {
            gathering.own(step);
            gathering.around();
            gathering.earlier(number);
            gathering.by_default(step);
        }
        None => gathering.passed(),
    }
    gathering.oidc();
    let mut holds = gathering.holds;
    holds
        .tokens
        .sort_by_key(|token| (token.source, token.from, token.line, token.name.clone()));
    holds.tokens.dedup_by(|a, b| {
        (a.source, a.from, &a.name, &a.permissions) == (b.source, b.from, &b.name, &b.permissions)
    });
    holds
}

/// How a value comes to the agent.
#[derive(Clone, Copy)]
struct Way<'s> {
    spot: &'s Spot,
    role: Role,
    from: TokenFrom,
    reach: SecretReach,
}

struct Gathering<'s, 'w> {
    site: &'s Site<'w>,
    holds: Holds,
    seen: BTreeSet<(String, TokenFrom)>,
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
        for setting in &step.env {
            self.value(
                setting,
                role_of(&setting.name),
                TokenFrom::Env,
                SecretReach::Handed,
            );
        }
        if let Some(run) = &step.run {
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
        let persists = step
            .input("persist-credentials")
            .is_none_or(|setting| !setting.value.trim().eq_ignore_ascii_case("false"));
        if !persists {
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
        let Some(action) = self.site.action else {
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
                // Without `id-token: write` there is nothing to exchange, and the action fails.
                if self.site.grant.access("id-token") != Some(Access::None) {
                    let mut scopes = action.exchanged_scopes();
                    add_named(step.input("additional_permissions"), &mut scopes);
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
            }
        }
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
        if !grant.writes("id-token") {
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

    /// Takes in every token and secret that a value names.
    fn value(&mut self, setting: &Setting, role: Role, from: TokenFrom, reach: SecretReach) {
        let way = Way {
            spot: &setting.spot,
            role,
            from,
            reach,
        };
        self.text(&setting.value, way, 0);
    }

    fn text(&mut self, text: &str, way: Way<'_>, hops: usize) {
        let references = expression::references(text);
        let has_stand_in = references.iter().any(is_job_token) && text.contains("||");
        for reference in references {
            if is_job_token(&reference) {
                self.job_token(way.from, way.spot);
            } else if reference.is_of("secrets") {
                self.secret_reference(&reference, way, has_stand_in);
            } else if reference.is_of("steps") {
                self.output(&reference, way.spot, way.role, way.from);
            } else if reference.is_of("env") && hops < MAX_HOPS {
                let site = self.site;
                let step_env = site.step.map_or(&[][..], |(_, step)| &step.env);
                let all = step_env
                    .iter()
                    .chain(&site.inner_job.env)
                    .chain(&site.inner.env);
                for named in all.filter(|named| named.name == reference.part(1)) {
                    self.text(&named.value, way, hops + 1);
                }
            } else if reference.is_of("needs") && way.role == Role::GithubToken {
                self.other(way.spot, way.from);
            }
        }
    }

    /// A secret by its name. `has_stand_in`: the job's token is taken where the secret is not set.
    fn secret_reference(&mut self, reference: &Reference, way: Way<'_>, has_stand_in: bool) {
        let named = reference.part(1);
        if named.is_empty() || named == "*" {
            self.secret("*", way.spot, way.reach, Purpose::Unknown);
            return;
        }
        let purpose = match way.role {
            Role::Model => Purpose::Model,
            Role::GithubToken => Purpose::Github,
            Role::Any => ci::purpose_of(named),
        };
        if purpose == Purpose::Github && !is_key_of_app(named) && !is_identifier(named) {
            self.token(HeldToken {
                source: TokenSource::Pat,
                from: way.from,
                permissions: None,
                basis: Basis::Default,
                line: way.spot.place.start_line,
                name: named.to_owned(),
                spot: way.spot.clone(),
                optional: has_stand_in,
            });
        }
        self.secret(named, way.spot, way.reach, purpose);
    }

    fn secret(&mut self, named: &str, spot: &Spot, reach: SecretReach, purpose: Purpose) {
        if let Some(known) = self.holds.secrets.iter_mut().find(|s| s.name == named) {
            if reach > known.reached {
                known.reached = reach;
                known.spot = spot.clone();
                known.line = spot.place.start_line;
            }
            known.purpose = if known.purpose == Purpose::Model || purpose == Purpose::Model {
                Purpose::Model
            } else {
                known.purpose.max(purpose)
            };
            return;
        }
        let (kind, breadth, broad) = by_catalogue(named);
        let purpose = match purpose {
            Purpose::Model | Purpose::Github | Purpose::Messages => purpose,
            _ if broad => Purpose::Broad,
            _ => purpose,
        };
        self.holds.secrets.push(HeldSecret {
            name: named.to_owned(),
            kind,
            breadth,
            line: spot.place.start_line,
            purpose,
            spot: spot.clone(),
            reached: reach,
        });
    }

    /// `steps.x.outputs.y`: an App token, the token of an agent action, or something that cannot be seen.
    fn output(&mut self, reference: &Reference, spot: &Spot, role: Role, from: TokenFrom) {
        let steps = &self.site.inner_job.steps;
        let maker = steps.iter().find(|step| step.id == reference.part(1));
        let uses = maker.and_then(|step| Some((step, step.uses.as_ref()?)));
        if let Some((step, uses)) = uses {
            if let Some(mints) = ci::mints(&uses.name)
                && reference.part(3) == mints.output
            {
                let from = if from == TokenFrom::Checkout {
                    from
                } else {
                    TokenFrom::Output
                };
                self.token(HeldToken {
                    source: TokenSource::AppToken,
                    from,
                    permissions: minted(step, mints),
                    basis: Basis::Stated,
                    line: step.spot.place.start_line,
                    name: reference.part(1).to_owned(),
                    spot: step.spot.clone(),
                    optional: false,
                });
                return;
            }
            if let Some(action) = ci::action_agent(&uses.name)
                && reference.part(3) == "github_token"
            {
                self.token(HeldToken {
                    source: TokenSource::AppExchanged,
                    from: TokenFrom::Output,
                    permissions: Some(action.exchanged_scopes()),
                    basis: Basis::Exchanged,
                    line: step.spot.place.start_line,
                    name: String::new(),
                    spot: step.spot.clone(),
                    optional: false,
                });
                return;
            }
        }
        if role == Role::GithubToken {
            self.other(spot, from);
        }
    }

    fn other(&mut self, spot: &Spot, from: TokenFrom) {
        self.token(HeldToken {
            source: TokenSource::Other,
            from,
            permissions: None,
            basis: Basis::Default,
            line: spot.place.start_line,
            name: String::new(),
            spot: spot.clone(),
            optional: false,
        });
    }

    fn job_token(&mut self, from: TokenFrom, spot: &Spot) {
        let grant: &Grant = &self.site.grant;
        self.token(HeldToken {
            source: TokenSource::GithubToken,
            from,
            permissions: grant.scopes.clone(),
            basis: grant.basis(),
            line: spot.place.start_line,
            name: String::new(),
            spot: spot.clone(),
            optional: false,
        });
    }

    fn token(&mut self, token: HeldToken) {
        let key = format!("{:?}/{}", token.source, token.name);
        if self.seen.insert((key, token.from)) {
            self.holds.tokens.push(token);
        }
    }
}

/// What a place says of the value that stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A token of GitHub, whatever the secret is called.
    GithubToken,
    /// The model's own credential.
    Model,
    Any,
}

/// Variables in which programs look for a token of GitHub, and those of models.
fn role_of(variable: &str) -> Role {
    match variable {
        "GITHUB_TOKEN"
        | "GH_TOKEN"
        | "GITHUB_PERSONAL_ACCESS_TOKEN"
        | "GITHUB_PAT"
        | "GH_PAT"
        | "GH_ENTERPRISE_TOKEN"
        | "GITHUB_API_TOKEN"
        | "GITHUB__USER_TOKEN" => Role::GithubToken,
        _ if ci::purpose_of(variable) == Purpose::Model => Role::Model,
        _ => Role::Any,
    }
}

fn is_job_token(reference: &Reference) -> bool {
    let second = reference.part(1);
    (reference.is_of("github") && second.eq_ignore_ascii_case("token"))
        || (reference.is_of("secrets") && second.eq_ignore_ascii_case("GITHUB_TOKEN"))
}

/// A private key makes tokens of an App; it is none itself.
fn is_key_of_app(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.ends_with("KEY") || name.ends_with("APP_ID") || name.ends_with("_PEM")
}

/// Whether a secret's name says that it only names something.
pub(super) fn is_identifier(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "_ID",
        "_URL",
        "_REGION",
        "_USERNAME",
        "_USER",
        "_HOST",
        "_PROJECT",
        "_NAME",
        "_EMAIL",
        "_ORG",
        "_ENDPOINT",
        "_ACCOUNT",
        "_PROVIDER",
        "_BASE",
    ];
    let name = name.to_ascii_uppercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a step writes to the environment of the steps behind it.
fn exports(step: &Step) -> bool {
    step.run
        .as_ref()
        .is_some_and(|run| run.value.contains("GITHUB_ENV"))
}

/// Adds `scope: level` lines of an input.
fn add_named(setting: Option<&Setting>, scopes: &mut Scopes) {
    for line in setting.map_or("", |setting| setting.value.as_str()).lines() {
        if let Some((scope, word)) = line.split_once(':')
            && let Some(access) = Access::from_word(word.trim())
        {
            scopes.insert(scope.trim().replace('_', "-"), access);
        }
    }
}

/// The permissions that an App token is asked for; `None` where it carries all of the installation.
fn minted(step: &Step, mints: &ci::Mints) -> Option<Scopes> {
    let mut scopes = Scopes::new();
    if !mints.permission_prefix.is_empty() {
        for setting in &step.with {
            let Some(scope) = setting.name.strip_prefix(&mints.permission_prefix) else {
                continue;
            };
            if let Some(access) = Access::from_word(setting.value.trim()) {
                scopes.insert(scope.to_owned(), access);
            }
        }
    }
    if !mints.permissions.is_empty()
        && let Some(setting) = step.input(&mints.permissions)
    {
        for part in setting.value.split(['{', '}', ',', '\n']) {
            let Some((scope, word)) = part.split_once(':') else {
                continue;
            };
            let bare = |text: &str| text.trim().trim_matches(['"', '\'']).replace('_', "-");
            if let Some(access) = Access::from_word(&bare(word)) {
                scopes.insert(bare(scope), access);
            }
        }
    }
    (!scopes.is_empty()).then_some(scopes)
}

/// The kind that a name stands for, where it stands for one alone; its level; whether every kind of that name is broad.
fn by_catalogue(named: &str) -> (Option<&'static str>, Option<&'static str>, bool) {
    let normalised = name::normalise(named.as_bytes());
    let mut found = RuleSet::builtin().by_name(&normalised);
    found.retain(|named| named.equal);
    let Some(first) = found.first() else {
        return (None, None, false);
    };
    let level = first.kind.level;
    let of_one_level = found.iter().all(|named| named.kind.level == level);
    let broad = found.iter().all(|named| {
        matches!(
            named.kind.level,
            crate::model::Level::Account | crate::model::Level::Org
        )
    });
    let kind = (found.len() == 1).then_some(first.kind.id);
    (kind, of_one_level.then(|| level.word()), broad)
}
