//! The path from an open file to a call that cannot be undone, as in the PocketOS incident.
//!
//! In: findings, agents' files and one state of the tree. Out: a graph of files, searches, credentials and calls, whose
//! every edge carries the bytes that justify it, and its shortest path. Pure; a value never enters it.

mod call;

use serde::Serialize;

use call::{asked, call_node};

use crate::judge::AgentsPresent;
use crate::model::{Confidence, Destroys, Finding, How, Verb};
use crate::read::agent_config::AgentFile;
use crate::rules::RuleSet;
use crate::source::Snapshot;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    File,
    Search,
    Credential,
    Call,
}

/// A node of the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    pub kind: NodeKind,
    /// A path, a command, a credential's name, or what a call does.
    pub text: String,
    pub path: Option<String>,
    pub line: Option<u32>,
}

/// A step from one node to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// Why the step is possible.
    pub because: String,
    /// The bytes that show it, values masked.
    pub bytes: String,
}

/// One way through the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    pub nodes: Vec<usize>,
    pub hops: usize,
    /// The finding's fingerprint, by which a fix is named.
    pub fingerprint: String,
}

/// The whole drill.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Drill {
    pub schema: &'static str,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Every way, the shortest first.
    pub ways: Vec<Way>,
    /// What would close the shortest way.
    pub fix: Option<String>,
    /// Hops of the shortest way that is left then.
    pub after: Option<usize>,
    /// Who is asked on the way, in one sentence.
    pub asked: String,
    /// How many credentials stand in the tree, those that lead nowhere included.
    pub credentials: usize,
    /// How many of these nobody knows enough of to say what they delete.
    pub unknown: usize,
}

/// What the drill is made of.
pub struct Ground<'g> {
    pub findings: &'g [Finding],
    pub files: &'g [AgentFile],
    pub agents: &'g AgentsPresent,
    pub rules: &'g RuleSet,
    pub snapshot: &'g dyn Snapshot,
    pub mask: &'g dyn Fn(&str) -> String,
}

/// Files that an agent has open at its start, most telling first.
const FIRST_FILES: &[&str] = &[
    "CLAUDE.md",
    "AGENTS.md",
    ".cursorrules",
    "GEMINI.md",
    ".github/copilot-instructions.md",
    ".windsurfrules",
    "README.md",
    "package.json",
    "pyproject.toml",
    "Cargo.toml",
    "go.mod",
    "Makefile",
];

/// Plays the incident on a tree.
pub fn drill(ground: &Ground<'_>) -> Drill {
    let mut drill = Drill {
        schema: "tokenleash-drill/1",
        asked: asked(ground),
        ..Drill::default()
    };
    for finding in ground.findings.iter().filter(|one| is_credential(one)) {
        drill.credentials += 1;
        drill.unknown += usize::from(!destroys(finding) && is_unknown(finding));
    }
    let start = start(ground);
    for finding in ground.findings {
        if destroys(finding) {
            add_way(&mut drill, ground, finding, start.as_deref());
        }
    }
    let severity = |way: &Way| {
        ground
            .findings
            .iter()
            .filter(|finding| finding.fingerprint == way.fingerprint)
            .map(|finding| (finding.severity * 10.0) as i32)
            .max()
    };
    drill.ways.sort_by(|a, b| {
        a.hops
            .cmp(&b.hops)
            .then(severity(b).cmp(&severity(a)))
            .then(a.nodes.cmp(&b.nodes))
    });
    if let Some(first) = drill.ways.first() {
        drill.fix = ground
            .findings
            .iter()
            .find(|finding| finding.fingerprint == first.fingerprint)
            .map(|finding| fix(finding, ground.rules));
        let fixed = first.fingerprint.clone();
        drill.after = drill
            .ways
            .iter()
            .find(|way| way.fingerprint != fixed)
            .map(|way| way.hops);
    }
    drill
}

fn is_credential(finding: &Finding) -> bool {
    finding.rule.starts_with("TL10") && finding.masked.is_some()
}

/// Whether neither the kind nor the credential says what it may do.
fn is_unknown(finding: &Finding) -> bool {
    let verbs = finding.breadth.as_ref().map(|breadth| breadth.verbs);
    finding.kind.is_none() || verbs.is_none_or(|verbs| verbs.iter().next().is_none())
}

/// Whether a found credential allows a call that cannot be undone.
fn destroys(finding: &Finding) -> bool {
    let Some(kind) = finding.kind else {
        return false;
    };
    let verbs = finding.breadth.as_ref().map(|breadth| breadth.verbs);
    let can = kind.destroys == Destroys::Yes
        || verbs.is_some_and(|verbs| verbs.has(Verb::Delete) || verbs.has(Verb::Admin));
    can && kind.destroys != Destroys::No
        && !kind.test_mode
        && finding.at_head
        && finding.confidence >= Confidence::Medium
        && ["TL101", "TL102", "TL103", "TL104", "TL105", "TL107"].contains(&finding.rule)
}

fn fix(finding: &Finding, rules: &RuleSet) -> String {
    let place = format!("{}:{}", finding.path.lossy(), finding.place.start_line);
    let narrower = finding
        .advice
        .as_ref()
        .and_then(|advice| advice.narrower.first());
    match narrower {
        Some(id) => {
            let name = rules.kind(id).map_or(*id, |kind| kind.name);
            format!("take the credential out of {place}, and make one for the task: {name}")
        }
        None => format!("take the credential out of {place}"),
    }
}

