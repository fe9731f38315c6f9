//! The staged change: what a commit made now would add.

use tokenleash::source::{Form, GitEnvironment, Keeping, Repository, Source, StagedSource};

use crate::support::{Repo, Sandbox, before, look};

/// What a hook would judge, which is the same however the repository is opened.
pub fn staged(repo: &Repo) -> StagedSource {
    staged_with(repo, &GitEnvironment::default())
}

fn staged_with(repo: &Repo, environment: &GitEnvironment) -> StagedSource {
    let shown = |source: &StagedSource| -> Vec<(String, Vec<u8>)> {
        let seen = look(source).seen.into_iter();
        seen.map(|seen| (seen.path, seen.bytes)).collect()
    };
    let opened = Repository::open_for_commit(&repo.path, environment).unwrap();
    let of_hook = StagedSource::new(&opened).unwrap();
    let other = StagedSource::new(&repo.open_with(environment)).unwrap();
    assert_eq!(shown(&of_hook), shown(&other));
    assert_eq!(of_hook.tree_id().ok(), other.tree_id().ok());
    of_hook
}

#[test]
fn a_clean_index_hands_over_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.write("README", "not staged\n");
    let look = look(&staged(&repo));
    assert!(look.seen.is_empty());
    assert!(look.visited.is_change && look.is_decided());
}

#[test]
fn before_the_first_commit_everything_staged_is_new() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &[]);
    repo.stage("a/b", "one");
    repo.write("c", "not staged");
    let source = staged(&repo);
    let look = look(&source);
    assert_eq!(look.paths(), ["a/b"]);
    assert_eq!(look.of("a/b").text(), "one");
    assert_eq!(look.of("a/b").keeping, Keeping::Git);
    assert!(before(&source, look.of("a/b")).is_empty());
    assert!(source.base().read(b"a/b").unwrap().is_none());
    assert_eq!(source.head().read(b"a/b").unwrap().unwrap(), b"one");
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("README", "staged part\n");
    repo.write("README", "staged part\nunstaged part\n");
    let source = staged(&repo);
    let look = look(&source);
    assert_eq!(look.paths(), ["README"]);
    assert_eq!(look.of("README").text(), "staged part\n");
    let old = ("README".to_owned(), "hello\n".to_owned());
    assert_eq!(before(&source, look.of("README")), [old]);
    assert_eq!(source.base().read(b"README").unwrap().unwrap(), b"hello\n");
}

#[test]
fn a_deleted_file_is_no_item() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["rm", "-q", "README"]);
    assert!(look(&staged(&repo)).seen.is_empty());
}

#[test]
fn an_amended_message_alone_adds_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.hook(
        "pre-commit",
        "cp \"$GIT_INDEX_FILE\" .git/kept-index; exit 1",
    );
    assert!(
        !repo
            .try_git(&["commit", "--amend", "-m", "again"])
            .status
            .success()
    );
    assert!(look(&with_index(&repo, ".git/kept-index")).seen.is_empty());
}

#[test]
fn a_mode_alone_is_no_item_but_a_link_is() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["update-index", "--chmod=+x", "README"]);
    assert!(look(&staged(&repo)).seen.is_empty());
    let id = repo.git(&["rev-parse", "HEAD:README"]);
    repo.git(&[
        "update-index",
        "--cacheinfo",
        &format!("120000,{id},README"),
    ]);
    let look = look(&staged(&repo));
    assert_eq!(look.of("README").form, Form::Symlink);
    assert_eq!(look.of("README").text(), "hello\n");
}

#[cfg(unix)]
#[test]
fn a_link_is_its_target_and_is_not_followed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    std::os::unix::fs::symlink("../outside/file", repo.path.join("link")).unwrap();
    repo.git(&["add", "link"]);
    let look = look(&staged(&repo));
    assert_eq!(look.of("link").text(), "../outside/file");
    assert_eq!(look.of("link").form, Form::Symlink);
}

