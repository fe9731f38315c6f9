//! Recognisers in code, one file for each family, for what neither a shape nor a pattern can say.
//!
//! In: a search and the place of a hit. Out: candidates of the kinds whose `code` names the variant that was found. A
//! variant without a kind in the rules gives nothing.

mod azure;
mod basic;
mod json;
mod jwt;
mod kubeconfig;
mod pem;
mod url;

use super::candidate::Candidate;
use super::search::Search;
use crate::model::{Recognised, Span};
use crate::rules::table::Family;
use crate::token;

pub use url::url;

/// Runs the recogniser of a family at the start of its literal.
pub fn family(search: &mut Search<'_>, family: Family, begin: usize) {
    match family {
        Family::Pem => pem::block(search, begin),
        Family::Putty => pem::putty(search, begin),
        Family::Jwt => jwt::token(search, begin),
        Family::AuthorizedUser => json::authorized_user(search, begin),
    }
}

/// Runs the recognisers that a name leads to.
pub fn at_mark(search: &mut Search<'_>, mark: usize) {
    let end = super::prefilter::name_end(search.text, mark);
    let tail = &search.text[end.saturating_sub(24)..end];
    let ends = |name: &str| {
        tail.len() >= name.len() && tail[tail.len() - name.len()..].eq_ignore_ascii_case(name.as_bytes())
    };
    if ends("accountkey") || ends("sharedaccesskey") || ends("password") || ends("pwd") {
        azure::connection(search, mark);
    } else if ends("sig") {
        azure::signature(search, mark);
    } else if ends("authorization") {
        basic::header(search, mark);
    } else if ends("auth") {
        json::docker_auth(search, mark);
    } else if ends("client-key-data") {
        kubeconfig::client_key(search, mark);
    } else if ends("token") {
        kubeconfig::token(search, mark);
    }
}

/// Adds a candidate whose content decoded, where the rules know its variant.
fn decoded(search: &mut Search<'_>, code: &str, span: Span, claimed: &[u8], weight: usize) -> bool {
    let Some(kind) = search.rules.by_code(code) else {
        return false;
    };
    let mut candidate = Candidate::new(span, span.of(search.text), Some(kind), Recognised::Decoded);
    candidate.weight = weight;
    candidate.claims = kind.claims.and_then(|reader| token::claims(reader, claimed));
    search.push(candidate);
    true
}
