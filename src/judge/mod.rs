//! Judgement: what a credential can do, who can read it, and how sure we are.
//!
//! In: sightings and one snapshot. Out: `Judged`, on which policy decides. Pure: the snapshot is only asked whether a
//! marker exists. Nothing here knows a verdict but `rules`, where each TL rule carries its own.

pub mod advice;
pub mod agents;
mod breadth;
mod confidence;
pub mod fix;
pub mod guard;
mod place;
pub mod reach;
pub mod rules;
pub mod workflow;

pub use breadth::{Standing, class_of, judge_breadth};
pub use place::{PathClass, class_of_path};
pub use reach::{AgentsPresent, ENVIRONMENT, judge_reach, surfaces_of};

use crate::model::{Breadth, Confidence, How, Reach, Sighting};
use crate::rules::RuleSet;
use crate::source::{Form, Item};

/// The classes that the verdict matrix knows (decisions 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Publishable, test-mode, a sample, or expired by its own claim.
    Public,
    /// May only send events.
    Ingest,
    /// A literal under a credential key; no kind at all.
    NoKind,
    /// Project or resource.
    Narrow,
    /// Its scope was chosen and is not visible, or a known kind whose breadth is unknown.
    Selectable,
    /// Account, organisation, or admin or mint at any level.
    Broad,
}

/// One sighting with its judgement.
#[derive(Clone, Debug)]
pub struct Judged {
    pub sighting: Sighting,
    pub item: Item,
    pub class: Class,
    /// `None` where no kind is known.
    pub breadth: Option<Breadth>,
    pub confidence: Confidence,
    /// Every surface that applies, widest first; never empty.
    pub reach: Vec<Reach>,
    /// What raised or lowered the judgement, in words.
    pub reasons: Vec<String>,
}

impl Judged {
    /// The widest way in which agents reach the value.
    pub fn how(&self) -> How {
        self.reach
            .iter()
            .map(|reach| reach.how)
            .max()
            .unwrap_or(How::Workspace)
    }
}

/// Judges one sighting. `now` is Unix seconds, handed in because a judge has no clock.
pub fn judge(
    sighting: Sighting,
    item: Item,
    rules: &RuleSet,
    agents: &AgentsPresent,
    now: i64,
) -> Judged {
    let mut reasons = Vec::new();
    let (breadth, standing) = judge_breadth(&sighting, rules, now);
    let reach = judge_reach(&sighting, &item, rules, agents);
    let how = reach
        .iter()
        .map(|reach| reach.how)
        .max()
        .unwrap_or(How::Workspace);
    let path_class = match item.form {
        Form::Message | Form::Environment | Form::Inherited => PathClass::Live,
        Form::File | Form::Symlink => class_of_path(&sighting.path),
    };
    let confidence = confidence::judge_confidence(&sighting, how, path_class, &mut reasons);
    let class = class_of(sighting.kind, breadth.as_ref(), standing);
    if let Some(reason) = standing.reason() {
        reasons.push(reason.to_owned());
    }
    Judged {
        sighting,
        item,
        class,
        breadth,
        confidence,
        reach,
        reasons,
    }
}
