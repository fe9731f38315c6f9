//! Kinds that the place of a value tells: the keys above it, the block around it, its file.
//!
//! In: a literal and what stands beside it. Out: the candidates whose shape the whole value has. A document is read only
//! where a key of it may be a kind's.

use super::candidate::Candidate;
use super::search::Search;
use super::site::{Site, last_parts};
use super::{context, enclosing};
use crate::model::Recognised;
use crate::rules::name;
use crate::syntax::Leaf;

/// By the key path in the file, and by files that hold the kind.
pub(super) fn by_place(search: &Search<'_>, site: &Site, found: &mut Vec<Candidate>) {
    let asks = match search.would_parse() {
        true => asks_for_keys(search, site),
        false => Some(true),
    };
    let Some(asks) = asks else {
        return;
    };
    let document = asks.then(|| search.document()).flatten();
    let leaf = document.and_then(|document| document.leaf_at(site.literal.span.start));
    if let Some(normalised) = leaf.as_ref().and_then(name_of_keys)
        && normalised != site.name
    {
        context::by_name(search, site, &normalised, found);
    }
    let key_path = leaf.map(|leaf| leaf.key_path);
    search.look_at(enclosing::around(site.written.start));
    if let Some(word) = enclosing::word(search.text, site.written.start).filter(|_| !site.flag) {
        let word = word.of(search.text);
        let first = word.split(|byte| *byte == b'.').next().unwrap_or(word);
        for owner in [word, first] {
            let parts = [owner, b"_", site.written.of(search.text)].concat();
            context::by_name(search, site, &name::normalise(last_parts(&parts)), found);
        }
    }
    let written = String::from_utf8_lossy(site.written.of(search.text)).to_ascii_lowercase();
    let key = key_path
        .as_ref()
        .map_or(written, |path| path.to_ascii_lowercase());
    for (kind, wanted) in search.kinds_of_this_file() {
        let tail = match key_path {
            Some(_) => wanted,
            None => wanted.rsplit('.').next().unwrap_or(""),
        };
        if search.path.is_none() || key_fits(&key, tail) {
            let before = found.len();
            let weight = wanted.len() * 4;
            context::add(search, site, kind, Recognised::Named, weight, found);
            if key_path.is_some() {
                believe(&mut found[before..]);
            }
        }
    }
}

/// Whether the keys above a value may tell its kind: a document is not read for one whose keys cannot. `None` where
/// the value fits no kind that any place could tell.
fn asks_for_keys(search: &Search<'_>, site: &Site) -> Option<bool> {
    if !search.kinds_of_this_file().is_empty() {
        return Some(true);
    }
    let value = context::measured(search.text, &site.literal);
    let mut fits_any = false;
    for (number, told) in search.rules.kinds_told_by_name().iter().enumerate() {
        // What is known is not asked again: a file may hold thousands of values.
        if !told.may_fit(&value)
            || fits_any && search.keys_name_none_of(number)
            || context::fits(told.kind, search.text, &site.literal).is_none()
        {
            continue;
        }
        if search.may_be_named_by_keys(number, told.kind, site.literal.span.start) {
            return Some(true);
        }
        fits_any = true;
    }
    fits_any.then_some(false)
}

/// The name that a path of keys gives; none where the path was cut before it came to the value.
pub(super) fn name_of_keys(leaf: &Leaf<'_>) -> Option<String> {
    let path = leaf.whole_path()?.as_bytes();
    let last = name::normalise(&path[path.len().saturating_sub(name::LONGEST_NAME)..]);
    // No kind's name begins where a path was cut.
    let mark = if path.len() > name::LONGEST_NAME {
        "_"
    } else {
        ""
    };
    Some(format!("{mark}{last}"))
}

/// A provider's own file at its own key: words are believed to be a credential there.
fn believe(found: &mut [Candidate]) {
    for candidate in found
        .iter_mut()
        .filter(|found| found.dropped == Some("words"))
    {
        candidate.dropped = None;
    }
}

/// Whether a dotted key path ends with the wanted one; `*` stands for one key.
fn key_fits(path: &str, wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let mut have = path.rsplit('.');
    wanted
        .rsplit('.')
        .all(|part| have.next().is_some_and(|key| part == "*" || key == part))
}
