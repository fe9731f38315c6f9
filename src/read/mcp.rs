//! Tool servers (MCP) in any agent's configuration.
//!
//! In: a document. Out: every server with what it is handed: environment, headers, arguments, address. A server is known
//! by the map above it and by the keys in it, so one reader serves every agent. It shows no value in `Debug`.

use super::reference::{Source, references};
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
    fn note(&mut self, text: &str) {
        self.launch.push_str(text);
        self.launch.push('\n');
    }

    /// A value in a slot: its references, or the literal.
    fn give(&mut self, slot: &str, text: &str, span: Span) {
        let found = references(text);
        if found.is_empty() {
            let literal = !text.is_empty() && !slot.is_empty();
            if literal {
                // `-e NAME` hands on what stands here.
                self.handed
                    .retain(|handed| handed.slot != slot || handed.variable != slot);
                self.handed.push(Handed {
                    slot: slot.to_owned(),
                    variable: String::new(),
                    how: Giving::Literal,
                    span,
                });
            }
            return;
        }
        for reference in found {
            self.handed.push(Handed {
                slot: slot.to_owned(),
                variable: reference.name,
                how: match reference.source {
                    Source::Asked => Giving::Asked,
                    Source::Environment | Source::Store | Source::Elsewhere => Giving::Reference,
                },
                span,
            });
        }
    }

    fn take_pairs(&mut self, document: &Document, node: &Node) {
        if let NodeKind::List(items) = &node.kind {
            let pairs = items.iter().filter_map(Node::as_scalar);
            for scalar in pairs {
                let (name, value) = scalar.text.split_once('=').unwrap_or((&scalar.text, ""));
                self.pair(name, value, scalar.span);
            }
            return;
        }
        for entry in document.entries(node) {
            let value = document.resolve(&entry.value).and_then(Node::as_scalar);
            if let Some(scalar) = value {
                self.note(&format!("{}={}", entry.key, scalar.text));
                self.give(&entry.key, &scalar.text, entry.key_span);
            }
        }
    }

    /// `NAME=value`, or `NAME` alone, which is taken from the environment.
    fn pair(&mut self, name: &str, value: &str, span: Span) {
        self.note(&format!("{name}={value}"));
        if value.is_empty() {
            self.name(name, span);
        } else {
            self.give(name, value, span);
        }
    }

    fn name(&mut self, name: &str, span: Span) {
        let known = |handed: &Handed| handed.slot == name || handed.variable == name;
        if !name.is_empty() && !self.handed.iter().any(known) {
            self.handed.push(Handed {
                slot: name.to_owned(),
                variable: name.to_owned(),
                how: Giving::Reference,
                span,
            });
        }
    }

    fn take_headers(&mut self, document: &Document, node: &Node) {
        for entry in document.entries(node) {
            let Some(value) = document.resolve(&entry.value) else {
                continue;
            };
            match &value.kind {
                NodeKind::Scalar(scalar) => {
                    self.note(&format!("{}: {}", entry.key, scalar.text));
                    self.give(&entry.key, &scalar.text, scalar.span);
                }
                NodeKind::Map(_) if entry.key.eq_ignore_ascii_case("headers") => {
                    self.take_headers(document, value);
                }
                NodeKind::Map(_) | NodeKind::List(_) | NodeKind::Alias(_) => {}
            }
        }
    }

    fn take_text(&mut self, node: &Node) {
        if let Some(scalar) = node.as_scalar() {
            self.note(&scalar.text);
            self.give("", &scalar.text, scalar.span);
        }
    }

    fn take_names(&mut self, document: &Document, node: &Node) {
        match &node.kind {
            NodeKind::Scalar(scalar) => self.name(&scalar.text, scalar.span),
            NodeKind::List(items) => {
                for item in items.iter().filter_map(|item| document.resolve(item)) {
                    let named = match &item.kind {
                        NodeKind::Scalar(scalar) => Some(scalar),
                        _ => document
                            .entries(item)
                            .into_iter()
                            .find(|entry| entry.key == "name")
                            .and_then(|entry| entry.value.as_scalar()),
                    };
                    if let Some(scalar) = named {
                        self.name(&scalar.text, scalar.span);
                    }
                }
            }
            NodeKind::Map(_) => {
                for entry in document.entries(node) {
                    if let Some(scalar) = entry.value.as_scalar() {
                        self.name(&scalar.text, scalar.span);
                    }
                }
            }
            NodeKind::Alias(_) => {}
        }
    }

    /// The words of a command: flags with values, `-e NAME`, `-e NAME=value`, addresses.
    fn take_words(&mut self, document: &Document, node: &Node) {
        let words: Vec<(String, Span)> = match &node.kind {
            NodeKind::Scalar(scalar) => vec![(scalar.text.clone(), scalar.span)],
            NodeKind::List(items) => items
                .iter()
                .filter_map(|item| document.resolve(item).and_then(Node::as_scalar))
                .map(|scalar| (scalar.text.clone(), scalar.span))
                .collect(),
            // Zed's older form: { "path": …, "args": […], "env": {…} }.
            NodeKind::Map(_) => {
                for entry in document.entries(node) {
                    let Some(value) = document.resolve(&entry.value) else {
                        continue;
                    };
                    match entry.key.as_str() {
                        "path" => self.take_text(value),
                        "args" if matches!(value.kind, NodeKind::List(_)) => {
                            self.take_words(document, value);
                        }
                        "env" => self.take_pairs(document, value),
                        _ => {}
                    }
                }
                return;
            }
            NodeKind::Alias(_) => return,
        };
        let mut flag = String::new();
        for (word, span) in &words {
            self.note(word);
            match flag.as_str() {
                "-e" | "--env" => {
                    let (name, value) = word.split_once('=').unwrap_or((word, ""));
                    self.pair(name, value, *span);
                }
                _ => {
                    let (slot, value) = match word.split_once('=') {
                        Some((slot, value)) if slot.starts_with('-') => (slot, value),
                        _ => (flag.as_str(), word.as_str()),
                    };
                    if !references(value).is_empty() {
                        self.give(slot, value, *span);
                    }
                }
            }
            flag = match word.starts_with('-') && !word.contains('=') {
                true => word.clone(),
                false => String::new(),
            };
        }
    }

    fn take_switch(&mut self, document: &Document, key: &str, span: Span, value: &Node) {
        let Some(switch) = agent_facts()
            .server_switches
            .iter()
            .find(|switch| switch.key == key)
        else {
            return;
        };
        let tools: Vec<String> = match &value.kind {
            NodeKind::List(items) => items
                .iter()
                .filter_map(|item| document.resolve(item).and_then(Node::as_text))
                .map(str::to_owned)
                .collect(),
            NodeKind::Scalar(scalar) if switch.values.contains(&scalar.text) => Vec::new(),
            NodeKind::Scalar(scalar) if switch.values.is_empty() && scalar.text == "true" => {
                Vec::new()
            }
            NodeKind::Scalar(_) | NodeKind::Map(_) | NodeKind::Alias(_) => return,
        };
        let listed = matches!(value.kind, NodeKind::List(_));
        if listed && tools.is_empty() {
            return;
        }
        let all = tools.iter().any(|tool| tool == "*");
        self.unasked.push(Unasked {
            key: key.to_owned(),
            tools: if all { Vec::new() } else { tools },
            says: &switch.says,
            span,
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, parse};
    use proptest::prelude::*;

    fn read(format: Format, text: &str) -> Vec<Server> {
        servers(&parse(format, text.as_bytes()).unwrap())
    }

    fn variables(server: &Server) -> Vec<&str> {
        server
            .handed
            .iter()
            .filter(|handed| handed.how == Giving::Reference)
            .map(|handed| handed.variable.as_str())
            .collect()
    }

    #[test]
    fn one_reader_serves_every_agents_file() {
        let cases = [
            (
                Format::Json,
                r#"{"mcpServers":{"a":{"command":"npx","args":["-y","x"],"env":{"T":"${T}"}}}}"#,
            ),
            (
                Format::Json,
                r#"{"servers":{"a":{"url":"https://x/mcp","headers":{"Authorization":"Bearer ${env:T}"}}}}"#,
            ),
            (
                Format::Json,
                r#"{"projects":{"/p":{"mcpServers":{"a":{"command":"x","env":{"T":"$T"}}}}}}"#,
            ),
            (
                Format::Json,
                r#"{"mcp":{"a":{"type":"local","command":["x"],"environment":{"T":"{env:T}"}}}}"#,
            ),
            (
                Format::Json,
                r#"{"amp.mcpServers":{"a":{"command":"x","env":{"T":"${T}"}}}}"#,
            ),
            (
                Format::Json,
                r#"{"context_servers":{"a":{"command":{"path":"x","args":[],"env":{"T":"$T"}}}}}"#,
            ),
            (
                Format::Json,
                r#"{"mcpServers":{"a":{"command":"docker","args":["run","-e","T","i"]}}}"#,
            ),
            (
                Format::Toml,
                "[mcp_servers.a]\ncommand = \"x\"\nenv_vars = [\"T\"]\n",
            ),
            (
                Format::Toml,
                "[mcp_servers.a]\nurl = \"https://x\"\nbearer_token_env_var = \"T\"\n",
            ),
            (
                Format::Yaml,
                "mcpServers:\n  - name: a\n    command: x\n    env:\n      T: ${{ secrets.T }}\n",
            ),
            (
                Format::Yaml,
                "extensions:\n  a:\n    cmd: x\n    env_keys: [T]\n",
            ),
        ];
        for (format, text) in cases {
            let found = read(format, text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].name, "a", "{text}");
            assert_eq!(variables(&found[0]), ["T"], "{text}");
        }
    }

    #[test]
    fn a_known_server_says_what_would_narrow_it() {
        let text = r#"{"mcpServers":{"s":{"command":"npx","args":["-y","@supabase/mcp-server-supabase@latest","--project-ref=abc"]}}}"#;
        let found = read(Format::Json, text);
        assert_eq!(found[0].known.unwrap().id, "supabase");
        assert_eq!(found[0].missing_limits().len(), 1);
        assert!(found[0].missing_limits()[0].contains("--read-only"));
        let text =
            r#"{"servers":{"k":{"command":"npx","args":["kubernetes-mcp-server","--read-only"]}}}"#;
        let found = read(Format::Json, text);
        assert_eq!(found[0].known.unwrap().id, "kubernetes-native");
        assert!(found[0].missing_limits().is_empty());
    }

    #[test]
    fn switches_of_a_server_are_seen() {
        let text = r#"{"mcpServers":{"a":{"command":"x","trust":true},"b":{"command":"x","alwaysAllow":["get"]},"c":{"command":"x","trust":false,"autoApprove":[]},"d":{"command":"x","autoApprove":["*"]}}}"#;
        let found = read(Format::Json, text);
        let seen: Vec<_> = found.iter().map(|server| server.unasked.len()).collect();
        assert_eq!(seen, [1, 1, 0, 1]);
        assert!(found[3].unasked[0].tools.is_empty());
    }

    #[test]
    fn what_is_no_server_is_left_alone() {
        let text = r#"{"servers":[{"url":"https://api.example.com"}],"mcp":{"enabled":true},"extensions":{"recommendations":["x"]}}"#;
        let found = read(Format::Json, text);
        assert!(found.iter().all(|server| server.handed.is_empty()));
        assert!(
            read(
                Format::Json,
                r#"{"mcp":{"enabled":true},"extensions":["a"]}"#
            )
            .is_empty()
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[\\[\\]{}\",: a-zA-Z$-]{0,200}") {
            if let Ok(document) = parse(Format::Json, format!("{{\"mcpServers\":{text}").as_bytes()) {
                servers(&document);
            }
        }
    }
}
