//! Repositories of every kind: worktrees, sparse and split indexes, other hashes, merges.

use crate::play::{Stage, broad};

#[test]
fn a_linked_worktree_has_the_guard() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["worktree", "add", "-q", "../linked", "-b", "side"]);
    let linked = repo.at("../linked");
    linked.stage("deploy.sh", broad(1));
    linked.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    linked.git(&["reset", "-q", "--hard"]);
    linked.stage("fine.sh", "true\n");
    let ran = linked.try_git(&["commit", "-m", "x"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(!ran.err.contains("TL906"), "{}", ran.err);
}

#[test]
fn a_commit_from_a_folder_below_is_judged_whole() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("sub/a.sh", "true\n");
    repo.stage("deploy.sh", broad(1));
    repo.at("sub")
        .refused(&["commit", "-m", "x"], &["deploy.sh"]);
    let ran = repo.at("sub").tokenleash(&["scan", "--staged"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn git_dir_and_work_tree_may_stand_apart() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    std::fs::rename(
        repo.path.join(".git"),
        repo.path.parent().unwrap().join("apart.git"),
    )
    .unwrap();
    let apart = repo.path.parent().unwrap().join("apart.git");
    let repo = repo
        .with("GIT_DIR", apart)
        .with("GIT_WORK_TREE", repo.path.clone());
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    let elsewhere = repo.at("..");
    let ran = elsewhere.tokenleash(&["scan", "--staged"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn a_merge_without_conflict_is_judged_by_what_nobody_published() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("deploy.sh", broad(1));
    repo.git(&["commit", "-q", "--no-verify", "-m", "side"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("other.sh", "true\n");
    repo.git(&["commit", "-q", "-m", "main"]);
    let ran = repo.try_git(&["merge", "--no-edit", "side"]);
    assert_ne!(ran.code, 0, "{}", ran.all());
    assert!(ran.err.contains("deploy.sh"), "{}", ran.all());
    repo.git(&["merge", "--abort"]);
    repo.git(&["update-ref", "refs/remotes/origin/side", "side"]);
    let ran = repo.try_git(&["merge", "--no-edit", "side"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(!ran.err.contains("TL906"), "{}", ran.err);
}

#[test]
fn a_merge_with_a_conflict_is_judged_by_its_resolution() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.stage("README", "side\n");
    repo.git(&["commit", "-q", "-m", "side"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.stage("README", "main\n");
    repo.git(&["commit", "-q", "-m", "main"]);
    assert_ne!(repo.try_git(&["merge", "side"]).code, 0);
    repo.stage("README", broad(1));
    repo.refused(&["commit", "--no-edit"], &["README"]);
    repo.stage("README", "both\n");
    let ran = repo.try_git(&["commit", "--no-edit"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(!ran.err.contains("TL906"), "{}", ran.err);
}

#[test]
fn a_sparse_checkout_and_a_sparse_index_are_read() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    for folder in ["in", "out", "out/deep"] {
        repo.stage(format!("{folder}/a.sh"), "true\n");
    }
    repo.git(&["commit", "-q", "-m", "folders"]);
    for option in ["--no-sparse-index", "--sparse-index"] {
        repo.git(&["sparse-checkout", "set", "--cone", option, "in"]);
        repo.stage("in/deploy.sh", broad(1));
        repo.refused(&["commit", "-m", "x"], &["in/deploy.sh"]);
        repo.git(&["reset", "-q", "--hard"]);
        repo.stage("in/b.sh", format!("echo {option}\n"));
        let ran = repo.try_git(&["commit", "-m", "x"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert!(!ran.err.contains("TL906"), "{}", ran.err);
    }
}

#[test]
fn a_split_index_is_read() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.git(&["update-index", "--split-index"]);
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    repo.git(&["rm", "-q", "-f", "deploy.sh"]);
    repo.stage("b.sh", "true\n");
    repo.git(&["commit", "-m", "x"]);
}

#[test]
fn an_untracked_cache_a_monitor_and_index_versions_are_read() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    for (index, settings) in [["--index-version", "4"], ["--index-version", "2"]]
        .iter()
        .enumerate()
    {
        repo.git(&["update-index", settings[0], settings[1]]);
        repo.stage("deploy.sh", broad(index as u64));
        repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    }
    repo.git(&["config", "index.skipHash", "true"]);
    repo.git(&["update-index", "--untracked-cache"]);
    repo.stage("deploy.sh", broad(5));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
}

#[test]
fn a_sha_256_repository_is_read() {
    let stage = Stage::new();
    let repo = stage.guarded("repo", &["--object-format=sha256"]);
    repo.start();
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
}

#[test]
fn reftable_is_refused_by_name_and_never_passed() {
    let stage = Stage::new();
    let repo = stage.folder("repo");
    if repo.try_git(&["init", "-q", "--ref-format=reftable"]).code != 0 {
        return;
    }
    repo.tokenleash(&["install"]);
    repo.stage("deploy.sh", broad(1));
    let ran = repo.try_git(&["commit", "-m", "x"]);
    assert_ne!(ran.code, 0, "{}", ran.all());
    assert!(ran.err.contains("reftable"), "{}", ran.all());
    assert_eq!(repo.tokenleash(&["scan", "--staged"]).code, 2);
}

#[test]
fn a_scan_needs_no_identity_and_no_home() {
    let stage = Stage::new();
    let mut repo = stage.started("repo");
    for who in ["AUTHOR", "COMMITTER"] {
        repo = repo
            .without(&format!("GIT_{who}_NAME"))
            .without(&format!("GIT_{who}_EMAIL"));
    }
    repo = repo.without("HOME");
    repo.stage("deploy.sh", broad(1));
    for arguments in [
        &["scan"][..],
        &["scan", "--staged"],
        &["hook", "pre-commit"],
    ] {
        let ran = repo.tokenleash(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.all());
    }
}

#[test]
fn a_partial_clone_shows_what_older_versions_hold() {
    let stage = Stage::new();
    let origin = stage.started("origin");
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    for content in [broad(1), "later\n".repeat(1000)] {
        origin.stage("deploy.sh", content);
        origin.git(&["commit", "-q", "--no-verify", "-m", "change"]);
    }
    let address = format!("file://{}", origin.path.display());
    origin.git(&[
        "clone",
        "-q",
        "--no-checkout",
        "--filter=blob:limit=1k",
        &address,
        "../partial",
    ]);
    let partial = origin.at("../partial");
    let document = partial
        .tokenleash(&["scan", "--history", "--format", "json"])
        .json();
    // Nobody can say whether the last version, which is not there, still has it.
    let finding = &document["findings"][0];
    assert_eq!(finding["path"], "deploy.sh");
    assert_eq!(
        (&finding["verdict"], &finding["at_head"]),
        (&"block".into(), &true.into())
    );
    let why = document["unchecked"][0]["why"].as_str().unwrap();
    assert!(why.contains("not in this clone"), "{why}");
}
