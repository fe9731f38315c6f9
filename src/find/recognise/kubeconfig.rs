//! Credentials in a kubeconfig: the client's key, and a user's token.
//!
//! In: the mark behind `client-key-data` or `token`. Out: the value, with what the certificate beside it says.

use super::decoded;
use crate::find::search::Search;
use crate::find::{filter, lexer};
use crate::token::base64;

/// How much of a key is decoded.
const LONGEST: usize = 16 * 1024;
/// The largest kubeconfig.
const LARGEST: usize = 1 << 20;
/// How far the certificate may stand before or behind its key.
const REACH: usize = 16 * 1024;

/// `client-key-data: base64`.
pub fn client_key(search: &mut Search<'_>, mark: usize) {
    let text = search.text;
    let Some(literal) = search.literal_after(mark) else {
        return;
    };
    let value = literal.span.of(text);
    let is_key = base64::decode(value, LONGEST)
        .is_some_and(|key| memchr::memmem::find(&key, b"PRIVATE KEY").is_some());
    if !is_key {
        return;
    }
    search.look_far();
    let around =
        &text[literal.span.start.saturating_sub(REACH)..text.len().min(literal.span.end + REACH)];
    let claimed = memchr::memmem::rfind(around, b"client-certificate-data")
        .and_then(|at| {
            around[at..]
                .iter()
                .position(|byte| *byte == b':')
                .map(|gap| at + gap)
        })
        .and_then(|mark| lexer::literal_after(around, mark))
        .map_or(value, |certificate| certificate.span.of(around));
    decoded(search, "kubeconfig/client-key", literal.span, claimed, 60);
}

/// `token: value` of a user.
pub fn token(search: &mut Search<'_>, mark: usize) {
    let text = search.text;
    if text[mark] != b':' {
        return;
    }
    if text.len() > LARGEST {
        search.look_far();
        return;
    }
    let Some(literal) = search.literal_after(mark) else {
        return;
    };
    let value = literal.span.of(text);
    let may_be = value.len() >= 16 && value.iter().any(u8::is_ascii_digit);
    if may_be && search.is_kubeconfig() && filter::of_named(value).is_none() {
        decoded(search, "kubeconfig/token", literal.span, value, 2);
    }
}

/// Whether a text names what only a kubeconfig holds together.
pub fn is_kubeconfig(text: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    has(b"clusters:") && has(b"users:") && has(b"kind: Config")
}