/// The file that an agent starts from.
fn start(ground: &Ground<'_>) -> Option<String> {
    FIRST_FILES
        .iter()
        .find(|path| ground.snapshot.exists(path.as_bytes()))
        .map(|path| (*path).to_owned())
}

fn node(drill: &mut Drill, node: Node) -> usize {
    match drill.nodes.iter().position(|known| *known == node) {
        Some(at) => at,
        None => {
            drill.nodes.push(node);
            drill.nodes.len() - 1
        }
    }
}

fn edge(drill: &mut Drill, edge: Edge) {
    if !drill.edges.contains(&edge) {
        drill.edges.push(edge);
    }
}

fn add_way(drill: &mut Drill, ground: &Ground<'_>, finding: &Finding, start: Option<&str>) {
    let Some(kind) = finding.kind else {
        return;
    };
    let path = (ground.mask)(&finding.path.lossy());
    let line = finding.place.start_line;
    let credential = node(
        drill,
        Node {
            kind: NodeKind::Credential,
            text: kind.name.to_owned(),
            path: Some(path.clone()),
            line: Some(line),
        },
    );
    let excerpt = if finding.excerpt.text.is_empty() {
        finding.masked.clone().unwrap_or_default()
    } else {
        finding.excerpt.text.clone()
    };
    let in_context = finding.reach.iter().any(|reach| reach.how >= How::Handed);
    let mut nodes = match in_context {
        true => vec![opened(drill, finding, &path, credential, &excerpt)],
        false => searched(drill, ground, finding, start, credential, &excerpt),
    };
    let call = node(drill, call_node(ground, finding));
    let ground_of_breadth = finding
        .breadth
        .as_ref()
        .and_then(|breadth| breadth.evidence.first().cloned());
    edge(
        drill,
        Edge {
            from: credential,
            to: call,
            because: ground_of_breadth.unwrap_or_else(|| kind.why.to_owned()),
            bytes: kind.docs.to_owned(),
        },
    );
    nodes.extend([credential, call]);
    let way = Way {
        hops: nodes.len() - 1,
        nodes,
        fingerprint: finding.fingerprint.clone(),
    };
    let known = |other: &Way| other.fingerprint == way.fingerprint && other.hops <= way.hops;
    if !drill.ways.iter().any(known) {
        drill.ways.push(way);
    }
}

/// The file that hands the credential to the agent.
fn opened(
    drill: &mut Drill,
    finding: &Finding,
    path: &str,
    credential: usize,
    excerpt: &str,
) -> usize {
    let file = node(drill, file_node(path));
    let because = match finding.reach.iter().max_by_key(|reach| reach.how) {
        Some(reach) => reach.evidence.first().cloned().unwrap_or_default(),
        None => String::new(),
    };
    let bytes = excerpt.trim().to_owned();
    edge(
        drill,
        Edge {
            from: file,
            to: credential,
            because,
            bytes,
        },
    );
    file
}

/// An open file, and the search that finds the credential from there.
fn searched(
    drill: &mut Drill,
    ground: &Ground<'_>,
    finding: &Finding,
    start: Option<&str>,
    credential: usize,
    excerpt: &str,
) -> Vec<usize> {
    let path = (ground.mask)(&finding.path.lossy());
    let open = start
        .filter(|start| *start != path)
        .unwrap_or(path.as_str());
    let file = node(drill, file_node(open));
    let text = search(ground, finding, excerpt);
    let search = node(
        drill,
        Node {
            kind: NodeKind::Search,
            text: text.clone(),
            path: None,
            line: None,
        },
    );
    let because = "after a permissions error an agent searches the checkout; reading and searching are not asked for";
    edge(
        drill,
        Edge {
            from: file,
            to: search,
            because: because.to_owned(),
            bytes: text,
        },
    );
    let because = format!(
        "{path}:{} is what the search prints",
        finding.place.start_line
    );
    edge(
        drill,
        Edge {
            from: search,
            to: credential,
            because,
            bytes: excerpt.trim().to_owned(),
        },
    );
    vec![file, search]
}

fn file_node(path: &str) -> Node {
    Node {
        kind: NodeKind::File,
        text: path.to_owned(),
        path: Some(path.to_owned()),
        line: None,
    }
}

/// The search that finds it: by the name beside the value, by the provider, or by the file's name.
fn search(ground: &Ground<'_>, finding: &Finding, excerpt: &str) -> String {
    let before: String = excerpt.chars().take(finding.excerpt.mask_start).collect();
    // In a literal of a program a line end stands as two letters in front of the name.
    let before = before.replace("\\n", " ").replace("\\t", " ");
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = before
        .split(|c: char| !is_part(c))
        .rfind(|word| word.len() >= 5 && word.bytes().any(|b| b.is_ascii_alphabetic()));
    if let Some(name) = name {
        return format!("grep -rn {name} .");
    }
    let provider = finding
        .kind
        .map_or("", |kind| kind.provider)
        .to_ascii_lowercase();
    let word = provider
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    let text = ground
        .snapshot
        .read(finding.path.as_bytes())
        .ok()
        .flatten()
        .unwrap_or_default();
    let lower = text.to_ascii_lowercase();
    if word.len() >= 3 && memchr::memmem::find(&lower, word.as_bytes()).is_some() {
        return format!("grep -rni {word} .");
    }
    let file = finding.path.lossy();
    let file = (ground.mask)(file.rsplit('/').next().unwrap_or_default());
    format!("find . -name '{}'", file.replace('\'', "?"))
}
