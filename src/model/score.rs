//! A severity as a sum: what each part of the judgement gave to it.
//!
//! In: nothing. Out: the type that judgement fills and reports write.

use super::Verdict;

/// One part of a severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScorePart {
    /// "breadth", "verbs", "reached", "autonomy", "way out"; or what lowers it.
    pub what: &'static str,
    /// Why it has these points.
    pub says: String,
    /// Points of a hundred; below zero where the part lowers.
    pub points: i32,
}

/// The parts of a severity, in the order in which they are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub parts: Vec<ScorePart>,
}

impl Score {
    /// The points together, from 0 to 100.
    pub fn points(&self) -> i32 {
        let sum: i32 = self.parts.iter().map(|part| part.points).sum();
        sum.clamp(0, 100)
    }

    /// The place of these points in the band of a verdict (decision 9).
    pub fn severity(&self, verdict: Verdict) -> f32 {
        let (low, high) = verdict.band();
        let exact = low + (high - low) * self.points() as f32 / 100.0;
        (exact * 10.0).round() / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_stays_in_its_band() {
        for verdict in [Verdict::Block, Verdict::Warn, Verdict::Note] {
            let (low, high) = verdict.band();
            let mut before = low;
            for points in [-20, 0, 10, 55, 100, 180] {
                let score = Score {
                    parts: vec![ScorePart {
                        what: "breadth",
                        says: String::new(),
                        points,
                    }],
                };
                let severity = score.severity(verdict);
                assert!(severity >= before && severity <= high, "{points}");
                before = severity;
            }
            assert_eq!(before, high);
        }
    }
}
