//! Whether anything can come of a value, before its name is read: names cost more to read than values.
//!
//! In: a search and a literal. Out: yes or no, by the literal's length and bytes. It may say yes too often, never no.

use super::lexer::Literal;
use super::search::Search;
use super::{decode, generic, spaced};
use crate::model::Span;
use crate::rules::fitting;

/// How far behind a value without quotes the shape that it starts with may reach.
const SHAPE: usize = 256;

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
    let value = literal.span.of(search.text);
    if !literal.quoted {
        search.look_at(Span::new(literal.span.start, literal.span.end + SHAPE));
        let next = search.text.get(literal.span.end);
        if next.is_some_and(|next| next.is_ascii_alphanumeric() || fitting::is_joint(*next)) {
            search.look_far();
        }
    }
    let fitting = &search.rules.tables().fitting;
    match literal.quoted {
        true => fitting.may_fit(value.trim_ascii()),
        false => fitting.may_start(&search.text[literal.span.start..], value.len()),
    }
}

/// Whether a literal is written as values are in files like this one.
fn is_written_so(search: &Search<'_>, literal: &Literal) -> bool {
    if literal.quoted || *search.takes_bare.get_or_init(|| takes_bare_values(search)) {
        return true;
    }
    let line_start = literal.span.start.saturating_sub(spaced::LONGEST);
    search.look_at(Span::new(line_start, literal.span.end + 1));
    spaced::in_string(search.text, literal.span) || spaced::in_comment(search.text, literal.span)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn no_shape_that_is_wider_than_words_reaches_farther() {
        let rules = RuleSet::builtin();
        let fitting = &rules.tables().fitting;
        let wide = fitting.bounds.iter();
        let wide = wide.filter(|bounds| bounds.bytes & fitting.wide != 0);
        let farthest = wide.map(|bounds| bounds.min).max().unwrap();
        assert!(farthest > 10 && farthest <= SHAPE, "{farthest}");
    }
}
