//! Files on disk, with and without a repository around them.

use std::path::PathBuf;

use tokenleash::source::{Form, IgnoredFiles, Keeping, Source, TreeSource};

use crate::support::{Look, Sandbox, look, look_at};

fn scan(repo: &std::path::Path, paths: &[&str]) -> Look {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    look(&TreeSource::new(repo, &paths, IgnoredFiles::Read).unwrap())
}

fn scan_respecting(repo: &std::path::Path, paths: &[&str]) -> Look {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    look(&TreeSource::new(repo, &paths, IgnoredFiles::LeaveOut).unwrap())
}

/// A checkout with a file of each keeping.
fn checkout(sandbox: &Sandbox) -> crate::support::Repo {
    let repo = sandbox.started("repo");
    repo.write(
        ".gitignore",
        ".env\nnode_modules/\n*.log\n!keep.log\n/only-here\nbuild\n/target\nvendor\n",
    );
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "rules"]);
    repo.write("untracked", "u");
    repo.write(".env", "e");
    repo.write("src/a.log", "l");
    repo.write("src/keep.log", "k");
    repo.write("src/only-here", "not at the top");
    repo.write("node_modules/x/index.js", "n");
    repo.write("build/out", "b");
    repo.write("target/.rustc_info.json", "r");
    repo.write("target/debug/x", "t");
    repo.write("a/vendor/m", "no lock file beside");
    repo.write("b/vendor/m", "filled by a tool");
    repo.write("b/go.sum", "s");
    repo.write("venv/.gitignore", "*\n");
    repo.write("venv/pyvenv.cfg", "c");
    repo.write("venv/lib/site.py", "p");
    repo.write("build/tracked", "although ignored");
    repo.git(&["add", "-f", "build/tracked"]);
    repo
}

#[test]
fn every_file_is_handed_over_with_its_keeping() {
    let sandbox = Sandbox::new();
    let repo = checkout(&sandbox);
    let look = scan(&repo.path, &[]);
    let kept = |keeping: Keeping| -> Vec<&str> {
        let kept = look.seen.iter().filter(|seen| seen.keeping == keeping);
        kept.map(|seen| seen.path.as_str()).collect()
    };
    let in_git = [
        ".gitignore",
        "README",
        "b/go.sum",
        "build/tracked",
        "src/keep.log",
        "src/main.rs",
        "src/only-here",
        "untracked",
    ];
    assert_eq!(kept(Keeping::Git), in_git);
    assert_eq!(
        kept(Keeping::Ignored),
        [
            ".env",
            ".git/config",
            "a/vendor/m",
            "build/out",
            "src/a.log"
        ]
    );
    let installed = [
        "b/vendor/m",
        "node_modules/x/index.js",
        "target/.rustc_info.json",
        "target/debug/x",
        "venv/.gitignore",
        "venv/lib/site.py",
        "venv/pyvenv.cfg",
    ];
    assert_eq!(kept(Keeping::Dependency), installed);
    assert!(!look.visited.is_change);
    assert_eq!(scan_respecting(&repo.path, &[]).paths(), in_git);
}

#[test]
fn further_ignore_rules_of_git_count() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.write(".git/info/exclude", "excluded\n");
    repo.write("my-rules", "personal\n");
    repo.git(&[
        "config",
        "core.excludesFile",
        repo.path.join("my-rules").to_str().unwrap(),
    ]);
    repo.write("excluded", "x");
    repo.write("personal", "x");
    repo.write("src/.gitignore", "!excluded\n");
    repo.write("src/excluded", "x");
    let look = scan(&repo.path, &[]);
    assert_eq!(look.of("excluded").keeping, Keeping::Ignored);
    assert_eq!(look.of("personal").keeping, Keeping::Ignored);
    assert_eq!(look.of("src/excluded").keeping, Keeping::Git);
}

