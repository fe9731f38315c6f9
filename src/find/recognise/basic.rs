//! `Authorization: Basic` headers.
//!
//! In: the mark behind `Authorization`. Out: the base64 of user and password, where it decodes to both.

use super::decoded;
use crate::find::search::Search;
use crate::find::{filter, scheme};
use crate::token::basic;

/// A header whose scheme is Basic.
pub fn header(search: &mut Search<'_>, mark: usize) {
    let text = search.text;
    let Some(literal) = search.literal_after(mark) else {
        return;
    };
    let is_basic = scheme::scheme_before(text, literal.span.start)
        .is_some_and(|(scheme, _)| scheme == "basic");
    if !is_basic {
        return;
    }
    search.look_far();
    let value = literal.span.of(text);
    let real = basic::decode(value).is_some_and(|pair| {
        pair.password.expose(|password| {
            password.len() >= 6
                && filter::of_named(password).is_none()
                && !filter::is_guessed(password)
                && password != pair.user
        })
    });
    if real {
        decoded(search, "basic/authorization", literal.span, value, 30);
    }
}
