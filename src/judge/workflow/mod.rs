//! What the agent in a job can do: what it holds, who can start it, what it would do with less.
//!
//! In: workflow files, and a look-up of other files of the same state. Out: `AgentJob`s, and findings of the TL3xx
//! rules. Base and head are judged by the same call, so that what a change brings is the difference of the two.

mod ask;
mod gate;
mod gathering;
mod grant;
mod holds;
mod need;
mod outsiders;
mod routes;
mod scene;
mod surroundings;
pub(crate) mod text;
mod tools;
mod values;
mod view;
mod working;

#[cfg(test)]
mod azure_tests;
#[cfg(test)]
mod circleci_tests;
#[cfg(test)]
mod gitlab_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod token_tests;

pub use grant::Grant;
pub use need::Need;
pub use outsiders::Start;
pub(crate) use values::is_mere_name;

use std::collections::BTreeSet;

use crate::judge::rules;
use crate::model::{
    AgentJob, AgentStep, Call, HeldToken, Holds, Job, RepoPath, Rule, Spot, Step, Through,
    TokenSource, Workflow,
};
use crate::read;
use crate::rules::ci;
use crate::syntax::SyntaxError;

/// The most agents of one workflow that are judged.
const MAX_AGENTS: usize = 256;

/// A finding about structure, before policy and reports.
#[derive(Clone, Debug)]
pub struct StructureFinding {
    pub rule: &'static Rule,
    pub spot: Spot,
    /// One or two sentences: what is wrong, and what can be done with it.
    pub message: String,
    /// What to do, in a sentence or two.
    pub advice: String,
    pub related: Vec<(Spot, String)>,
    /// The way from the agent over its job to what it can use there, in order.
    pub flow: Vec<(Spot, String)>,
    /// The way to the node with list items named by content, for the fingerprint.
    pub route: String,
    /// How we know, and what we do not.
    pub reasons: Vec<String>,
}

impl StructureFinding {
    /// Adds the place that an agent comes to from here.
    pub fn leads_to(&mut self, spot: Spot, what: &str) {
        let start = (self.spot.clone(), "the agent's setting".to_owned());
        self.flow = vec![start, (spot.clone(), what.to_owned())];
        self.related.push((spot, what.to_owned()));
    }
}

/// An agent in a job, with everything that the audits ask about.
pub struct Site<'w> {
    /// The workflow whose triggers start it.
    pub workflow: &'w Workflow,
    /// The job of that workflow.
    pub job: &'w Job,
    /// The workflow and the job in which the agent's step stands; the same where nothing is called.
    pub inner: &'w Workflow,
    pub inner_job: &'w Job,
    /// The agent's step and its number; `None` where the called workflow stands elsewhere.
    pub step: Option<(usize, &'w Step)>,
    pub call: Option<&'w Call>,
    pub agent: AgentStep,
    pub action: Option<&'static ci::ActionAgent>,
    pub grant: Grant,
    pub holds: Holds,
    pub need: Need,
    pub start: Start,
}

/// What was found in workflow files.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub jobs: Vec<AgentJob>,
    pub findings: Vec<StructureFinding>,
    /// Files that do not parse, and where.
    pub unparsed: Vec<(RepoPath, SyntaxError)>,
}

/// Reads and judges workflow files. `lookup` gives files of the same state.
pub fn judge_workflows(paths: &[RepoPath], lookup: &read::Lookup<'_>) -> Reading {
    let mut reading = Reading::default();
    for path in paths {
        let Some(text) = lookup(path.as_bytes()) else {
            continue;
        };
        match read::workflow::read(path, &text, lookup) {
            Ok(workflow) => judge_workflow(&workflow, &mut reading),
            Err(error) => reading.unparsed.push((path.clone(), error)),
        }
    }
    reading
}

fn judge_workflow(workflow: &Workflow, reading: &mut Reading) {
    let mut findings = Vec::new();
    for site in sites(workflow).into_iter().take(MAX_AGENTS) {
        reading.jobs.push(site.entry());
        rules::audit_workflow(&site, &mut findings);
    }
    let mut seen = BTreeSet::new();
    findings.retain(|finding: &StructureFinding| {
        seen.insert((
            finding.rule.id,
            finding.spot.path.clone(),
            finding.route.clone(),
        ))
    });
    reading.findings.append(&mut findings);
}

/// Every agent of a workflow, those of called workflows included.
pub fn sites(workflow: &Workflow) -> Vec<Site<'_>> {
    let mut found = Vec::new();
    for job in &workflow.jobs {
        let around = Around {
            workflow,
            job,
            call: None,
            grant: grant::of_job(workflow, job, None),
            depth: 0,
        };
        around.collect(workflow, job, &mut found);
    }
    found
}

/// What stands around a job while calls are followed.
struct Around<'w> {
    workflow: &'w Workflow,
    job: &'w Job,
    call: Option<&'w Call>,
    grant: Grant,
    depth: usize,
}

impl<'w> Around<'w> {
    fn collect(&self, inner: &'w Workflow, inner_job: &'w Job, found: &mut Vec<Site<'w>>) {
        for (number, step) in inner_job.steps.iter().enumerate() {
            for agent in &step.agents {
                found.push(self.site(inner, inner_job, Some((number, step)), agent.clone()));
            }
        }
        let Some(call) = &inner_job.call else {
            return;
        };
        if let Some(agent) = call.agent {
            let agent = AgentStep {
                agent,
                how: Through::Reusable,
                spot: call.uses.spot.clone(),
                arguments: Vec::new(),
            };
            let around = self.calling(call, self.grant.clone());
            found.push(around.site(inner, inner_job, None, agent));
        }
        if let Some(called) = &call.workflow
            && self.depth < 4
        {
            for job in &called.jobs {
                let grant = grant::of_job(called, job, Some(&self.grant));
                self.calling(call, grant).collect(called, job, found);
            }
        }
    }