#[test]
fn a_rename_knows_where_it_came_from() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["mv", "README", "docs.md"]);
    let source = staged(&repo);
    let first = look(&source);
    assert_eq!(first.paths(), ["docs.md"]);
    let old = ("README".to_owned(), "hello\n".to_owned());
    assert_eq!(
        before(&source, first.of("docs.md")),
        std::slice::from_ref(&old)
    );
    repo.stage("docs.md", "hello\nmore\n");
    let source = staged(&repo);
    assert_eq!(before(&source, look(&source).of("docs.md")), [old]);
}

#[test]
fn a_renamed_folder_knows_where_it_came_from() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("src/deep/er/file", "content\n");
    repo.git(&["mv", "src", "lib"]);
    let source = staged(&repo);
    let look = look(&source);
    assert_eq!(look.paths(), ["lib/deep/er/file", "lib/main.rs"]);
    let old = before(&source, look.of("lib/deep/er/file"));
    assert_eq!(
        old[0],
        ("src/deep/er/file".to_owned(), "content\n".to_owned())
    );
}

#[test]
fn a_copy_knows_where_it_came_from() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("copy", "hello\n");
    let source = staged(&repo);
    let old = ("README".to_owned(), "hello\n".to_owned());
    assert_eq!(before(&source, look(&source).of("copy")), [old]);
}

#[test]
fn intent_to_add_is_not_staged() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.write("src/later", "later");
    repo.git(&["add", "-N", "src/later"]);
    let source = staged(&repo);
    assert!(look(&source).seen.is_empty());
    assert_eq!(source.head().read(b"src/later").unwrap(), None);
    assert_eq!(
        source.tree_id().unwrap(),
        repo.git(&["rev-parse", "HEAD^{tree}"])
    );
}

#[test]
fn a_file_may_become_a_folder_and_the_other_way() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["rm", "-q", "README"]);
    repo.stage("README/inside", "in a folder");
    repo.git(&["rm", "-q", "-r", "src"]);
    repo.stage("src", "a file");
    let look = look(&staged(&repo));
    assert_eq!(look.paths(), ["README/inside", "src"]);
}

#[test]
fn a_submodule_is_counted_and_has_its_own_index() {
    let sandbox = Sandbox::new();
    let inner = sandbox.started("inner");
    let repo = sandbox.started("repo");
    let address = inner.path.to_str().unwrap();
    repo.git(&["submodule", "add", "-q", address, "module"]);
    let outer = look(&staged(&repo));
    assert_eq!(outer.paths(), [".gitmodules"]);
    assert_eq!(outer.visited.submodules, 1);
    let module = sandbox.at("repo/module");
    module.stage("inside", "of the module");
    assert_eq!(look(&staged(&module)).paths(), ["inside"]);
    let git_dir = module.git(&["rev-parse", "--absolute-git-dir"]);
    let environment = GitEnvironment {
        index_file: Some(format!("{git_dir}/index").into()),
        git_dir: Some(git_dir.into()),
        ..GitEnvironment::default()
    };
    let opened = module.open_with(&environment);
    assert_eq!(
        opened.work_dir().unwrap().canonicalize().unwrap(),
        module.path
    );
    assert_eq!(
        look(&StagedSource::new(&opened).unwrap()).paths(),
        ["inside"]
    );
}

#[test]
fn a_linked_worktree_has_its_own_index() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = sandbox.at("linked");
    linked.stage("only/here", "linked");
    assert!(look(&staged(&repo)).seen.is_empty());
    assert_eq!(look(&staged(&linked)).paths(), ["only/here"]);
    let git_dir = linked.git(&["rev-parse", "--absolute-git-dir"]);
    let environment = GitEnvironment {
        index_file: Some(format!("{git_dir}/index").into()),
        git_dir: Some(git_dir.into()),
        ..GitEnvironment::default()
    };
    let opened = linked.open_with(&environment);
    assert_eq!(
        look(&StagedSource::new(&opened).unwrap()).paths(),
        ["only/here"]
    );
    assert_eq!(
        opened.work_dir().unwrap().canonicalize().unwrap(),
        linked.path
    );
    assert_eq!(
        opened.common_dir().canonicalize().unwrap(),
        repo.path.join(".git")
    );
}

