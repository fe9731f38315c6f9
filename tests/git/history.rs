//! The whole history: every object once.

use tokenleash::source::{Extent, HistorySource, Item, Source};

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
    assert_eq!(
        look.files(),
        ["README", "copy/of", "moved", "secret", "src/main.rs"],
        "under every name that it had, since the name may make another thing of it"
    );
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
    let all = history(&repo, Extent::All);
    assert_eq!(
        all.files(),
        ["README", "README", "refs/tags/blob", "side", "src/main.rs"]
    );
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
    let id = repo.git(&["rev-parse", ":staged"]);
    assert_eq!(
        history(&repo, Extent::All).files(),
        [format!("object {id}")],
        "what is only staged lies there, and no ref leads to it"
    );
}

#[test]
fn a_sha256_history_is_read_packed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.init("repo", &["--object-format=sha256"]);
    repo.start();
    repo.commit("README", "hello\nagain\n");
    repo.git(&["gc", "-q"]);
    let look = history(&repo, Extent::All);
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
fn folders_lead_to_the_same_first_commits_loose_and_packed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    for number in 0..100 {
        repo.write(format!("large/f{number}"), format!("{number} at first"));
    }
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "many"]);
    let mut commits = Vec::new();
    for number in 0..90 {
        let folder = ["large", "a/b/c", "d/e", "a/b"][number % 4];
        let path = format!("{folder}/f{}", number % 7);
        commits.push((
            path.clone(),
            repo.commit(&path, format!("version {number}")),
        ));
    }
    repo.git(&["mv", "a/b", "moved"]);
    repo.git(&["commit", "-q", "-m", "move"]);
    let all = |threads| {
        let source = HistorySource::new(&repo.open(), Extent::All).unwrap();
        let look = look_at(&source, threads);
        assert!(look.is_decided());
        let brief = |item: &Item| (item.number, item.path.lossy(), item.commit.clone());
        let seen = look.seen.iter();
        let mut all: Vec<_> = seen.map(|seen| (brief(&seen.item), seen.text())).collect();
        all.sort();
        all
    };
    let loose = all(2);
    for (number, (path, commit)) in commits.iter().enumerate() {
        let text = format!("version {number}");
        let seen = loose
            .iter()
            .find(|seen| seen.1 == text && seen.0.1 == *path);
        assert_eq!(seen.unwrap().0.2.as_ref(), Some(commit), "{path}");
    }
    repo.git(&["gc", "-q", "--aggressive"]);
    for threads in [1, 2, 5] {
        assert!(all(threads) == loose, "{threads} threads");
    }
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

/// Looks at a whole history and finds something in what has one of these words.
fn look_for(repo: &Repo, extent: Extent, words: &[&str]) -> (Vec<String>, Vec<String>) {
    let source = HistorySource::new(&repo.open(), extent).unwrap();
    let seen = std::sync::Mutex::new((Vec::new(), Vec::new()));
    source
        .visit(2, &|item, content| {
            let tokenleash::source::Content::Bytes(bytes) = content else {
                panic!("nothing here is large");
            };
            let text = String::from_utf8_lossy(bytes);
            let hit = words.iter().any(|word| text.contains(word));
            if !hit {
                source.nothing_in(item, bytes.len() as u64);
            }
            let mut seen = seen.lock().unwrap();
            seen.0.push(item.path.lossy());
            if hit {
                seen.1.push(item.clone());
            }
        })
        .unwrap();
    let (mut all, hits) = seen.into_inner().unwrap();
    let is_remarked = |item: &Item| match source.remark(item) {
        Some(_) => format!("{} (no ref)", item.path.lossy()),
        None => item.path.lossy(),
    };
    let mut hits: Vec<String> = hits.iter().map(is_remarked).collect();
    all.sort();
    hits.sort();
    (all, hits)
}

#[test]
fn what_hit_is_looked_at_under_every_path_and_the_rest_is_not() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.write("one/secret", "hidden\n");
    repo.write("one/plain", "plain\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "one"]);
    // Something of its own, so that it is never the same folder as the other one.
    repo.commit("two/own", "own\n");
    repo.commit("two/secret", "hidden\n");
    repo.commit("two/plain", "plain\n");
    repo.git(&["mv", "one", "three"]);
    repo.git(&["commit", "-q", "-m", "move the folder"]);
    for packed in [false, true] {
        if packed {
            repo.git(&["gc", "-q"]);
        }
        let (all, hits) = look_for(&repo, Extent::Head, &["hidden"]);
        assert_eq!(hits, ["one/secret", "three/secret", "two/secret"]);
        assert_eq!(all.iter().filter(|path| path.ends_with("plain")).count(), 1);
    }
}

#[test]
fn objects_that_no_ref_leads_to_are_found_where_all_is_asked_for() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.git(&["checkout", "-q", "-b", "gone"]);
    repo.commit("folder/secret", "hidden in a branch\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["branch", "-q", "-D", "gone"]);
    repo.commit("amended", "hidden by an amend\n");
    repo.write("amended", "nothing\n");
    repo.git(&["commit", "-q", "-a", "--amend", "-m", "amended"]);
    repo.write("lost", "hidden without a tree\n");
    let lost = repo.git(&["hash-object", "-w", "lost"]);
    assert!(look_for(&repo, Extent::Head, &["hidden"]).1.is_empty());
    for packed in [false, true] {
        if packed {
            repo.git(&["repack", "-q", "-a", "-d", "-k"]);
        }
        let (_, hits) = look_for(&repo, Extent::All, &["hidden"]);
        let hidden = ["amended", "folder/secret", &format!("object {lost}")];
        assert_eq!(hits, hidden.map(|path| format!("{path} (no ref)")));
    }
}

