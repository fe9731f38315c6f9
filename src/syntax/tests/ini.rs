//! INI, properties, the configuration of Git and npm.

use super::super::Format;
use super::{check, check_plain, read};

#[test]
fn sections_and_assignments() {
    let text = "; head\ntop = 1\n[default]\nkey=x ; c\nquoted = \"a b\" # c\nurl: y\n! note\n[profile dev]\nkey = z#1\n[default]\nlast = w\nbare\n";
    check_plain(
        Format::Ini,
        text,
        &[
            ("top", "1"),
            ("default.key", "x"),
            ("default.quoted", "a b"),
            ("default.url", "y"),
            ("profile dev.key", "z#1"),
            ("default.last", "w"),
            ("default.bare", ""),
        ],
    );
    assert!(read(Format::Ini, text).duplicates().is_empty());
}

#[test]
fn registry_lines() {
    let text = "registry=https://r.example/\n//r.example/:_authToken=${T}\n//r.example/:always-auth=true\n";
    check_plain(
        Format::Ini,
        text,
        &[
            ("registry", "https://r.example/"),
            ("//r.example/:_authToken", "${T}"),
            ("//r.example/:always-auth", "true"),
        ],
    );
}

#[test]
fn the_configuration_of_git() {
    let text = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://u:p@h.example/r\n[remote \"é\"]\n\turl = x\n";
    check_plain(
        Format::Ini,
        text,
        &[
            ("core.bare", "false"),
            ("remote.origin.url", "https://u:p@h.example/r"),
            ("remote.é.url", "x"),
        ],
    );
    let document = read(Format::Ini, text);
    assert_eq!(document.get(&["remote.origin", "url"]).len(), 1);
}

#[test]
fn continued_values() {
    let text = "\u{FEFF}a = one\\\r\n    two\r\nlist =\r\n  x\r\n  https://y\r\nb c\r\nk:v\r\n";
    check(
        Format::Ini,
        text,
        &[
            ("a", "one\\\r\n    two", "one\ntwo"),
            ("list", "x\r\n  https://y", "x\nhttps://y"),
            ("b", "c", "c"),
            ("k", "v", "v"),
        ],
    );
}

#[test]
fn oddities() {
    check_plain(Format::Ini, "[", &[("[", "")]);
    check_plain(Format::Ini, "[]\na=1\n", &[("a", "1")]);
    check_plain(Format::Ini, "  x\n\\\n=\n", &[("\\", ""), ("", "")]);
    check_plain(
        Format::Ini,
        "a='it's'\nb=\"\nc=''\n",
        &[("a", "'it's'"), ("b", "\""), ("c", "")],
    );
}
