//! Private keys in PEM and PuTTY blocks.
//!
//! In: where a header starts. Out: the whole block, by its format. Certificates and public keys give nothing.

use super::decoded;
use crate::find::search::Search;
use crate::model::Span;
use crate::token::private_key;

/// The longest block.
const LONGEST: usize = 64 * 1024;

/// A block that starts with `-----BEGIN`.
pub fn block(search: &mut Search<'_>, begin: usize) {
    let text = search.text;
    let rest = &text[begin..text.len().min(begin + LONGEST)];
    let header = &rest[..rest.len().min(64)];
    if memchr::memmem::find(header, b"PRIVATE KEY").is_none() {
        return;
    }
    let Some(footer) = memchr::memmem::find(rest, b"END ").filter(|at| *at > 16) else {
        return;
    };
    let end = rest[footer..]
        .iter()
        .take(80)
        .position(|byte| matches!(byte, b'\n' | b'\r' | b'"' | b'\'' | b'\\' | b'<' | b','))
        .map_or(rest.len().min(footer + 64), |at| footer + at);
    let block = &rest[..end];
    let Some(key) = private_key::inspect(block) else {
        return;
    };
    let span = Span::new(begin, begin + block.trim_ascii_end().len());
    if super::json::service_account(search, span) {
        return;
    }
    let code = if key.encrypted && search.rules.by_code("pem/encrypted").is_some() {
        "encrypted"
    } else {
        key.format
    };
    decoded(search, &format!("pem/{code}"), span, block, 10);
}

/// A PuTTY key file.
pub fn putty(search: &mut Search<'_>, begin: usize) {
    let text = search.text;
    let rest = &text[begin..text.len().min(begin + LONGEST)];
    let end = memchr::memmem::find(rest, b"Private-MAC:").map_or(rest.len(), |at| {
        at + rest[at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(rest.len() - at)
    });
    let Some(key) = private_key::inspect(&rest[..end]) else {
        return;
    };
    let code = if key.encrypted { "encrypted" } else { "putty" };
    decoded(
        search,
        &format!("pem/{code}"),
        Span::new(begin, begin + end),
        &rest[..end],
        10,
    );
}
