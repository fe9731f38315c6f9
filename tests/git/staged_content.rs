//! Contents and names of staged files, and stores that lack or hide them.

use tokenleash::source::{Source, StagedSource};

use super::staged::staged;
use crate::support::{Sandbox, before, look, look_at};

#[cfg(unix)]
#[test]
fn any_name_is_handed_over_as_git_has_it() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let names: [&[u8]; 6] = [
        b"with space",
        b"with\nnewline",
        b"with\"quote'",
        b"with\ttab\\back",
        b"caf\xe9/\xff\xfe",
        b"-dash",
    ];
    for name in names {
        repo.write(OsStr::from_bytes(name), name);
    }
    repo.git(&["add", "."]);
    let source = staged(&repo);
    let look = look(&source);
    let mut expected = names.map(<[u8]>::to_vec).to_vec();
    expected.sort();
    let seen: Vec<Vec<u8>> = look
        .seen
        .iter()
        .map(|seen| seen.item.path.as_bytes().to_vec())
        .collect();
    assert_eq!(seen, expected);
    for name in names {
        assert_eq!(source.head().read(name).unwrap().unwrap(), name);
    }
    assert!(source.head().exists(b"caf\xe9/"));
}

#[test]
fn line_ends_and_filters_are_as_git_stores_them() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage(".gitattributes", "*.txt text\n*.f filter=upper\n");
    repo.git(&["config", "filter.upper.clean", "tr a-z A-Z"]);
    repo.stage("a.txt", "one\r\ntwo\r\n");
    repo.stage("b.f", "shout\n");
    repo.stage("c", "raw\r\n");
    let look = look(&staged(&repo));
    assert_eq!(look.of("a.txt").text(), "one\ntwo\n");
    assert_eq!(look.of("b.f").text(), "SHOUT\n");
    assert_eq!(look.of("c").text(), "raw\r\n");
}

#[test]
fn any_bytes_are_handed_over() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let utf16: Vec<u8> = "key=value"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let binary: Vec<u8> = (0..=255).collect();
    repo.stage("utf16", &utf16);
    repo.stage("binary", &binary);
    repo.stage("empty", "");
    let look = look(&staged(&repo));
    assert_eq!(look.of("utf16").bytes, utf16);
    assert_eq!(look.of("binary").bytes, binary);
    assert!(look.of("empty").bytes.is_empty());
}

#[test]
fn attributes_that_hide_a_difference_hide_nothing_here() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage(".gitattributes", "* -diff binary linguist-generated\n");
    repo.stage("hidden", "still here\n");
    assert_eq!(look(&staged(&repo)).of("hidden").text(), "still here\n");
}

/// 20 MB that do not compress to nothing, so that the whole length is really read.
fn large() -> Vec<u8> {
    let line =
        |number: u32| format!("line {:08x}\n", number.wrapping_mul(2_654_435_761)).into_bytes();
    (0..1_400_000).flat_map(line).collect()
}

#[test]
fn a_large_file_is_streamed_loose_and_packed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let bytes = large();
    repo.stage("large", &bytes);
    let loose = look(&staged(&repo));
    assert!(loose.of("large").streamed && loose.is_decided());
    assert!(loose.of("large").bytes == bytes);
    repo.git(&["-c", "core.bigFileThreshold=1m", "repack", "-q", "-a", "-d"]);
    repo.git(&["commit", "-q", "-m", "large"]);
    repo.git(&["repack", "-q", "-a", "-d"]);
    repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
    let packed = look(&staged(&repo));
    assert!(packed.of("large").bytes == bytes && packed.is_decided());
}

#[test]
fn a_large_file_that_is_cut_short_is_unchecked() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("large", large());
    let id = repo.git(&["rev-parse", ":large"]);
    let path = repo.path.join(".git/objects").join(&id[..2]).join(&id[2..]);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let source = StagedSource::new(&repo.open()).unwrap();
    let visited = source.visit(1, &|_, content| {
        if let tokenleash::source::Content::Stream(stream) = content {
            let _ = std::io::copy(stream, &mut std::io::sink());
        }
    });
    let visited = visited.unwrap();
    assert!(
        visited
            .unchecked
            .iter()
            .any(|unchecked| unchecked.undecided)
    );
}

#[test]
fn a_missing_blob_leaves_the_answer_open() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("gone", "its object is not here\n");
    repo.stage("here", "its object is here\n");
    let id = repo.git(&["rev-parse", ":gone"]);
    let object = repo.path.join(".git/objects").join(&id[..2]).join(&id[2..]);
    std::fs::remove_file(object).unwrap();
    let source = staged(&repo);
    let look = look(&source);
    assert_eq!(look.paths(), ["here"]);
    assert!(!look.is_decided());
    assert_eq!(look.visited.unchecked[0].path.lossy(), "gone");
    assert!(source.head().read(b"gone").is_err());
}

#[test]
fn packed_objects_and_alternates_are_read() {
    let sandbox = Sandbox::new();
    let origin = sandbox.started("origin");
    origin.commit("from/origin", "old\n");
    origin.git(&["repack", "-q", "-a", "-d"]);
    let repo = sandbox.at("repo");
    origin.git(&["clone", "-q", "--shared", ".", repo.path.to_str().unwrap()]);
    repo.stage("from/origin", "new\n");
    let source = staged(&repo);
    let look = look(&source);
    assert_eq!(look.of("from/origin").text(), "new\n");
    assert_eq!(before(&source, look.of("from/origin"))[0].1, "old\n");
}

#[test]
fn a_sha256_repository_is_read() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &["--object-format=sha256"]);
    repo.start();
    repo.git(&["repack", "-q", "-a", "-d"]);
    repo.stage("README", "changed\n");
    repo.stage("new", "new\n");
    let source = staged(&repo);
    let look = look(&source);
    assert_eq!(look.paths(), ["README", "new"]);
    assert_eq!(before(&source, look.of("README"))[0].1, "hello\n");
    assert_eq!(source.tree_id().unwrap(), repo.git(&["write-tree"]));
    assert_eq!(
        source.base().read(b"src/main.rs").unwrap().unwrap(),
        b"fn main() {}\n"
    );
}

#[test]
fn a_replacement_ref_does_not_replace_what_is_looked_at() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("file", "the true content\n");
    repo.write("harmless", "harmless\n");
    let harmless = repo.git(&["hash-object", "-w", "harmless"]);
    let id = repo.git(&["rev-parse", ":file"]);
    repo.git(&["replace", &id, &harmless]);
    assert_eq!(look(&staged(&repo)).of("file").text(), "the true content\n");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    for number in 0..100 {
        repo.write(format!("many/{number}"), number.to_string());
    }
    repo.git(&["add", "."]);
    let source = staged(&repo);
    let one = look_at(&source, 1);
    let four = look_at(&source, 4);
    assert_eq!(one.seen.len(), 100);
    assert_eq!(one.paths(), four.paths());
    assert!(
        one.seen
            .iter()
            .zip(&four.seen)
            .all(|(a, b)| a.bytes == b.bytes)
    );
}
