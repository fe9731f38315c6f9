//! Recognisers in code, one file for each family, for what neither a shape nor a pattern can say.
//!
//! In: a search and the place of a hit. Out: candidates of the kinds whose `code` names the variant that was found. A
//! variant without a kind in the rules gives nothing.

mod azure;
mod basic;
mod encoded;
mod json;
mod jwt;
mod kubeconfig;
mod pem;
mod telegram;
mod url;

use super::candidate::Candidate;
use super::search::Search;
use super::{beside, decode, told};
use crate::model::{Recognised, Span, TokenKind};
use crate::rules::table::Family;
use crate::rules::{glob, name};
use crate::token;

pub use encoded::{encoded, form_of};
pub use kubeconfig::is_kubeconfig;
pub use url::url;

/// Runs the recogniser of a family at the start of its literal.
pub fn family(search: &mut Search<'_>, family: Family, begin: usize) {
    if !matches!(family, Family::Packed | Family::Told) {
        search.look_far();
    }
    match family {
        Family::Pem => pem::block(search, begin),
        Family::Putty => pem::putty(search, begin),
        Family::Jwt => jwt::token(search, begin),
        Family::AuthorizedUser => json::authorized_user(search, begin),
        Family::Packed => decode::encoded(search, begin),
        Family::Told => told::behind(search, begin),
    }
}

/// Runs the recognisers that a name leads to.
pub fn at_mark(search: &mut Search<'_>, mark: usize) {
    telegram::token(search, mark);
    let end = super::name_end::name_end(search.text, mark);
    let tail = &search.text[end.saturating_sub(24)..end];
    let ends = |name: &str| {
        tail.len() >= name.len()
            && tail[tail.len() - name.len()..].eq_ignore_ascii_case(name.as_bytes())
    };
    // The last letter rules most names out.
    match tail.last().map(u8::to_ascii_lowercase) {
        Some(b'y') if ends("accountkey") || ends("sharedaccesskey") => {
            azure::connection(search, mark);
        }
        Some(b'd') if ends("password") || ends("pwd") => azure::connection(search, mark),
        Some(b'g') if ends("sig") => azure::signature(search, mark),
        Some(b'n') if ends("authorization") => basic::header(search, mark),
        Some(b'n') if ends("token") => kubeconfig::token(search, mark),
        Some(b'h') if ends("auth") => json::docker_auth(search, mark),
        Some(b'a') if ends("client-key-data") => kubeconfig::client_key(search, mark),
        _ => {}
    }
}

/// Adds a candidate whose content decoded, where the rules know its variant.
fn decoded(search: &mut Search<'_>, code: &str, span: Span, claimed: &[u8], weight: usize) -> bool {
    let Some(kind) = kind_of(search, code, span) else {
        return false;
    };
    let mut candidate = Candidate::new(span, span.of(search.text), Some(kind), Recognised::Decoded);
    candidate.weight = weight;
    candidate.claims = kind
        .claims
        .and_then(|reader| token::claims(reader, claimed));
    search.push(candidate);
    true
}

/// The kind of a variant; where several share it, the one whose name or file it is, else one that needs neither.
fn kind_of(search: &Search<'_>, code: &str, span: Span) -> Option<&'static TokenKind> {
    let kinds: Vec<_> = search.rules.all_by_code(code).collect();
    if let [] | [_] = kinds[..] {
        return kinds.first().copied();
    }
    let name = beside::left_of(search.text, span.start).name;
    let name = name
        .map(|name| name::normalise(name.of(search.text)))
        .unwrap_or_default();
    let named = |kind: &&TokenKind| kind.names.iter().any(|wanted| name::holds(&name, wanted));
    let placed = |kind: &&TokenKind| {
        let path = search.path.map_or(&b""[..], |path| path.as_bytes());
        kind.files.iter().any(|file| glob::matches(file.file, path))
    };
    let found = kinds
        .iter()
        .find(|kind| named(kind))
        .or_else(|| kinds.iter().find(|kind| placed(kind)));
    found
        .or_else(|| kinds.iter().find(|kind| kind.alone))
        .copied()
}
