//! Outcomes for the tests of this module: ordinary, and hostile.

use super::Style;
use crate::model::*;

pub const RULES: [Rule; 3] = [
    Rule {
        id: "TL101",
        name: "broad-credential-in-context",
        title: "Broad credential in an agent's context",
        help: "An agent is given a credential that reaches far more than its task.\n\n## What to do\n\n- Make a narrower one.\n- Give it by reference: `${NAME}`.\n",
        verdict: Verdict::Block,
        severity: 9.8,
        tags: &[
            "cwe/CWE-798",
            "cwe/CWE-1220",
            "owasp-nhi/NHI5:2025",
            "owasp-asi/ASI03",
            "owasp-cicd/CICD-SEC-6",
        ],
    },
    Rule {
        id: "TL106",
        name: "possible-credential",
        title: "Possible credential",
        help: "A literal stands under a name that says credential.",
        verdict: Verdict::Warn,
        severity: 5.0,
        tags: &["cwe/CWE-798"],
    },
    Rule {
        id: "TL201",
        name: "no-human-checkpoint",
        title: "No human checkpoint",
        help: "",
        verdict: Verdict::Warn,
        severity: 5.5,
        tags: &["cwe/CWE-654"],
    },
];

pub const KIND: TokenKind = TokenKind {
    id: "railway-account-token",
    provider: "Railway",
    name: "Railway account token",
    shapes: &[],
    patterns: &[],
    code: "",
    alone: false,
    names: &["RAILWAY_API_TOKEN"],
    requests: &[],
    flags: &[],
    files: &[],
    by_word: false,
    pair: "",
    checksum: None,
    claims: None,
    level: Level::Account,
    verbs: Verbs::of(&Verb::ALL),
    why: "Everything its maker may do, in every workspace.",
    destroys: Destroys::Yes,
    worst: "delete any volume in every workspace of its maker",
    narrower: &["railway-project-token"],
    none_because: "",
    how: "Project > Settings > Tokens: create a token for one environment; set it as RAILWAY_TOKEN.",
    docs: "https://docs.railway.com/integrations/api",
    reference: "RAILWAY_TOKEN",
    shape_confidence: Confidence::High,
    test_mode: false,
    checked: Checked::Documentation,
    as_of: "2026-11",
    source: "provider's documentation",
    tags: &["cloud"],
    examples: Examples(""),
    neighbours: Examples(""),
};

pub const MASK: &str = "(36 characters)";

fn related() -> Related {
    Related {
        path: RepoPath::from("scripts/domains.sh"),
        place: Place {
            start_line: 3,
            start_column: 1,
            end_line: 3,
            end_column: 20,
            start_character: 1,
        },
        message: "the request that uses it".into(),
    }
}

fn advice() -> Advice {
    Advice {
        narrower: vec!["railway-project-token"],
        none_because: None,
        how: KIND.how.into(),
        docs: KIND.docs.into(),
        reference: Some("${env:RAILWAY_TOKEN}".into()),
    }
}

pub fn finding() -> Finding {
    let before = "\"RAILWAY_API_TOKEN\": \"";
    Finding {
        rule: "TL101",
        verdict: Verdict::Block,
        kind: Some(&KIND),
        severity: 9.8,
        confidence: Confidence::High,
        path: RepoPath::from(".cursor/mcp.json"),
        place: Place {
            start_line: 7,
            start_column: 31,
            end_line: 7,
            end_column: 67,
            start_character: 31,
        },
        commit: None,
        commits: 0,
        introduced: None,
        at_head: true,
        breadth: Some(Breadth {
            level: Level::Account,
            verbs: Verbs::of(&Verb::ALL),
            evidence: vec!["Everything its maker may do, in every workspace: Railway has no per-operation scopes.".into()],
        }),
        reach: vec![Reach {
            surface: "cursor-mcp",
            how: How::Handed,
            agents: vec!["Cursor", "Claude Code"],
            evidence: vec!["`mcpServers.railway.env` starts the server with it, and Cursor starts that server by itself.".into()],
        }],
        masked: Some(MASK.into()),
        advice: Some(advice()),
        fingerprint: "v1:3f9a11223344556677889900aabbccdd".into(),
        same_as: None,
        score: Default::default(),
        bound_to_place: false,
        message: "This Railway account token can delete any volume in every workspace of its maker.".into(),
        excerpt: Excerpt {
            text: format!("{before}{MASK}\""),
            mask_start: before.chars().count(),
            mask_len: MASK.chars().count(),
        },
        related: vec![related()],
        flow: vec![related(), related()],
        line_hash: "c129715d7a2bc9a3:1".into(),
        reasons: vec![
            "the value has the shape of a Railway token".into(),
            "it stands under the name RAILWAY_API_TOKEN, which is Railway's own".into(),
        ],
        rotate: Some("the commit is on origin/main".into()),
        waived: None,
        known: false,
    }
}

