//! The one line that says how the run went.
//!
//! In: an outcome. Out: words. It must not say "clean" where something warns or was not looked at.

use super::sanitize;
use crate::model::{Outcome, Overall};

/// A number with its noun.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Bytes in units that people read.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return count(bytes, "byte", "bytes");
    }
    let mut value = bytes as f64;
    let mut unit = "";
    for next in UNITS {
        if value < 999.5 && !unit.is_empty() {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if value < 9.95 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// Seconds in units that people read.
pub fn human_seconds(seconds: f64) -> String {
    let seconds = if seconds.is_finite() {
        seconds.max(0.0)
    } else {
        0.0
    };
    if seconds < 0.9995 {
        format!("{:.0} ms", (seconds * 1000.0).max(1.0))
    } else if seconds < 99.5 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}

/// The verdict in words.
pub fn verdict(outcome: &Outcome) -> String {
    let summary = &outcome.summary;
    let unchecked = outcome.unchecked.len() as u64;
    let undecided = outcome.unchecked.iter().filter(|one| one.undecided).count() as u64;
    let mut rest = Vec::new();
    if summary.warned > 0 {
        rest.push(count(summary.warned, "warning", "warnings"));
    }
    if unchecked > 0 && (summary.overall != Overall::Undecided || unchecked > undecided) {
        let weaker = if summary.overall == Overall::Undecided {
            unchecked - undecided
        } else {
            unchecked
        };
        rest.push(format!(
            "{} not fully looked at",
            count(weaker, "place", "places")
        ));
    }
    let rest = rest.join(", ");
    match summary.overall {
        Overall::Blocked => {
            let blocked = count(summary.blocked, "finding", "findings");
            join("blocked: ", &blocked, &rest)
        }
        Overall::Undecided if undecided > 0 => {
            let places = count(undecided, "place", "places");
            join("undecided: ", &format!("{places} not looked at"), &rest)
        }
        Overall::Undecided => join("undecided: ", "no answer could be given", &rest),
        Overall::Clean if !rest.is_empty() => format!("passed with {rest}"),
        Overall::Clean => "clean".to_owned(),
    }
}

fn join(word: &str, first: &str, rest: &str) -> String {
    if rest.is_empty() {
        format!("{word}{first}")
    } else {
        format!("{word}{first}, {rest}")
    }
}

/// The whole line, without what runs differ in where nothing differs: the time is there only if the caller gave one.
pub fn line(outcome: &Outcome) -> String {
    let summary = &outcome.summary;
    let mut line = format!(
        "{}; {}, {}",
        verdict(outcome),
        count(summary.files, "file", "files"),
        human_bytes(summary.bytes)
    );
    if !outcome.looked_at.is_empty() {
        line.push_str(&format!(" ({})", sanitize::quote(&outcome.looked_at)));
    }
    line.push_str(" examined");
    if let Some(seconds) = outcome.seconds {
        line.push_str(&format!(" in {}", human_seconds(seconds)));
    }
    if !outcome.policy_from.is_empty() {
        line.push_str(&format!(
            "; policy: {}",
            sanitize::quote(&outcome.policy_from)
        ));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_for_people() {
        assert_eq!(human_bytes(0), "0 bytes");
        assert_eq!(human_bytes(1), "1 byte");
        assert_eq!(human_bytes(1200), "1.2 kB");
        assert_eq!(human_bytes(999_999), "1.0 MB");
        assert_eq!(human_bytes(48_000_000), "48 MB");
        assert!(human_bytes(u64::MAX).ends_with("PB"));
        assert_eq!(human_seconds(0.0091), "9 ms");
        assert_eq!(human_seconds(0.00001), "1 ms");
        assert_eq!(human_seconds(2.34), "2.3 s");
        assert_eq!(human_seconds(f64::NAN), "1 ms");
    }
}
