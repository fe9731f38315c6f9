//! Names that keys may and may not hold, and the property that no name of a parsed path is ruled out.

use proptest::prelude::*;

use super::*;
use crate::find::keyed::name_of_keys;
use crate::rules::name;
use crate::syntax::{self, Document};

const NAMES: [&str; 8] = [
    "POSTGRES_PASSWORD",
    "PASSWORD",
    "ACME_API_KEY",
    "PGPASSWORD",
    "X_0",
    "*_KEY",
    "TOKEN*",
    "*SECRET*",
];

fn may_be(format: Format, text: &str, name: &'static str) -> bool {
    KeyWords::of(format, text.as_bytes()).may_be(name, None)
}

#[test]
fn a_lock_file_names_no_password() {
    let lock = "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n\n  .:\n    \
                dependencies:\n      postgres:\n        specifier: ^3\n        version: 3.4\n      \
                '@acme/password-prompt':\n        specifier: ^1\n        version: 1.1(postgres@3.4)\n";
    assert!(!may_be(Format::Yaml, lock, "POSTGRES_PASSWORD"));
    let named = format!("{lock}postgres:\n  password: x\n");
    assert!(may_be(Format::Yaml, &named, "POSTGRES_PASSWORD"));
    assert!(!may_be(Format::Yaml, &named, "MYSQL_PASSWORD"));
}

#[test]
fn a_key_that_reads_otherwise_than_it_is_written_may_be_anything() {
    for (format, text) in [
        (Format::Json, r#"{"a": 1, "\\\u0070assword" /* b */: 2}"#),
        (Format::Json, "{\"pass\\\nword\": 1}"),
        (Format::Json, r#"{"a": '\u0070', 'pass\word': 1}"#),
        (Format::Yaml, "a: {\"pass\\\n  word\"\n: 1}\n"),
        (Format::Yaml, "- ? password\n"),
        (Format::Yaml, "a: {b: 1,\n  ? password : 1}\n"),
        (Format::Yaml, "\"pass\\x77ord\": 1\n"),
        (Format::Yaml, "? password # of what\n: 1\n"),
        (Format::Toml, "\"pass\\u0077ord\" = 1\n"),
        (Format::Dotenv, "A=1\n"),
    ] {
        assert!(may_be(format, text, "PASSWORD"), "{text}");
    }
    for (format, text) in [
        (Format::Json, r#"{"a\n\\": "u0070"}"#),
        (Format::Json, r#"{"a": "\u0070\": b", "c": '\u0070'}"#),
        (Format::Yaml, "run: |\n  curl \\\n    -H \"a: b\"\n"),
        (Format::Yaml, "run: |\n  x = y ? \"\\x70\" + z : z;\n"),
    ] {
        assert!(!may_be(format, text, "PASSWORD"), "{text}");
    }
    assert!(!may_be(
        Format::Yaml,
        "a: really? yes\n",
        "POSTGRES_PASSWORD"
    ));
}

#[test]
fn a_name_may_begin_where_the_first_key_of_a_path_does() {
    for (format, text) in [
        (Format::Yaml, "a: 1\n\"password-x\": 2\n"),
        (Format::Yaml, "  a:\n  - 1\n  password-x: 2\n"),
        (Format::Yaml, "a: 1\n---\n&b password-x: 2\n"),
        (Format::Yaml, "a: 1\n--- !!map {password-x: 2}\n"),
        (Format::Yaml, "'-':\n  password-x: 2\n"),
        (Format::Json, "/* a */ {\"password-x\": 2}"),
        (Format::Json, "{\"a\": 1, \"password-x\": 2}"),
        (Format::Json, "{\"\\tpassword-x\": 2}"),
        (Format::Toml, "[password-x]\nb = 2\n"),
    ] {
        assert!(may_be(format, text, "PASSWORD"), "{text}");
    }
    for text in [
        "a:\n  password-x: 2\n",
        "a: {password-x: 2}\n",
        "# password\na:\n- password-x: 2\n",
    ] {
        assert!(!may_be(Format::Yaml, text, "PASSWORD"), "{text}");
    }
}

#[test]
fn a_name_may_end_where_a_key_does() {
    for (format, text) in [
        (Format::Yaml, "a: {x-password : 2}\n"),
        (Format::Yaml, "a:\n  \"x-password\":2\n"),
        (Format::Json, "{\"a\": {\"x-password\" /* b */: 2}}"),
        (Format::Json, "{\"a\": {\"x-password\\n\": 2}}"),
        (Format::Toml, "[a.x-password]\nb = 2\n"),
        (Format::Toml, "a.x-password = 2\n"),
    ] {
        assert!(may_be(format, text, "PASSWORD"), "{text}");
    }
    for (format, text) in [
        (Format::Yaml, "a:\n  x-password-y: 2\n"),
        (Format::Yaml, "a: b/password/ --password=\nb: [password]\n"),
        (
            Format::Json,
            "{\"a\": \"b/password/\", \"b\": [\"password\"]}",
        ),
        (Format::Json, "{\"a\": {\"x-password-y\": \"password\"}}"),
        (Format::Toml, "a.x-password-y = 2\n"),
    ] {
        assert!(!may_be(format, text, "PASSWORD"), "{text}");
    }
}

fn key() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "postgres",
        "Password",
        "PASSWORD",
        "pgpassword",
        "acme",
        "Api",
        "API",
        "key",
        "token",
        "secret",
        "x",
        "0",
        "-",
        "_",
        ".",
        " ",
        "é",
        "/",
    ]);
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat())
}

