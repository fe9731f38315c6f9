//! Ranges of commits: everything that any of them introduces.

use tokenleash::error::ErrorKind;
use tokenleash::source::{
    Content, Extent, HistorySource, Item, MESSAGE_PATH, RangeSource, Source, StagedSource,
};

use crate::support::{Repo, Sandbox, before, look, look_at};

fn range(repo: &Repo, range: &str) -> RangeSource {
    RangeSource::between(&repo.open(), range).unwrap()
}

#[test]
fn what_a_later_commit_removes_is_still_handed_over() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let base = repo.git(&["rev-parse", "HEAD"]);
    let guilty = repo.commit("secret", "in the middle\n");
    repo.git(&["rm", "-q", "secret"]);
    repo.git(&["commit", "-q", "-m", "remove it"]);
    let source = range(&repo, &format!("{base}..HEAD"));
    let look = look(&source);
    assert_eq!(look.files(), ["secret"]);
    assert_eq!(
        look.of("secret").item.commit.as_deref(),
        Some(guilty.as_str())
    );
    assert_eq!(look.of("secret").item.commits, 1);
    assert_eq!(look.messages().len(), 2);
    assert!(look.visited.is_change && look.is_decided());
    assert_eq!(source.head().read(b"secret").unwrap(), None);
    assert_eq!(source.base().read(b"README").unwrap().unwrap(), b"hello\n");
    assert_eq!(source.commit_count(), 2);
}

#[test]
fn the_same_blob_at_the_same_path_is_handed_over_once() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let first = repo.commit("file", "again\n");
    repo.commit("file", "other\n");
    repo.commit("file", "again\n");
    let look = look(&range(&repo, "HEAD~3..HEAD"));
    assert_eq!(look.files(), ["file", "file"]);
    let again = look.of("file");
    assert_eq!((again.text().as_str(), again.item.commits), ("again\n", 2));
    assert_eq!(again.item.commit.as_deref(), Some(first.as_str()));
}

#[test]
fn a_merge_counts_against_all_its_parents() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("side", "side\n");
    repo.git(&["checkout", "-q", "main"]);
    let ours = repo.commit("ours", "ours\n");
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repo.stage("evil", "only in the merge\n");
    repo.git(&["commit", "-q", "-m", "merge"]);
    let merge = repo.git(&["rev-parse", "HEAD"]);
    let source = range(&repo, &format!("{ours}..HEAD"));
    let look = look(&source);
    assert_eq!(look.files(), ["evil", "side"]);
    assert_eq!(look.of("evil").item.commit.as_deref(), Some(merge.as_str()));
    assert_ne!(look.of("side").item.commit.as_deref(), Some(merge.as_str()));
}

#[test]
fn messages_are_items() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "title\n\nsecret in the body",
    ]);
    let look = look(&range(&repo, "HEAD~1..HEAD"));
    assert_eq!(look.paths(), [MESSAGE_PATH]);
    assert_eq!(look.messages(), ["title\n\nsecret in the body\n"]);
    let head = repo.git(&["rev-parse", "HEAD"]);
    assert_eq!(look.seen[0].item.commit.as_deref(), Some(head.as_str()));
}

#[test]
fn before_is_what_the_parents_had() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("README", "changed\n");
    repo.git(
        &["mv", "README", "docs/README"]
            .map(|word| if word == "docs/README" { "moved" } else { word }),
    );
    repo.stage("copy", "fn main() {}\n");
    repo.git(&["commit", "-q", "-m", "move"]);
    let source = range(&repo, "HEAD~2..HEAD");
    let look = look(&source);
    assert_eq!(look.files(), ["README", "copy", "moved"]);
    let old = |path: &str| before(&source, look.of(path));
    assert_eq!(old("README"), [("README".to_owned(), "hello\n".to_owned())]);
    assert_eq!(
        old("moved"),
        [("README".to_owned(), "changed\n".to_owned())]
    );
    assert!(old("copy").contains(&("src/main.rs".to_owned(), "fn main() {}\n".to_owned())));
}

