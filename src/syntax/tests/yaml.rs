//! YAML without aliases, and front matter.

use super::super::{Format, ScalarType, front_matter, parse};
use super::{check, check_plain, read, why};
use crate::model::Span;

#[test]
fn block_style() {
    let text = "a: x  # comment\nb:\n  c: 'it''s'\n  d: \"q\\u0041\"\ne:\n- one\n-   two\n- k: v\n  l: w\nf:\n";
    check(
        Format::Yaml,
        text,
        &[
            ("a", "x", "x"),
            ("b.c", "it''s", "it's"),
            ("b.d", "q\\u0041", "qA"),
            ("e.0", "one", "one"),
            ("e.1", "two", "two"),
            ("e.2.k", "v", "v"),
            ("e.2.l", "w", "w"),
            ("f", "", ""),
        ],
    );
}

#[test]
fn flow_style() {
    let text = "a: {b: x, \"c\": 'y', d: [1, two , {e: z}], g}\nf: [k: v, ]\n";
    check_plain(
        Format::Yaml,
        text,
        &[
            ("a.b", "x"),
            ("a.c", "y"),
            ("a.d.0", "1"),
            ("a.d.1", "two"),
            ("a.d.2.e", "z"),
            ("a.g", ""),
            ("f.0.k", "v"),
        ],
    );
    let document = read(Format::Yaml, text);
    let span = document.get(&["a"])[0].span;
    assert_eq!(
        &text[span.start..span.end],
        "{b: x, \"c\": 'y', d: [1, two , {e: z}], g}"
    );
    let span = document.get(&["a", "d"])[0].span;
    assert_eq!(&text[span.start..span.end], "[1, two , {e: z}]");
}

#[test]
fn block_scalars() {
    let text = "run: |\n    one\n    two\n\n# comment\nfold: >-\n\n  a\n  b\nkeep: |+\n  x\n\nindent: |2\n   y\nempty: |\nlast: z\n";
    check(
        Format::Yaml,
        text,
        &[
            ("run", "one\n    two", "one\ntwo\n"),
            ("fold", "a\n  b", "\na b"),
            ("keep", "x", "x\n\n"),
            ("indent", "y", " y\n"),
            ("empty", "", ""),
            ("last", "z", "z"),
        ],
    );
}

#[test]
fn block_scalars_with_properties_and_header_comments() {
    let text = "a: &x !t | # why\n  body\nb: !vault |\n  $ANSIBLE\n  3961\n";
    check(
        Format::Yaml,
        text,
        &[
            ("a", "body", "body\n"),
            ("b", "$ANSIBLE\n  3961", "$ANSIBLE\n3961\n"),
        ],
    );
    let document = read(Format::Yaml, text);
    assert_eq!(document.get(&["b"])[0].tag.as_deref(), Some("!vault"));
}

#[test]
fn lines_that_end_in_carriage_returns() {
    let text = "a: x\r\nb:\r\n  c: \"y\"\r\n  d: |\r\n    one\r\n    two\r\ne: 'z'\r\n";
    check(
        Format::Yaml,
        text,
        &[
            ("a", "x", "x"),
            ("b.c", "y", "y"),
            ("b.d", "one\r\n    two", "one\ntwo\n"),
            ("e", "z", "z"),
        ],
    );
}

#[test]
fn wide_characters_and_a_byte_order_mark() {
    let text = "\u{FEFF}# ключ — 🔑\nключ: зна\nk🔑: {a: \"é\", b: v}\nc: |\n  ünïx\nd: w\n";
    check(
        Format::Yaml,
        text,
        &[
            ("ключ", "зна", "зна"),
            ("k🔑.a", "é", "é"),
            ("k🔑.b", "v", "v"),
            ("c", "ünïx", "ünïx\n"),
            ("d", "w", "w"),
        ],
    );
}

#[test]
fn places_far_behind_wide_characters() {
    let text = format!("a: \"{}\"\nb: v\n", "é".repeat(1000));
    let document = read(Format::Yaml, &text);
    let leaf = document.leaves().nth(1).unwrap();
    assert_eq!(leaf.value_span, Span::new(2009, 2010));
    assert_eq!(leaf.key_span, Some(Span::new(2006, 2007)));
}

#[test]
fn several_documents() {
    let text = "%YAML 1.2\n---\na: 1\n---\na: 2\n...\n---\n- x\n";
    check_plain(Format::Yaml, text, &[("a", "1"), ("a", "2"), ("0", "x")]);
    let document = read(Format::Yaml, text);
    assert_eq!(document.roots.len(), 3);
    assert!(document.duplicates().is_empty());
    assert_eq!(document.get(&["a"]).len(), 2);
}

