//! Shell text as commands.
//!
//! In: the text of a `run:` block or of a script. Out: simple commands with unquoted words, wrappers stripped, in order.
//! A part that does not parse leaves the rest readable. `${{ }}` is blanked at equal length before parsing, and stands in
//! the words as written. Nothing is run or expanded; text, depth and number of commands are bounded.

mod kept;
mod tables;
mod wrappers;

#[cfg(test)]
mod tests;

use tree_sitter::{Node, TreeCursor};

use super::expression;
use crate::model::Span;

/// The longest text that is read as shell, in bytes; what follows is said to be unread.
pub const MAX_TEXT: usize = 96 * 1024;
/// The most commands that one text gives.
const MAX_COMMANDS: usize = 4096;
/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 256;
/// How often text inside text (`bash -c '…'`) is read again.
const MAX_NESTING: usize = 3;

/// One simple command.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Simple {
    /// The words without their quotes; the first is the command's name.
    pub words: Vec<String>,
    pub assignments: Vec<(String, String)>,
    /// Whether a pipe or a here-document feeds it.
    pub has_input: bool,
    /// The text of a here-document.
    pub here: Option<String>,
    /// The file that its output is written to.
    pub output: Option<String>,
    /// Where it stands in the text.
    pub span: Option<Span>,
}

/// Everything that was read of one text.
#[derive(Clone, Default)]
pub struct Script {
    pub commands: Vec<Simple>,
    /// Variables that are set for the commands behind, as written.
    pub variables: Vec<(String, String)>,
    /// Whether nothing was cut or beyond the parser.
    pub whole: bool,
}

/// Whether a file is a shell script, by its first line or its name.
pub fn is_script(path: &str, bytes: &[u8]) -> bool {
    let line = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    if line.starts_with(b"#!") {
        return line.ends_with(b"sh")
            || line
                .windows(3)
                .any(|part| part == b"sh " || part == b"sh\r");
    }
    path.ends_with(".sh")
        || path.ends_with(".bash")
        || !path.rsplit('/').next().unwrap_or(path).contains('.')
}

/// Reads a text as commands, wrappers stripped: `timeout 5 sudo a` gives `a`, `bash -c 'a; b'` gives `a` and `b`.
pub fn read(text: &str) -> Script {
    kept::script_of(text, |text| read_nested(text, 0))
}

fn read_nested(text: &str, nesting: usize) -> Script {
    let mut script = parse(text);
    let mut commands = Vec::new();
    for command in std::mem::take(&mut script.commands) {
        let span = command.span;
        for unwrapped in wrappers::strip(command) {
            match unwrapped {
                wrappers::Unwrapped::Command(inner) => commands.push(inner),
                wrappers::Unwrapped::Text(inner) if nesting < MAX_NESTING => {
                    let inner = read_nested(&inner, nesting + 1);
                    script.whole &= inner.whole;
                    script.variables.extend(inner.variables);
                    commands.extend(inner.commands.into_iter().map(|mut command| {
                        command.span = span;
                        command
                    }));
                }
                wrappers::Unwrapped::Text(_) => script.whole = false,
            }
            if commands.len() >= MAX_COMMANDS {
                script.whole = false;
                script.commands = commands;
                return script;
            }
        }
    }
    script.commands = commands;
    script
}

/// Replaces every `${{ }}` by letters of the same length, so that it counts as part of a word.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, inside) in expression::insides(text) {
        let open = start - 3;
        let end = start + inside.len() + 2;
        out.push_str(&text[from..open]);
        out.extend(std::iter::repeat_n('x', end - open));
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

fn parse(text: &str) -> Script {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let Some(tree) = kept::tree_of(&blanked(text)) else {
        return Script::default();
    };
    let mut script = Script {
        commands: Vec::new(),
        variables: Vec::new(),
        whole: end == text.len() && !tree.root_node().has_error(),
    };
    walk(&mut tree.walk(), text, &mut script);
    script
}