    fn calling(&self, call: &'w Call, grant: Grant) -> Around<'w> {
        Around {
            workflow: self.workflow,
            job: self.job,
            call: self.call.or(Some(call)),
            grant,
            depth: self.depth + 1,
        }
    }

    fn site(
        &self,
        inner: &'w Workflow,
        inner_job: &'w Job,
        step: Option<(usize, &'w Step)>,
        agent: AgentStep,
    ) -> Site<'w> {
        let uses = step.and_then(|(_, step)| step.uses.as_ref());
        let action = uses.and_then(|uses| ci::action_agent(&uses.name));
        let mut site = Site {
            workflow: self.workflow,
            job: self.job,
            inner,
            inner_job,
            step,
            call: self.call,
            agent,
            action,
            grant: self.grant.clone(),
            holds: Holds::default(),
            need: Need::default(),
            start: Start::default(),
        };
        site.holds = holds::of(&site);
        site.start = outsiders::of(&site);
        site.need = need::of(&site);
        site
    }
}

impl Site<'_> {
    /// Whether the agent's step stands in a workflow that this one calls; what is wrong inside is said there.
    pub fn is_called(&self) -> bool {
        self.call.is_some()
    }

    /// Where a reader of this workflow meets the agent: the step, or the call.
    pub fn spot(&self) -> &Spot {
        match (self.call, self.step) {
            (Some(call), _) => &call.uses.spot,
            (None, Some((_, step))) => step.outer.as_ref().unwrap_or(&self.agent.spot),
            (None, None) => &self.agent.spot,
        }
    }

    /// Where a scope that the agent holds is granted; the call, where that stands in another file.
    pub fn spot_of_scope(&self, scope: &str, token: &HeldToken) -> Spot {
        let spot = match token.source {
            TokenSource::GithubToken | TokenSource::Oidc => self.grant.spot_of(scope),
            _ => None,
        };
        let spot = spot.unwrap_or(&token.spot);
        if spot.path == self.workflow.path {
            spot.clone()
        } else {
            self.spot().clone()
        }
    }

    /// The way to the agent in this workflow, its step named by content.
    pub fn route(&self) -> String {
        let step = self.step.map_or("", |(_, step)| match &step.uses {
            Some(uses) => uses.name.as_str(),
            None => "run",
        });
        format!("jobs/{}/{step}/{}", self.job.id, self.agent.agent)
    }

    /// The file that this one is compiled from by `gh aw`.
    fn generated_from(&self) -> Option<String> {
        let path = self.workflow.path.lossy();
        let source = path.strip_suffix(".lock.yml")?;
        Some(format!("{}.md", source.rsplit('/').next()?))
    }

    /// A finding at a place of this job, once per job and rule unless `route` says more.
    pub fn finding(
        &self,
        rule: &'static Rule,
        spot: &Spot,
        message: String,
        advice: &str,
    ) -> StructureFinding {
        let mut advice = advice.to_owned();
        if let Some(source) = self.generated_from() {
            advice.push_str(&format!(
                " This file is generated: change {source} and compile it again."
            ));
        }
        let mut related = Vec::new();
        if spot != self.spot() {
            related.push((self.spot().clone(), "the agent runs here".to_owned()));
        }
        StructureFinding {
            rule,
            spot: spot.clone(),
            message,
            advice,
            related,
            flow: self.flow(rule, spot),
            route: format!("jobs/{}", self.job.id),
            reasons: Vec::new(),
        }
    }

    /// From who starts it over the agent and its job to what it can use; empty where that is the agent's own place.
    fn flow(&self, rule: &Rule, used: &Spot) -> Vec<(Spot, String)> {
        if used == self.spot() || used == &self.job.spot {
            return Vec::new();
        }
        let mut flow: Vec<(Spot, String)> = self.way_in().into_iter().collect();
        let runs = format!("{} runs here", self.agent.agent);
        if self.agent.spot == *self.spot() {
            flow.push((self.spot().clone(), runs));
        } else {
            flow.push((self.agent.spot.clone(), runs));
            flow.push((self.spot().clone(), "this calls it".to_owned()));
        }
        flow.push((self.job.spot.clone(), format!("in the job {}", self.job.id)));
        flow.push((used.clone(), rule.title.to_owned()));
        flow
    }

    /// The trigger by which an outsider, or an outsider's text, comes in.
    fn way_in(&self) -> Option<(Spot, String)> {
        let by = |events: &[String], what: &str| {
            let mut triggers = self.triggers().iter();
            let trigger = triggers.find(|trigger| events.contains(&trigger.event))?;
            Some((trigger.spot.clone(), format!("{what} by {}", trigger.event)))
        };
        by(&self.start.by_outsiders, "an outsider can start this").or_else(|| {
            by(
                &self.start.with_outsiders_text,
                "what outsiders write comes in",
            )
        })
    }

    fn entry(&self) -> AgentJob {
        let how = if self.is_called() {
            Through::Reusable
        } else {
            self.agent.how
        };
        AgentJob {
            path: self.workflow.path.lossy(),
            job: self.job.id.clone(),
            step: self.step.map_or_else(String::new, |(_, step)| step.label()),
            agent: self.agent.agent,
            line: self.spot().place.start_line,
            how,
            holds: self.holds.clone(),
            needs: self.need.within(&self.grant),
            excess: self.need.excess(&self.grant),
            triggers: self
                .triggers()
                .iter()
                .map(|trigger| trigger.event.clone())
                .collect(),
            outsiders: !self.start.by_outsiders.is_empty() || !self.start.perhaps.is_empty(),
            view: view::of(self),
        }
    }
}
