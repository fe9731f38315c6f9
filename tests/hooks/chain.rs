//! Installing beside other hooks: nothing is lost, the order holds, and a guard that is gone is loud.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::play::{BINARY, Stage, broad};

#[test]
fn a_hook_that_stood_there_runs_first_and_its_word_counts() {
    let stage = Stage::new();
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.script(
        ".git/hooks/pre-commit",
        "echo kept \"$#\" >> order; test ! -f stop || exit 7",
    );
    repo.install();
    let _ = fs::remove_file(repo.path.join("order"));
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    assert_eq!(
        fs::read_to_string(repo.path.join("order")).unwrap(),
        "kept 0\n"
    );
    repo.write("stop", "");
    assert_eq!(repo.try_git(&["hook", "run", "pre-commit"]).code, 7);
    let ran = repo.tokenleash(&["install"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.err.contains("runs first"), "{}", ran.err);
}

#[test]
fn what_a_kept_hook_adds_to_the_index_is_judged() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.script(
        ".git/hooks/pre-commit.before-tokenleash",
        "cp ../outside deploy.sh; git add deploy.sh",
    );
    stage.folder("").write("outside", broad(1));
    repo.stage("a", "a\n");
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
}

#[test]
fn a_kept_hook_is_found_under_its_own_name() {
    let stage = Stage::new();
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.script(".git/hooks/pre-commit", "echo kept > ran");
    repo.install();
    fs::rename(
        repo.path.join(".git/hooks/pre-commit"),
        repo.path.join(".git/hooks/pre-commit.legacy"),
    )
    .unwrap();
    repo.script(".git/hooks/pre-commit", "exec \"$0.legacy\"");
    let _ = fs::remove_file(repo.path.join("ran"));
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    assert!(
        repo.path.join("ran").exists(),
        "another tool's chain lost the kept hook"
    );
}

#[test]
fn standard_input_reaches_the_kept_hook_and_ours() {
    let stage = Stage::new();
    let server = stage.folder("server.git");
    server.git(&["init", "-q", "--bare", "-b", "main"]);
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.git(&["remote", "add", "origin", "../server.git"]);
    repo.script(
        ".git/hooks/pre-push",
        "while read -r a b c d; do echo \"$c\" >> seen; done; echo end >> seen",
    );
    repo.install();
    repo.start();
    repo.stage("deploy.sh", broad(1));
    repo.git(&["commit", "-q", "--no-verify", "-m", "past"]);
    let ran = repo.try_git(&["push", "origin", "main", "main:other"]);
    assert_ne!(ran.code, 0, "{}", ran.all());
    let seen = fs::read_to_string(repo.path.join("seen")).unwrap();
    assert_eq!(seen, "refs/heads/main\nrefs/heads/other\nend\n");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.git(&["push", "-q", "origin", "main"]);
    fs::remove_file(repo.path.join("seen")).unwrap();
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(fs::read_to_string(repo.path.join("seen")).unwrap(), "end\n");
}