#[test]
fn a_folder_further_down_finds_the_repository() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.stage("src/new.rs", "new");
    let opened = Repository::open(&repo.path.join("src"), &GitEnvironment::default()).unwrap();
    assert_eq!(
        look(&StagedSource::new(&opened).unwrap()).paths(),
        ["src/new.rs"]
    );
}

#[test]
fn a_merge_counts_against_what_is_published() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("theirs", "theirs\n");
    repo.commit("shared", "from the side\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit("ours", "ours\n");
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    assert_eq!(look(&staged(&repo)).paths(), ["shared", "theirs"]);
    repo.git(&["update-ref", "refs/remotes/origin/side", "side"]);
    assert!(look(&staged(&repo)).seen.is_empty());
    repo.stage("shared", "changed while merging\n");
    repo.stage("evil", "in neither\n");
    let source = staged(&repo);
    let look = look(&source);
    assert_eq!(look.paths(), ["evil", "shared"]);
    let old = ("shared".to_owned(), "from the side\n".to_owned());
    assert_eq!(before(&source, look.of("shared")), [old]);
}

#[test]
fn a_merge_hook_is_told_what_is_merged() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("theirs", "theirs\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit("ours", "ours\n");
    repo.hook(
        "pre-merge-commit",
        "env > .git/told; test ! -e .git/MERGE_HEAD && touch .git/early; exit 1",
    );
    assert!(
        !repo
            .try_git(&["merge", "--no-edit", "side"])
            .status
            .success()
    );
    let told = std::fs::read_to_string(repo.path.join(".git/told")).unwrap();
    let name = |line: &str| Some(line.strip_prefix("GITHEAD_")?.split_once('=')?.0.to_owned());
    let environment = GitEnvironment {
        merged: told.lines().filter_map(name).collect(),
        ..GitEnvironment::default()
    };
    assert!(repo.path.join(".git/early").exists());
    assert_eq!(environment.merged.len(), 1);
    let _ = std::fs::remove_file(repo.path.join(".git/MERGE_HEAD"));
    let opened = repo.open_with(&environment);
    assert_eq!(
        look(&StagedSource::new(&opened).unwrap()).paths(),
        ["theirs"]
    );
    let source = StagedSource::merging(&opened, &environment).unwrap();
    assert_eq!(look(&source).paths(), ["theirs"]);
    repo.git(&["update-ref", "refs/remotes/origin/side", "side"]);
    let source = StagedSource::merging(&opened, &environment).unwrap();
    assert!(look(&source).seen.is_empty());
}

#[test]
fn a_conflict_is_unchecked_until_it_is_solved() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("README", "side\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit("README", "main\n");
    assert!(!repo.try_git(&["merge", "-q", "side"]).status.success());
    let conflicted = look(&staged(&repo));
    assert!(conflicted.seen.is_empty() && !conflicted.is_decided());
    assert_eq!(conflicted.visited.unchecked.len(), 1);
    assert!(staged(&repo).tree_id().is_err());
    repo.git(&["update-ref", "refs/remotes/origin/side", "side"]);
    repo.stage("README", "main\nside\n");
    let source = staged(&repo);
    let solved = look(&source);
    assert_eq!(solved.paths(), ["README"]);
    assert_eq!(before(&source, solved.of("README")).len(), 2);
    repo.stage("README", "side\n");
    assert!(look(&staged(&repo)).seen.is_empty());
}

#[test]
fn a_cherry_pick_under_way_is_against_head() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("picked", "picked\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["cherry-pick", "-n", "side"]);
    assert_eq!(look(&staged(&repo)).paths(), ["picked"]);
}

/// A source over an index that a hook put aside.
pub fn with_index(repo: &Repo, index: &str) -> StagedSource {
    let environment = GitEnvironment {
        index_file: Some(index.into()),
        ..GitEnvironment::default()
    };
    staged_with(repo, &environment)
}
