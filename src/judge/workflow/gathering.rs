//! What a value hands to the agent: the tokens and secrets that its expressions name.
//!
//! In: settings. Out: entries of `Holds`, each token once a way. `env.X` is followed, outputs are led back to their makers.

use std::collections::BTreeSet;

use super::Site;
use super::grant::Grant;
use super::values::{Role, by_catalogue, is_identifier, is_job_token, is_key_of_app, minted};
use crate::model::{
    Basis, CiSystem, HeldSecret, HeldToken, Holds, Purpose, SecretReach, Setting, Spot, TokenFrom,
    TokenSource,
};
use crate::read::expression::{self, Reference};
use crate::read::workflow::variables;
use crate::rules::ci;

/// How deep `env.X` is followed to what it names.
pub(super) const MAX_HOPS: usize = 4;

/// How a value comes to the agent.
#[derive(Clone, Copy)]
pub(super) struct Way<'s> {
    pub spot: &'s Spot,
    pub role: Role,
    pub from: TokenFrom,
    pub reach: SecretReach,
}

/// What has been gathered for one site.
pub(super) struct Gathering<'s, 'w> {
    pub site: &'s Site<'w>,
    pub holds: Holds,
    seen: BTreeSet<(String, TokenFrom)>,
}

impl<'s, 'w> Gathering<'s, 'w> {
    pub(super) fn new(site: &'s Site<'w>) -> Self {
        Gathering {
            site,
            holds: Holds::default(),
            seen: BTreeSet::new(),
        }
    }

    /// Takes in every token and secret that a value names.
    pub(super) fn value(
        &mut self,
        setting: &Setting,
        role: Role,
        from: TokenFrom,
        reach: SecretReach,
    ) {
        let way = Way {
            spot: &setting.spot,
            role,
            from,
            reach,
        };
        self.text(&setting.value, way, 0);
    }

    pub(super) fn text(&mut self, text: &str, way: Way<'_>, hops: usize) {
        if self.site.workflow.system != CiSystem::Github {
            for name in variables::named(text) {
                self.variable(&name, way, hops);
            }
            return;
        }
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

    pub(super) fn secret(
        &mut self,
        named: &str,
        spot: &Spot,
        reach: SecretReach,
        purpose: Purpose,
    ) {
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

    pub(super) fn job_token(&mut self, from: TokenFrom, spot: &Spot) {
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

    pub(super) fn token(&mut self, token: HeldToken) {
        let key = format!("{:?}/{}", token.source, token.name);
        if self.seen.insert((key, token.from)) {
            self.holds.tokens.push(token);
        }
    }
}
