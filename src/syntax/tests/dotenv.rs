//! Dotenv lines.

use super::super::Format;
use super::{check, check_plain, read};
use crate::model::Span;

#[test]
fn assignments() {
    let text = "# head\nA=x\n  export B = y z # c\nC='it # s'\nD=\"q\\n\\\"r\\\"\" # c\nE=\nF: w\nG=`t`\nH=a#b\nset I=1\nnoise here\n=x\nJ.k-1=$A\n";
    check(
        Format::Dotenv,
        text,
        &[
            ("A", "x", "x"),
            ("B", "y z", "y z"),
            ("C", "it # s", "it # s"),
            ("D", "q\\n\\\"r\\\"", "q\n\"r\""),
            ("E", "", ""),
            ("F", "w", "w"),
            ("G", "t", "t"),
            ("H", "a#b", "a#b"),
            ("I", "1", "1"),
            ("J.k-1", "$A", "$A"),
        ],
    );
}

#[test]
fn values_over_several_lines() {
    let text = "A=\"one\ntwo\" # c\nB='three\r\nfour'\r\nC=x";
    check_plain(
        Format::Dotenv,
        text,
        &[("A", "one\ntwo"), ("B", "three\r\nfour"), ("C", "x")],
    );
}

#[test]
fn a_quote_that_nothing_closes() {
    check_plain(
        Format::Dotenv,
        "A=\"x y\nB=z\nC='\nD=w'\n",
        &[("A", "x y"), ("B", "z"), ("C", "\nD=w")],
    );
    check_plain(Format::Dotenv, "A='\nB='", &[("A", "\nB=")]);
    check_plain(Format::Dotenv, "A=\"", &[("A", "")]);
    check_plain(Format::Dotenv, "A=\"\\", &[("A", "\\")]);
}

#[test]
fn line_ends_mark_and_wide_characters() {
    let text = "\u{FEFF}A=é\r\nB=v\r\n\r\nA=2\r\n";
    check_plain(Format::Dotenv, text, &[("A", "é"), ("B", "v"), ("A", "2")]);
    let document = read(Format::Dotenv, text);
    let leaf = document.leaves().nth(1).unwrap();
    assert_eq!(
        (leaf.key_span, leaf.value_span),
        (Some(Span::new(9, 10)), Span::new(11, 12))
    );
    assert_eq!(document.duplicates(), [("A".to_owned(), Span::new(16, 17))]);
    assert_eq!(document.leaf_at(11).map(|leaf| leaf.key), Some("B"));
    assert!(document.leaf_at(10).is_none());
}
