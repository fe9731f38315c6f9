//! Tests of the readers: tables with exact places for each format, and properties over arbitrary text.

mod dotenv;
mod format;
mod ini;
mod json;
mod limits;
mod property;
mod toml;
mod yaml;
mod yaml_aliases;

use super::{Document, Format, parse};

/// Path, text at the span, decoded value: for each leaf.
fn leaves(format: Format, text: &str) -> Vec<(String, String, String)> {
    let document = read(format, text);
    document
        .leaves()
        .map(|leaf| {
            let written = &text[leaf.value_span.start..leaf.value_span.end];
            (leaf.key_path, written.to_owned(), leaf.text.to_owned())
        })
        .collect()
}

fn read(format: Format, text: &str) -> Document {
    match parse(format, text.as_bytes()) {
        Ok(document) => document,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Asserts path, written text and decoded value of every leaf, and that the leaf is found again by its place.
fn check(format: Format, text: &str, expected: &[(&str, &str, &str)]) {
    let found = leaves(format, text);
    let found: Vec<_> = found
        .iter()
        .map(|(path, written, value)| (path.as_str(), written.as_str(), value.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
    check_places(&read(format, text));
}

/// Asserts that each leaf whose value is written at its own place is found by every end of that place.
fn check_places(document: &Document) {
    for leaf in document.leaves().filter(|leaf| !leaf.value_span.is_empty()) {
        for offset in [leaf.value_span.start, leaf.value_span.end - 1] {
            let at = document.leaf_at(offset);
            assert_eq!(at.map(|found| found.value_span), Some(leaf.value_span));
        }
    }
}

/// The same rows where the written text is the value.
fn check_plain(format: Format, text: &str, expected: &[(&str, &str)]) {
    let rows: Vec<_> = expected
        .iter()
        .map(|(path, value)| (*path, *value, *value))
        .collect();
    check(format, text, &rows);
}

fn why(format: Format, text: &[u8]) -> (u32, u32, &'static str) {
    match parse(format, text) {
        Ok(_) => panic!("parsed"),
        Err(error) => (error.line, error.column, error.what),
    }
}
