//! `action/install.sh` where it downloads: only what the action's own commit has a checksum for, checked before it is used.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const VERSION: &str = env!("CARGO_PKG_VERSION");

const NAME: &str = concat!(
    "tokenleash-",
    env!("CARGO_PKG_VERSION"),
    "-x86_64-unknown-linux-musl"
);

/// A copy of the action with one release that a planted `curl` serves.
struct Action {
    folder: TempDir,
}

impl Action {
    fn new() -> Self {
        let action = Action {
            folder: tempfile::tempdir().unwrap(),
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in ["copy/action", "bin", "temp", "release"] {
            std::fs::create_dir_all(action.path(part)).unwrap();
        }
        for file in ["action/install.sh", "action/common.sh", "Cargo.toml"] {
            std::fs::copy(root.join(file), action.path("copy").join(file)).unwrap();
        }
        action.program("release/tokenleash", "echo tokenleash");
        let release = action.path("release");
        let packed = Command::new("tar")
            .args(["-czf", "archive.tar.gz", "tokenleash"])
            .current_dir(&release)
            .status();
        assert!(packed.unwrap().success());
        let serve = format!(
            "while [ $# -gt 1 ]; do [ \"$1\" = --output ] && out=$2; shift; done\necho \"$1\" >'{}'\ncp '{}' \"$out\"",
            action.path("asked").display(),
            release.join("archive.tar.gz").display()
        );
        action.program("bin/curl", &serve);
        action
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.path(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn sum(&self, name: &str) -> String {
        let script = ". \"$0\"; sha256 \"$1\"";
        let output = Command::new("bash")
            .args(["-c", script])
            .arg(self.path("copy/action/common.sh"))
            .arg(self.path(name))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn checksums(&self, archive: &str, program: &str) {
        let text = format!("# sums\n{archive}  {NAME}.tar.gz\n{program}  {NAME}\n");
        std::fs::write(self.path("copy/action/checksums.txt"), text).unwrap();
    }

    fn install(&self) -> Output {
        std::fs::write(self.path("outputs"), "").unwrap();
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        Command::new("bash")
            .arg(self.path("copy/action/install.sh"))
            .env_clear()
            .env("PATH", path)
            .env("RUNNER_TEMP", self.path("temp"))
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_ACTION_REPOSITORY", "owner/tokenleash")
            .env("GITHUB_OUTPUT", self.path("outputs"))
            .output()
            .unwrap()
    }

    fn outputs(&self) -> String {
        std::fs::read_to_string(self.path("outputs")).unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_release_with_both_checksums_is_used() {
    let action = Action::new();
    let (archive, program) = (
        action.sum("release/archive.tar.gz"),
        action.sum("release/tokenleash"),
    );
    assert_eq!(archive.len(), 64);
    action.checksums(&archive, &program);
    let output = action.install();
    assert!(output.status.success(), "{}", said(&output));
    assert!(action.outputs().contains(&program), "{}", action.outputs());
    let asked = std::fs::read_to_string(action.path("asked")).unwrap();
    let release = "https://github.com/owner/tokenleash/releases/download";
    assert_eq!(asked.trim(), format!("{release}/v{VERSION}/{NAME}.tar.gz"));
}

#[test]
fn a_release_that_is_not_what_its_checksum_says_is_refused() {
    let action = Action::new();
    let archive = action.sum("release/archive.tar.gz");
    let program = action.sum("release/tokenleash");
    let wrong = "0".repeat(64);
    for (archive, program) in [(&wrong, &program), (&archive, &wrong)] {
        action.checksums(archive, program);
        let output = action.install();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("checksum"));
        assert_eq!(action.outputs(), "");
    }
}

#[test]
fn what_has_no_checksum_is_never_downloaded() {
    let action = Action::new();
    std::fs::write(action.path("copy/action/checksums.txt"), "# none\n").unwrap();
    action.program("bin/cargo", "exit 1");
    let output = action.install();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("could not be built"));
    assert!(!action.path("asked").exists());
}

#[test]
fn without_a_release_the_own_checkout_is_built_whatever_the_environment_says() {
    let action = Action::new();
    std::fs::write(action.path("copy/action/checksums.txt"), "# none\n").unwrap();
    let log = action.path("cargo-log");
    let cargo = format!(
        "while [ $# -gt 0 ]; do words=\"$words $1\"; [ \"$1\" = --target-dir ] && out=$2; shift; done\n\
         echo \"$(pwd -P)$words wrapper=$RUSTC_WRAPPER\" >'{}'\nmkdir -p \"$out/release\"\n\
         cp '{}' \"$out/release/tokenleash\"",
        log.display(),
        action.path("release/tokenleash").display()
    );
    action.program("bin/cargo", &cargo);
    let output = action.install();
    assert!(output.status.success(), "{}", said(&output));
    let log = std::fs::read_to_string(log).unwrap();
    let copy = action.path("copy").canonicalize().unwrap();
    assert!(log.starts_with(copy.to_str().unwrap()), "{log}");
    assert!(
        log.contains("--locked") && log.trim().ends_with("wrapper="),
        "{log}"
    );
    assert!(!action.path("asked").exists());
}
