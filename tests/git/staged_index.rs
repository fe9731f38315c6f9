//! The forms that an index takes: other files, split, sparse, old and new versions, damaged.

use tokenleash::source::{GitEnvironment, Source, StagedSource};

use super::staged::{staged, with_index};
use crate::support::{Repo, Sandbox, look};

/// A repository with a change that is staged and one that is not, and a hook that keeps the index it is handed.
fn two_changes(sandbox: &Sandbox) -> Repo {
    let repo = sandbox.started("repo");
    repo.hook(
        "pre-commit",
        "cp \"$GIT_INDEX_FILE\" .git/kept-index; exit 1",
    );
    repo.stage("src/main.rs", "fn main() { staged() }\n");
    repo.write("README", "only in the work tree\n");
    repo
}

#[test]
fn a_plain_commit_uses_the_index() {
    let sandbox = Sandbox::new();
    let repo = two_changes(&sandbox);
    assert!(!repo.try_git(&["commit", "-m", "x"]).status.success());
    assert_eq!(
        look(&with_index(&repo, ".git/kept-index")).paths(),
        ["src/main.rs"]
    );
}

#[test]
fn commit_all_uses_an_index_of_its_own() {
    let sandbox = Sandbox::new();
    let repo = two_changes(&sandbox);
    assert!(!repo.try_git(&["commit", "-a", "-m", "x"]).status.success());
    let look = look(&with_index(&repo, ".git/kept-index"));
    assert_eq!(look.paths(), ["README", "src/main.rs"]);
    assert_eq!(look.of("README").text(), "only in the work tree\n");
}

#[test]
fn commit_of_one_path_leaves_the_rest_out() {
    let sandbox = Sandbox::new();
    let repo = two_changes(&sandbox);
    assert!(
        !repo
            .try_git(&["commit", "-m", "x", "--", "README"])
            .status
            .success()
    );
    assert_eq!(
        look(&with_index(&repo, ".git/kept-index")).paths(),
        ["README"]
    );
}

#[test]
fn a_temporary_index_stands_alone() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let other = repo.path.join("other-index");
    std::fs::copy(repo.path.join(".git/index"), &other).unwrap();
    repo.stage("real", "in the real index");
    let environment = GitEnvironment {
        index_file: Some(other.into()),
        ..GitEnvironment::default()
    };
    let source = StagedSource::new(&repo.open_with(&environment)).unwrap();
    assert!(look(&source).seen.is_empty());
    assert_eq!(look(&staged(&repo)).paths(), ["real"]);
}

#[test]
fn a_split_index_is_read() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["update-index", "--split-index"]);
    repo.stage("src/added", "added after the split\n");
    repo.git(&["rm", "-q", "--cached", "README"]);
    let source = staged(&repo);
    assert_eq!(look(&source).paths(), ["src/added"]);
    assert!(!source.head().exists(b"README"));
    assert_eq!(source.tree_id().unwrap(), repo.git(&["write-tree"]));
}

#[test]
fn a_sparse_index_is_opened_where_it_differs() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("out/side/one", "one\n");
    repo.commit("out/side/two", "two\n");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "src"]);
    repo.stage("src/in", "in the cone\n");
    let source = staged(&repo);
    assert_eq!(look(&source).paths(), ["src/in"]);
    assert_eq!(
        source.head().read(b"out/side/one").unwrap().unwrap(),
        b"one\n"
    );
    assert!(source.head().exists(b"out/side/") && source.head().exists(b"out/"));
    assert!(!source.head().exists(b"out/side/three"));
    assert_eq!(source.tree_id().unwrap(), repo.git(&["write-tree"]));
    repo.git(&["commit", "-q", "-m", "cone"]);
    // A collapsed folder of another commit: what `git read-tree` leaves before a commit.
    repo.git(&["reset", "-q", "--soft", "HEAD~2"]);
    assert_eq!(look(&staged(&repo)).paths(), ["out/side/two", "src/in"]);
}

#[test]
fn a_sparse_checkout_without_sparse_index_is_read() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("out/one", "one\n");
    repo.git(&["sparse-checkout", "set", "--cone", "src"]);
    repo.stage("src/in", "in the cone\n");
    assert_eq!(look(&staged(&repo)).paths(), ["src/in"]);
}

#[test]
fn every_index_version_is_read() {
    for version in ["2", "3", "4"] {
        let sandbox = Sandbox::new();
        let repo = sandbox.started("repo");
        repo.git(&["update-index", "--index-version", version]);
        repo.stage("src/longer/name", version);
        assert_eq!(look(&staged(&repo)).paths(), ["src/longer/name"]);
    }
}

#[test]
fn flags_that_spare_git_a_look_spare_us_none() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("README", "changed\n");
    repo.stage("src/main.rs", "changed\n");
    repo.git(&["update-index", "--assume-unchanged", "README"]);
    repo.git(&["update-index", "--skip-worktree", "src/main.rs"]);
    assert_eq!(look(&staged(&repo)).paths(), ["README", "src/main.rs"]);
}

#[test]
fn the_id_of_the_tree_is_the_one_git_computes() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    for path in ["a.txt", "a/b", "a0", "a/c/d", "a-b/x", "z"] {
        repo.stage(path, path);
    }
    let computed = repo.open().tree_id_of_index().unwrap();
    assert_eq!(computed, repo.git(&["write-tree"]));
    assert_eq!(repo.open().tree_id_of_index().unwrap(), computed);
}

#[test]
fn one_staged_file_among_many_folders_is_found() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &[]);
    for folder in 0..40 {
        for file in 0..5 {
            repo.write(
                format!("f{folder}/g{file}/file"),
                format!("{folder} {file}"),
            );
        }
    }
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "many"]);
    repo.stage("f7/g3/file", "changed");
    repo.git(&["rm", "-q", "-r", "f8"]);
    assert_eq!(look(&staged(&repo)).paths(), ["f7/g3/file"]);
    repo.stage("f41/new", "new");
    assert_eq!(look(&staged(&repo)).paths(), ["f41/new", "f7/g3/file"]);
}

#[test]
fn a_damaged_index_is_an_error() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("new", "new");
    let path = repo.path.join(".git/index");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(StagedSource::new(&repo.open()).is_err());
    std::fs::write(&path, "").unwrap();
    assert!(StagedSource::new(&repo.open()).is_err());
}

#[test]
fn no_flipped_byte_of_an_index_brings_us_down() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("a/b/c", "new");
    repo.git(&["write-tree"]);
    let opened = repo.open();
    let path = repo.path.join(".git/index");
    let bytes = std::fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 0x2f;
        std::fs::write(&path, &broken).unwrap();
        if let Ok(source) = StagedSource::new(&opened) {
            look(&source);
            let _ = source.tree_id();
        }
    }
}

#[test]
fn no_index_at_all_is_an_empty_one() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &[]);
    assert!(look(&staged(&repo)).seen.is_empty());
}