#[test]
fn ends_may_be_left_out_and_zeros_mean_from_the_start() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("new", "new\n");
    assert_eq!(look(&range(&repo, "HEAD~1..")).files(), ["new"]);
    let all = look(&range(&repo, &format!("{}..HEAD", "0".repeat(40))));
    assert_eq!(all.files(), ["README", "new", "src/main.rs"]);
    assert!(look(&range(&repo, "HEAD..HEAD")).seen.is_empty());
    assert!(look(&range(&repo, "HEAD..HEAD~1")).seen.is_empty());
}

#[test]
fn ends_that_do_not_resolve_are_errors() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let opened = repo.open();
    let kind = |range: &str| {
        RangeSource::between(&opened, range)
            .err()
            .map(|error| error.kind)
    };
    assert_eq!(kind("nowhere..HEAD"), Some(ErrorKind::Source));
    assert_eq!(kind("HEAD..nowhere"), Some(ErrorKind::Source));
    assert_eq!(
        kind(&format!("{}..HEAD", "1".repeat(40))),
        Some(ErrorKind::Source)
    );
    assert_eq!(kind("HEAD^{tree}..HEAD"), Some(ErrorKind::Source));
    assert_eq!(kind("HEAD"), Some(ErrorKind::Usage));
    assert_eq!(kind("HEAD...HEAD"), Some(ErrorKind::Usage));
}

#[test]
fn a_shallow_clone_says_what_it_did_not_see() {
    let sandbox = Sandbox::new();
    let origin = sandbox.started("origin");
    let old = origin.git(&["rev-parse", "HEAD"]);
    origin.commit("one", "one\n");
    origin.commit("two", "two\n");
    let repo = sandbox.at("repo");
    let address = format!("file://{}", origin.path.display());
    origin.git(&[
        "clone",
        "-q",
        "--depth=2",
        &address,
        repo.path.to_str().unwrap(),
    ]);
    assert!(repo.open().is_shallow());
    assert_eq!(look(&range(&repo, "HEAD~1..HEAD")).files(), ["two"]);
    assert!(look(&range(&repo, "HEAD~1..HEAD")).is_decided());
    assert!(RangeSource::between(&repo.open(), &format!("{old}..HEAD")).is_err());
    let zeros = "0".repeat(40);
    let cut = look(&range(&repo, &format!("{zeros}..HEAD")));
    assert_eq!(cut.files(), ["README", "one", "src/main.rs", "two"]);
    assert!(!cut.is_decided());
}

#[test]
fn a_wrong_clock_loses_no_commit() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let base = repo.git(&["rev-parse", "HEAD"]);
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let mut parent = base.clone();
    for (number, seconds) in [4_000_000_000_u32, 1, 3_000_000_000, 2].iter().enumerate() {
        repo.write("raw", format!(
            "tree {tree}\nparent {parent}\nauthor A <a@b> {seconds} +0000\ncommitter A <a@b> {seconds} +0000\n\nnumber {number}\n"
        ));
        parent = repo.git(&["hash-object", "-t", "commit", "-w", "raw"]);
    }
    let seen = look(&range(&repo, &format!("{base}..{parent}")));
    assert_eq!(
        seen.messages(),
        ["number 0\n", "number 1\n", "number 2\n", "number 3\n"]
    );
    assert!(
        look(&range(&repo, &format!("{parent}..{base}")))
            .seen
            .is_empty()
    );
}

#[test]
fn a_commit_without_its_blob_leaves_the_answer_open() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("gone/file", "gone\n");
    let remove = |name: &str| {
        let id = repo.git(&["rev-parse", name]);
        std::fs::remove_file(repo.path.join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    };
    remove("HEAD:gone/file");
    let look_now = || look(&range(&repo, "HEAD~1..HEAD"));
    assert!(!look_now().is_decided());
    remove("HEAD:gone");
    assert!(!look_now().is_decided());
    assert_eq!(look_now().visited.unchecked[0].path.lossy(), "gone");
}