#[test]
fn values_over_several_lines() {
    check(
        Format::Yaml,
        "a: one\n  two\nb: \"one\n  two\\\n  three\"\nc: d\n",
        &[
            ("a", "one\n  two", "one two"),
            ("b", "one\n  two\\\n  three", "one twothree"),
            ("c", "d", "d"),
        ],
    );
}

#[test]
fn keys_of_every_kind() {
    let text = "? complex\n: v\n? [a, b]\n: w\n\"quoted key\": x\n? {k: l}\n: y\n1: z\n";
    check_plain(
        Format::Yaml,
        text,
        &[
            ("complex", "v"),
            ("[a, b]", "w"),
            ("quoted key", "x"),
            ("{k: l}", "y"),
            ("1", "z"),
        ],
    );
    let document = read(Format::Yaml, text);
    let leaf = document.leaves().nth(2).unwrap();
    let span = leaf.key_span.unwrap();
    assert_eq!(&text[span.start..span.end], "quoted key");
}

#[test]
fn keys_that_stand_twice() {
    let text = "a: 1\nb: {k: x, k: y}\na: 2\n";
    check_plain(
        Format::Yaml,
        text,
        &[("a", "1"), ("b.k", "x"), ("b.k", "y"), ("a", "2")],
    );
    let document = read(Format::Yaml, text);
    let paths: Vec<_> = document
        .duplicates()
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(paths, ["b.k", "a"]);
}

#[test]
fn tabs() {
    check_plain(
        Format::Yaml,
        "a:\tx\t# c\nb: y\t\n",
        &[("a", "x"), ("b", "y")],
    );
    check_plain(
        Format::Yaml,
        "{\n\t\"a\": \"x\",\n\t\"b\": [\n\t\t1\n\t]\n}\n",
        &[("a", "x"), ("b.0", "1")],
    );
}

#[test]
fn types_of_plain_values() {
    let table = [
        ("1", ScalarType::Number),
        ("-1.5e3", ScalarType::Number),
        ("0x1F", ScalarType::Number),
        (".5", ScalarType::Number),
        ("1.2.3", ScalarType::Text),
        ("true", ScalarType::Boolean),
        ("~", ScalarType::Null),
        ("\"1\"", ScalarType::Text),
        ("!!str 1", ScalarType::Text),
        ("inf", ScalarType::Text),
    ];
    for (value, expected) in table {
        let document = read(Format::Yaml, &format!("[{value}, x]"));
        assert_eq!(
            document.leaves().next().unwrap().scalar_type,
            expected,
            "{value}"
        );
    }
}

#[test]
fn front_matter_only() {
    let text = "\u{FEFF}---\r\ntools: [Bash]\r\nenv:\r\n  K: v\r\n---\r\n# body: [\r\n";
    check_plain(
        Format::FrontMatter,
        text,
        &[("tools.0", "Bash"), ("env.K", "v")],
    );
    let span = front_matter(text.as_bytes()).unwrap();
    assert_eq!(
        &text[span.start..span.end],
        "tools: [Bash]\r\nenv:\r\n  K: v\r\n"
    );
    check_plain(Format::FrontMatter, "# a\n---\nb: c\n---\n", &[]);
    check_plain(Format::FrontMatter, "---\nb: c\n", &[]);
    assert_eq!(why(Format::FrontMatter, b"---\na: [\n---\n").0, 3);
}

#[test]
fn what_does_not_parse() {
    for text in [
        "a: [", "a: \"x", "a: b: c", "a: *none", "{a: b", "@x", "a: 'x\n",
    ] {
        assert_eq!(
            why(Format::Yaml, text.as_bytes()).2,
            "is not valid YAML",
            "{text}"
        );
    }
    assert_eq!(
        why(Format::Yaml, b"a: b\nc: d: e\n"),
        (2, 5, "is not valid YAML")
    );
}

#[test]
fn every_cut_of_a_file_is_survived() {
    let text =
        "a: &x {b: \"é\\u0041\", c: [1, 'd']}\n? [k]\n: |-\n  t\n<<: *x\n--- !t\n- >+\n  u\n...\n";
    for end in 0..text.len() {
        let _ = parse(Format::Yaml, &text.as_bytes()[..end]);
    }
}
