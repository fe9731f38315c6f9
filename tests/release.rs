//! The release workflow's script that needs no build: checksums become a commit on top of the tag, and the action's tag
//! moves there.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.invalid"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn checksums_land_on_top_of_the_tag() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("remote.git")).unwrap();
    git(&path("remote.git"), &["init", "-q", "--bare"]);
    let work = path("work");
    for part in ["action", ".github/release", "dist"] {
        std::fs::create_dir_all(work.join(part)).unwrap();
    }
    for file in ["action/checksums.txt", ".github/release/move-tag"] {
        std::fs::copy(root.join(file), work.join(file)).unwrap();
    }
    git(&work, &["init", "-q", "-b", "main"]);
    let remote = path("remote.git");
    git(
        &work,
        &["remote", "add", "origin", remote.to_str().unwrap()],
    );
    git(&work, &["add", "action", ".github"]);
    git(&work, &["commit", "-q", "-m", "a release"]);
    git(&work, &["tag", "v1.2.3"]);
    let tagged = git(&work, &["rev-parse", "HEAD"]);
    for (target, digit) in [
        ("x86_64-unknown-linux-musl", 'a'),
        ("aarch64-apple-darwin", 'b'),
    ] {
        let sum = digit.to_string().repeat(64);
        let name = format!("tokenleash-1.2.3-{target}");
        let lines = format!("{sum}  {name}.tar.gz\n{sum}  {name}\n");
        std::fs::write(work.join(format!("dist/{target}.sha256")), lines).unwrap();
    }
    let output = Command::new("bash")
        .args([".github/release/move-tag", "dist"])
        .current_dir(&work)
        .env("GITHUB_REF_NAME", "v1.2.3")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let moved = git(&remote, &["rev-parse", "refs/tags/v1"]);
    assert_eq!(git(&remote, &["rev-parse", "refs/tags/v1^"]), tagged);
    let changed = git(&remote, &["diff", "--name-only", &tagged, &moved]);
    assert_eq!(changed, "action/checksums.txt");
    let text = git(&remote, &["show", "refs/tags/v1:action/checksums.txt"]);
    assert!(text.starts_with('#'));
    assert_eq!(
        text.lines().filter(|line| !line.starts_with('#')).count(),
        4
    );
}
