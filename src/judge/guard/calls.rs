//! Every place where a workflow or a pre-commit configuration calls us, with all that decides whether it runs and counts.
//!
//! In: the text of a file. Out: calls, each with its settings as flat routes. A setting that changes, goes or comes is
//! named; nobody here judges whether it was for the better, since a reader can.

use std::collections::BTreeMap;

use super::{OUR_NAME, Weakening, line_at, plain};
use crate::model::RepoPath;
use crate::syntax::{self, Document, Format, Node};

/// How many settings of one file are looked at.
const SETTINGS_AT_MOST: usize = 20_000;
/// How deep a setting may lie.
const DEPTH_AT_MOST: usize = 24;

/// Keys of a step or job that say nothing of whether it runs.
const SILENT_KEYS: [&str; 6] = [
    "name",
    "id",
    "timeout-minutes",
    "strategy",
    "description",
    "verbose",
];

/// One call of tokenleash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The job or hook that makes it.
    pub(super) place: String,
    line: u32,
    /// Flat route to value and line.
    settings: BTreeMap<String, (String, u32)>,
}

impl Call {
    fn same(&self, other: &Call) -> bool {
        let values = |call: &Call| -> Vec<(String, String)> {
            let pairs = call.settings.iter();
            pairs
                .map(|(route, (value, _))| (route.clone(), value.clone()))
                .collect()
        };
        values(self) == values(other)
    }
}

struct Reader<'d> {
    document: &'d Document,
    text: &'d [u8],
    left: usize,
}

