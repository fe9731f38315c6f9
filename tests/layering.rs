//! Imports point one way, every file says what it is for, and files and functions stay small enough to be read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the top: a module may import from its own layer's neighbours below, never from above.
const LAYERS: [&[&str]; 9] = [
    &["main", "cli"],
    &["engine"],
    &["report", "act"],
    &["policy"],
    &["judge"],
    &["find", "read", "source"],
    &["token", "syntax"],
    &["rules"],
    &["model"],
];

/// Modules that anyone may import: they import nothing themselves.
const SHARED: [&str; 1] = ["error"];

const LINES_AT_MOST: usize = 400;
const FUNCTION_LINES_AT_MOST: usize = 60;

/// Imports against the rule, with the reason.
const KNOWN_EDGES: [(&str, &str, &str); 1] = [(
    "src/rules/template.rs",
    "token",
    "an example is only one with a right checksum",
)];

/// Files that are longer than they should be, with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// Functions that are longer than they should be, with the reason.
const LONG_FUNCTIONS: [(&str, &str, &str); 4] = [
    (
        "src/judge/workflow/need.rs",
        "tool",
        "one line for every tool",
    ),
    (
        "src/read/workflow/jobs.rs",
        "job",
        "one line for every key of a job",
    ),
    (
        "src/find/recognise/url.rs",
        "url",
        "one pass over the parts of a URL",
    ),
    (
        "src/rules/table.rs",
        "build",
        "one line for every table that is baked",
    ),
];

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut open = vec![root.join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root).unwrap().to_path_buf();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The module of the first level that a file belongs to.
fn module_of(path: &Path) -> String {
    let second = path
        .components()
        .nth(1)
        .unwrap()
        .as_os_str()
        .to_string_lossy();
    second.trim_end_matches(".rs").to_owned()
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Drops what stands below `#[cfg(test)]`: tests may look anywhere.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text)
}

fn imported(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => group.split_once("};").map_or("", |(names, _)| names),
            None => rest,
        };
        let single = !rest.starts_with('{');
        let mut depth = 0;
        for piece in names.split_inclusive([',', '{', '}']) {
            let word: String = piece
                .trim()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            if depth == 0 && !word.is_empty() {
                found.push(word);
            }
            depth += piece.matches('{').count();
            depth = depth.saturating_sub(piece.matches('}').count());
            if single {
                break;
            }
        }
    }
    found
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    let mut edges: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        if module == "lib" || path.to_string_lossy().contains("tests") {
            continue;
        }
        if SHARED.contains(&module.as_str()) {
            assert!(
                imported(without_tests(&text)).is_empty(),
                "{module} imports"
            );
            continue;
        }
        let Some(layer) = layer_of(&module) else {
            wrong.push(format!("{}: the module stands in no layer", path.display()));
            continue;
        };
        let code: String = without_tests(&text)
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|line| format!("{line}\n"))
            .collect();
        for target in imported(&code) {
            let Some(below) = layer_of(&target) else {
                continue;
            };
            *edges.entry((module.clone(), target.clone())).or_default() += 1;
            let known = KNOWN_EDGES
                .iter()
                .any(|(file, to, _)| path == Path::new(file) && target == *to);
            if target != module && below <= layer && !known {
                wrong.push(format!("{}: {module} imports {target}", path.display()));
            }
        }
    }
    assert!(edges.len() > 15, "the imports are not seen: {edges:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn between_source_and_report_all_is_pure() {
    let touches = [
        "std::fs",
        "std::env::",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
    ];
    let pure = [
        "find", "read", "judge", "policy", "token", "syntax", "rules", "model", "engine",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !pure.contains(&module_of(&path).as_str()) || path.to_string_lossy().contains("tests") {
            continue;
        }
        for word in touches {
            // In a string or comment it is a reference of some language, which is looked for.
            let code = without_tests(&text)
                .lines()
                .filter(|line| !line.contains('"') && !line.trim_start().starts_with("//"));
            if code.into_iter().any(|line| line.contains(word)) {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_stays_readable() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let name = path.to_string_lossy().into_owned();
        if !text.starts_with("//! ") {
            wrong.push(format!("{name}: it does not say what it is for"));
        }
        let lines = text.lines().count();
        let known = LONG_FILES.iter().any(|(file, _)| *file == name);
        if lines > LINES_AT_MOST && !known {
            wrong.push(format!("{name}: {lines} lines"));
        }
        if known && lines <= LINES_AT_MOST {
            wrong.push(format!("{name}: short again, so it needs no exception"));
        }
        for (function, lines) in functions(&text) {
            let known = LONG_FUNCTIONS
                .iter()
                .any(|(file, long, _)| *file == name && *long == function);
            if lines > FUNCTION_LINES_AT_MOST && !known {
                wrong.push(format!("{name}: {function} has {lines} lines"));
            }
        }
        for word in [
            "dbg!(",
            "todo!(",
            "unimplemented!(",
            "#[allow(dead_code)]",
            "#[ignore",
        ] {
            if text.contains(word) {
                wrong.push(format!("{name}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The functions of a formatted file and how many lines each has: from `fn` to the brace at the same indent.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let words = [
            "pub(crate) ",
            "pub(super) ",
            "pub(in crate) ",
            "pub ",
            "const ",
            "async ",
        ];
        let plain = words
            .iter()
            .fold(code, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
        let Some(name) = plain.strip_prefix("fn ") else {
            continue;
        };
        let name: String = name
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(end) = lines[number..].iter().position(|line| *line == close) {
            found.push((name, end + 1));
        }
    }
    found
}