pub fn structure() -> Finding {
    Finding {
        rule: "TL201",
        verdict: Verdict::Warn,
        kind: None,
        severity: 5.5,
        breadth: None,
        masked: None,
        advice: None,
        excerpt: Excerpt::default(),
        fingerprint: "v1:00ff".into(),
        message: "Nothing asks a person before this server deletes.".into(),
        rotate: None,
        related: Vec::new(),
        flow: Vec::new(),
        ..finding()
    }
}

pub fn warning(number: usize) -> Finding {
    Finding {
        rule: "TL106",
        verdict: Verdict::Warn,
        kind: None,
        severity: 5.0,
        confidence: Confidence::Medium,
        path: RepoPath::new(format!("src/file{number}.py")),
        fingerprint: format!("v1:{number:032x}"),
        message: format!("This literal stands under `KEY_{number}`, a name that says credential."),
        ..finding()
    }
}

pub fn outcome() -> Outcome {
    Outcome {
        summary: Summary {
            overall: Overall::Blocked,
            files: 214,
            bytes: 1_200_000,
            blocked: 1,
            warned: 0,
            noted: 0,
            silent: 3,
            dropped: 1,
        },
        findings: vec![finding()],
        policy_from: "HEAD's .tokenleash.toml".into(),
        unchecked: vec![Unchecked {
            path: RepoPath::from("big.bin"),
            why: "it is encrypted".into(),
            undecided: false,
        }],
        dropped: vec![Dropped {
            path: RepoPath::from("docs/setup.md"),
            place: Place {
                start_line: 2,
                start_column: 4,
                end_line: 2,
                end_column: 9,
                start_character: 4,
            },
            kind: Some(&KIND),
            mask: "(36 characters)".into(),
            filter: "sequence",
        }],
        remarks: vec!["2 known, 1 of them broad".into()],
        commit: None,
        origin: Some(Origin {
            repository: "https://example.invalid/owner/repository".into(),
            revision: Some("0123456789abcdef0123456789abcdef01234567".into()),
            branch: Some("main".into()),
        }),
        seconds: Some(0.0091),
        ended: None,
        looked_at: "staged changes".into(),
        agent_jobs: Vec::new(),
        fixes: Vec::new(),
    }
}

pub fn clean() -> Outcome {
    let mut outcome = outcome();
    outcome.summary.overall = Overall::Clean;
    outcome.summary.blocked = 0;
    outcome.findings.clear();
    outcome.unchecked.clear();
    outcome.remarks.clear();
    outcome
}

/// Paths that try to act on a terminal, a runner, a viewer, or a parser.
pub fn hostile_paths() -> Vec<Vec<u8>> {
    vec![
        b"a\n::error::owned".to_vec(),
        b"::stop-commands::x".to_vec(),
        b"dir ::set-env name=PATH::x/y".to_vec(),
        b"##[error]owned ##[group]x".to_vec(),
        b"\x1b[2J\x1b]0;owned\x07.env".to_vec(),
        "\u{202e}gnp.env\u{2066}x\u{200b}".as_bytes().to_vec(),
        b"\xff\xfe/\x80.env".to_vec(),
        b"a\r::warning file=x,line=1::y%0A::error::z".to_vec(),
        b"[click](https://evil.example) <img src=x> |`*_".to_vec(),
        b"\"},{\"rule\":\"x".to_vec(),
        "\u{85}::error::nel \u{9b}31m \u{2028}::error::ls"
            .as_bytes()
            .to_vec(),
        [b"long/".repeat(60), b"::error::tail".to_vec()].concat(),
    ]
}

/// The outcome with every text that a stranger may have written made hostile.
pub fn hostile(path: &[u8]) -> Outcome {
    let words = String::from_utf8_lossy(path).into_owned();
    let mut outcome = outcome();
    let hostile = RepoPath::new(path.to_vec());
    for finding in &mut outcome.findings {
        finding.path = hostile.clone();
        finding.message = format!("It stands in {words} and {words}");
        finding.excerpt = Excerpt {
            text: format!("{words}={MASK} {words}"),
            mask_start: words.chars().count() + 1,
            mask_len: MASK.chars().count(),
        };
        finding.reasons = vec![words.clone(), format!("{words} again")];
        finding.reach[0].evidence = vec![words.clone()];
        finding.related[0].path = hostile.clone();
        finding.related[0].message = words.clone();
        finding.flow = vec![finding.related[0].clone(), finding.related[0].clone()];
        finding.rotate = Some(words.clone());
        finding.commit = Some(words.clone());
        finding.waived = None;
    }
    let mut warned = warning(1);
    warned.path = hostile.clone();
    warned.message = words.clone();
    outcome.findings.push(warned);
    outcome.unchecked[0].path = hostile.clone();
    outcome.unchecked[0].why = words.clone();
    outcome.dropped[0].path = hostile;
    outcome.remarks = vec![words.clone()];
    outcome.policy_from = words.clone();
    outcome.looked_at = words.clone();
    outcome.origin = Some(Origin {
        repository: words.clone(),
        revision: Some(words.clone()),
        branch: Some(words),
    });
    outcome
}

pub fn verbose(style: Style) -> Style {
    Style {
        verbosity: super::Verbosity::Verbose,
        why_not: true,
        ..style
    }
}
