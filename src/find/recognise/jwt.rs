//! JSON web tokens.
//!
//! In: where `eyJ` stands. Out: the token, by the variant that its claims name.

use super::decoded;
use crate::find::candidate::Candidate;
use crate::find::search::Search;
use crate::find::shape;
use crate::model::{Recognised, Span};
use crate::token::jwt::{self, Jwt};

/// The longest token.
const LONGEST: usize = 16 * 1024;

/// A token that starts at `begin`.
pub fn token(search: &mut Search<'_>, begin: usize) {
    let text = search.text;
    if !shape::starts_freely(text, begin) {
        return;
    }
    let mut dots = 0;
    let length = text[begin..]
        .iter()
        .take(LONGEST)
        .take_while(|byte| {
            dots += u8::from(**byte == b'.');
            dots < 4 && (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        })
        .count();
    let value = text[begin..begin + length].trim_ascii_end();
    let value = value.strip_suffix(b".").unwrap_or(value);
    if value.iter().filter(|byte| **byte == b'.').count() != 2 {
        return;
    }
    let Some(decoded_token) = jwt::decode(value) else {
        return;
    };
    let span = Span::new(begin, begin + value.len());
    let code = format!("jwt/{}", jwt::variant(&decoded_token));
    if code == "jwt/generic" && says_nothing(&decoded_token) {
        let mut candidate = Candidate::new(span, value, None, Recognised::Generic);
        candidate.dropped = decoded_token.members().is_empty().then_some("empty-claims");
        search.push(candidate);
    } else if !decoded(search, &code, span, value, 20) {
        decoded(search, "jwt/generic", span, value, 5);
    }
}

/// Whether a token names no issuer, audience, time or right: a sample, or of use to nobody that we could name.
fn says_nothing(token: &Jwt) -> bool {
    token.members().len() <= 1
        && ![
            "iss",
            "aud",
            "exp",
            "iat",
            "scope",
            "scp",
            "role",
            "roles",
            "permissions",
        ]
        .iter()
        .any(|claim| token.members().contains_key(*claim))
}
