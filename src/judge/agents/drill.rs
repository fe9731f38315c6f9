//! The path from an open file to a call that cannot be undone, as in the PocketOS incident.
//!
//! In: findings, agents' files and one state of the tree. Out: a graph of files, searches, credentials and calls, whose
//! every edge carries the bytes that justify it, and its shortest path. Pure; a value never enters it.

use serde::Serialize;

use super::autonomy::open_program;
use crate::judge::AgentsPresent;
use crate::model::{Confidence, Destroys, Finding, How, Verb};
use crate::read::agent_config::{AgentFile, Decision};
use crate::rules::RuleSet;
use crate::rules::agent_facts::{Effect, agent_facts};
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

/// Where a provider's resources are declared.
const DECLARED: &[(&str, &[&str])] = &[
    ("Railway", &["railway.toml", "railway.json"]),
    ("Fly", &["fly.toml"]),
    ("Vercel", &["vercel.json", ".vercel/project.json"]),
    ("Supabase", &["supabase/config.toml"]),
    ("Netlify", &["netlify.toml"]),
    ("Heroku", &["app.json"]),
    ("Render", &["render.yaml"]),
    (
        "Cloudflare",
        &["wrangler.toml", "wrangler.jsonc", "wrangler.json"],
    ),
    ("Amazon", &["main.tf", "template.yaml", "serverless.yml"]),
    ("AWS", &["main.tf", "template.yaml", "serverless.yml"]),
    ("Google", &["main.tf", "app.yaml"]),
    ("DigitalOcean", &[".do/app.yaml", "main.tf"]),
];

/// Plays the incident on a tree.
pub fn drill(ground: &Ground<'_>) -> Drill {
    let mut drill = Drill {
        schema: "tokenleash-drill/1",
        asked: asked(ground),
        ..Drill::default()
    };
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
            .map(|finding| fix(finding));
        let fixed = first.fingerprint.clone();
        drill.after = drill
            .ways
            .iter()
            .find(|way| way.fingerprint != fixed)
            .map(|way| way.hops);
    }
    drill
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

