//! YAML anchors, aliases and merge keys, friendly and hostile.

use super::super::{Document, Format};
use super::{check_plain, leaves, read, why};

fn texts(document: &Document, route: &[&str]) -> Vec<String> {
    let found = document.get(route);
    found
        .iter()
        .filter_map(|node| node.as_text())
        .map(str::to_owned)
        .collect()
}

#[test]
fn aliases_report_their_target() {
    let text = "a: &one 'v'\nb: *one\nc: &two {k: &three w, l: x}\nd: [*two, *three]\n";
    check_plain(
        Format::Yaml,
        text,
        &[
            ("a", "v"),
            ("b", "v"),
            ("c.k", "w"),
            ("c.l", "x"),
            ("d.0.k", "w"),
            ("d.0.l", "x"),
            ("d.1", "w"),
        ],
    );
    let document = read(Format::Yaml, text);
    let leaf = document.leaves().nth(1).unwrap();
    assert_eq!((leaf.key, leaf.value_span.start), ("b", 9));
    assert_eq!(texts(&document, &["d", "0", "l"]), ["x"]);
}

#[test]
fn merge_keys_bring_entries() {
    let text = "base: &b\n  K: v\n  L: w\nmore: &m {M: x}\nsvc:\n  <<: [*b, *m]\n  K: own\nother:\n  <<: *b\ninline:\n  <<: {N: y}\n";
    check_plain(
        Format::Yaml,
        text,
        &[
            ("base.K", "v"),
            ("base.L", "w"),
            ("more.M", "x"),
            ("svc.K", "v"),
            ("svc.L", "w"),
            ("svc.M", "x"),
            ("svc.K", "own"),
            ("other.K", "v"),
            ("other.L", "w"),
            ("inline.N", "y"),
        ],
    );
    let document = read(Format::Yaml, text);
    assert_eq!(texts(&document, &["svc", "K"]), ["own", "v"]);
    assert_eq!(texts(&document, &["other", "L"]), ["w"]);
    assert!(document.duplicates().is_empty());
    let svc = document.get(&["svc"])[0];
    let keys: Vec<_> = document
        .entries(svc)
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    assert_eq!(keys, ["K", "K", "L", "M"]);
}

#[test]
fn anchors_on_keys_and_anchors_set_again() {
    let text = "&k key: 1\nx: *k\na: &n one\nb: *n\nc: &n two\nd: *n\n";
    let found = leaves(Format::Yaml, text);
    let values: Vec<_> = found.iter().map(|(_, _, value)| value.as_str()).collect();
    assert_eq!(values, ["1", "key", "one", "one", "two", "two"]);
}

#[test]
fn anchors_in_flow_style_and_on_empty_values() {
    check_plain(
        Format::Yaml,
        "a: [&x 1, &y 'two', *x, *y]\nb: &e\nc: *e\nd: {k: &z !!str v, l: *z }\n",
        &[
            ("a.0", "1"),
            ("a.1", "two"),
            ("a.2", "1"),
            ("a.3", "two"),
            ("b", ""),
            ("c", ""),
            ("d.k", "v"),
            ("d.l", "v"),
        ],
    );
}

#[test]
fn an_alias_inside_its_target_is_not_followed() {
    check_plain(
        Format::Yaml,
        "a: &a [x, *a]\nb: *a\n",
        &[("a.0", "x"), ("b.0", "x")],
    );
    let document = read(Format::Yaml, "&r\na: x\n<<: *r\nb: *r\n");
    assert_eq!(document.leaves().count(), 1);
    assert_eq!(texts(&document, &["a"]), ["x"]);
    assert!(document.get(&["b", "a"]).is_empty());
}

#[test]
fn a_tree_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(
        why(Format::Yaml, text.as_bytes()).2,
        "has aliases that expand too far"
    );
}

#[test]
fn many_aliases_of_one_large_node_are_refused() {
    let large = "1, ".repeat(10_000);
    let text = format!("a: &a [{large}]\nb: [{}]\n", "*a, ".repeat(30));
    assert_eq!(
        why(Format::Yaml, text.as_bytes()).2,
        "has aliases that expand too far"
    );
    let text = format!("a: &a 1\nb: [{}]\n", "*a, ".repeat(20_001));
    assert_eq!(
        why(Format::Yaml, text.as_bytes()).2,
        "has aliases that expand too far"
    );
    let text = format!("a: &a 1\nb: [{}]\n", "*a, ".repeat(20_000));
    assert_eq!(read(Format::Yaml, &text).leaves().count(), 20_001);
}

#[test]
fn a_chain_of_aliases_counts_as_depth() {
    let mut text = "a0: &a0 x\n".to_owned();
    for level in 1..200 {
        text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert_eq!(
        why(Format::Yaml, text.as_bytes()).2,
        "is nested deeper than 128 levels"
    );
}
