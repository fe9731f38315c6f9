//! Files of every shape and name: what Git stores is what is judged, and nothing is followed or run.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::play::{Stage, broad, value};

#[test]
fn names_of_every_kind_are_judged_and_shown_on_one_line() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    let names: [&[u8]; 7] = [
        b"with space.sh",
        b"with\nnewline.sh",
        b"with\"quote's.sh",
        b"with\ttab.sh",
        b"latin-\xe9.sh",
        b"-dash.sh",
        "grün/日本.sh".as_bytes(),
    ];
    for (seed, name) in names.iter().enumerate() {
        repo.stage(OsStr::from_bytes(name), broad(seed as u64));
    }
    let ran = repo.refused(&["commit", "-m", "x"], &["with space.sh", "7 findings"]);
    assert!(!ran.err.contains("with\nnewline"), "{}", ran.err);
    let json = repo.tokenleash(&["scan", "--staged", "--format", "json"]);
    assert_eq!(json.code, 1);
    let document = json.json();
    let bytes: Vec<_> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|finding| finding["path_bytes"].as_str())
        .collect();
    assert_eq!(bytes, ["latin-%E9.sh"]);
}

#[test]
fn utf_16_is_read() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    let mut big = vec![0xfe, 0xff];
    big.extend(broad(1).encode_utf16().flat_map(u16::to_be_bytes));
    let little: Vec<u8> = broad(2).encode_utf16().flat_map(u16::to_le_bytes).collect();
    repo.stage("big.ps1", big);
    repo.stage("little.ps1", little);
    repo.refused(&["commit", "-m", "x"], &["big.ps1:1:", "little.ps1:1:"]);
}

#[test]
fn empty_files_pass_and_binary_files_are_searched() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("empty", "");
    repo.stage("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\xff\xfe");
    repo.git(&["commit", "-m", "x"]);
    let binary = [
        b"\x7fELF\0\0\xff\0".as_slice(),
        value("github-classic-pat", 1).as_bytes(),
        b"\0",
    ]
    .concat();
    repo.stage("program", binary);
    repo.refused(&["commit", "-m", "x"], &["program"]);
}

#[test]
fn size_alone_is_no_reason_not_to_look() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["config", "core.looseCompression", "0"]);
    let line = format!("{}\n", "all quiet here ".repeat(68));
    let mut text = line.repeat((200 << 20) / line.len());
    text.push_str(&broad(1));
    text.push_str(&line.repeat(20));
    repo.stage("huge.log", text);
    repo.refused(&["commit", "-m", "x"], &["huge.log"]);
    let ran = repo.tokenleash(&["scan", "--format", "json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["findings"][0]["path"], "huge.log");
}

#[test]
fn a_symlink_is_its_text_and_is_never_followed() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    stage.folder("outside").write("secret.sh", broad(1));
    std::os::unix::fs::symlink("../outside/secret.sh", repo.path.join("link")).unwrap();
    std::os::unix::fs::symlink("../outside", repo.path.join("folder")).unwrap();
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "-m", "links"]);
    assert_eq!(repo.tokenleash(&["scan"]).code, 0);
    std::os::unix::fs::symlink(value("github-classic-pat", 2), repo.path.join("named")).unwrap();
    repo.git(&["add", "--all"]);
    repo.refused(&["commit", "-m", "x"], &["named"]);
}

#[test]
fn line_ends_and_filters_are_those_of_the_index_and_no_filter_runs() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["config", "core.autocrlf", "true"]);
    repo.git(&[
        "config",
        "filter.redact.clean",
        "sed s/export/EXPORT/; echo ran >> ../filter-ran",
    ]);
    repo.stage(".gitattributes", "*.txt filter=redact\n");
    repo.git(&["commit", "-m", "attributes"]);
    repo.stage("windows.sh", broad(1).replace('\n', "\r\n"));
    repo.stage("filtered.txt", broad(2));
    let marker = stage.folder("").path.join("filter-ran");
    let _ = std::fs::remove_file(&marker);
    for _ in 0..2 {
        let ran = repo.tokenleash(&["scan", "--staged"]);
        assert_eq!(ran.code, 1, "{}", ran.all());
        assert!(ran.out.contains("windows.sh") && ran.out.contains("filtered.txt"));
        assert!(ran.out.contains("EXPORT") || !ran.out.contains("export GITHUB_TOKEN=…\n"));
    }
    assert!(
        !marker.exists(),
        "the clean filter of the repository was run"
    );
}

#[test]
fn a_filter_that_cleans_the_value_away_lets_the_commit_pass() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["config", "filter.redact.clean", "sed s/=.*/=redacted/"]);
    repo.stage(".gitattributes", "*.sh filter=redact\n");
    repo.stage("deploy.sh", broad(1));
    repo.git(&["commit", "-m", "the value never enters the index"]);
}

#[test]
fn a_submodule_is_a_link_whose_own_repository_has_its_own_guard() {
    let stage = Stage::new();
    let library = stage.started("library");
    let repo = stage.started("repo");
    let allow = "protocol.file.allow=always";
    let place = library.path.to_str().unwrap();
    repo.git(&["-c", allow, "submodule", "--quiet", "add", place, "library"]);
    let ran = repo.try_git(&["commit", "-m", "a submodule"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let inner = repo.at("library");
    inner.install();
    inner.stage("deploy.sh", broad(1));
    inner.refused(&["commit", "-m", "x"], &["deploy.sh"]);
}

#[test]
fn attributes_that_call_a_file_binary_change_nothing() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage(
        ".gitattributes",
        "* binary -diff -text linguist-generated linguist-vendored\n",
    );
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
}
