//! The bounds on size, nodes and depth.

use super::super::{Format, MAX_DEPTH, MAX_TEXT, parse};
use super::{read, why};

const DEEP: &str = "is nested deeper than 128 levels";
const MANY: &str = "has more than 200,000 nodes";

#[test]
fn text_that_is_too_long() {
    let text = vec![b' '; MAX_TEXT + 1];
    for format in [
        Format::Json,
        Format::Yaml,
        Format::Toml,
        Format::Dotenv,
        Format::Ini,
    ] {
        assert_eq!(why(format, &text).2, "is longer than 8 MiB");
    }
}

#[test]
fn nesting_that_is_too_deep() {
    for depth in [MAX_DEPTH + 1, 50_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let list = format!("{open}{close}");
        assert_eq!(why(Format::Json, list.as_bytes()).2, DEEP);
        assert!(parse(Format::Yaml, list.as_bytes()).is_err());
        assert!(parse(Format::Toml, format!("a = {list}").as_bytes()).is_err());
        assert_eq!(why(Format::Yaml, "- ".repeat(depth).as_bytes()).2, DEEP);
        assert_eq!(why(Format::Yaml, "? ".repeat(depth).as_bytes()).2, DEEP);
    }
    let list = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert_eq!(read(Format::Json, &list).leaves().count(), 0);
    let dotted = vec!["a"; 70].join(".");
    let text = format!("[{dotted}]\n{dotted} = 1\n");
    assert_eq!(why(Format::Toml, text.as_bytes()).2, DEEP);
}

#[test]
fn nodes_that_are_too_many() {
    let items = "1,".repeat(200_001);
    assert_eq!(why(Format::Json, format!("[{items}]").as_bytes()).2, MANY);
    assert_eq!(why(Format::Yaml, format!("[{items}]").as_bytes()).2, MANY);
    assert_eq!(
        why(Format::Toml, format!("a = [{items}]").as_bytes()).2,
        MANY
    );
    assert_eq!(
        why(
            Format::Toml,
            format!("a = [{}]", items.repeat(3)).as_bytes()
        )
        .2,
        MANY
    );
    assert_eq!(
        why(Format::Dotenv, "A=\n".repeat(200_001).as_bytes()).2,
        MANY
    );
    assert_eq!(why(Format::Ini, "A=\n".repeat(200_001).as_bytes()).2, MANY);
    assert_eq!(why(Format::Ini, "[A]\n".repeat(200_001).as_bytes()).2, MANY);
}

#[test]
fn a_long_key_above_many_values_costs_little() {
    let key = "k".repeat(1_000_000);
    let text = format!("{{\"{key}\": [{}]}}", "1,".repeat(100_000));
    let document = read(Format::Json, &text);
    assert!(document.leaves().all(|leaf| leaf.key_path.len() <= 1024));
    assert_eq!(document.leaves().count(), 100_000);
}
