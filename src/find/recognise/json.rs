//! Credential files in JSON: Google's service accounts and user logins, Docker's `auths`.
//!
//! In: where something of them stands. Out: the secret in them, with what the file says of it.

use super::decoded;
use crate::find::search::Search;
use crate::find::{filter, lexer};
use crate::model::Span;
use crate::token::basic;

/// How far the braces of a file may stand away.
const REACH: usize = 8192;

/// The private key at `key`, where it belongs to a service account.
pub fn service_account(search: &mut Search<'_>, key: Span) -> bool {
    let from = key.start.saturating_sub(REACH);
    let to = search.text.len().min(key.end + REACH);
    if memchr::memmem::find(&search.text[from..to], b"service_account").is_none() {
        return false;
    }
    let object = object_around(search.text, key).unwrap_or(key);
    let claimed = object.of(search.text);
    decoded(search, "json/gcp-service-account", key, claimed, 40)
}

/// The object of which `inner` is a part, without looking into strings.
fn object_around(text: &[u8], inner: Span) -> Option<Span> {
    let from = inner.start.saturating_sub(REACH);
    let open = text[from..inner.start]
        .iter()
        .rposition(|byte| *byte == b'{')?
        + from;
    let to = text.len().min(inner.end + REACH);
    let close = text[inner.end..to].iter().position(|byte| *byte == b'}')? + inner.end + 1;
    Some(Span::new(open, close))
}

/// A login made by `gcloud auth application-default login`.
pub fn authorized_user(search: &mut Search<'_>, begin: usize) {
    let text = search.text;
    let Some(object) = object_around(text, Span::new(begin, begin)) else {
        return;
    };
    let Some(key) = memchr::memmem::find(object.of(text), b"refresh_token") else {
        return;
    };
    let at = object.start + key;
    let mark = text[at..object.end]
        .iter()
        .position(|byte| *byte == b':')
        .map(|gap| at + gap);
    if let Some(literal) = mark.and_then(|mark| lexer::literal_after(text, mark))
        && literal.quoted
        && is_refresh_token(literal.span.of(text))
    {
        decoded(
            search,
            "json/gcp-authorized-user",
            literal.span,
            object.of(text),
            40,
        );
    }
}

/// Google's refresh tokens start with `1/`; program text that passes one on holds a name there.
fn is_refresh_token(value: &[u8]) -> bool {
    value.len() >= 40 && value.starts_with(b"1/") && filter::of_named(value).is_none()
}

/// Docker's `"auth": "base64"`.
pub fn docker_auth(search: &mut Search<'_>, mark: usize) {
    let text = search.text;
    let before = Span::new(mark.saturating_sub(2000), mark);
    search.look_at(before);
    if memchr::memmem::find(before.of(text), b"auths").is_none() {
        return;
    }
    search.look_far();
    let Some(literal) = lexer::literal_after(text, mark) else {
        return;
    };
    let value = literal.span.of(text);
    let real = basic::decode(value).is_some_and(|pair| {
        pair.password
            .expose(|password| filter::of_named(password).is_none())
    });
    if real {
        decoded(search, "json/docker-auth", literal.span, value, 30);
    }
}