fn fix(finding: &Finding) -> String {
    let place = format!("{}:{}", finding.path.lossy(), finding.place.start_line);
    let narrower = finding
        .advice
        .as_ref()
        .and_then(|advice| advice.narrower.first());
    match narrower {
        Some(id) => format!("take the credential out of {place}; make a {id} for the task"),
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
    let mut nodes = Vec::new();
    if in_context {
        let file = node(drill, file_node(&path));
        let because = match finding.reach.iter().max_by_key(|reach| reach.how) {
            Some(reach) => reach.evidence.first().cloned().unwrap_or_default(),
            None => String::new(),
        };
        edge(
            drill,
            Edge {
                from: file,
                to: credential,
                because,
                bytes: excerpt.trim().to_owned(),
            },
        );
        nodes.push(file);
    } else {
        let open = start
            .filter(|start| *start != path)
            .unwrap_or(path.as_str());
        let file = node(drill, file_node(open));
        let search_text = search(ground, finding, &excerpt);
        let search = node(
            drill,
            Node {
                kind: NodeKind::Search,
                text: search_text.clone(),
                path: None,
                line: None,
            },
        );
        edge(
            drill,
            Edge {
                from: file,
                to: search,
                because: "after a permissions error an agent searches the checkout; reading and searching are not asked for".to_owned(),
                bytes: search_text,
            },
        );
        edge(
            drill,
            Edge {
                from: search,
                to: credential,
                because: format!("{path}:{line} is what the search prints"),
                bytes: excerpt.trim().to_owned(),
            },
        );
        nodes.extend([file, search]);
    }
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
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = before
        .split(|c: char| !is_part(c))
        .filter(|word| word.len() >= 5 && word.bytes().any(|b| b.is_ascii_alphabetic()))
        .next_back();
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

fn call_node(ground: &Ground<'_>, finding: &Finding) -> Node {
    let kind = finding.kind;
    let provider = kind.map_or("", |kind| kind.provider);
    let of_request = kind.and_then(|kind| {
        kind.requests
            .iter()
            .flat_map(|request| request.hosts)
            .next()
            .copied()
    });
    let of_provider = || {
        let known = ground
            .rules
            .providers()
            .iter()
            .find(|known| known.name == provider);
        known.and_then(|known| known.hosts.first().copied())
    };
    let host = of_request.or_else(of_provider).unwrap_or(provider);
    let worst = kind.map_or("", |kind| kind.worst);
    let worst = if worst.is_empty() {
        "delete what it reaches"
    } else {
        worst
    };
    let mut text = format!("{host}: {worst}");
    let declared = DECLARED
        .iter()
        .filter(|(name, _)| provider.starts_with(name))
        .flat_map(|(_, files)| files.iter())
        .find_map(|path| {
            let bytes = ground.snapshot.read(path.as_bytes()).ok().flatten()?;
            Some((*path, resources(&String::from_utf8_lossy(&bytes))))
        });
    let path = declared.as_ref().map(|(path, _)| (*path).to_owned());
    if let Some((path, names)) = declared {
        let names: Vec<String> = names.iter().map(|name| (ground.mask)(name)).collect();
        match names.is_empty() {
            true => text.push_str(&format!(" (declared in {path})")),
            false => text.push_str(&format!(" ({} in {path})", names.join(", "))),
        }
    }
    Node {
        kind: NodeKind::Call,
        text,
        path,
        line: None,
    }
}

/// Names of resources that a file declares, at most three.
fn resources(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines().take(5000) {
        let line = line.trim();
        let quoted: Vec<&str> = line.split('"').collect();
        let name = if line.starts_with("resource ") {
            match quoted.as_slice() {
                [_, kind, _, name, ..] => Some(format!("{kind}.{name}")),
                _ => None,
            }
        } else {
            let key = line
                .split(['=', ':'])
                .next()
                .unwrap_or_default()
                .trim()
                .trim_matches('"');
            let value = line
                .split(['=', ':'])
                .nth(1)
                .unwrap_or_default()
                .trim()
                .trim_matches([',', '"', '\'', ' ']);
            (["app", "name", "project_id", "service"].contains(&key)
                && !value.is_empty()
                && value.len() <= 64)
                .then(|| value.to_owned())
        };
        names.extend(name);
        if names.len() == 3 {
            break;
        }
    }
    names
}

/// Who is asked before the call is sent.
fn asked(ground: &Ground<'_>) -> String {
    for file in ground.files {
        if let Some(on) = file
            .switches
            .iter()
            .find(|on| on.switch.effect == Effect::Unasked)
        {
            let line = file.place(on.span).start_line;
            return format!(
                "Nobody is asked: {} ({}:{line}).",
                (ground.mask)(&on.shown),
                (ground.mask)(&file.path.lossy())
            );
        }
        if let Some(start) = file.starts.first() {
            let line = file.place(start.span).start_line;
            return format!(
                "Nobody is asked: {} in {} ({}:{line}).",
                start.flag,
                start.place,
                (ground.mask)(&file.path.lossy())
            );
        }
        let sends = file.rules.iter().find(|rule| {
            let program = rule.about.as_deref().and_then(open_program);
            rule.shell
                && rule.decision == Decision::Allow
                && program.is_some_and(|program| {
                    agent_facts()
                        .open
                        .sends
                        .iter()
                        .chain(&agent_facts().open.runs)
                        .any(|known| known == program)
                })
        });
        if let Some(rule) = sends {
            let line = file.place(rule.span).start_line;
            let shown = super::destroying::shown_rule(rule.about.as_deref().unwrap_or_default());
            return format!(
                "Nobody is asked: `{shown}` runs without a question ({}:{line}).",
                (ground.mask)(&file.path.lossy())
            );
        }
    }
    match ground.agents.names().first() {
        Some(name) => format!(
            "{name} asks before the call, unless its user has said yes before; nothing in this repository makes it ask."
        ),
        None => "Nothing in this repository makes an agent ask before the call.".to_owned(),
    }
}
