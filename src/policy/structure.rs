//! Policy on findings that are about a line and not about a credential.
//!
//! In: a rule, the verdict that its judgement gives here, a path, a fingerprint. Out: a ruling. The stricter of two
//! policies wins, as for credentials.

use jiff::civil::Date;

use super::{Policies, Policy, Ruling, WaiverStanding, within_band};
use crate::model::{How, RepoPath, Rule, Verdict};
use crate::rules::glob;

impl Policies {
    /// Rules on a line; `verdict` is what the rule says of this place, never more than its own.
    pub fn rule_on_line(
        &self,
        rule: &'static Rule,
        verdict: Verdict,
        path: &RepoPath,
        fingerprint: &str,
    ) -> Ruling {
        let of =
            |policy: &Policy| policy.rule_on_line(rule, verdict, path, fingerprint, self.today);
        let base = of(&self.base);
        match self.also.as_ref().map(of) {
            Some(also) if also.verdict > base.verdict => also,
            _ => base,
        }
    }
}

impl Policy {
    fn rule_on_line(
        &self,
        rule: &'static Rule,
        verdict: Verdict,
        path: &RepoPath,
        fingerprint: &str,
        today: Date,
    ) -> Ruling {
        let mut ruling = Ruling {
            rule,
            verdict,
            severity: rule.severity,
            waived: None,
            known: false,
            reason: None,
        };
        if let Some(level) = self.levels.iter().find(|level| level.rule == rule.id) {
            ruling.reason = Some(format!("the level is set in {}", self.at(level.line)));
            ruling.verdict = match verdict < rule.verdict {
                true => level.verdict.min(verdict),
                false => level.verdict,
            };
        }
        if let Some((_, line)) = self.excluded(path) {
            ruling.reason = Some(format!("the path is excluded in {}", self.at(*line)));
            ruling.verdict = Verdict::Silent;
        }
        let is_known = self.known.iter().any(|known| {
            known.fingerprint == fingerprint && known.path.as_bytes() == path.as_bytes()
        });
        if is_known {
            ruling.known = true;
            ruling.verdict = ruling.verdict.min(Verdict::Note);
            ruling.reason = Some("the baseline knows it".to_owned());
        }
        let waiver = self.waivers.iter().find(|waiver| {
            waiver.fingerprint == fingerprint
                && waiver.standing(today, self.waiver_days) == WaiverStanding::Counts
                && waiver.reach >= How::Workspace
                && glob::matches(&waiver.path, path.as_bytes())
        });
        if let Some(waiver) = waiver {
            ruling.waived = Some(format!("{}: {}", waiver.owner, waiver.reason));
            ruling.verdict = ruling.verdict.min(Verdict::Note);
            ruling.reason = Some(format!("waived in {}", self.at(waiver.line)));
        }
        ruling.severity = within_band(ruling.severity, ruling.verdict);
        ruling
    }
}
