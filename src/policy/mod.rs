//! Policy: from a judged sighting to a verdict.
//!
//! In: judged sightings, the policy that may loosen and the one that may only strengthen. Out: rulings. The matrix gives
//! the default, a policy may change it above the floor of decision 8, and the stricter of two policies wins per finding.

pub mod baseline;
pub mod canary;
pub mod config;
pub mod fingerprint;
pub mod loosening;
mod matrix;
mod structure;

pub use matrix::within_band;

use jiff::civil::Date;

use crate::judge::{Class, Judged};
use crate::model::{Confidence, How, RepoPath, Rule, Verdict};
use crate::rules::glob;
use crate::rules::schema::TokenEntry;

/// A rule's level, changed by configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    pub rule: &'static str,
    pub verdict: Verdict,
    pub line: u32,
}

/// A person's word that one secret may stay in one place for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    pub fingerprint: String,
    pub path: String,
    /// The widest reach that it covers.
    pub reach: How,
    pub owner: String,
    pub reason: String,
    pub expires: Option<Date>,
    pub added: Option<Date>,
    pub line: u32,
}

/// A person's word of what stands under a name; shown as declared, never as verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub name: String,
    /// A path pattern.
    pub place: String,
    /// The id of the kind.
    pub kind: String,
    pub owner: String,
    pub expires: Date,
}

/// An entry of the baseline: what was there when the repository adopted the guard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    pub fingerprint: String,
    pub path: String,
    pub reach: How,
}

/// One policy, from one place.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub levels: Vec<Level>,
    /// Path patterns with their lines.
    pub exclude: Vec<(String, u32)>,
    pub waivers: Vec<Waiver>,
    pub credentials: Vec<Declaration>,
    pub known: Vec<Known>,
    /// Own token kinds with their lines.
    pub tokens: Vec<(TokenEntry, u32)>,
    pub salt: Option<String>,
    pub waiver_days: u16,
    pub policy_refs: Vec<String>,
    /// Where it came from, for people.
    pub shown_as: String,
}

/// The policies of a run: the one that may loosen, and the one that may only strengthen.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    pub base: Policy,
    pub also: Option<Policy>,
    /// The day of the run, handed in because a policy has no clock.
    pub today: Date,
    /// Where the loosening policy came from, in words.
    pub from: String,
}

/// What the policy says of one judged sighting.
#[derive(Clone, Debug)]
pub struct Ruling {
    pub rule: &'static Rule,
    pub verdict: Verdict,
    pub severity: f32,
    /// Owner and reason of a waiver that applied.
    pub waived: Option<String>,
    pub known: bool,
    /// Set where configuration, not the matrix, decided.
    pub reason: Option<String>,
}

/// Rules whose verdict neither a level nor an excluded path changes (decision 8).
pub fn is_floor(rule: &str) -> bool {
    matches!(rule, "TL101" | "TL102") || rule.starts_with("TL9")
}

impl Policies {
    /// The salt of fingerprints.
    pub fn salt(&self) -> Option<&str> {
        let also = self.also.as_ref().and_then(|policy| policy.salt.as_deref());
        self.base.salt.as_deref().or(also)
    }

    /// Whether every ruling is that of the built-in policy.
    pub fn change_nothing(&self) -> bool {
        let mut policies = std::iter::once(&self.base).chain(&self.also);
        policies.all(Policy::changes_nothing)
    }

    /// Rules on a judged sighting; `None` is the silent cell.
    pub fn rule_on(&self, judged: &Judged, fingerprint: &str) -> Option<Ruling> {
        let default = matrix::default_rule(judged)?;
        let base = self.base.rule_on(judged, fingerprint, default, self.today);
        let Some(also) = &self.also else {
            return Some(base);
        };
        let head = also.rule_on(judged, fingerprint, default, self.today);
        if head.verdict > base.verdict {
            return Some(head);
        }
        if let Some(waived) = &head.waived
            && base.verdict == Verdict::Block
            && base.waived.is_none()
            && may_be_waived_at_head(judged)
        {
            return Some(Ruling {
                verdict: Verdict::Warn,
                severity: within_band(base.severity, Verdict::Warn),
                waived: Some(waived.clone()),
                reason: Some(
                    "a waiver that this change brings along turns the block into a warning"
                        .to_owned(),
                ),
                ..base
            });
        }
        Some(base)
    }
}

/// A waiver that is not in the base yet counts only for what is neither sure, nor broad, nor in an agent's context.
fn may_be_waived_at_head(judged: &Judged) -> bool {
    judged.confidence == Confidence::Medium
        && judged.class != Class::Broad
        && !judged.how().in_context()
}

