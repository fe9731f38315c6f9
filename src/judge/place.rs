//! What a path says of a file: live, or a test, a page of documentation, a template, somebody else's code.
//!
//! It lowers confidence by one step and never hides anything (decisions 1 and 18).

use crate::model::RepoPath;

/// What kind of file a path looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathClass {
    Live,
    Test,
    Documentation,
    Template,
    Vendored,
}

impl PathClass {
    /// The word for evidence; `None` for a live file.
    pub fn word(self) -> Option<&'static str> {
        match self {
            PathClass::Live => None,
            PathClass::Test => Some("a test"),
            PathClass::Documentation => Some("documentation"),
            PathClass::Template => Some("a template"),
            PathClass::Vendored => Some("somebody else's code"),
        }
    }
}

const FOLDERS: [(&[u8], PathClass); 34] = [
    (b"test", PathClass::Test),
    (b"tests", PathClass::Test),
    (b"__tests__", PathClass::Test),
    (b"__mocks__", PathClass::Test),
    (b"__fixtures__", PathClass::Test),
    (b"spec", PathClass::Test),
    (b"specs", PathClass::Test),
    (b"testing", PathClass::Test),
    (b"testdata", PathClass::Test),
    (b"test-data", PathClass::Test),
    (b"test_data", PathClass::Test),
    (b"fixture", PathClass::Test),
    (b"fixtures", PathClass::Test),
    (b"mock", PathClass::Test),
    (b"mocks", PathClass::Test),
    (b"e2e", PathClass::Test),
    (b"cassettes", PathClass::Test),
    (b"doc", PathClass::Documentation),
    (b"docs", PathClass::Documentation),
    (b"documentation", PathClass::Documentation),
    (b"man", PathClass::Documentation),
    (b"website", PathClass::Documentation),
    (b"example", PathClass::Template),
    (b"examples", PathClass::Template),
    (b"sample", PathClass::Template),
    (b"samples", PathClass::Template),
    (b"template", PathClass::Template),
    (b"templates", PathClass::Template),
    (b"demo", PathClass::Template),
    (b"vendor", PathClass::Vendored),
    (b"vendored", PathClass::Vendored),
    (b"third_party", PathClass::Vendored),
    (b"thirdparty", PathClass::Vendored),
    (b"node_modules", PathClass::Vendored),
];

/// Sorts a path. Agents' own folders are never documentation, whatever their ending.
pub fn class_of_path(path: &RepoPath) -> PathClass {
    let lower = path.as_bytes().to_ascii_lowercase();
    let mut parts: Vec<&[u8]> = lower.split(|&b| b == b'/').collect();
    let name = parts.pop().unwrap_or_default();
    for part in &parts {
        if let Some((_, class)) = FOLDERS.iter().find(|(folder, _)| folder == part) {
            return *class;
        }
        if is_of_tests(part) {
            return PathClass::Test;
        }
    }
    if parts.iter().any(|part| part.starts_with(b".")) {
        return PathClass::Live;
    }
    class_of_name(name)
}

/// Whether a lower-cased folder has a word of tests at an end: `smoke-test`, `dockertest`, `testfixtures`.
fn is_of_tests(folder: &[u8]) -> bool {
    let ends: [&[u8]; 4] = [b"-test", b"-tests", b"_test", b"_tests"];
    let whole: [&[u8]; 9] = [
        b"unit",
        b"dockertest",
        b"androidtest",
        b"commontest",
        b"functionaltest",
        b"integrationtest",
        b"inttest",
        b"systemtest",
        b"unittests",
    ];
    folder.starts_with(b"test-")
        || folder.starts_with(b"test_")
        || folder.starts_with(b"testfixture")
        || memchr::memmem::find(folder, b"-test-").is_some()
        || ends.iter().any(|end| folder.ends_with(end))
        || whole.contains(&folder)
}

fn class_of_name(name: &[u8]) -> PathClass {
    let contains = |needle: &[u8]| memchr::memmem::find(name, needle).is_some();
    let template_ends: [&[u8]; 7] = [
        b".example",
        b".sample",
        b".template",
        b".tmpl",
        b".tpl",
        b".dist",
        b".in",
    ];
    if template_ends.iter().any(|end| name.ends_with(end))
        || contains(b".example.")
        || contains(b".sample.")
        || contains(b".template.")
    {
        return PathClass::Template;
    }
    let test_marks: [&[u8]; 7] = [
        b".test.",
        b".spec.",
        b"_test.",
        b"_spec.",
        b"-test.",
        b".stories.",
        b".snap",
    ];
    if name.starts_with(b"test_")
        || name.starts_with(b"test-")
        || test_marks.iter().any(|mark| contains(mark))
    {
        return PathClass::Test;
    }
    let page_ends: [&[u8]; 6] = [b".md", b".mdx", b".rst", b".adoc", b".txt", b".html"];
    if page_ends.iter().any(|end| name.ends_with(end)) && !name.starts_with(b".") {
        return PathClass::Documentation;
    }
    PathClass::Live
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names_speak() {
        let cases = [
            ("src/app.ts", PathClass::Live),
            ("tests/app.ts", PathClass::Test),
            ("src/app.test.ts", PathClass::Test),
            ("README.md", PathClass::Documentation),
            (".cursor/rules/a.md", PathClass::Live),
            (".env.example", PathClass::Template),
            (".env", PathClass::Live),
            ("vendor/x/y.go", PathClass::Vendored),
            ("latest/contest.rs", PathClass::Live),
            ("app/src/dockerTest/client.key", PathClass::Test),
            ("smoke-test/app/ssl.key", PathClass::Test),
            ("src/attestation/sign.rs", PathClass::Live),
        ];
        for (path, expected) in cases {
            assert_eq!(class_of_path(&RepoPath::from(path)), expected, "{path}");
        }
    }
}
