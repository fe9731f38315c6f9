//! TOML.

use super::super::{Format, ScalarType, parse};
use super::{check, check_plain, read, why};
use crate::model::Span;

#[test]
fn tables_and_dotted_keys_give_the_same_path() {
    let text = "a.b.c = \"x\"\n[d.e]\nf = 'y' # c\n[[g]]\nh = 1\n[[g]]\nh = 2\n[i]\nj = { k = \"z\", l.m = true }\n[a.n]\no = 2020-01-02\n";
    check_plain(
        Format::Toml,
        text,
        &[
            ("a.b.c", "x"),
            ("d.e.f", "y"),
            ("g.0.h", "1"),
            ("g.1.h", "2"),
            ("i.j.k", "z"),
            ("i.j.l.m", "true"),
            ("a.n.o", "2020-01-02"),
        ],
    );
}

#[test]
fn strings_of_every_kind() {
    let text = "a = \"q\\u0041\\n\"\nb = '''\nraw \\n'''\r\nc = \"\"\"\r\none\\\n   two\"\"\"\nd = ''\n\"e f\" = \"é\"\n'g' = \"\"\"h\"\"\"\n";
    check(
        Format::Toml,
        text,
        &[
            ("a", "q\\u0041\\n", "qA\n"),
            ("b", "raw \\n", "raw \\n"),
            ("c", "one\\\n   two", "onetwo"),
            ("d", "", ""),
            ("e f", "é", "é"),
            ("g", "h", "h"),
        ],
    );
    let document = read(Format::Toml, text);
    let span = document.leaves().nth(4).unwrap().key_span.unwrap();
    assert_eq!(&text[span.start..span.end], "e f");
}

#[test]
fn places_behind_a_mark_and_wide_characters() {
    let text = "\u{FEFF}# ключ\r\n[servers.\"é\"]\r\ntoken = \"v\"\r\nlist = [\r\n  'x', # c\r\n  [1, 2],\r\n]\r\n";
    check_plain(
        Format::Toml,
        text,
        &[
            ("servers.é.token", "v"),
            ("servers.é.list.0", "x"),
            ("servers.é.list.1.0", "1"),
            ("servers.é.list.1.1", "2"),
        ],
    );
    let start = text.find("v\"").unwrap();
    let document = read(Format::Toml, text);
    assert_eq!(
        document.leaves().next().unwrap().value_span,
        Span::new(start, start + 1)
    );
}

#[test]
fn tables_that_reach_around_each_other() {
    let text = "[a]\nx = 1\n[b]\ny = 2\n[a.c]\nz = 3\n[b.d]\nw = 4\n";
    check_plain(
        Format::Toml,
        text,
        &[("a.x", "1"), ("b.y", "2"), ("a.c.z", "3"), ("b.d.w", "4")],
    );
    let document = read(Format::Toml, text);
    let at = text.find('3').unwrap();
    assert_eq!(document.leaf_at(at).unwrap().key_path, "a.c.z");
    assert_eq!(document.get(&["b", "d", "w"])[0].as_text(), Some("4"));
}

#[test]
fn types() {
    let document = read(
        Format::Toml,
        "a = 0x1F\nb = -1.5\nc = false\nd = 2020-01-02T03:04:05Z\ne = \"\"\n",
    );
    let types: Vec<_> = document.leaves().map(|leaf| leaf.scalar_type).collect();
    assert_eq!(
        types,
        [
            ScalarType::Number,
            ScalarType::Number,
            ScalarType::Boolean,
            ScalarType::Date,
            ScalarType::Text,
        ]
    );
}

#[test]
fn what_does_not_parse() {
    assert_eq!(
        why(Format::Toml, b"a = \"x\nb = 1\n").2,
        "is not valid TOML"
    );
    assert_eq!(
        why(Format::Toml, b"a = 1\na = 2\n"),
        (2, 1, "is not valid TOML")
    );
    assert_eq!(why(Format::Toml, b"[a\n").2, "is not valid TOML");
    let text = "[a.\"b\"]\nc = [1, { d = \"\"\"é\\u0041\"\"\", e.f = 'g' }]\n[[h]]\n";
    for end in 0..text.len() {
        let _ = parse(Format::Toml, &text.as_bytes()[..end]);
    }
}