impl Policy {
    /// The policy of a repository that has none.
    pub fn built_in() -> Policy {
        Policy {
            waiver_days: config::WAIVER_DAYS,
            shown_as: "the built-in policy".to_owned(),
            ..Policy::default()
        }
    }

    /// Whether every ruling is that of the built-in policy: no level, path, waiver or known finding changes one.
    fn changes_nothing(&self) -> bool {
        self.levels.is_empty()
            && self.exclude.is_empty()
            && self.waivers.is_empty()
            && self.known.is_empty()
    }

    fn rule_on(
        &self,
        judged: &Judged,
        fingerprint: &str,
        default: &'static Rule,
        today: Date,
    ) -> Ruling {
        let mut ruling = Ruling {
            rule: default,
            verdict: default.verdict,
            severity: default.severity,
            waived: None,
            known: false,
            reason: None,
        };
        let path = &judged.sighting.path;
        if !is_floor(default.id) {
            if let Some(level) = self.levels.iter().find(|level| level.rule == default.id) {
                ruling.reason = Some(format!("the level is set in {}", self.at(level.line)));
                ruling.verdict = level.verdict;
            }
            if let Some((_, line)) = self.excluded(path) {
                ruling.reason = Some(format!("the path is excluded in {}", self.at(*line)));
                ruling.verdict = Verdict::Silent;
            }
        }
        if self.knows(judged, fingerprint) {
            ruling.known = true;
            ruling.verdict = ruling.verdict.min(Verdict::Note);
            ruling.reason = Some("the baseline knows it".to_owned());
        }
        if let Some(waiver) = self.waiver_for(judged, fingerprint, today) {
            ruling.waived = Some(format!("{}: {}", waiver.owner, waiver.reason));
            ruling.verdict = ruling.verdict.min(Verdict::Note);
            ruling.reason = Some(format!("waived in {}", self.at(waiver.line)));
        }
        ruling.severity = within_band(ruling.severity, ruling.verdict);
        ruling
    }

    fn at(&self, line: u32) -> String {
        format!("{}:{line}", self.shown_as)
    }

    /// The pattern that excludes a path, where one does.
    pub fn excluded(&self, path: &RepoPath) -> Option<&(String, u32)> {
        self.exclude
            .iter()
            .find(|(pattern, _)| glob::matches(pattern, path.as_bytes()))
    }

    /// Whether the baseline holds it. A broad secret on an agent surface is never hidden.
    fn knows(&self, judged: &Judged, fingerprint: &str) -> bool {
        if judged.class == Class::Broad && judged.how().in_context() {
            return false;
        }
        self.known.iter().any(|known| {
            known.fingerprint == fingerprint
                && known.path.as_bytes() == judged.sighting.path.as_bytes()
                && judged.how() <= known.reach
        })
    }

    fn waiver_for(&self, judged: &Judged, fingerprint: &str, today: Date) -> Option<&Waiver> {
        self.waivers.iter().find(|waiver| {
            waiver.fingerprint == fingerprint
                && waiver.standing(today, self.waiver_days) == WaiverStanding::Counts
                && judged.how() <= waiver.reach
                && glob::matches(&waiver.path, judged.sighting.path.as_bytes())
        })
    }
}

/// Whether a waiver counts, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverStanding {
    Counts,
    Expired,
    /// No owner, no reason or no expiry.
    Incomplete,
    /// Runs longer than the policy allows.
    TooLong,
}

impl WaiverStanding {
    /// The word used in remarks.
    pub fn word(self) -> &'static str {
        match self {
            WaiverStanding::Counts => "counts",
            WaiverStanding::Expired => "has expired",
            WaiverStanding::Incomplete => "lacks an owner, a reason or an expiry",
            WaiverStanding::TooLong => "runs longer than the policy allows",
        }
    }
}

impl Waiver {
    /// Says whether the waiver counts on a day.
    pub fn standing(&self, today: Date, most_days: u16) -> WaiverStanding {
        let Some(expires) = self.expires else {
            return WaiverStanding::Incomplete;
        };
        if self.owner.is_empty() || self.reason.is_empty() {
            return WaiverStanding::Incomplete;
        }
        if expires < today {
            return WaiverStanding::Expired;
        }
        let days = today
            .until(expires)
            .map_or(i32::MAX, |span| span.get_days());
        if days > i32::from(most_days) {
            return WaiverStanding::TooLong;
        }
        WaiverStanding::Counts
    }
}
