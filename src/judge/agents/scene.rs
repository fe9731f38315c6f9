//! How grave a credential is where it stands: breadth × verbs × how it is reached × autonomy × way out, as a sum.
//!
//! In: what the files of a tree say of its agents, and a finding. Out: the parts of its severity. Only absence, a scrubbed
//! environment and an OS sandbox that denies the path lower it; an ignore file or an instruction never does.

use std::collections::BTreeMap;

use super::program::{Power, power_of};
use crate::judge::surfaces_of;
use crate::model::{Confidence, Finding, How, Level, RepoPath, Score, ScorePart, Span, Verb};
use crate::read::agent_config::{AgentFile, Decision, hides_credentials, quoted};
use crate::rules::agent_facts::{Bounding, Effect};
use crate::rules::{RuleSet, glob};

/// What the files say of one agent; each sentence with its place.
#[derive(Debug, Default)]
struct Standing {
    unasked: Option<String>,
    partly: Option<String>,
    sends: Option<String>,
    sandbox: Option<String>,
    /// Paths that a command in the sandbox cannot read.
    denied: Vec<String>,
    scrub: Option<String>,
}

/// What is known of every agent of a tree.
#[derive(Debug, Default)]
pub struct Scene {
    /// By the agent's name, as a finding's reach has it.
    standings: BTreeMap<&'static str, Standing>,
}

/// What one agent adds, and what bounds it.
struct Weight {
    autonomy: (i32, String),
    way_out: (i32, String),
    bound: Option<(i32, String)>,
}

impl Weight {
    fn sum(&self) -> i32 {
        self.autonomy.0 + self.way_out.0 + self.bound.as_ref().map_or(0, |(points, _)| *points)
    }
}

impl Scene {
    /// Gathers what the files say.
    pub fn of(files: &[AgentFile], rules: &RuleSet) -> Scene {
        let mut scene = Scene::default();
        for file in files {
            scene.take(file, rules);
        }
        scene
    }

    fn take(&mut self, file: &AgentFile, rules: &RuleSet) {
        let at = |text: &str, span: Span| {
            let line = file.place(span).start_line;
            format!("`{text}` ({}:{line})", quoted(&file.path.lossy()))
        };
        for on in &file.switches {
            let Some(standing) = self.standing(&on.switch.agent, rules) else {
                continue;
            };
            let place = at(&on.shown, on.span);
            let slot = match on.switch.effect {
                Effect::Unasked => &mut standing.unasked,
                Effect::Partly | Effect::Final => &mut standing.partly,
                Effect::SandboxOff => &mut standing.sends,
            };
            slot.get_or_insert(place);
        }
        for start in &file.starts {
            let inside = super::autonomy::in_container(file);
            let Some(standing) = self.standing(start.agent, rules) else {
                continue;
            };
            let slot = match inside {
                true => &mut standing.partly,
                false => &mut standing.unasked,
            };
            slot.get_or_insert(at(&quoted(&start.flag), start.span));
        }
        for rule in &file.rules {
            let Some(about) = rule.about.as_deref().filter(|_| rule.shell) else {
                continue;
            };
            let power = power_of(about).filter(|_| rule.decision == Decision::Allow);
            let (Some(power), Some(standing)) = (power, self.standing(rule.agent, rules)) else {
                continue;
            };
            let shown = super::destroying::shown_rule(about);
            standing.sends.get_or_insert(at(&shown, rule.span));
            if matches!(power, Power::Runs(_)) {
                standing.partly.get_or_insert(at(&shown, rule.span));
            }
        }
        for on in &file.bounds {
            let Some(standing) = self.standing(&on.bound.agent, rules) else {
                continue;
            };
            let place = at(&on.bound.key, on.span);
            match on.bound.effect {
                Bounding::Scrub => standing.scrub = Some(place),
                Bounding::Sandbox => {
                    standing.sandbox = Some(place);
                    standing.denied.extend(on.denied.iter().cloned());
                    standing.denied.extend(denied_reads(file));
                }
            }
        }
        self.take_servers(file, rules);
    }

    fn take_servers(&mut self, file: &AgentFile, rules: &RuleSet) {
        let Some((server, unasked)) = file
            .servers
            .iter()
            .find_map(|server| Some((server, server.unasked.first()?)))
        else {
            return;
        };
        let line = file.place(unasked.span).start_line;
        let place = format!(
            "`{}` of the server `{}` ({}:{line})",
            unasked.key,
            quoted(&server.name),
            quoted(&file.path.lossy())
        );
        for agent in surfaces_of(&file.path, rules).flat_map(|surface| surface.agents) {
            if let Some(standing) = self.standing(agent, rules) {
                standing.partly.get_or_insert(place.clone());
            }
        }
    }

    fn standing(&mut self, id: &str, rules: &RuleSet) -> Option<&mut Standing> {
        let agent = rules.agents().iter().find(|agent| agent.id == id)?;
        Some(self.standings.entry(agent.name).or_default())
    }

    /// Adds the parts up for one credential.
    pub fn score(&self, finding: &Finding) -> Score {
        let mut score = Score::default();
        let mut add = |what, points, says: String| {
            score.parts.push(ScorePart { what, says, points });
        };
        let (points, says) = breadth(finding);
        add("breadth", points, says);
        let (points, says) = verbs(finding);
        add("verbs", points, says);
        let (points, says) = reached(finding);
        add("reached", points, says);
        let weight = self.gravest(finding);
        let (points, says) = weight.autonomy;
        add("autonomy", points, says);
        let (points, says) = weight.way_out;
        add("way out", points, says);
        if let Some((points, says)) = weight.bound {
            add("bound", points, says);
        }
        match finding.confidence {
            Confidence::High => {}
            Confidence::Medium => add("sureness", -8, "medium confidence".to_owned()),
            Confidence::Low => add("sureness", -16, "low confidence".to_owned()),
        }
        if !finding.at_head {
            add("absence", -15, "a later commit removes it".to_owned());
        }
        score
    }

