//! Words for lists in messages.

/// The scopes whose write access lets an agent change what others run.
pub(crate) const WEIGHTY: [&str; 4] = ["contents", "packages", "actions", "id-token"];

/// Joins words as a sentence does: `a`, `a and b`, `a, b and c`; a long list is cut and counted.
pub(crate) fn listed(words: &[String]) -> String {
    const MOST: usize = 5;
    match words {
        [] => String::new(),
        [one] => one.clone(),
        _ if words.len() > MOST => format!(
            "{} and {} more",
            words[..MOST].join(", "),
            words.len() - MOST
        ),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
