//! `scan` and what it prints: places, formats, exit codes, closed pipes.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use crate::play::{BINARY, Repo, Stage, broad, value};

const FORMATS: [&str; 4] = ["text", "json", "sarif", "github"];

fn paths(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    let ran = repo.tokenleash(&[&["scan", "--format", "json"], arguments].concat());
    let document = ran.json();
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["path"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn exit_codes_are_the_same_in_every_format() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    for format in FORMATS {
        assert_eq!(
            repo.tokenleash(&["scan", "--format", format]).code,
            0,
            "{format}"
        );
        assert_eq!(
            repo.tokenleash(&["scan", "--staged", "--format", format])
                .code,
            0,
            "{format}"
        );
    }
    repo.stage("deploy.sh", broad(1));
    for format in FORMATS {
        for extra in [
            &[][..],
            &["--quiet"],
            &["--verbose"],
            &["--why-not"],
            &["--color", "always"],
        ] {
            let arguments = [&["scan", "--format", format], extra].concat();
            assert_eq!(repo.tokenleash(&arguments).code, 1, "{arguments:?}");
        }
        let ran = repo.tokenleash(&["scan", "--format", format, "--output", "../report"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{format}");
        assert!(fs::metadata(repo.path.join("../report")).unwrap().len() > 0);
        assert_eq!(
            repo.tokenleash(&["scan", "missing", "--format", format])
                .code,
            2,
            "{format}"
        );
        assert_eq!(
            repo.tokenleash(&["scan", "--range", "no..where", "--format", format])
                .code,
            2
        );
    }
    for wrong in [
        &["scan", "--format", "xml"][..],
        &["scan", "--threads", "0"],
        &["nothing"],
        &[],
    ] {
        assert_eq!(repo.tokenleash(wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(
        repo.tokenleash(&["scan", "--output", "no/such/folder"])
            .code,
        2
    );
}

#[test]
fn files_folders_and_what_is_named_twice() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.write("a/one.sh", broad(1));
    repo.write("a/two.sh", broad(2));
    repo.write("b/three.sh", broad(3));
    assert_eq!(paths(&repo, &[]), ["a/one.sh", "a/two.sh", "b/three.sh"]);
    assert_eq!(paths(&repo, &["b"]), ["b/three.sh"]);
    assert_eq!(
        paths(&repo, &["a/one.sh", "a", "./a/../a", "a/one.sh"]),
        ["a/one.sh", "a/two.sh"]
    );
    assert_eq!(paths(&repo.at("a"), &["../b"]).len(), 1);
    assert_eq!(
        paths(&repo, &[repo.path.join("b").to_str().unwrap()]).len(),
        1
    );
    let ran = repo.run(
        BINARY,
        &["scan", "--stdin", "--path", "x/deploy.sh"],
        broad(4).as_bytes(),
    );
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.out.contains("x/deploy.sh:1:"), "{}", ran.out);
}

#[test]
fn ignored_files_are_read_unless_left_out() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage(".gitignore", ".env\n");
    repo.write(".env", broad(1));
    assert_eq!(paths(&repo, &[]), [".env"]);
    assert!(paths(&repo, &["--respect-gitignore"]).is_empty());
}

#[test]
fn a_folder_without_git_and_a_bare_repository() {
    let stage = Stage::new();
    let folder = stage.folder("plain");
    folder.write("deploy.sh", broad(1));
    assert_eq!(paths(&folder, &[]), ["deploy.sh"]);
    assert_eq!(folder.tokenleash(&["scan", "--staged"]).code, 2);
    let repo = stage.started("repo");
    repo.stage("deploy.sh", broad(1));
    repo.git(&["commit", "-q", "--no-verify", "-m", "past"]);
    let bare = stage.folder("bare.git");
    bare.git(&["clone", "-q", "--bare", repo.path.to_str().unwrap(), "."]);
    assert_eq!(bare.tokenleash(&["scan", "--history"]).code, 1);
    assert_eq!(
        bare.tokenleash(&["scan", "--range", "HEAD~1..HEAD"]).code,
        1
    );
    let ran = bare.tokenleash(&["scan"]);
    assert!(ran.code == 0 || ran.code == 2, "{}", ran.all());
    assert!(!ran.all().contains("panicked"));
}

#[test]
fn threads_change_nothing() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    for seed in 0..40 {
        repo.write(format!("{}/{seed}.sh", seed % 7), broad(seed % 11));
    }
    repo.git(&["add", "--all"]);
    for format in ["json", "sarif", "github"] {
        for place in [&["scan"][..], &["scan", "--staged"]] {
            let with = |threads: &str| {
                let arguments = [place, &["--format", format, "--threads", threads]].concat();
                let out = repo.tokenleash(&arguments).out;
                out.lines()
                    .filter(|line| !line.contains(" ms"))
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            assert_eq!(with("1"), with("8"), "{format} {place:?}");
        }
    }
}

#[test]
fn a_line_inside_of_an_archive_is_not_looked_for_among_packed_bytes() {
    let stage = Stage::new();
    let repo = stage.folder("folder");
    let text = format!(
        "session_secret = \"{}\"\n",
        value("aws-secret-access-key", 3)
    );
    let mut packed = Vec::new();
    let level = flate2::Compression::default();
    let mut pack = flate2::read::GzEncoder::new(text.as_bytes(), level);
    pack.read_to_end(&mut packed).unwrap();
    repo.write("plain.conf", &text);
    repo.write("packed.conf.gz", packed);
    let document = repo.tokenleash(&["scan", "--format", "sarif"]).json();
    let results = document["runs"][0]["results"].as_array().unwrap();
    let has_line = |end: &str| {
        let place = "/locations/0/physicalLocation/artifactLocation/uri";
        let at = |result: &&serde_json::Value| {
            let uri = result.pointer(place).and_then(|uri| uri.as_str());
            uri.is_some_and(|uri| uri.ends_with(end))
        };
        let result = results.iter().find(at).unwrap();
        result["partialFingerprints"]
            .get("primaryLocationLineHash")
            .is_some()
    };
    assert!(has_line("plain.conf"));
    assert!(!has_line("packed.conf.gz"));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    for seed in 0..60 {
        repo.write(format!("{seed}.sh"), broad(seed));
    }
    let script =
        format!("\"{BINARY}\" scan --verbose | head -1; \"{BINARY}\" rules list | head -1");
    let ran = repo.run("sh", &["-c", &script], b"");
    assert_eq!(ran.code, 0);
    assert!(ran.err.is_empty(), "{}", ran.err);
    for closed in [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"] {
        let ran = repo.run("sh", &["-c", &format!("\"{BINARY}\" scan {closed}")], b"");
        assert!(
            ran.code == 1 || ran.code == 2,
            "{closed}: {} {}",
            ran.code,
            ran.all()
        );
        assert!(!ran.err.contains("internal error"), "{closed}: {}", ran.err);
    }
    repo.git(&["add", "--all"]);
    for closed in [">&-", "2>&-", "<&- >&- 2>&-"] {
        let ran = repo.run("sh", &["-c", &format!("git commit -q -m x {closed}")], b"");
        assert_ne!(ran.code, 0, "{closed}: {}", ran.all());
    }
}

#[test]
fn a_full_disk_is_told() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        return;
    };
    let status = Command::new(BINARY)
        .args(["scan", "--format", "json"])
        .current_dir(&repo.path)
        .env_clear()
        .stdout(full)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn installed_dependencies_are_counted_not_shown() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage(".gitignore", "node_modules/\n");
    repo.write("node_modules/.package-lock.json", "{}");
    repo.write(
        "node_modules/left/fixture.env",
        "DB_PASSWORD=correct-horse-battery\n",
    );
    repo.write("node_modules/left/deploy.sh", broad(1));
    let ran = repo.tokenleash(&["scan"]);
    assert!(
        ran.out.contains("node_modules/left/deploy.sh"),
        "{}",
        ran.out
    );
}

#[test]
fn every_command_answers_in_any_folder() {
    let stage = Stage::new();
    let folder = stage.folder("plain");
    for arguments in [
        &["rules", "list"][..],
        &["rules", "list", "--surfaces"],
        &["rules", "show", "TL101"],
        &["rules", "show", "railway-account-token", "--markdown"],
        &["explain", "TL102"],
        &["explain", "github-classic-pat"],
        &["completions", "bash"],
        &["man"],
        &["--version"],
        &["help"],
    ] {
        let ran = folder.tokenleash(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.all());
        assert!(!ran.out.trim().is_empty(), "{arguments:?}");
    }
    for arguments in [
        &["explain", "TL999"][..],
        &["rules", "show", "nothing"],
        &["install"],
        &["doctor"],
        &["uninstall"],
        &["hook", "pre-commit"],
        &["baseline"],
    ] {
        let ran = folder.tokenleash(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.all());
        assert!(
            ran.err.starts_with("tokenleash: "),
            "{arguments:?}: {}",
            ran.err
        );
    }
}