    /// What the agent adds that is bounded least.
    fn gravest(&self, finding: &Finding) -> Weight {
        let readers = finding.reach.iter().flat_map(|reach| reach.agents.iter());
        let weights = readers.map(|name| self.weight(name, finding));
        weights.max_by_key(Weight::sum).unwrap_or_else(|| Weight {
            autonomy: (0, "no agent has left a trace here".to_owned()),
            way_out: (5, "a shell can send what it read".to_owned()),
            bound: None,
        })
    }

    fn weight(&self, name: &str, finding: &Finding) -> Weight {
        let empty = Standing::default();
        let standing = self.standings.get(name).unwrap_or(&empty);
        let autonomy = match (&standing.unasked, &standing.partly) {
            (Some(place), _) => (15, format!("{name} runs every command unasked: {place}")),
            (None, Some(place)) => (8, format!("{name} runs some tools unasked: {place}")),
            (None, None) => (0, format!("nothing here keeps {name} from asking")),
        };
        let way_out = match (&standing.unasked, &standing.sends, &standing.sandbox) {
            (Some(_), _, None) => (
                10,
                format!("{name} sends with its shell, and nobody is asked"),
            ),
            (_, Some(place), _) => (10, format!("{name} sends without a question: {place}")),
            (_, None, Some(place)) => (2, format!("{name}'s commands run in a sandbox: {place}")),
            (None, None, None) => (5, format!("{name} sends with its shell, after a question")),
        };
        Weight {
            autonomy,
            way_out,
            bound: bound(name, standing, finding),
        }
    }
}

/// What lowers it: a sandbox that denies the path, or a scrubbed environment.
fn bound(name: &str, standing: &Standing, finding: &Finding) -> Option<(i32, String)> {
    let of_environment = finding
        .reach
        .iter()
        .any(|reach| reach.surface == crate::judge::ENVIRONMENT);
    if let (true, Some(place)) = (of_environment, &standing.scrub) {
        return Some((-15, format!("{name}'s commands do not inherit it: {place}")));
    }
    let place = standing.sandbox.as_ref()?;
    let pattern = standing
        .denied
        .iter()
        .find(|pattern| denies(pattern, &finding.path))?;
    let pattern = quoted(pattern);
    Some((-20, format!("{name}'s sandbox denies `{pattern}`: {place}")))
}

/// Read rules that a sandbox of the same file takes over.
fn denied_reads(file: &AgentFile) -> impl Iterator<Item = String> + '_ {
    let is_denied = |rule: &&crate::read::agent_config::PermissionRule| {
        rule.decision == Decision::Deny && rule.tool == "Read"
    };
    let abouts = file.rules.iter().filter(is_denied);
    abouts
        .filter_map(|rule| rule.about.clone())
        .filter(|about| hides_credentials(about))
}

fn denies(pattern: &str, path: &RepoPath) -> bool {
    let plain = pattern
        .trim_start_matches("./")
        .trim_start_matches("//")
        .trim_end_matches('/');
    let tries = [
        plain.to_owned(),
        format!("**/{plain}"),
        format!("{plain}/**"),
        format!("**/{plain}/**"),
    ];
    !plain.is_empty()
        && tries
            .iter()
            .any(|pattern| glob::matches(pattern, path.as_bytes()))
}

fn breadth(finding: &Finding) -> (i32, String) {
    let Some(breadth) = &finding.breadth else {
        return (10, "what it reaches is not known".to_owned());
    };
    let (points, says) = match breadth.level {
        Level::Org => (30, "everything of an organisation"),
        Level::Account => (28, "everything of an account"),
        Level::Scoped => (20, "what its maker chose, which does not show"),
        Level::Project => (18, "one project"),
        Level::Unknown => (15, "what it reaches is not known"),
        Level::Resource => (12, "one resource"),
        Level::Ingest => (4, "it may only send events"),
        Level::Public => (0, "it is made to be public"),
    };
    (points, says.to_owned())
}

fn verbs(finding: &Finding) -> (i32, String) {
    let Some(breadth) = &finding.breadth else {
        return (5, "what it may do is not known".to_owned());
    };
    let strongest = breadth.verbs.iter().max();
    let points = match strongest {
        Some(Verb::Mint | Verb::Admin) => 25,
        Some(Verb::Delete) => 22,
        Some(Verb::Write) => 14,
        Some(Verb::Read) => 8,
        None => 5,
    };
    let words: Vec<&str> = breadth.verbs.iter().map(Verb::word).collect();
    match words.is_empty() {
        true => (points, "what it may do is not known".to_owned()),
        false => (points, words.join(", ")),
    }
}

fn reached(finding: &Finding) -> (i32, String) {
    let widest = finding.reach.iter().map(|reach| reach.how).max();
    let (points, says) = match widest.unwrap_or(How::Workspace) {
        How::Loaded => (20, "in an agent's context or environment at every call"),
        How::Handed => (18, "given to a tool server or to an agent's step"),
        How::Workspace => (12, "in a file of the checkout"),
        How::Machine => (6, "in a file or variable of this machine"),
    };
    (points, says.to_owned())
}
