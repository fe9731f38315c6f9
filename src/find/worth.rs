//! Whether anything can come of a value, before its name is read: names cost more to read than values.
//!
//! In: a search and a literal. Out: yes or no, by the literal's length and bytes. It may say yes too often, never no.

use super::lexer::Literal;
use super::search::Search;
use super::{decode, generic, spaced};

/// Whether anything could be found of a literal under some name.
pub fn under_any_name(search: &Search<'_>, literal: &Literal) -> bool {
    let value = literal.span.of(search.text);
    as_secret(search, literal) || decode::may_be_named(value) || as_shape(search, literal)
}

/// Whether a literal may be a secret of no kind.
pub fn as_secret(search: &Search<'_>, literal: &Literal) -> bool {
    let value = literal.span.of(search.text);
    !generic::is_nothing(value, literal.quoted) && is_written_so(search, literal)
}

/// Whether a kind that only surroundings name may have the shape of a literal.
pub fn as_shape(search: &Search<'_>, literal: &Literal) -> bool {
    let fitting = &search.rules.tables().fitting;
    let value = literal.span.of(search.text);
    match literal.quoted {
        true => fitting.may_fit(value.trim_ascii()),
        false => fitting.may_start(&search.text[literal.span.start..], value.len()),
    }
}

/// Whether a literal is written as values are in files like this one.
fn is_written_so(search: &Search<'_>, literal: &Literal) -> bool {
    literal.quoted
        || *search.takes_bare.get_or_init(|| takes_bare_values(search))
        || spaced::in_string(search.text, literal.span)
        || spaced::in_comment(search.text, literal.span)
}

/// Whether files like this one hold values without quotes.
fn takes_bare_values(search: &Search<'_>) -> bool {
    let Some(path) = search.path else {
        return true;
    };
    let extension = path.extension();
    const CODE: [&[u8]; 38] = [
        b"rs", b"js", b"ts", b"tsx", b"jsx", b"mjs", b"cjs", b"py", b"go", b"java", b"kt", b"kts",
        b"c", b"h", b"cc", b"cpp", b"hpp", b"cs", b"php", b"rb", b"swift", b"scala", b"m", b"mm",
        b"dart", b"lua", b"pl", b"pm", b"ex", b"exs", b"erl", b"hs", b"ml", b"vue", b"svelte",
        b"css", b"html", b"sql",
    ];
    !CODE.contains(&extension.as_slice())
}