/// Goes through every node in order, with a stack of its own kept by the cursor.
fn walk<'t>(cursor: &mut TreeCursor<'t>, text: &str, script: &mut Script) {
    let mut above: Vec<Node<'t>> = Vec::new();
    loop {
        let node = cursor.node();
        match node.kind() {
            "command" | "declaration_command" | "unset_command" => {
                if script.commands.len() >= MAX_COMMANDS {
                    script.whole = false;
                    return;
                }
                script.commands.push(simple(node, &above, text));
            }
            "variable_assignment" if above.last().is_none_or(|up| up.kind() != "command") => {
                let name = node
                    .child_by_field_name("name")
                    .map(|name| source(name, text));
                let value = node.child_by_field_name("value");
                if script.variables.len() < MAX_COMMANDS
                    && let (Some(name), Some(value)) = (name, value)
                {
                    let value = word(value, text, 0);
                    script.variables.push((name.to_owned(), value));
                }
            }
            _ => {}
        }
        if above.len() < MAX_DEPTH && cursor.goto_first_child() {
            above.push(node);
            continue;
        }
        script.whole &= above.len() < MAX_DEPTH;
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            above.pop();
        }
    }
}

fn simple(node: Node<'_>, above: &[Node<'_>], text: &str) -> Simple {
    let mut found = Simple {
        span: Some(Span::new(node.start_byte(), node.end_byte())),
        ..Simple::default()
    };
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "variable_assignment" if node.kind() == "command" => {
                let written = source(child, text);
                if let Some((name, value)) = written.split_once('=') {
                    found
                        .assignments
                        .push((name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
                }
            }
            "file_redirect" => redirect(child, text, &mut found),
            "herestring_redirect" => found.has_input = true,
            "heredoc_redirect" => here(child, text, &mut found),
            kind if kind.ends_with("_redirect") || kind == "comment" => {}
            _ => found.words.push(word(child, text, 0)),
        }
    }
    feed(&mut found, node, above, text);
    found
}

/// Sees what the constructs around a command feed to it: a pipe, a here-document.
fn feed(found: &mut Simple, node: Node<'_>, above: &[Node<'_>], text: &str) {
    let mut inner = node;
    for parent in above.iter().rev().take(4) {
        match parent.kind() {
            "pipeline" => {
                let first = parent.named_child(0);
                found.has_input |= first.is_some_and(|first| first.id() != inner.id());
            }
            "redirected_statement" => {
                let mut cursor = parent.walk();
                for child in parent.children(&mut cursor) {
                    match child.kind() {
                        "heredoc_redirect" => here(child, text, found),
                        "herestring_redirect" => found.has_input = true,
                        "file_redirect" => redirect(child, text, found),
                        _ => {}
                    }
                }
            }
            "negated_command" => {}
            _ => return,
        }
        inner = *parent;
    }
}

fn redirect(node: Node<'_>, text: &str, found: &mut Simple) {
    found.has_input |= source(node, text).starts_with('<');
    if source(node, text).starts_with('>')
        && let Some(target) = node.child_by_field_name("destination")
    {
        found.output = Some(word(target, text, 0));
    }
}

fn here(redirect: Node<'_>, text: &str, found: &mut Simple) {
    found.has_input = true;
    let mut cursor = redirect.walk();
    for child in redirect.children(&mut cursor) {
        match child.kind() {
            "heredoc_body" => found.here = Some(source(child, text).to_owned()),
            "file_redirect" => self::redirect(child, text, found),
            _ => {}
        }
    }
}

fn source<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.start_byte()..node.end_byte())
        .unwrap_or_default()
}

/// A word without its quotes; what would be expanded stays as written.
fn word(node: Node<'_>, text: &str, depth: usize) -> String {
    let written = source(node, text);
    match node.kind() {
        "raw_string" => written.trim_matches('\'').to_owned(),
        "ansi_c_string" => written
            .trim_start_matches('$')
            .trim_matches('\'')
            .to_owned(),
        "string" => {
            let inside = written.strip_prefix('"').unwrap_or(written);
            unescaped(inside.strip_suffix('"').unwrap_or(inside), "\"\\$`")
        }
        "concatenation" | "command_name" if depth < 4 => {
            let mut cursor = node.walk();
            node.children(&mut cursor)
                .map(|child| word(child, text, depth + 1))
                .collect()
        }
        "word" | "number" => unescaped(written, ""),
        _ => written.to_owned(),
    }
}

/// Takes the backslash off before a line end, and before each of `marks`, or before anything where there are none.
fn unescaped(written: &str, marks: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut rest = written.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match rest.peek() {
            Some('\n') => {
                rest.next();
            }
            Some(next) if marks.is_empty() || marks.contains(*next) => {
                out.push(*next);
                rest.next();
            }
            _ => out.push('\\'),
        }
    }
    out
}
