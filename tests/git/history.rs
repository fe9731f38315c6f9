//! The whole history: every object once.

use tokenleash::source::{Extent, HistorySource, Source};

use crate::support::{Look, Repo, Sandbox, look, look_at};

fn history(repo: &Repo, extent: Extent) -> Look {
    look(&HistorySource::new(&repo.open(), extent).unwrap())
}

#[test]
fn every_blob_is_handed_over_once_with_the_commit_that_brought_it() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let start = repo.git(&["rev-parse", "HEAD"]);
    let second = repo.commit("secret", "secret\n");
    repo.git(&["mv", "secret", "moved"]);
    repo.git(&["commit", "-q", "-m", "move"]);
    repo.commit("copy/of", "hello\n");
    repo.git(&["rm", "-q", "moved"]);
    repo.git(&["commit", "-q", "-m", "remove"]);
    let look = history(&repo, Extent::Head);
    assert_eq!(look.files(), ["README", "secret", "src/main.rs"]);
    assert_eq!(
        look.of("secret").item.commit.as_deref(),
        Some(second.as_str())
    );
    assert_eq!(
        look.of("README").item.commit.as_deref(),
        Some(start.as_str())
    );
    assert_eq!(look.messages().len(), 5);
    assert!(!look.visited.is_change && look.is_decided());
}

#[test]
fn other_refs_count_only_where_asked_for() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("side", "side\n");
    repo.git(&["tag", "-a", "v1", "-m", "of a tag"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("README", "in the stash\n");
    repo.git(&["stash", "-q"]);
    repo.git(&["tag", "blob", &repo.git(&["rev-parse", "HEAD:src/main.rs"])]);
    assert_eq!(
        history(&repo, Extent::Head).files(),
        ["README", "src/main.rs"]
    );
    let all = history(&repo, Extent::AllRefs);
    assert_eq!(all.files().len(), 4);
    assert!(all.seen.iter().any(|seen| seen.text() == "in the stash\n"));
    assert!(all.messages().contains(&"of a tag\n".to_owned()));
    assert!(all.files().contains(&"side"));
}

#[test]
fn before_the_first_commit_there_is_no_history() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &[]);
    repo.stage("staged", "staged");
    assert!(history(&repo, Extent::Head).seen.is_empty());
    assert!(history(&repo, Extent::AllRefs).seen.is_empty());
}

#[test]
fn a_sha256_history_is_read_packed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &["--object-format=sha256"]);
    repo.start();
    repo.commit("README", "hello\nagain\n");
    repo.git(&["gc", "-q"]);
    let look = history(&repo, Extent::AllRefs);
    assert_eq!(look.files(), ["README", "README", "src/main.rs"]);
}

#[test]
fn an_entry_that_lies_about_its_kind_hides_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("folder/secret", "secret\n");
    let folder = repo.git(&["rev-parse", "HEAD:folder"]);
    let mut tree = b"100644 aaa\0".to_vec();
    let byte = |at: usize| u8::from_str_radix(&folder[at..at + 2], 16).unwrap();
    let id: Vec<u8> = (0..folder.len()).step_by(2).map(byte).collect();
    tree.extend(&id);
    tree.extend(b"40000 zzz\0");
    tree.extend(&id);
    repo.write("raw", &tree);
    let tree = repo.git(&["hash-object", "-t", "tree", "-w", "--literally", "raw"]);
    let commit = repo.git(&["commit-tree", "-m", "a lie", &tree]);
    repo.git(&["update-ref", "refs/heads/main", &commit]);
    let look = history(&repo, Extent::Head);
    assert_eq!(look.files(), ["zzz/secret"]);
    assert_eq!(look.visited.unchecked[0].path.lossy(), "aaa");
}

#[test]
fn a_shallow_history_says_that_it_ends() {
    let sandbox = Sandbox::new();
    let origin = sandbox.started("origin");
    origin.commit("one", "one\n");
    let repo = sandbox.at("repo");
    let address = format!("file://{}", origin.path.display());
    origin.git(&[
        "clone",
        "-q",
        "--depth=1",
        &address,
        repo.path.to_str().unwrap(),
    ]);
    let look = history(&repo, Extent::Head);
    assert_eq!(look.files(), ["README", "one", "src/main.rs"]);
    assert_eq!(look.visited.unchecked.len(), 1);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    for number in 0..40 {
        repo.commit(&format!("f{}/n", number % 4), number.to_string());
    }
    let source = HistorySource::new(&repo.open(), Extent::Head).unwrap();
    let one = look_at(&source, 1);
    let four = look_at(&source, 4);
    assert_eq!(one.seen.len(), 2 + 40 + 41);
    assert_eq!(one.paths(), four.paths());
    assert_eq!(source.head().read(b"f3/n").unwrap().unwrap(), b"39");
}

#[test]
fn a_reader_that_panics_does_not_hang_the_walk() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &[]);
    for number in 0..2000 {
        repo.write(format!("n{number}"), number.to_string());
    }
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "many"]);
    let source = HistorySource::new(&repo.open(), Extent::Head).unwrap();
    let visit = std::panic::AssertUnwindSafe(|| source.visit(1, &|_, _| panic!("on purpose")));
    assert!(std::panic::catch_unwind(visit).is_err());
}
