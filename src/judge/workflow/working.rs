//! How an agent of a step works with the job's token: with every call, by `git` alone, or not at all.
//!
//! In: a site, and a step of its job that runs an agent. Out: `Works`. What cannot be told counts as every call, so that
//! nothing is called unneeded too early.

use super::Site;
use super::values::{exports, is_job_token};
use super::view::persists;
use crate::model::{Access, Setting, Step};
use crate::read::expression;
use crate::rules::ci::{self, ActionAgent, DefaultToken};

/// What an agent does with the job's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Works {
    /// Any call that it is asked to make may be made with it.
    ByCalls,
    /// Only `git` finds it, where a checkout left it.
    ByGit,
    /// Nothing that the agent uses holds it.
    Without,
}

/// Says how the agent of a step works with the job's token.
pub(super) fn of(site: &Site<'_>, number: usize, step: &Step) -> Works {
    let before = &site.inner_job.steps[..number];
    let around = site.inner_job.env.iter().chain(&site.inner.env);
    let kept_back = match site.step {
        Some((own, _)) if own == number => site.kept_back(),
        _ => Default::default(),
    };
    let env = step.env.iter();
    let env = env.filter(|setting| !kept_back.contains(setting.name.as_str()));
    let own = env.chain(&step.with).chain(&step.run);
    let exported = before
        .iter()
        .filter(|step| exports(step))
        .flat_map(|step| step.env.iter().chain(&step.run));
    let is_handed = own.chain(around).chain(exported).any(names_job_token);
    if is_handed || before.iter().any(|step| logs_in(step, &["gh auth"])) {
        return Works::ByCalls;
    }
    if let Some(uses) = &step.uses {
        let works = match ci::action_agent(&uses.name) {
            Some(action) => of_action(site, step, action),
            None => Some(Works::ByCalls),
        };
        if let Some(works) = works {
            return works;
        }
    }
    let in_git = ["x-access-token", "insteadOf", "extraheader"];
    let leaves = |step: &Step| leaves_it(step) || logs_in(step, &in_git);
    if before.iter().any(leaves) {
        Works::ByGit
    } else {
        Works::Without
    }
}

/// Whether `gh` and requests of a step go with another token than the job's: its variables name one, and not the job's.
pub(super) fn calls_with_another_token(site: &Site<'_>, step: &Step) -> bool {
    let around = site.inner_job.env.iter().chain(&site.inner.env);
    let settings = || step.env.iter().chain(around.clone());
    let is_token = |setting: &&Setting| {
        matches!(setting.name.as_str(), "GH_TOKEN" | "GITHUB_TOKEN")
            && setting.value.contains("${{")
    };
    // Of the two, `gh` takes GH_TOKEN; of one that stands twice, the innermost counts.
    let found = settings()
        .find(|setting| setting.name == "GH_TOKEN")
        .or_else(|| settings().find(is_token));
    let in_text = step.run.as_ref().is_some_and(names_job_token);
    found.is_some_and(|setting| is_token(&setting) && !names_job_token(setting)) && !in_text
}

/// What an agent's own action decides; `None` where it is what stands around that counts.
fn of_action(site: &Site<'_>, step: &Step, action: &ActionAgent) -> Option<Works> {
    let is_set = |input: &String| {
        step.input(input)
            .is_some_and(|setting| !matches!(setting.value.trim(), "" | "false"))
    };
    let takes_away = action.clears_checkout.then_some(Works::Without);
    if action.token_inputs.iter().any(is_set) {
        // Another token than the job's, or the input would have named it.
        return takes_away;
    }
    match action.default_token {
        DefaultToken::None => None,
        DefaultToken::GithubToken => Some(Works::ByCalls),
        DefaultToken::Exchanged => {
            let keeps = action.keeps_job_token.iter().any(is_set);
            let can_swap = site.grant.access("id-token") != Some(Access::None);
            if keeps || !can_swap {
                Some(Works::ByCalls)
            } else {
                takes_away
            }
        }
    }
}

/// Whether a value is or may be the job's token.
fn names_job_token(setting: &Setting) -> bool {
    expression::references(&setting.value)
        .iter()
        .any(|reference| is_job_token(reference) || may_be_token(setting, reference))
}

/// A token that an earlier step or another job computed may be the job's own.
fn may_be_token(setting: &Setting, reference: &expression::Reference) -> bool {
    let is_named = setting.name.to_ascii_uppercase().contains("TOKEN");
    let is_passed = reference.is_of("env") || reference.is_of("inputs") || reference.is_of("needs");
    is_named && is_passed
}

/// Whether a step logs a program in with the job's token for the steps behind it, by one of some words.
fn logs_in(step: &Step, words: &[&str]) -> bool {
    let holds = || step.env.iter().chain(&step.run).any(names_job_token);
    let text = step.run.as_ref().map_or("", |run| run.value.as_str());
    words.iter().any(|word| text.contains(word)) && holds()
}

/// Whether a checkout leaves the job's token for `git`.
fn leaves_it(step: &Step) -> bool {
    is_checkout(step) && persists(step) && !has_own_login(step)
}

fn is_checkout(step: &Step) -> bool {
    let uses = step.uses.as_ref();
    uses.is_some_and(|uses| uses.name == "actions/checkout")
}

/// Whether a checkout is handed another login than the job's token.
fn has_own_login(step: &Step) -> bool {
    let is_set = |input| {
        step.input(input)
            .filter(|setting| !setting.value.trim().is_empty())
    };
    is_set("ssh-key").is_some() || is_set("token").is_some_and(|token| !names_job_token(token))
}

/// Whether `git` goes with another login than the job's token, which the last checkout left.
pub(super) fn pulls_with_another_token(site: &Site<'_>, number: usize) -> bool {
    let before = site.inner_job.steps[..number].iter();
    let mut checkouts = before.rev().filter(|step| is_checkout(step));
    checkouts
        .next()
        .is_some_and(|step| persists(step) && has_own_login(step))
}