impl<'d> Reader<'d> {
    fn child(&self, node: &'d Node, key: &str) -> Option<&'d Node> {
        let entries = self.document.entries(node);
        let entry = entries.into_iter().find(|entry| entry.key == key)?;
        self.document.resolve(&entry.value)
    }

    fn items(&self, node: Option<&'d Node>) -> Vec<&'d Node> {
        let list = node.and_then(Node::as_list).unwrap_or_default();
        list.iter()
            .filter_map(|item| self.document.resolve(item))
            .collect()
    }

    fn text_of(&self, node: &'d Node, key: &str) -> Option<&'d str> {
        self.child(node, key)?.as_text()
    }

    /// Writes what lies at and below a node as flat routes. Items of lists are named by what they say.
    fn flatten(
        &mut self,
        node: &'d Node,
        route: &str,
        depth: usize,
        out: &mut BTreeMap<String, (String, u32)>,
    ) {
        let Some(node) = self.document.resolve(node) else {
            return;
        };
        if self.left == 0 || depth > DEPTH_AT_MOST {
            return;
        }
        self.left -= 1;
        let line = line_at(self.text, node.span.start);
        if let Some(text) = node.as_text() {
            out.insert(route.to_owned(), (text.trim().to_owned(), line));
            return;
        }
        for item in node.as_list().unwrap_or_default() {
            let Some(item) = self.document.resolve(item) else {
                continue;
            };
            match item.as_text() {
                Some(text) => {
                    let line = line_at(self.text, item.span.start);
                    out.insert(format!("{route}.{text}"), (text.to_owned(), line));
                }
                None => self.flatten(item, route, depth + 1, out),
            }
        }
        let entries = self.document.entries(node);
        if entries.is_empty() && node.as_map().is_some() {
            out.insert(route.to_owned(), (String::new(), line));
        }
        for entry in entries {
            let below = format!("{route}.{}", entry.key);
            self.flatten(&entry.value, &below, depth + 1, out);
        }
    }

    fn flatten_entries(
        &mut self,
        node: &'d Node,
        prefix: &str,
        leave_out: &[&str],
        out: &mut BTreeMap<String, (String, u32)>,
    ) {
        for entry in self.document.entries(node) {
            let key = entry.key.as_str();
            if !SILENT_KEYS.contains(&key) && !leave_out.contains(&key) {
                self.flatten(&entry.value, &format!("{prefix}{key}"), 0, out);
            }
        }
    }
}

fn is_ours(text: &str) -> bool {
    text.to_ascii_lowercase().contains(OUR_NAME)
}

/// The calls of a workflow; none where it does not parse.
pub(super) fn of_workflow(text: &[u8]) -> Vec<Call> {
    let Ok(document) = syntax::parse(Format::Yaml, text) else {
        return Vec::new();
    };
    let mut reader = Reader {
        document: &document,
        text,
        left: SETTINGS_AT_MOST,
    };
    let Some(root) = document.roots.first() else {
        return Vec::new();
    };
    let mut triggers = BTreeMap::new();
    if let Some(on) = reader.child(root, "on") {
        reader.flatten(on, "on", 0, &mut triggers);
    }
    let Some(jobs) = reader.child(root, "jobs") else {
        return Vec::new();
    };
    let mut calls = Vec::new();
    for job in document.entries(jobs) {
        let Some(body) = document.resolve(&job.value) else {
            continue;
        };
        let mut shared = triggers.clone();
        reader.flatten_entries(body, "job.", &["steps", "uses", "with"], &mut shared);
        let calls_workflow = reader.text_of(body, "uses").is_some_and(is_ours);
        let mut steps = reader.items(reader.child(body, "steps"));
        steps.retain(|step| {
            ["uses", "run"]
                .iter()
                .any(|key| reader.text_of(step, key).is_some_and(is_ours))
        });
        if calls_workflow {
            steps.push(body);
        }
        for step in steps {
            let mut settings = shared.clone();
            let leave_out: &[&str] = if calls_workflow { &["steps"] } else { &[] };
            reader.flatten_entries(step, "", leave_out, &mut settings);
            calls.push(Call {
                place: job.key.clone(),
                line: line_at(text, step.span.start),
                settings,
            });
        }
    }
    calls
}

/// The hooks of a pre-commit configuration that are ours; none where it does not parse.
pub(super) fn of_pre_commit(text: &[u8]) -> Vec<Call> {
    let Ok(document) = syntax::parse(Format::Yaml, text) else {
        return Vec::new();
    };
    let mut reader = Reader {
        document: &document,
        text,
        left: SETTINGS_AT_MOST,
    };
    let Some(root) = document.roots.first() else {
        return Vec::new();
    };
    let mut shared = BTreeMap::new();
    reader.flatten_entries(root, "all.", &["repos", "ci"], &mut shared);
    let mut calls = Vec::new();
    for repo in reader.items(reader.child(root, "repos")) {
        let ours = reader.text_of(repo, "repo").is_some_and(is_ours);
        for hook in reader.items(reader.child(repo, "hooks")) {
            let mentions = ["id", "entry"]
                .iter()
                .any(|key| reader.text_of(hook, key).is_some_and(is_ours));
            if !ours && !mentions {
                continue;
            }
            let mut settings = shared.clone();
            reader.flatten_entries(repo, "repo.", &["hooks"], &mut settings);
            reader.flatten_entries(hook, "", &[], &mut settings);
            calls.push(Call {
                place: reader.text_of(hook, "id").unwrap_or("hook").to_owned(),
                line: line_at(text, hook.span.start),
                settings,
            });
        }
    }
    calls
}

/// Says what became of each call. `moved` are calls in files that are new.
pub(super) fn compare(
    path: &RepoPath,
    was: Vec<Call>,
    is: Vec<Call>,
    moved: &[Call],
    found: &mut Vec<Weakening>,
) {
    let mut left = is;
    let mut changed = Vec::new();
    for call in was {
        match left.iter().position(|other| call.same(other)) {
            Some(at) => {
                left.remove(at);
            }
            None => changed.push(call),
        }
    }
    for call in changed {
        let same_place = left.iter().position(|other| other.place == call.place);
        let at = same_place.or(if left.is_empty() { None } else { Some(0) });
        match at {
            Some(at) => differences(path, &call, &left.remove(at), found),
            None if moved.iter().any(|other| call.same(other)) => {}
            None => found.push(Weakening {
                path: path.clone(),
                line: 1,
                what: format!("`{}` no longer runs tokenleash", plain(&call.place)),
            }),
        }
    }
}

fn differences(path: &RepoPath, was: &Call, is: &Call, found: &mut Vec<Weakening>) {
    let mut add = |line: u32, what: String| {
        found.push(Weakening {
            path: path.clone(),
            line,
            what,
        });
    };
    for (route, (value, line)) in &is.settings {
        let shown = plain(route);
        match was.settings.get(route) {
            None => add(*line, format!("`{shown}` is set where tokenleash runs")),
            Some((old, _)) if old != value => {
                add(
                    *line,
                    format!("`{shown}` changes where tokenleash runs{}", hint(value)),
                );
            }
            Some(_) => {}
        }
    }
    for route in was.settings.keys() {
        if !is.settings.contains_key(route) {
            let shown = plain(route);
            add(is.line, format!("`{shown}` is gone where tokenleash runs"));
        }
    }
}

/// Names the commonest way to make a failing command pass.
fn hint(value: &str) -> &'static str {
    let squeezed: String = value.split_whitespace().collect();
    let forgiven = ["||true", "||:", "||exit0", ";true", ";exit0", "set+e"];
    if forgiven.iter().any(|word| squeezed.contains(word)) {
        ": its exit code no longer counts"
    } else {
        ""
    }
}
