//! Names that keys may and may not hold, and the property that no name of a parsed path is ruled out.

use proptest::prelude::*;

use super::*;
use crate::find::keyed::name_of_keys;
use crate::rules::name;
use crate::syntax;

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
    KeyWords::of(format, text.as_bytes()).may_be(name)
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
        (Format::Json, r#"{"a": "\\\u0070"}"#),
        (Format::Json, "{\"pass\\\nword\": 1}"),
        (Format::Yaml, "\"pass\\x77ord\": 1\n"),
        (Format::Yaml, "? password # of what\n: 1\n"),
        (Format::Toml, "\"pass\\u0077ord\" = 1\n"),
        (Format::Dotenv, "A=1\n"),
    ] {
        assert!(may_be(format, text, "PASSWORD"), "{text}");
    }
    assert!(!may_be(Format::Json, r#"{"a\n\\": "u0070"}"#, "PASSWORD"));
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

/// How a key is written: bare, in quotes, behind an anchor or a tag, before a comment, as a far key, with an escape.
fn written(format: Format, key: &str, way: u8) -> String {
    let key = key.trim();
    match (format, way) {
        (Format::Json, 0) => format!("/* a */ \"{key}\" /* b */ :"),
        (Format::Json, 1) => format!("\"{key}\\n\":"),
        (Format::Json, 2) => format!("\"\\t{key}\" // c\n :"),
        (Format::Json, _) => format!("\"{key}\":"),
        (Format::Yaml, 0) => format!("&a0 \"{key}\" : "),
        (Format::Yaml, 1) => format!("!!str '{key}': "),
        (Format::Yaml, 2) => format!("[{{a: '{key}'}}]: "),
        (Format::Yaml, 3) => format!("? '{key}' # c\n: "),
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

proptest! {
    #[test]
    fn no_name_of_a_key_path_is_ruled_out(
        format in prop::sample::select(vec![Format::Json, Format::Yaml, Format::Toml]),
        keys in prop::collection::vec((key(), 0u8..6), 1..5),
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
                prop_assert!(words.may_be(name), "{name} is {path} in {text}");
            }
        }
    }

    #[test]
    fn most_texts_of_the_property_are_read(
        keys in prop::collection::vec((key(), 4u8..6), 1..5),
        lines: bool,
    ) {
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            let text = text(format, &keys, lines);
            prop_assert!(syntax::parse(format, text.as_bytes()).is_ok(), "{text}");
        }
    }
}
