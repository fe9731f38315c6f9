//! Text that hides in text: base64, hexadecimal, escapes, joined literals, UTF-16.
//!
//! In: a search and the place of a hit. Out: the candidates of the decoded text, pointing at the encoded one. Depth,
//! size and number of decodings are bounded.

mod coded;
mod escape;
mod join;
mod tfstate;
pub mod utf16;

pub use coded::{encoded, may_be_named, named};
pub use escape::{escapes, spells_credential};
pub use join::{cut_by_quotes, joined};
pub use tfstate::state;

use super::candidate::Candidate;
use super::context;
use super::lexer::Literal;
use super::search::{DEPTH, Search};
use super::site::Site;
use crate::model::{Encoding, Span};

/// Searches decoded text; `place` leads from a span of it to the encoded one.
fn nested(
    search: &mut Search<'_>,
    decoded: &[u8],
    encoding: Encoding,
    place: impl Fn(Span) -> Span,
) -> bool {
    if search.depth >= DEPTH {
        return false;
    }
    let mut inner = Search::new(decoded, search.path, search.rules, search.depth + 1);
    inner.first_only = search.first_only;
    inner.run();
    if let Some(limit) = inner.limited.get() {
        search.limited.set(Some(limit));
    }
    let mut any = false;
    for mut candidate in inner.found {
        if candidate.kind.is_none() && encoding != Encoding::Joined {
            continue;
        }
        let inside = inner_beside(decoded, candidate.span);
        candidate.span = place(candidate.span);
        candidate.encodings.insert(0, encoding);
        if candidate.beside.name.is_none() {
            candidate.beside.name = inside;
        }
        search.found.push(candidate);
        any = true;
    }
    any
}

/// The name inside the decoded text, which nobody sees again later.
fn inner_beside(decoded: &[u8], span: Span) -> Option<String> {
    let name = super::beside::left_of(decoded, span.start).name?;
    Some(String::from_utf8_lossy(name.of(decoded)).into_owned())
}

/// The candidates for a value as if `NAME="value"` stood there; their spans are those of that text.
fn under_name(
    search: &Search<'_>,
    name: &[u8],
    value: &[u8],
    site: impl FnOnce(&Search<'_>, Literal, Span) -> Site,
) -> Vec<Candidate> {
    let assignment = [name, b"=\"", value, b"\""].concat();
    let inner = Search::new(&assignment, search.path, search.rules, search.depth + 1);
    let literal = Literal {
        span: Span::new(name.len() + 2, assignment.len() - 1),
        quoted: true,
        inside: false,
    };
    let site = site(&inner, literal, Span::new(0, name.len()));
    context::candidates(&inner, &site)
}
