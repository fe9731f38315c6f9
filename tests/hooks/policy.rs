//! Where the policy comes from: never from the change that it judges, and never silently from a broken file.

use crate::play::{Repo, Stage, broad, value};

/// A repository whose salt is committed, with what our tools would write.
fn salted(stage: &Stage) -> Repo {
    let repo = stage.started("repo");
    repo.stage(".tokenleash.toml", "salt = \"0123456789abcdef0123\"\n");
    repo.git(&["commit", "-q", "-m", "salt"]);
    repo
}

/// A token whose scope was chosen, which the policy may treat more mildly than a broad one.
fn narrow(seed: u64) -> String {
    format!(
        "export GITHUB_TOKEN={}\n",
        value("github-fine-grained-pat", seed)
    )
}

fn fingerprint(repo: &Repo, path: &str) -> String {
    let document = repo
        .tokenleash(&["scan", "--staged", "--format", "json"])
        .json();
    let findings = document["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["path"] == path)
        .unwrap();
    finding["fingerprint"].as_str().unwrap().to_owned()
}

fn waiver(fingerprint: &str, path: &str) -> String {
    let expires = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let expires = expires.checked_add(jiff::ToSpan::days(30)).unwrap();
    format!(
        "salt = \"0123456789abcdef0123\"\n[[waiver]]\nfingerprint = \"{fingerprint}\"\npath = \"{path}\"\nowner = \"me\"\nreason = \"known\"\nexpires = {expires}\n"
    )
}

#[test]
fn a_looser_policy_beside_a_token_changes_nothing_and_is_reported() {
    let stage = Stage::new();
    let repo = salted(&stage);
    repo.stage("deploy.sh", broad(1));
    let print = fingerprint(&repo, "deploy.sh");
    let salt = "salt = \"0123456789abcdef0123\"\n";
    for policy in [
        format!("{salt}exclude = [\"**\"]\n"),
        format!("{salt}[levels]\nTL104 = \"note\"\n"),
        waiver(&print, "deploy.sh"),
    ] {
        repo.stage(".tokenleash.toml", policy);
        repo.refused(&["commit", "-m", "x"], &["TL102", "TL903", "deploy.sh"]);
    }
    repo.stage(".tokenleash.toml", salt);
    let baseline = format!(
        "[[known]]\nfingerprint = \"{print}\"\npath = \"deploy.sh\"\nreach = \"workspace\"\n"
    );
    repo.stage(".tokenleash-baseline.toml", baseline);
    repo.refused(&["commit", "-m", "x"], &["TL102", "TL903"]);
}

#[test]
fn a_looser_policy_alone_warns_a_person_and_stops_an_agent() {
    let stage = Stage::new();
    let repo = salted(&stage);
    repo.stage(
        ".tokenleash.toml",
        "salt = \"0123456789abcdef0123\"\nexclude = [\"legacy/**\"]\n",
    );
    let agent = repo.with("CLAUDECODE", "1");
    let ran = agent.refused(&["commit", "-m", "x"], &["TL903"]);
    assert!(
        !ran.err.contains("explain"),
        "an agent is told how to argue: {}",
        ran.err
    );
    let ran = repo.try_git(&["commit", "-m", "x"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.err.contains("TL903"), "{}", ran.err);
}

#[test]
fn a_committed_exclude_hides_narrow_findings_but_never_broad_ones() {
    let stage = Stage::new();
    let repo = salted(&stage);
    repo.stage("legacy/narrow.sh", narrow(1));
    repo.refused(&["commit", "-m", "x"], &["legacy/narrow.sh"]);
    repo.git(&["rm", "-q", "-f", "legacy/narrow.sh"]);
    repo.stage(
        ".tokenleash.toml",
        "salt = \"0123456789abcdef0123\"\nexclude = [\"legacy/**\"]\n",
    );
    repo.git(&["commit", "-q", "-m", "policy"]);
    repo.stage("legacy/narrow.sh", narrow(1));
    repo.git(&["commit", "-q", "-m", "hidden"]);
    repo.stage("legacy/deploy.sh", broad(1));
    repo.refused(&["commit", "-m", "x"], &["TL102", "legacy/deploy.sh"]);
}

#[test]
fn a_committed_waiver_counts_until_it_expires() {
    let stage = Stage::new();
    let repo = salted(&stage);
    repo.stage("deploy.sh", broad(1));
    let print = fingerprint(&repo, "deploy.sh");
    repo.git(&["rm", "-q", "-f", "deploy.sh"]);
    repo.stage(".tokenleash.toml", waiver(&print, "deploy.sh"));
    repo.git(&["commit", "-q", "-m", "waiver"]);
    repo.stage("deploy.sh", broad(1));
    repo.git(&["commit", "-q", "-m", "waived"]);
    repo.stage("elsewhere.sh", format!("# another file\n{}", broad(1)));
    repo.refused(&["commit", "-m", "x"], &["elsewhere.sh"]);
}

#[test]
fn a_broken_policy_is_undecided_and_names_the_place() {
    let stage = Stage::new();
    let repo = stage.started("repo");
    repo.stage("a", "a\n");
    for (text, place, word) in [
        ("exclude = [\n", ".tokenleash.toml:", "not TOML"),
        (
            "salt = \"0123456789abcdef\"\nexlude = []\n",
            ":2:1",
            "unknown key",
        ),
        (
            "[levels]\nTL104 = \"nothing\"\n",
            ":2:9",
            "not one of those allowed",
        ),
        ("exclude = [\"a/{b\"]\n", ":1:12", "pattern"),
        (
            "requires = \">=99.0\"\nfuture = 1\n",
            "",
            "needs tokenleash 99.0.0 or newer",
        ),
        (
            "[[token]]\nid = \"own\"\nshape = \"x{\"\n",
            ".tokenleash.toml:",
            "",
        ),
    ] {
        repo.stage(".tokenleash.toml", text);
        let ran = repo.try_git(&["commit", "-m", "x"]);
        assert_ne!(ran.code, 0, "{text}");
        assert!(
            ran.err.contains(place) && ran.err.contains(word),
            "{text}: {}",
            ran.err
        );
        for format in ["text", "json", "sarif", "github"] {
            for arguments in [
                &["scan", "--format", format][..],
                &["scan", "--staged", "--format", format],
            ] {
                let ran = repo.tokenleash(arguments);
                assert_eq!(ran.code, 2, "{text} {arguments:?}: {}", ran.all());
            }
        }
    }
}

#[test]
fn the_salt_of_our_own_policy_is_no_finding_and_its_copy_is_one() {
    let stage = Stage::new();
    let repo = stage.guarded("repo", &[]);
    let salt = ["5b8e1f07c2d94a63", "90d3b7f2ae8416c5"].concat();
    let named = |file: &str, key: &str| {
        repo.write(file, format!("{key} = \"{salt}\"\n"));
        repo.tokenleash(&["scan", "--format", "json", file]).json()["summary"]["noted"].clone()
    };
    assert_eq!(named(".tokenleash.toml", "salt"), 0);
    assert_eq!(named("own.toml", "salt"), 1);
}

#[test]
fn a_scan_may_name_its_policy() {
    let stage = Stage::new();
    let repo = salted(&stage);
    repo.stage("legacy/narrow.sh", narrow(1));
    repo.stage(
        ".tokenleash.toml",
        "salt = \"0123456789abcdef0123\"\nexclude = [\"legacy/**\"]\n",
    );
    let code = |arguments: &[&str]| repo.tokenleash(&[&["scan"], arguments].concat()).code;
    assert_eq!(code(&[]), 0);
    let ran = repo.tokenleash(&["scan"]);
    assert!(
        ran.out.contains("hides 1"),
        "what the tree's own policy hides is not told: {}",
        ran.out
    );
    assert_eq!(code(&["--policy", "none"]), 1);
    assert_eq!(code(&["--policy", "HEAD"]), 1);
    assert_eq!(code(&["--policy", "nowhere"]), 2);
    repo.write("own.toml", "exclude = [\"legacy/**\"]\n");
    assert_eq!(code(&["--config", "own.toml"]), 0);
    assert_eq!(code(&["--config", "missing.toml"]), 2);
    assert_eq!(code(&["--config", "own.toml", "--policy", "none"]), 2);
}

#[test]
fn waive_and_baseline_ask_a_person() {
    let stage = Stage::new();
    let repo = salted(&stage);
    repo.stage("deploy.sh", broad(1));
    let print = fingerprint(&repo, "deploy.sh");
    for place in [
        repo.clone(),
        repo.with("CLAUDECODE", "1"),
        repo.with("CODEX_SANDBOX", "seatbelt"),
    ] {
        for arguments in [
            &["waive", &print, "--owner", "me", "--reason", "because"][..],
            &["baseline", "--init"],
        ] {
            let ran = place.tokenleash(arguments);
            assert_eq!(ran.code, 2, "{}", ran.all());
            assert!(ran.err.contains("person"), "{}", ran.err);
        }
    }
    let text = std::fs::read_to_string(repo.path.join(".tokenleash.toml")).unwrap();
    assert!(!text.contains("waiver"));
    assert!(!repo.path.join(".tokenleash-baseline.toml").exists());
}

#[test]
fn a_user_policy_counts_only_where_no_commit_can_bring_one() {
    let stage = Stage::new();
    stage
        .folder("home")
        .write(".config/tokenleash/config.toml", "exclude = [\"**\"]\n");
    let repo = stage.guarded("repo", &[]);
    repo.stage("narrow.sh", narrow(1));
    repo.git(&["commit", "-q", "-m", "the user's own policy lets it pass"]);
    repo.stage("other.sh", narrow(2));
    repo.refused(&["commit", "-m", "x"], &["other.sh"]);
}