#[test]
fn what_is_ignored_agrees_with_git() {
    let sandbox = Sandbox::new();
    let repo = checkout(&sandbox);
    repo.write(
        "src/.gitignore",
        "/deep/*\n!/deep/not/\n*.tmp\n[ab]?\nsp\\ ace\n",
    );
    for path in [
        "src/deep/x",
        "src/deep/not/y",
        "src/a.tmp",
        "src/a1",
        "src/c1",
        "src/sp ace",
        "src/deep/not/z.tmp",
    ] {
        repo.write(path, path);
    }
    let look = scan(&repo.path, &[]);
    let others = repo.git(&[
        "ls-files",
        "-z",
        "--others",
        "--ignored",
        "--exclude-standard",
    ]);
    let mut expected: Vec<&str> = others.split('\0').filter(|path| !path.is_empty()).collect();
    expected.sort_unstable();
    let ignored = look
        .seen
        .iter()
        .filter(|seen| seen.keeping != Keeping::Git && !seen.path.starts_with(".git/"));
    assert_eq!(
        ignored.map(|seen| seen.path.as_str()).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn of_the_git_folder_only_credentials_places_are_read() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    repo.write(".git/FETCH_HEAD", "f");
    repo.write(".git/credentials", "c");
    repo.write(".git/worktrees/x/config.worktree", "w");
    let look = scan(&repo.path, &[".git"]);
    let git = [
        ".git/FETCH_HEAD",
        ".git/config",
        ".git/credentials",
        ".git/worktrees/x/config.worktree",
    ];
    assert_eq!(look.paths(), git);
    assert_eq!(
        scan(&repo.path, &[".git/config"]).of(".git/config").keeping,
        Keeping::Ignored
    );
    assert_eq!(
        scan(&repo.path, &[])
            .files()
            .iter()
            .filter(|path| path.starts_with(".git/"))
            .count(),
        4
    );
}

#[test]
fn without_a_repository_everything_counts_as_in_git() {
    let sandbox = Sandbox::new();
    let folder = sandbox.at("plain");
    folder.write(".gitignore", "x\n");
    folder.write("x", "x");
    folder.write(".hidden/y", "y");
    let look = scan(&folder.path, &[]);
    assert_eq!(look.paths(), [".gitignore", ".hidden/y", "x"]);
    assert!(look.seen.iter().all(|seen| seen.keeping == Keeping::Git));
    assert_eq!(scan_respecting(&folder.path, &[]).paths().len(), 3);
}

#[test]
fn paths_choose_and_do_not_overlap() {
    let sandbox = Sandbox::new();
    let repo = checkout(&sandbox);
    assert_eq!(
        scan(&repo.path, &["src", "src/main.rs", "./src/../src", ".env"]).paths(),
        [
            ".env",
            "src/a.log",
            "src/keep.log",
            "src/main.rs",
            "src/only-here"
        ]
    );
    let inner = scan(&repo.path.join("src"), &[]);
    assert_eq!(
        inner.paths(),
        ["src/a.log", "src/keep.log", "src/main.rs", "src/only-here"]
    );
    assert_eq!(inner.of("src/a.log").keeping, Keeping::Ignored);
    let deep = scan(&repo.path, &["node_modules/x"]);
    assert_eq!(
        deep.of("node_modules/x/index.js").keeping,
        Keeping::Dependency
    );
    let outside = scan(&sandbox.path("home"), &[repo.path.to_str().unwrap()]);
    assert_eq!(outside.of("README").keeping, Keeping::Git);
    let missing = TreeSource::new(&repo.path, &[PathBuf::from("none")], IgnoredFiles::Read);
    assert!(missing.is_err());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_special_files_are_counted() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let outside = sandbox.at("outside");
    outside.write("secret", "outside");
    std::os::unix::fs::symlink(&outside.path, repo.path.join("folder-link")).unwrap();
    std::os::unix::fs::symlink("../outside/secret", repo.path.join("file-link")).unwrap();
    std::os::unix::fs::symlink("nowhere", repo.path.join("dangling")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(repo.path.join("fifo"))
        .status()
        .unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(repo.path.join("socket")).unwrap();
    let source = TreeSource::new(&repo.path, &[], IgnoredFiles::Read).unwrap();
    let look = look(&source);
    assert_eq!(look.visited.special, 2);
    assert_eq!(look.of("file-link").text(), "../outside/secret");
    for name in ["folder-link", "file-link", "dangling"] {
        assert_eq!(look.of(name).form, Form::Symlink);
    }
    assert_eq!(source.head().read(b"folder-link/secret").unwrap(), None);
    assert_eq!(source.head().read(b"../outside/secret").unwrap(), None);
    assert_eq!(
        source.head().read(b"file-link").unwrap().unwrap(),
        b"../outside/secret"
    );
    assert_eq!(source.head().read(b"README").unwrap().unwrap(), b"hello\n");
    assert!(source.head().exists(b"src/") && !source.head().exists(b"folder-link/"));
    let given = scan(&repo.path, &["folder-link"]);
    assert_eq!(given.of("folder-link").form, Form::Symlink);
}

#[test]
fn a_repository_inside_has_rules_of_its_own() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let inner = sandbox.init("repo/inner", &[]);
    inner.write(".gitignore", "local\n");
    inner.write("local", "ignored there");
    inner.write("tracked", "t");
    inner.git(&["add", "tracked"]);
    repo.stage(".gitignore", "tracked\n");
    let look = scan(&repo.path, &[]);
    assert_eq!(look.of("inner/local").keeping, Keeping::Ignored);
    assert_eq!(look.of("inner/tracked").keeping, Keeping::Git);
    assert_eq!(look.of("inner/.git/config").keeping, Keeping::Ignored);
}

#[test]
fn an_empty_git_folder_changes_no_rules() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    std::fs::create_dir_all(repo.path.join("sub/.git")).unwrap();
    repo.stage(".gitignore", "secret\n");
    repo.write("sub/secret", "x");
    assert_eq!(
        scan(&repo.path, &[]).of("sub/secret").keeping,
        Keeping::Ignored
    );
}