#[test]
fn the_objects_of_alternates_are_read_packed_and_loose() {
    let sandbox = Sandbox::new();
    let origin = sandbox.started("origin");
    for number in 0..200 {
        origin.commit(
            "versions",
            format!("version {number}\n{}", "line\n".repeat(200)),
        );
    }
    origin.git(&["gc", "-q"]);
    origin.commit("loose", "loose there\n");
    let repo = sandbox.at("repo");
    let path = repo.path.to_str().unwrap();
    origin.git(&["clone", "-q", "--shared", ".", path]);
    repo.commit("own", "own\n");
    let look = history(&repo, Extent::Head);
    assert_eq!(look.visited.unchecked.len(), 0);
    let versions = look
        .files()
        .iter()
        .filter(|path| **path == "versions")
        .count();
    assert_eq!(versions, 200);
    assert!(look.files().contains(&"loose") && look.files().contains(&"own"));
}

#[test]
fn a_partial_clone_says_what_is_not_there() {
    let sandbox = Sandbox::new();
    let origin = sandbox.started("origin");
    origin.commit("gone", "removed later\n");
    origin.git(&["rm", "-q", "gone"]);
    origin.git(&["commit", "-q", "-m", "remove"]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let repo = sandbox.at("repo");
    let address = format!("file://{}", origin.path.display());
    let path = repo.path.to_str().unwrap();
    origin.git(&["clone", "-q", "--filter=blob:none", &address, path]);
    let look = history(&repo, Extent::Head);
    assert_eq!(look.files(), ["README", "src/main.rs"]);
    assert_eq!(look.visited.unchecked.len(), 1);
    let missing = &look.visited.unchecked[0];
    assert_eq!(missing.path.lossy(), "gone");
    assert!(missing.why.contains("not in this clone"));
}

/// Turns some bytes of an object over that lies in the only pack.
fn damage_in_pack(repo: &Repo, id: &str) {
    let folder = repo.path.join(".git/objects/pack");
    let pack = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "pack"))
        .unwrap();
    let list = repo.git(&["verify-pack", "-v", pack.to_str().unwrap()]);
    let line = list.lines().find(|line| line.starts_with(id)).unwrap();
    let offset: usize = line.split_whitespace().nth(4).unwrap().parse().unwrap();
    let mut bytes = std::fs::read(&pack).unwrap();
    for byte in &mut bytes[offset + 4..offset + 12] {
        *byte ^= 0xff;
    }
    std::fs::remove_file(&pack).unwrap();
    std::fs::write(&pack, bytes).unwrap();
}

#[test]
fn a_damaged_commit_is_named_with_what_to_do() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.commit("one", "one");
    repo.commit("two", "two");
    repo.git(&["gc", "-q"]);
    let id = repo.git(&["rev-parse", "HEAD~1"]);
    damage_in_pack(&repo, &id);
    let source = HistorySource::new(&repo.open(), Extent::Head).unwrap();
    let error = source.visit(2, &|_, _| {}).err().unwrap();
    assert!(error.message.contains(&id), "{error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("git fsck")));
}

#[test]
fn a_damaged_pack_loses_only_what_is_damaged() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    for number in 0..150 {
        let text = format!("{number} {}", "x".repeat(number));
        repo.write(format!("f{number}"), text);
    }
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "many"]);
    repo.git(&["gc", "-q"]);
    assert_eq!(history(&repo, Extent::Head).files().len(), 152);
    damage_in_pack(&repo, &repo.git(&["rev-parse", "HEAD:f77"]));
    let look = history(&repo, Extent::Head);
    assert!(look.files().len() >= 140, "{}", look.files().len());
    let gone: Vec<String> = look
        .visited
        .unchecked
        .iter()
        .map(|entry| entry.path.lossy())
        .collect();
    assert!(gone.contains(&"f77".to_owned()), "{gone:?}");
    assert_eq!(look.files().len() + gone.len(), 152);
}

#[test]
fn many_versions_come_out_of_a_pack_as_git_prints_them() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let mut text = String::new();
    for number in 0..120 {
        text.push_str(&format!("line {number} of a file that grows\n"));
        repo.commit("grows", &text);
    }
    repo.git(&["tag", "-a", "v1", "-m", "of a tag"]);
    repo.git(&["gc", "-q", "--aggressive"]);
    let look = history(&repo, Extent::All);
    assert_eq!(look.seen.len(), 2 + 120 + 121 + 1);
    for seen in look.seen.iter().filter(|seen| seen.path == "grows") {
        let commit = seen.item.commit.as_ref().unwrap();
        let git = repo.try_git(&["show", &format!("{commit}:grows")]);
        assert_eq!(seen.bytes, git.stdout);
    }
}
