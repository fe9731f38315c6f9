//! Telegram's bot tokens: the bot's number, a colon, `AA` and 33 characters.
//!
//! In: where a colon stands. Out: the token around it. Its form is fixed, but no literal starts it.

use crate::find::candidate::Candidate;
use crate::find::search::Search;
use crate::find::{filter, shape};
use crate::model::{Recognised, Span};

/// The digits of a bot's number, at most.
const DIGITS: usize = 10;

/// A token whose colon stands at `mark`.
pub fn token(search: &mut Search<'_>, mark: usize) {
    let text = search.text;
    if text.get(mark..mark + 3) != Some(b":AA") {
        return;
    }
    search.look_far();
    let digits = text[mark.saturating_sub(DIGITS)..mark]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let begin = mark - digits;
    let Some(kind) = search.rules.by_code("telegram/bot") else {
        return;
    };
    let found = kind.shapes.iter().find_map(|shape| {
        let end = shape::end_at(shape, text, begin)?;
        shape::ends_freely(shape, text, end).then_some(end)
    });
    let behind_bot = text[..begin].ends_with(b"bot");
    if let Some(end) = found
        && (behind_bot || shape::starts_freely(text, begin))
    {
        let span = Span::new(begin, end);
        let value = span.of(text);
        let mut candidate = Candidate::new(span, value, Some(kind), Recognised::Prefix);
        candidate.dropped = filter::of_random(&value[mark - begin + 1..]);
        search.push(candidate);
    }
}
