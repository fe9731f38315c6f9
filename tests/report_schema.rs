//! Every SARIF log that the crate writes is valid by the 2.1.0 schema, which `serde-sarif` ships with its source; every
//! JSON line is valid by our own schema in `docs/schema`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tokenleash::model::{
    Advice, Breadth, Confidence, Excerpt, Finding, How, Level, Origin, Outcome, Overall, Place,
    Reach, Related, RepoPath, Rule, Summary, Unchecked, Verb, Verbs, Verdict,
};
use tokenleash::report::{Entry, Format, Style, write};

/// What cargo prints for `arguments`.
fn cargo(arguments: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

/// Asks cargo where the package lies, since no path of one machine may stand here. Only this host's packages are
/// asked for: those of other systems were never downloaded.
fn schema() -> Value {
    let version = cargo(&["-vV"]);
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("cargo names its host");
    let mut arguments = vec!["metadata", "--offline", "--format-version", "1"];
    arguments.extend(["--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&cargo(&arguments)).expect("cargo writes JSON");
    let manifest = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .and_then(|package| package["manifest_path"].as_str())
        .expect("serde-sarif is a dependency");
    let path = PathBuf::from(manifest)
        .with_file_name("src")
        .join("schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is there");
    // The pattern of `language`, which we never write, has a bracket too many and is no regular expression.
    let text = text.replace("{2}]?$", "{2}$");
    serde_json::from_str(&text).expect("the schema is JSON")
}

const RULES: [Rule; 2] = [
    Rule {
        id: "TL101",
        name: "broad-credential-in-context",
        title: "Broad credential in an agent's context",
        help: "An agent is given more than its task needs.\n\n## What to do\n\nMake a narrower one.",
        verdict: Verdict::Block,
        severity: 9.8,
        tags: &[
            "cwe/CWE-798",
            "owasp-nhi/NHI5:2025",
            "owasp-cicd/CICD-SEC-6",
        ],
    },
    Rule {
        id: "TL902",
        name: "not-understood",
        title: "Not understood",
        help: "",
        verdict: Verdict::Warn,
        severity: 4.0,
        tags: &[],
    },
];

fn finding(path: &[u8]) -> Finding {
    let place = Place {
        start_line: 7,
        start_column: 3,
        end_line: 7,
        end_column: 39,
        start_character: 3,
    };
    Finding {
        rule: "TL101",
        verdict: Verdict::Block,
        kind: None,
        severity: 9.8,
        confidence: Confidence::High,
        path: RepoPath::new(path),
        place,
        commit: Some("0123456789abcdef".into()),
        commits: 1,
        introduced: Some(true),
        at_head: true,
        breadth: Some(Breadth {
            level: Level::Scoped,
            verbs: Verbs::of(&Verb::ALL),
            evidence: vec!["its maker chose".into()],
        }),
        reach: vec![Reach {
            surface: "cursor-mcp",
            how: How::Handed,
            agents: vec!["Cursor"],
            evidence: vec![String::from_utf8_lossy(path).into_owned()],
        }],
        masked: Some("(36 characters)".into()),
        advice: Some(Advice {
            narrower: vec!["railway-project-token"],
            none_because: None,
            how: "Project > Settings > Tokens.".into(),
            docs: "https://docs.railway.com".into(),
            reference: Some("${TOKEN}".into()),
        }),
        fingerprint: "v1:00ff".into(),
        same_as: None,
        score: Default::default(),
        bound_to_place: true,
        message: format!("It stands in {}.", String::from_utf8_lossy(path)),
        excerpt: Excerpt {
            text: "K=(36 characters)".into(),
            mask_start: 2,
            mask_len: 15,
        },
        related: vec![Related {
            path: RepoPath::new(path),
            place: Place::default(),
            message: String::new(),
        }],
        flow: vec![
            Related {
                path: RepoPath::new(path),
                place,
                message: "the agent runs here".into(),
            },
            Related {
                path: RepoPath::new(path),
                place: Place::default(),
                message: String::new(),
            },
        ],
        line_hash: "c129715d7a2bc9a3:1".into(),
        reasons: Vec::new(),
        rotate: None,
        waived: Some("Ada".into()),
        known: true,
    }
}

fn outcome(overall: Overall, findings: Vec<Finding>, unchecked: Vec<Unchecked>) -> Outcome {
    Outcome {
        summary: Summary {
            overall,
            files: 1,
            bytes: 1,
            blocked: 0,
            warned: 0,
            noted: 0,
            silent: 0,
            dropped: 0,
        },
        findings,
        policy_from: "built-in defaults".into(),
        unchecked,
        dropped: Vec::new(),
        remarks: vec!["a remark".into()],
        commit: None,
        origin: Some(Origin {
            repository: "https://example.invalid/owner/repository".into(),
            revision: Some("0123456789abcdef".into()),
            branch: Some("a b\u{7}".into()),
        }),
        seconds: None,
        ended: None,
        agent_jobs: Vec::new(),
        fixes: Vec::new(),
        looked_at: "working tree".into(),
    }
}

#[test]
fn logs_are_valid_and_say_the_same_each_time() {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema())
        .expect("the schema is a schema");
    let paths: [&[u8]; 5] = [
        b"a/b.env",
        b"x\n::error::y z.env",
        b"\xff\x1b[31m%25:#?",
        "\u{202e}ü".as_bytes(),
        b"",
    ];
    let unchecked = paths.map(|path| Unchecked {
        path: RepoPath::new(path),
        why: String::new(),
        undecided: true,
    });
    let outcomes = [
        outcome(Overall::Clean, Vec::new(), Vec::new()),
        outcome(Overall::Undecided, Vec::new(), unchecked.to_vec()),
        outcome(Overall::Blocked, paths.map(finding).to_vec(), Vec::new()),
    ];
    for outcome in &outcomes {
        let style = Style::plain(Entry::Ci);
        let text = || {
            let mut out = Vec::new();
            write(Format::Sarif, outcome, &RULES, &style, &mut out).expect("memory takes it");
            out
        };
        let mut log: Value = serde_json::from_slice(&text()).expect("the log is JSON");
        let problems: Vec<String> = validator
            .iter_errors(&log)
            .map(|problem| format!("{}: {problem}", problem.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{problems:#?}");
        assert_eq!(text(), text());
        log["runs"][0]["columnKind"] = "bytes".into();
        assert!(!validator.is_valid(&log), "the schema sees mistakes");
    }
}

#[test]
fn json_lines_are_valid_by_the_schema_that_we_publish() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/schema/lines.json");
    let schema = std::fs::read_to_string(path).expect("the schema is there");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::options()
        .build(&schema)
        .expect("the schema is a schema");
    let paths: [&[u8]; 2] = [b"a/b.env", b"\xff:#?"];
    let unchecked = paths.map(|path| Unchecked {
        path: RepoPath::new(path),
        why: "too large".into(),
        undecided: false,
    });
    let findings = paths.map(finding).to_vec();
    let outcome = outcome(Overall::Blocked, findings, unchecked.to_vec());
    let mut out = Vec::new();
    let style = Style::plain(Entry::Scan);
    write(Format::Jsonl, &outcome, &RULES, &style, &mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("the lines are UTF-8");
    let read = |line| serde_json::from_str::<Value>(line).expect("a line is JSON");
    let lines: Vec<Value> = text.lines().map(read).collect();
    let kinds: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["type"].as_str())
        .collect();
    let wanted = "run finding finding unchecked unchecked remark summary";
    assert_eq!(kinds.join(" "), wanted);
    for line in &lines {
        let problems: Vec<String> = validator.iter_errors(line).map(|p| p.to_string()).collect();
        assert!(problems.is_empty(), "{line} {problems:#?}");
    }
    let mut wrong = lines[1].clone();
    wrong["secret"]["value"] = "in full".into();
    assert!(!validator.is_valid(&wrong), "the schema sees mistakes");
}
