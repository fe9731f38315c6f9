//! Tool servers (MCP) in any agent's configuration.
//!
//! In: a document. Out: every server with what it is handed: environment, headers, arguments, address. A server is known
//! by the map above it and by the keys in it, so one reader serves every agent. It shows no value in `Debug`.

mod reader;

#[cfg(test)]
mod tests;

use crate::model::Span;
use crate::rules::agent_facts::{KnownServer, agent_facts};
use crate::syntax::{Document, Node, NodeKind};

/// Keys whose map or list holds servers, one per entry.
const ROOTS: &[&str] = &[
    "mcpServers",
    "mcp_servers",
    "mcp-servers",
    "servers",
    "context_servers",
    "mcp",
    "extensions",
    "amp.mcpServers",
    "modelContextProtocolServers",
];
/// Keys of which a server has at least one.
const SIGNS: &[&str] = &[
    "command",
    "cmd",
    "url",
    "httpUrl",
    "serverUrl",
    "uri",
    "args",
    "transport",
];
const ENVIRONMENTS: &[&str] = &["env", "environment", "envs"];
const HEADERS: &[&str] = &["headers", "http_headers", "requestInit", "requestOptions"];
const ADDRESSES: &[&str] = &["url", "httpUrl", "serverUrl", "uri"];
/// Lists of names that are taken from the environment.
const NAME_LISTS: &[&str] = &[
    "env_vars",
    "env_keys",
    "envVars",
    "passEnv",
    "env_passthrough",
];
/// Maps of header to name.
const NAME_MAPS: &[&str] = &["env_http_headers"];
const NAME_KEYS: &[&str] = &["bearer_token_env_var", "bearerTokenEnvVar"];

/// The deepest map in which a root is looked for.
const DEEPEST: usize = 6;
/// The most servers of one file.
const MOST: usize = 256;

/// One tool server.
#[derive(Clone)]
pub struct Server {
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Everything that says which server it is: command, arguments, address, names of variables and headers.
    pub launch: String,
    pub handed: Vec<Handed>,
    /// Its keys that let tools run without a question.
    pub unasked: Vec<Unasked>,
    pub known: Option<&'static KnownServer>,
}

/// A value that is handed to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The variable, header or flag that it is handed in; empty where there is none.
    pub slot: String,
    /// The variable that it is taken from; empty for a literal.
    pub variable: String,
    pub how: Giving,
    pub span: Span,
}

/// How a value comes to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giving {
    /// By the name of a variable.
    Reference,
    /// A person is asked once.
    Asked,
    /// As it stands.
    Literal,
}

/// A key that lets tools of a server run without a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unasked {
    pub key: String,
    /// The tools; empty: all of them.
    pub tools: Vec<String>,
    pub says: &'static str,
    pub span: Span,
}

/// Reads every server of a document.
pub fn servers(document: &Document) -> Vec<Server> {
    let mut found = Vec::new();
    for root in &document.roots {
        look(document, root, 0, &mut found);
    }
    found
}

fn look(document: &Document, node: &Node, depth: usize, found: &mut Vec<Server>) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    for entry in document.entries(node) {
        let Some(value) = document.resolve(&entry.value) else {
            continue;
        };
        if ROOTS.contains(&entry.key.as_str()) && take_all(document, value, found) {
            continue;
        }
        if matches!(value.kind, NodeKind::Map(_)) {
            look(document, value, depth + 1, found);
        }
    }
}

/// Takes the servers of a root; says whether there was one.
fn take_all(document: &Document, root: &Node, found: &mut Vec<Server>) -> bool {
    let before = found.len();
    match &root.kind {
        NodeKind::Map(_) => {
            for entry in document.entries(root) {
                if found.len() < MOST && is_server(document, &entry.value) {
                    found.push(server(document, &entry.key, entry.key_span, &entry.value));
                }
            }
        }
        NodeKind::List(items) => {
            for item in items {
                if found.len() >= MOST || !is_server(document, item) {
                    continue;
                }
                let name = document
                    .entries(item)
                    .into_iter()
                    .find(|entry| entry.key == "name");
                let (name, span) = match name.and_then(|entry| entry.value.as_scalar()) {
                    Some(scalar) => (scalar.text.clone(), scalar.span),
                    None => (
                        String::new(),
                        Span::new(item.span.start, item.span.start + 1),
                    ),
                };
                found.push(server(document, &name, span, item));
            }
        }
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
    }
    found.len() > before
}

fn is_server(document: &Document, node: &Node) -> bool {
    document
        .entries(node)
        .iter()
        .any(|entry| SIGNS.contains(&entry.key.as_str()))
}

fn server(document: &Document, name: &str, span: Span, node: &Node) -> Server {
    let mut server = Server {
        name: name.to_owned(),
        span,
        launch: String::new(),
        handed: Vec::new(),
        unasked: Vec::new(),
        known: None,
    };
    for entry in document.entries(node) {
        let Some(value) = document.resolve(&entry.value) else {
            continue;
        };
        let key = entry.key.as_str();
        if ENVIRONMENTS.contains(&key) {
            server.take_pairs(document, value);
        } else if HEADERS.contains(&key) {
            server.take_headers(document, value);
        } else if ADDRESSES.contains(&key) {
            server.take_text(value);
        } else if NAME_LISTS.contains(&key) || NAME_KEYS.contains(&key) || NAME_MAPS.contains(&key)
        {
            server.take_names(document, value);
        } else if matches!(key, "command" | "cmd" | "args" | "transport") {
            server.take_words(document, value);
        } else {
            server.take_switch(document, key, entry.key_span, value);
        }
    }
    server.known = known(&server.launch);
    server
}

/// The server that a launch names; the longest name wins.
fn known(launch: &str) -> Option<&'static KnownServer> {
    let named = agent_facts().servers.iter().filter_map(|server| {
        let fits = |text: &&String| launch.contains(text.as_str());
        let longest = server.matches.iter().filter(fits).map(String::len).max()?;
        Some((longest, server))
    });
    named
        .max_by_key(|(length, _)| *length)
        .map(|(_, server)| server)
}

impl Server {
    /// Gives the server every limit that it lacks, and no administrator's profile: what following our advice makes of it.
    pub fn limit(&mut self) {
        let lines: Vec<&str> = self
            .launch
            .lines()
            .filter(|line| !line.starts_with("AWS_PROFILE="))
            .collect();
        let mut launch = lines.join("\n");
        for group in self.known.into_iter().flat_map(|known| &known.narrows) {
            if let Some(text) = group.any.first() {
                launch.push('\n');
                launch.push_str(text);
            }
        }
        self.launch = launch;
    }

    /// What the server could be given less with, and is not: one suggestion for each group that is absent.
    pub fn missing_limits(&self) -> Vec<&'static str> {
        let Some(known) = self.known else {
            return Vec::new();
        };
        let launch = self.launch.to_ascii_lowercase();
        known
            .narrows
            .iter()
            .filter(|group| {
                !group
                    .any
                    .iter()
                    .any(|text| launch.contains(&text.to_ascii_lowercase()))
            })
            .map(|group| group.suggest.as_str())
            .collect()
    }
}
