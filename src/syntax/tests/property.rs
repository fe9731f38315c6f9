//! Properties: nothing panics, every place lies inside the text, and the text at a place says the value.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::{Document, Format, Leaf, parse};

const FORMATS: [Format; 6] = [
    Format::Json,
    Format::Yaml,
    Format::Toml,
    Format::Dotenv,
    Format::Ini,
    Format::FrontMatter,
];

/// Reads `text` in every format, and asserts what holds for every document.
fn survives(text: &[u8]) {
    for format in FORMATS {
        let Ok(document) = parse(format, text) else {
            continue;
        };
        for leaf in document.leaves() {
            assert!(leaf.value_span.end <= text.len(), "{format:?}");
            assert!(
                std::str::from_utf8(leaf.value_span.of(text)).is_ok(),
                "{format:?}"
            );
            if format == Format::Yaml {
                says_its_value(&leaf, text);
            }
            if let Some(span) = leaf.key_span {
                assert!(span.end <= text.len(), "{format:?}");
                assert!(std::str::from_utf8(span.of(text)).is_ok(), "{format:?}");
            }
        }
        for offset in 0..=text.len() {
            if let Some(leaf) = document.leaf_at(offset) {
                assert!(leaf.value_span.start <= offset && offset < leaf.value_span.end);
            }
        }
        document.duplicates();
    }
}

/// Asserts that a YAML value on one line and without escapes is what stands at its place.
fn says_its_value(leaf: &Leaf, text: &[u8]) {
    let written = String::from_utf8_lossy(leaf.value_span.of(text));
    let escapes = ['\n', '\r', '\\', '\'', '\t', '\u{85}', '\u{2028}'];
    if !written.contains(escapes) {
        assert_eq!(
            leaf.text.trim(),
            written.trim(),
            "{:?}",
            String::from_utf8_lossy(text)
        );
    }
}

/// Text of the marks that the formats are made of, so that readers get beyond the first character.
fn marks() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        "a",
        "b:",
        ": ",
        "- ",
        "? ",
        "\n",
        "\r\n",
        "  ",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "'",
        "|",
        ">",
        "|-\n",
        "&x ",
        "*x",
        "!t ",
        "!<",
        "!!str ",
        "<<: ",
        "---\n",
        "...\n",
        "# c",
        "=",
        "[[",
        "\"\"\"",
        "'''",
        "\\",
        "\\u0041",
        "\\ud800",
        "é",
        "🔑",
        "\u{FEFF}",
        "\u{85}",
        "1",
        "true",
        "/*",
        "*/",
        "//",
        "%YAML 1.2\n",
        ".",
        "export ",
        "`",
        "null",
        "\u{2028}",
        "\0",
    ]);
    prop::collection::vec(mark, 0..40).prop_map(|marks| marks.concat())
}

fn json_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec(("[a-zé_.]{1,8}", inner), 0..6)
                .prop_map(|pairs| Json::Object(pairs.into_iter().collect())),
        ]
    })
}

/// The leaves that a JSON value should give, by path.
fn expected(value: &Json, path: &str, out: &mut Vec<(String, String)>) {
    let below = |segment: &str| match path {
        "" => segment.to_owned(),
        _ => format!("{path}.{segment}"),
    };
    match value {
        Json::Object(map) => map
            .iter()
            .for_each(|(key, value)| expected(value, &below(key), out)),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| expected(item, &below(&index.to_string()), out)),
        Json::String(text) => out.push((path.to_owned(), text.clone())),
        other => out.push((path.to_owned(), other.to_string())),
    }
}

fn assert_leaves(document: &Document, text: &str, value: &Json, decode: fn(&Leaf, &str) -> String) {
    let mut rows = Vec::new();
    expected(value, "", &mut rows);
    let found: Vec<_> = document
        .leaves()
        .map(|leaf| {
            let written = &text[leaf.value_span.start..leaf.value_span.end];
            assert_eq!(decode(&leaf, written), leaf.text, "{text}");
            (leaf.key_path.clone(), leaf.text.to_owned())
        })
        .collect();
    assert_eq!(found, rows, "{text}");
}

/// The value of a written JSON scalar, by another reader than ours.
fn json_decoded(leaf: &Leaf, written: &str) -> String {
    match leaf.quoted {
        true => serde_json::from_str(&format!("\"{written}\"")).unwrap(),
        false => written.to_owned(),
    }
}