#[test]
fn uninstall_restores_what_was_there() {
    let stage = Stage::new();
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.script(".git/hooks/pre-commit", "exit 3");
    let before = fs::read(repo.path.join(".git/hooks/pre-commit")).unwrap();
    repo.tokenleash(&["install"]);
    repo.tokenleash(&["install"]);
    let ran = repo.tokenleash(&["uninstall"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(
        fs::read(repo.path.join(".git/hooks/pre-commit")).unwrap(),
        before
    );
    for name in [
        "commit-msg",
        "pre-push",
        "post-commit",
        "pre-commit.before-tokenleash",
    ] {
        assert!(
            !repo.path.join(".git/hooks").join(name).exists(),
            "{name} is left"
        );
    }
    assert_eq!(repo.try_git(&["hook", "run", "pre-commit"]).code, 3);
}

#[test]
fn core_hooks_path_is_respected() {
    let stage = Stage::new();
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.git(&["config", "core.hooksPath", "shared hooks"]);
    repo.install();
    assert!(repo.path.join("shared hooks/pre-commit").exists());
    repo.stage("sub/deploy.sh", broad(1));
    repo.at("sub")
        .refused(&["commit", "-m", "x"], &["deploy.sh"]);
    assert_eq!(repo.at("sub").tokenleash(&["doctor"]).code, 0);
    assert_eq!(repo.at("sub").tokenleash(&["uninstall"]).code, 0);
    assert!(!repo.path.join("shared hooks/pre-commit").exists());
}

#[test]
fn a_hooks_manager_that_looks_at_its_own_name_is_not_broken() {
    let stage = Stage::new();
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    repo.script(".husky/pre-commit", "echo person >> ran");
    repo.script(".husky/_/pre-commit", ". \"$(dirname \"$0\")/h\"");
    repo.script(
        ".husky/_/h",
        "n=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"",
    );
    let ran = repo.tokenleash(&["install"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.err.contains(".husky/pre-commit"), "{}", ran.err);
    repo.stage("a", "a\n");
    repo.git(&["commit", "-q", "-m", "x"]);
    assert_eq!(
        fs::read_to_string(repo.path.join("ran")).unwrap(),
        "person\n"
    );
}

#[test]
fn a_guard_that_is_gone_stops_the_commit_and_says_so() {
    let stage = Stage::new();
    let place = stage.folder("somebody's bin");
    let binary = place.path.join("tokenleash");
    fs::copy(BINARY, &binary).unwrap();
    let repo = stage.folder("repo");
    repo.git(&["init", "-q", "-b", "main"]);
    let ran = repo.run(binary.to_str().unwrap(), &["install"], b"");
    assert_eq!(ran.code, 0, "{}", ran.all());
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    fs::remove_file(&binary).unwrap();
    let ran = repo.try_git(&["commit", "-m", "x"]);
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("the guard is gone"), "{}", ran.err);
    assert_eq!(repo.tokenleash(&["doctor"]).code, 1);
}

#[test]
fn doctor_sees_what_is_quietly_off() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    let ran = repo.tokenleash(&["doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let hook = repo.path.join(".git/hooks/pre-commit");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = repo.tokenleash(&["doctor"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("not executable"), "{}", ran.out);
    repo.git(&["config", "core.hooksPath", "/dev/null"]);
    assert_eq!(repo.tokenleash(&["doctor"]).code, 1);
}

#[test]
fn post_commit_sees_an_index_that_changed_behind_our_back() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    let ours = fs::read_to_string(repo.path.join(".git/hooks/pre-commit")).unwrap();
    repo.write(".git/hooks/ours", ours);
    fs::set_permissions(
        repo.path.join(".git/hooks/ours"),
        fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    repo.script(
        ".git/hooks/pre-commit",
        "\"$(dirname \"$0\")/ours\" || exit 1; cp ../outside deploy.sh; git add deploy.sh",
    );
    stage.folder("").write("outside", broad(1));
    repo.stage("a", "a\n");
    let ran = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("TL906"), "{}", ran.err);
}

#[test]
fn a_global_install_reaches_new_repositories() {
    let stage = Stage::new();
    let home = stage.folder("home");
    let shared = home.path.join("gitconfig");
    fs::write(&shared, "").unwrap();
    let repo = stage.folder("repo").with("GIT_CONFIG_GLOBAL", shared);
    let ran = repo.tokenleash(&["install", "--global"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(
        repo.try_git(&["config", "--global", "core.hooksPath"])
            .out
            .is_empty()
    );
    assert!(ran.out.contains("refused a planted token"), "{}", ran.all());
    repo.git(&["init", "-q", "-b", "main"]);
    repo.stage("deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["deploy.sh"]);
    let ran = repo.tokenleash(&["doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let ran = repo.tokenleash(&["uninstall", "--global"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(
        repo.try_git(&["config", "--global", "--list"])
            .out
            .is_empty()
    );
}

#[test]
fn doctor_names_the_loosest_line_of_the_policy_and_what_it_forgives() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    let ran = repo.tokenleash(&["doctor"]);
    assert!(
        ran.out
            .contains("nothing in it is looser than the defaults"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("both planted canaries are refused"));
    repo.stage(".tokenleash.toml", "# ours\nexclude = [\"data/**\"]\n");
    repo.git(&["commit", "--no-verify", "-m", "policy"]);
    let ran = repo.tokenleash(&["doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(
        ran.out.contains("HEAD:.tokenleash.toml; 1 of its lines")
            && ran.out.contains("line 2: a path is excluded"),
        "{}",
        ran.out
    );
    repo.stage(".tokenleash.toml", "exclud = 1\n");
    repo.git(&["commit", "--no-verify", "-m", "broken"]);
    let ran = repo.tokenleash(&["doctor"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.out.contains("OFF  policy:"), "{}", ran.out);
}
