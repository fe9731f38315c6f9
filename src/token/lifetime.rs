//! How long a credential lives, by its own claims. There is no clock here: whether it has expired is judged later.
//!
//! In: times as credentials write them. Out: unix seconds, and a sentence where the life is long.

use crate::model::Claims;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The longest life that is not worth a word, in days.
const LONG_DAYS: i64 = 90;

/// Reads an ISO 8601 date or time; one without an offset is in UTC.
pub fn unix(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() > 40 {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_second());
    }
    let bare = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let time = bare.parse::<DateTime>().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// Adds the sentence about a long or endless life, where there is reason for one.
pub fn note(claims: &mut Claims) {
    match (claims.issued, claims.expires) {
        (_, None) => claims.evidence.push("it names no expiry".to_owned()),
        (Some(issued), Some(expires)) => {
            let days = expires.saturating_sub(issued) / 86_400;
            if days > LONG_DAYS {
                claims
                    .evidence
                    .push(format!("it lives for {days} days from its issue"));
            }
        }
        (None, Some(_)) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_in_utc() {
        assert_eq!(unix("1970-01-02"), Some(86_400));
        assert_eq!(unix("1970-01-02T00:00Z"), Some(86_400));
        assert_eq!(unix("1970-01-02T00:00:01Z"), Some(86_401));
        assert_eq!(unix("1970-01-02T01:00:00+01:00"), Some(86_400));
        assert_eq!(unix("never"), None);
    }

    #[test]
    fn only_a_long_life_gets_a_word() {
        let with = |issued, expires| {
            let mut claims = Claims {
                issued,
                expires,
                ..Claims::default()
            };
            note(&mut claims);
            claims.evidence.len()
        };
        assert_eq!(with(Some(0), Some(3600)), 0);
        assert_eq!(with(Some(0), Some(91 * 86_400)), 1);
        assert_eq!(with(Some(0), None), 1);
        assert_eq!(with(Some(i64::MIN), Some(i64::MAX)), 1);
        assert_eq!(with(None, Some(5)), 0);
    }
}