/// The value of a written TOML scalar, by another reader than ours.
fn toml_decoded(leaf: &Leaf, written: &str) -> String {
    if !leaf.quoted {
        return written.to_owned();
    }
    let readings = [
        ("\"", "\""),
        ("'", "'"),
        ("\"\"\"\n", "\"\"\""),
        ("'''\n", "'''"),
    ];
    let mut read = readings.iter().filter_map(|(open, close)| {
        let table: toml::Table = toml::from_str(&format!("k = {open}{written}{close}")).ok()?;
        table["k"].as_str().map(str::to_owned)
    });
    read.find(|text| text == leaf.text).unwrap_or_default()
}

proptest! {
    #[test]
    fn arbitrary_bytes(text in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&text);
    }

    #[test]
    fn arbitrary_text(text in any::<String>()) {
        survives(text.as_bytes());
    }

    #[test]
    fn text_of_marks(text in marks()) {
        survives(text.as_bytes());
    }

    #[test]
    fn json_documents(value in json_value(), pretty in any::<bool>()) {
        let text = match pretty {
            true => serde_json::to_string_pretty(&value).unwrap().replace('\n', "\r\n"),
            false => value.to_string(),
        };
        let document = parse(Format::Json, text.as_bytes()).unwrap();
        assert_leaves(&document, &text, &value, json_decoded);
    }

    #[test]
    fn json_read_as_yaml(value in json_value()) {
        let text = format!("# é\n{}\n", serde_json::to_string_pretty(&value).unwrap());
        // JSON may hold characters that YAML does not allow unescaped; the two must agree where both read it.
        if let Ok(document) = parse(Format::Yaml, text.as_bytes()) {
            assert_leaves(&document, &text, &value, json_decoded);
        }
    }

    #[test]
    fn yaml_blocks(pairs in prop::collection::vec(("[a-z]{1,6}", "[a-zA-Z0-9_é🔑/+-][a-zA-Z0-9_é🔑/+=.-]{0,20}", 0..5), 1..8)) {
        let mut text = String::from("# ключ\n");
        let mut values = Vec::new();
        for (index, (key, value, style)) in pairs.into_iter().enumerate() {
            let value = format!("v{value}");
            let written = match style {
                0 => value.clone(),
                1 => format!("'{value}'"),
                2 => format!("\"{value}\"  # c"),
                3 => format!("|-\n    {value}"),
                _ => format!("&n{index} !!str {value}"),
            };
            text.push_str(&format!("{key}{index}:\r\n  k: {written}\n"));
            values.push((format!("{key}{index}.k"), value));
        }
        let document = parse(Format::Yaml, text.as_bytes()).unwrap();
        let found: Vec<_> = document
            .leaves()
            .map(|leaf| {
                let written = &text[leaf.value_span.start..leaf.value_span.end];
                assert_eq!(written, leaf.text);
                assert_eq!(document.leaf_at(leaf.value_span.start).as_ref(), Some(&leaf));
                (leaf.key_path, written.to_owned())
            })
            .collect();
        prop_assert_eq!(found, values);
    }

    #[test]
    fn toml_documents(pairs in prop::collection::btree_map("[a-z]{1,6}", (any::<String>(), any::<i64>(), any::<bool>()), 0..6)) {
        let mut table = toml::Table::new();
        for (key, (text, number, flag)) in &pairs {
            let mut inner = toml::Table::new();
            inner.insert("é k".to_owned(), text.clone().into());
            inner.insert("n".to_owned(), toml::Value::from(vec![toml::Value::from(*number), (*flag).into()]));
            table.insert(key.clone(), inner.into());
        }
        let text = toml::to_string_pretty(&table).unwrap();
        let document = parse(Format::Toml, text.as_bytes()).unwrap();
        let json = serde_json::to_value(&table).unwrap();
        let mut rows = Vec::new();
        expected(&json, "", &mut rows);
        let mut found: Vec<_> = document
            .leaves()
            .map(|leaf| {
                let written = &text[leaf.value_span.start..leaf.value_span.end];
                assert_eq!(toml_decoded(&leaf, written), leaf.text, "{text}");
                (leaf.key_path.clone(), leaf.text.to_owned())
            })
            .collect();
        found.sort();
        rows.sort();
        prop_assert_eq!(found, rows);
    }
}
