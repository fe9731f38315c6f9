//! JSON and its relatives.

use super::super::{Format, NodeKind, ScalarType, nested, parse};
use super::{check, check_plain, read, why};
use crate::model::Span;

#[test]
fn values_and_their_places() {
    check(
        Format::Json,
        "{\"mcpServers\": {\"x\": {\"env\": {\"A\": \"v1\", \"B\": 2}, \"args\": [\"--k\", \"v\\u0041\\n\", true, null]}}}",
        &[
            ("mcpServers.x.env.A", "v1", "v1"),
            ("mcpServers.x.env.B", "2", "2"),
            ("mcpServers.x.args.0", "--k", "--k"),
            ("mcpServers.x.args.1", "v\\u0041\\n", "vA\n"),
            ("mcpServers.x.args.2", "true", "true"),
            ("mcpServers.x.args.3", "null", "null"),
        ],
    );
}

#[test]
fn relaxed_notation() {
    let text =
        "// head\r\n{ /* b */ a: 'x', \"b\": +1, c: [1 2,], d: Infinity, \"e\": \"f\" // t\r\n, }";
    check_plain(
        Format::Json,
        text,
        &[
            ("a", "x"),
            ("b", "+1"),
            ("c.0", "1"),
            ("c.1", "2"),
            ("d", "Infinity"),
            ("e", "f"),
        ],
    );
}

#[test]
fn lines_of_values() {
    check_plain(
        Format::Json,
        "{\"a\":1}\n{\"a\":2}\n",
        &[("a", "1"), ("a", "2")],
    );
    check_plain(Format::Json, "", &[]);
    check_plain(Format::Json, " \"x\" ", &[("", "x")]);
}

#[test]
fn places_behind_a_mark_and_wide_characters() {
    let text = "\u{FEFF}{\"ключ\": \"é\", \"k\": \"v\"}";
    check_plain(Format::Json, text, &[("ключ", "é"), ("k", "v")]);
    let document = read(Format::Json, text);
    let leaf = document.leaves().nth(1).unwrap();
    let start = text.find("v\"").unwrap();
    assert_eq!(leaf.value_span, Span::new(start, start + 1));
    assert_eq!(leaf.key_span, Some(Span::new(start - 5, start - 4)));
    assert_eq!(document.roots[0].span, Span::new(3, text.len()));
}

#[test]
fn keys_that_stand_twice() {
    let text = r#"{"a": {"k": "1", "k": "2"}, "a": 3}"#;
    check_plain(
        Format::Json,
        text,
        &[("a.k", "1"), ("a.k", "2"), ("a", "3")],
    );
    let document = read(Format::Json, text);
    assert_eq!(
        document.duplicates(),
        [
            ("a.k".to_owned(), Span::new(18, 19)),
            ("a".to_owned(), Span::new(29, 30))
        ]
    );
    let found = document.get(&["a", "k"]);
    assert_eq!(
        found
            .iter()
            .filter_map(|node| node.as_text())
            .collect::<Vec<_>>(),
        ["1", "2"]
    );
}

#[test]
fn a_merge_key_is_a_plain_key_here() {
    check_plain(Format::Json, r#"{"<<": {"a": 1}}"#, &[("<<.a", "1")]);
}

#[test]
fn halves_of_surrogate_pairs() {
    check(
        Format::Json,
        r#"["\ud800x", "\udc00", "\ud83d\ude00", "\\ud800", "k"]"#,
        &[
            ("0", r"\ud800x", "\u{FFFD}x"),
            ("1", r"\udc00", "\u{FFFD}"),
            ("2", r"\ud83d\ude00", "\u{1F600}"),
            ("3", r"\\ud800", r"\ud800"),
            ("4", "k", "k"),
        ],
    );
}

#[test]
fn types() {
    let document = read(Format::Json, r#"["1", 1, false, null]"#);
    let types: Vec<_> = document
        .leaves()
        .map(|leaf| (leaf.scalar_type, leaf.quoted))
        .collect();
    assert_eq!(
        types,
        [
            (ScalarType::Text, true),
            (ScalarType::Number, false),
            (ScalarType::Boolean, false),
            (ScalarType::Null, false),
        ]
    );
}

#[test]
fn a_list_item_has_the_key_of_its_list() {
    let document = read(Format::Json, r#"{"args": [["x"]]}"#);
    let leaf = document.leaf_at(12).unwrap();
    assert_eq!(
        (leaf.key, leaf.key_path.as_str(), leaf.text),
        ("args", "args.0.0", "x")
    );
    assert!(document.leaf_at(11).is_none());
    assert!(document.leaf_at(13).is_none());
    assert!(document.leaf_at(999).is_none());
}

#[test]
fn routes() {
    let document = read(Format::Json, r#"{"a": {"b": [{"c": "x"}, {"c": "y"}]}}"#);
    assert_eq!(document.get(&["a", "b", "1", "c"])[0].as_text(), Some("y"));
    assert!(document.get(&["a", "B"]).is_empty());
    assert_eq!(
        document.get(&["a", "b"])[0].as_list().map(<[_]>::len),
        Some(2)
    );
    assert!(matches!(document.get(&[])[0].kind, NodeKind::Map(_)));
}

#[test]
fn what_does_not_parse() {
    let table: &[(&str, (u32, u32, &str))] = &[
        ("{\"a\": 1", (1, 1, "is not closed")),
        ("\n {\"a\":", (2, 2, "is not closed")),
        ("{\"é\": \"x", (1, 7, "has a string that is not closed")),
        ("[\"\\u12\"]", (1, 3, "has a wrong escape in a string")),
        ("[1, /* x", (1, 5, "has a comment that is not closed")),
        ("[1,,2]", (1, 4, "has a comma where a value belongs")),
        ("{\"a\" 1}", (1, 6, "has no colon after a key")),
        ("{\"a\":}", (1, 6, "has a key without a value")),
        ("[1}", (1, 3, "has a closing bracket that nothing opened")),
        ("]", (1, 1, "has a closing bracket that nothing opened")),
        ("{[]}", (1, 2, "has no key where one belongs")),
        ("[a:1]", (1, 2, "has something that is no value")),
    ];
    for (text, expected) in table {
        assert_eq!(why(Format::Json, text.as_bytes()), *expected, "{text}");
    }
    assert_eq!(
        why(Format::Json, b"\xEF\xBB\xBF[\n\xFF]"),
        (2, 1, "is not UTF-8")
    );
}

#[test]
fn json_inside_a_string() {
    let document = nested(" {\"a\": \"x\"}").unwrap();
    assert_eq!(
        document.leaves().next().unwrap().value_span,
        Span::new(8, 9)
    );
    assert!(nested("[").is_none());
    assert!(nested("text").is_none());
    assert!(nested("{} {}").is_none());
}

#[test]
fn no_debug_output_holds_a_value() {
    let document = read(Format::Json, r#"{"k": ["hidden"]}"#);
    let leaves: Vec<_> = document.leaves().collect();
    assert!(!format!("{document:?} {leaves:?}").contains("hidden"));
}

#[test]
fn every_cut_of_a_file_is_survived() {
    let text = "{\"a\": [\"\\ud83d\\ude00\", 0x1F, -1.5e3, {\"b\": null}], /* c */ 'd': \"é\"}";
    for end in 0..text.len() {
        let _ = parse(Format::Json, &text.as_bytes()[..end]);
    }
}