/// A key whose first letter is an escape.
fn spelled(key: &str) -> String {
    let mut letters = key.chars();
    let first = letters
        .next()
        .map(|first| format!("\\u{:04x}", u32::from(first)));
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

/// How a key is written: bare, in quotes, behind an anchor or a tag, before a comment, as a far key, with an escape.
fn written(format: Format, key: &str, way: u8) -> String {
    let key = key.trim();
    match (format, way) {
        (Format::Json, 0) => format!("/* a */ \"{key}\" /* b */ :"),
        (Format::Json, 1) => format!("\"{key}\\n\":"),
        (Format::Json, 2) => format!("\"\\t{key}\" // c\n :"),
        (Format::Json, 3) => format!("'{}' :", spelled(key)),
        (Format::Json, _) => format!("\"{key}\":"),
        (Format::Yaml, 0) => format!("&a0 \"{key}\" : "),
        (Format::Yaml, 1) => format!("!!str '{key}': "),
        (Format::Yaml, 2) => format!("[{{a: '{key}'}}]: "),
        (Format::Yaml, 3) => format!("? '{key}' # c\n: "),
        (Format::Yaml, 4) => format!("\"{}\" : ", spelled(key)),
        (Format::Yaml, _) => format!("'{key}': "),
        (_, 0) => format!("\"{key}\" = "),
        (_, _) => format!("'{key}'='x'\n'{key}2'="),
    }
}

/// A text of nested keys, in one line or in several.
fn text(format: Format, keys: &[(String, u8)], lines: bool) -> String {
    let gap = if lines { "\n" } else { " " };
    match format {
        Format::Toml => {
            let [above @ .., (last, way)] = keys else {
                return String::new();
            };
            let above: Vec<_> = above.iter().map(|(key, _)| format!("'{key}'")).collect();
            let header = format!("[ {} ]", above.join(" . "));
            let header = if above.is_empty() { "" } else { &header };
            format!("{header}\n{}'value'\n", written(format, last, *way))
        }
        Format::Yaml if lines => {
            let mut text = String::new();
            for (depth, (key, way)) in keys.iter().enumerate() {
                let indent = "  ".repeat(depth);
                let key = written(format, key, *way).replace('\n', &format!("\n{indent}"));
                text.push_str(&format!("{indent}{key}\n"));
            }
            format!("{text}{}value\n", "  ".repeat(keys.len()))
        }
        _ => {
            let open: String = keys
                .iter()
                .map(|(key, way)| format!("{{{gap}{}{gap}", written(format, key, *way)))
                .collect();
            format!("{open}\"value\"{}\n", "}".repeat(keys.len()))
        }
    }
}

/// Every place of a text with the name of the keys above it.
fn named_places(document: Option<&Document>, text: &str) -> Vec<(usize, String)> {
    let name = |at| Some((at, name_of_keys(&document?.leaf_at(at)?)?));
    (0..text.len()).filter_map(name).collect()
}

/// Lines that texts of YAML are put together of.
const YAML_LINES: &[&str] = &[
    "a: b",
    "password: x",
    "x-token: y",
    "k: |",
    "password: >-",
    "password: 'x",
    "api-key: \"x",
    "y: z'",
    "y: z\"",
    "password:",
    "\"password\":",
    "'x",
    "\"x",
    "x'",
    "- password: |",
    "- - token: x",
    "- x",
    "k: {a: x,",
    "password: y, token: z}",
    "password: {",
    "\"token\":\"a\",\"b\":\"c",
    "}",
    "k: [password: x, a]",
    "k: 'a: {\"password\": \"b\"}'",
    "# password: '",
    "password: # c",
    "? password",
    ": x",
    "&a password: !b c",
    "k: &a",
    "x-token: 'a, b: c'",
    "token-x:",
    "password: ''",
    "password: 'it''s' # '",
    "---",
    "plain",
    "pass word: *a",
];

/// Lines that texts of JSON are put together of.
const JSON_LINES: &[&str] = &[
    "{",
    "}",
    "},",
    "\"a\": \"b\",",
    "\"password\": \"x\",",
    "\"password\": {",
    "\"x-token\" : \"y\"",
    "\"api\": {\"key\": \"x\", \"a\": 1},",
    "'password': 'x \"a\": \"y',",
    "'password': 'x \\",
    "\"a\": \"y',",
    "\"password\": \"\\\"a\\\": \\\"b\",",
    "// \"a",
    "/* 'b */",
    "password: \"x\", a: 'y',",
    "\"password\": [\"a\", {\"b\": \"c\"}],",
    "{\"token\": \"a\"}",
    "\"a: \": \"password\",",
    "[\"x\", \"password\", \": \", \"y\"]",
];

proptest! {
    #[test]
    fn no_name_of_a_key_path_is_ruled_out(
        format in prop::sample::select(vec![Format::Json, Format::Yaml, Format::Toml]),
        keys in prop::collection::vec((key(), 0u8..7), 1..5),
        lines: bool,
        column in 0usize..3,
        before in prop::sample::select(vec!["", "# c\n", "---\n", "a: 1\n---\n", "\u{feff}", "\n", "k:\n- a\n"]),
    ) {
        let text = text(format, &keys, lines);
        let text = match format {
            Format::Yaml => {
                let indent = " ".repeat(column);
                format!("{before}{indent}{}", text.trim_end().replace('\n', &format!("\n{indent}")))
            }
            _ => text,
        };
        let document = syntax::parse(format, text.as_bytes());
        let words = KeyWords::of(format, text.as_bytes());
        for leaf in document.iter().flat_map(|document| document.leaves()) {
            let path = name_of_keys(&leaf).unwrap_or_default();
            for name in NAMES.iter().filter(|name| name::holds(&path, name)) {
                prop_assert!(words.may_be(name, None), "{name} is {path} in {text}");
            }
        }
        for (at, path) in named_places(document.as_ref().ok(), &text) {
            let own = own_key::before(format, text.as_bytes(), at).map(|key| key.of(text.as_bytes()));
            for name in NAMES.iter().filter(|name| name::holds(&path, name)) {
                prop_assert!(words.may_be(name, own), "{name} is {path} at {at} of {text}");
            }
        }
    }

    #[test]
    fn no_name_is_ruled_out_by_the_line_of_a_value(
        format in prop::sample::select(vec![Format::Json, Format::Yaml]),
        lines in prop::collection::vec((0usize..4, 0usize..1000), 1..7),
    ) {
        let all: &[&str] = if format == Format::Json { JSON_LINES } else { YAML_LINES };
        let text: String = lines
            .iter()
            .map(|(indent, line)| format!("{}{}\n", "  ".repeat(*indent), all[line % all.len()]))
            .collect();
        let document = syntax::parse(format, text.as_bytes());
        let words = KeyWords::of(format, text.as_bytes());
        for (at, path) in named_places(document.as_ref().ok(), &text) {
            let own = own_key::before(format, text.as_bytes(), at).map(|key| key.of(text.as_bytes()));
            for name in NAMES.iter().filter(|name| name::holds(&path, name)) {
                prop_assert!(words.may_be(name, own), "{name} is {path} at {at} of {text}");
            }
        }
    }

    #[test]
    fn most_texts_of_the_property_are_read(
        keys in prop::collection::vec((key(), 5u8..7), 1..5),
        lines: bool,
    ) {
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            let text = text(format, &keys, lines);
            prop_assert!(syntax::parse(format, text.as_bytes()).is_ok(), "{text}");
        }
    }
}
