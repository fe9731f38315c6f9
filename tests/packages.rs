//! What is shipped beside the program says the same as the program: versions, hooks, inputs, workflows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tokenleash::syntax::{self, Format, Node};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path.as_ref())
        .unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn yaml(path: &Path) -> Node {
    let document = syntax::parse(Format::Yaml, read(path).as_bytes());
    document.unwrap().roots.remove(0)
}

fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let entry = node.as_map()?.iter().find(|entry| entry.key == key)?;
    Some(&entry.value)
}

fn workflows() -> Vec<PathBuf> {
    [".github/workflows", "examples/workflows"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn every_package_has_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let placeholder: toml::Value = toml::from_str(&read(root("pyproject.toml"))).unwrap();
    let project = &placeholder["project"];
    assert_eq!(project["version"].as_str(), Some(version));
    let needed = format!("tokenleash=={version}");
    assert_eq!(project["dependencies"][0].as_str(), Some(needed.as_str()));
    let wheel: toml::Value = toml::from_str(&read(root("python/pyproject.toml"))).unwrap();
    assert_eq!(wheel["project"]["dynamic"][0].as_str(), Some("version"));
}

#[test]
fn hooks_of_the_framework_take_no_file_names_but_the_message() {
    let hooks = yaml(&root(".pre-commit-hooks.yaml"));
    let mut languages = BTreeSet::new();
    for hook in hooks.as_list().unwrap() {
        let text = |key: &str| child(hook, key).and_then(Node::as_text).unwrap_or_default();
        languages.insert(text("language").to_owned());
        assert!(text("entry").starts_with("tokenleash hook "));
        if text("entry") == "tokenleash hook commit-msg" {
            assert!(child(hook, "pass_filenames").is_none());
        } else {
            assert_eq!(text("pass_filenames"), "false", "{}", text("id"));
        }
        assert_eq!(text("always_run"), "true");
        let stages = child(hook, "stages").unwrap().as_list().unwrap();
        // The framework reads what Git says of a push itself, so a hook of ours would see nothing, and pass.
        assert!(
            stages
                .iter()
                .all(|stage| stage.as_text() != Some("pre-push"))
        );
    }
    assert_eq!(Vec::from_iter(languages), ["python", "rust", "system"]);
}

#[test]
fn every_action_is_pinned_by_its_commit_and_every_workflow_begins_without_permissions() {
    for path in workflows() {
        let workflow = yaml(&path);
        let shown = path.display();
        let permissions = child(&workflow, "permissions").and_then(Node::as_map);
        assert_eq!(permissions.map(<[_]>::len), Some(0), "{shown}");
        for line in read(&path).lines() {
            let Some((_, uses)) = line.split_once("uses: ") else {
                continue;
            };
            let uses = uses.split(' ').next().unwrap();
            let pinned = uses.rsplit_once('@').is_some_and(|(_, commit)| {
                commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit())
            });
            assert!(
                pinned || uses == "./" || line.starts_with('#'),
                "{shown}: {uses}"
            );
        }
    }
}

#[test]
fn examples_pass_only_inputs_that_the_action_has() {
    let action = yaml(&root("action.yml"));
    let declared = |kind: &str| -> BTreeSet<String> {
        let entries = child(&action, kind).unwrap().as_map().unwrap();
        entries.iter().map(|entry| entry.key.clone()).collect()
    };
    let (inputs, outputs) = (declared("inputs"), declared("outputs"));
    let documented = read(root("docs/action.md"));
    for name in inputs.iter().chain(&outputs) {
        assert!(documented.contains(&format!("`{name}`")), "{name}");
    }
    for path in workflows() {
        let workflow = yaml(&path);
        for job in child(&workflow, "jobs").unwrap().as_map().unwrap() {
            let steps = child(&job.value, "steps").and_then(Node::as_list);
            for step in steps.unwrap_or_default() {
                let uses = child(step, "uses")
                    .and_then(Node::as_text)
                    .unwrap_or_default();
                if !uses.contains("/tokenleash@") && uses != "./" {
                    continue;
                }
                let with = child(step, "with")
                    .and_then(Node::as_map)
                    .unwrap_or_default();
                for entry in with {
                    assert!(
                        inputs.contains(&entry.key),
                        "{}: {}",
                        path.display(),
                        entry.key
                    );
                }
            }
        }
        let text = read(&path);
        for used in text.split("steps.tokenleash.outputs.").skip(1) {
            let end = used
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap();
            assert!(outputs.contains(&used[..end]), "{}", &used[..end]);
        }
    }
}

#[test]
fn an_example_has_one_thing_to_replace_and_the_page_says_how() {
    let placeholder = format!("OWNER/tokenleash@{}", "0".repeat(40));
    for path in std::fs::read_dir(root("examples/workflows")).unwrap() {
        let path = path.unwrap().path();
        let text = read(&path);
        assert!(text.contains(&placeholder), "{}", path.display());
        let rest = text.replace(&placeholder, "").replace("CODEOWNERS", "");
        assert!(!rest.contains("OWNER"), "{}", path.display());
        assert!(!rest.contains(&"0".repeat(40)), "{}", path.display());
    }
    let page = read(root("docs/action.md"));
    assert!(page.contains(&placeholder) && page.contains("sed -i 's|OWNER/tokenleash@"));
}
