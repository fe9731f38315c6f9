//! Policy over findings about structure: they have no credential, no breadth and no reach.
//!
//! In: a rule, a path and a fingerprint. Out: a ruling. Levels, excluded paths, the baseline and waivers count as they do
//! for credentials; of two policies the stricter wins.

use super::{Policies, Policy, Ruling, WaiverStanding, is_floor, within_band};
use crate::model::{RepoPath, Rule, Verdict};
use crate::rules::glob;

impl Policies {
    /// Rules on a finding about structure.
    pub fn rule_on_structure(
        &self,
        rule: &'static Rule,
        path: &RepoPath,
        fingerprint: &str,
    ) -> Ruling {
        let base = self.structure_by(&self.base, rule, path, fingerprint);
        let Some(also) = &self.also else {
            return base;
        };
        let head = self.structure_by(also, rule, path, fingerprint);
        if head.verdict > base.verdict {
            head
        } else {
            base
        }
    }

    fn structure_by(
        &self,
        policy: &Policy,
        rule: &'static Rule,
        path: &RepoPath,
        fingerprint: &str,
    ) -> Ruling {
        let mut ruling = Ruling {
            rule,
            verdict: rule.verdict,
            severity: rule.severity,
            waived: None,
            known: false,
            reason: None,
        };
        if !is_floor(rule.id) {
            if let Some(level) = policy.levels.iter().find(|level| level.rule == rule.id) {
                ruling.reason = Some(format!("the level is set in {}", policy.at(level.line)));
                ruling.verdict = level.verdict;
            }
            if let Some((_, line)) = policy.excluded(path) {
                ruling.reason = Some(format!("the path is excluded in {}", policy.at(*line)));
                ruling.verdict = Verdict::Silent;
            }
        }
        let known = policy.known.iter().any(|known| {
            known.fingerprint == fingerprint && known.path.as_bytes() == path.as_bytes()
        });
        if known {
            ruling.known = true;
            ruling.verdict = ruling.verdict.min(Verdict::Note);
            ruling.reason = Some("the baseline knows it".to_owned());
        }
        let waiver = policy.waivers.iter().find(|waiver| {
            waiver.fingerprint == fingerprint
                && waiver.standing(self.today, policy.waiver_days) == WaiverStanding::Counts
                && glob::matches(&waiver.path, path.as_bytes())
        });
        if let Some(waiver) = waiver {
            ruling.waived = Some(format!("{}: {}", waiver.owner, waiver.reason));
            ruling.verdict = ruling.verdict.min(Verdict::Note);
            ruling.reason = Some(format!("waived in {}", policy.at(waiver.line)));
        }
        ruling.severity = within_band(ruling.severity, ruling.verdict);
        ruling
    }
}