#[test]
fn large_and_many_files_are_the_same_at_any_number_of_threads() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let sizes = [
        0,
        1,
        65_535,
        65_536,
        65_537,
        8 << 20,
        (8 << 20) + 1,
        20 << 20,
    ];
    for size in sizes {
        repo.write(format!("size-{size}"), vec![b'x'; size]);
    }
    for number in 0..1000 {
        repo.write(format!("flat/{number}"), number.to_string());
    }
    let source = TreeSource::new(&repo.path, &[], IgnoredFiles::Read).unwrap();
    let one = look_at(&source, 1);
    for threads in [2, 8] {
        let several = look_at(&source, threads);
        assert_eq!(several.paths(), one.paths());
        assert!(
            several
                .seen
                .iter()
                .zip(&one.seen)
                .all(|(a, b)| a.bytes == b.bytes && a.keeping == b.keeping)
        );
    }
    let more = TreeSource::new(&repo.path, &[], IgnoredFiles::Read).unwrap();
    assert_eq!(look_at(&more.with_more_readers(), 2).paths(), one.paths());
    for size in sizes {
        assert_eq!(one.of(&format!("size-{size}")).bytes.len(), size);
    }
    assert!(one.of(&format!("size-{}", 20 << 20)).streamed);
    assert_eq!(
        one.files()
            .iter()
            .filter(|path| path.starts_with("flat/"))
            .count(),
        1000
    );
}

#[test]
fn a_look_that_panics_does_not_hang_the_walk() {
    let sandbox = Sandbox::new();
    let repo = sandbox.started("repo");
    let source = TreeSource::new(&repo.path, &[], IgnoredFiles::Read).unwrap();
    let visit = std::panic::AssertUnwindSafe(|| source.visit(4, &|_, _| panic!("on purpose")));
    assert!(std::panic::catch_unwind(visit).is_err());
}

#[test]
fn a_reftable_checkout_is_scanned_all_the_same() {
    let sandbox = Sandbox::new();
    let repo = sandbox.at("repo");
    std::fs::create_dir(&repo.path).unwrap();
    if !repo
        .try_git(&["init", "-q", "--ref-format=reftable"])
        .status
        .success()
    {
        return;
    }
    repo.start();
    repo.write(".gitignore", "x\n");
    repo.write("x", "x");
    let look = scan(&repo.path, &[]);
    assert_eq!(look.of("x").keeping, Keeping::Git);
    assert_eq!(look.of("README").text(), "hello\n");
}