#[test]
fn a_tree_that_names_itself_over_and_over_comes_to_an_end() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let mut id = repo.git(&["rev-parse", "HEAD"]);
    let mut kind = "160000 commit";
    for _ in 0..9 {
        let line = |name: u32| format!("{kind} {id}\tn{name}\n");
        repo.write("listing", (0..10).map(line).collect::<String>());
        let folder = repo.path.display();
        let script = format!("git --git-dir={folder}/.git mktree < {folder}/listing");
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        id = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        kind = "040000 tree";
    }
    let commit = repo.git(&["commit-tree", "-m", "bomb", "-p", "HEAD", &id]);
    let opened = repo.open();
    let source = HistorySource::new(&opened, Extent::Head);
    assert!(look(&source.unwrap()).is_decided());
    repo.git(&["update-ref", "refs/heads/bomb", &commit]);
    let all = HistorySource::new(&repo.open(), Extent::All);
    assert!(look(&all.unwrap()).is_decided());
    let cut = RangeSource::between(&repo.open(), "HEAD..bomb").unwrap();
    let nothing = |_: &Item, _: Content<'_>| {};
    assert!(cut.visit(2, &nothing).unwrap().unchecked[0].undecided);
}

#[test]
fn very_deep_folders_end_in_a_word_and_not_in_a_crash() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let id = repo.git(&["rev-parse", "HEAD:README"]);
    let path = format!("{}file", "d/".repeat(600));
    repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{id},{path}"),
    ]);
    let opened = repo.open();
    let staged = StagedSource::new(&opened).unwrap();
    assert_eq!(look(&staged).paths(), [path.as_str()]);
    assert!(staged.tree_id().is_err());
    repo.git(&["commit", "-q", "-m", "deep"]);
    assert!(
        look(&StagedSource::new(&repo.open()).unwrap())
            .seen
            .is_empty()
    );
    assert!(!look(&range(&repo, "HEAD~1..HEAD")).is_decided());
    let history = HistorySource::new(&repo.open(), Extent::Head).unwrap();
    assert_eq!(look(&history).visited.unchecked.len(), 1);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    for number in 0..30 {
        repo.commit(&format!("f{}/n{number}", number % 3), number.to_string());
    }
    let source = range(&repo, "HEAD~30..HEAD");
    let one = look_at(&source, 1);
    let four = look_at(&source, 4);
    assert_eq!(one.files().len(), 30);
    let key = |look: &crate::support::Look| -> Vec<_> {
        let key = |seen: &crate::support::Seen| {
            (
                seen.path.clone(),
                seen.bytes.clone(),
                seen.item.commit.clone(),
            )
        };
        look.seen.iter().map(key).collect()
    };
    assert_eq!(key(&one), key(&four));
}

#[test]
fn what_the_commits_take_away_is_listed_with_its_folders() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("a/b/.claude/settings.json", "{}\n");
    let base = repo.commit("kept", "kept\n");
    repo.git(&["rm", "-q", "-r", "a"]);
    let staged = look(&StagedSource::new(&repo.open()).unwrap());
    let gone = ["a/b/.claude/settings.json".into()];
    assert_eq!(staged.visited.removed, gone);
    repo.git(&["commit", "-q", "-m", "remove it"]);
    repo.commit("more", "more\n");
    assert_eq!(
        look(&range(&repo, &format!("{base}..HEAD")))
            .visited
            .removed,
        gone
    );
    // What only the other side has was not taken away by this one.
    repo.git(&["checkout", "-q", "-b", "side", &base]);
    let ahead = repo.commit("b/.claude/settings.json", "{}\n");
    let look = look(&range(&repo, &format!("{ahead}..main")));
    assert_eq!(look.visited.removed, gone);
}
