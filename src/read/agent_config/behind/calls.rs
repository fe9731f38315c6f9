//! Which commands run something that the repository says elsewhere.
//!
//! In: the words of one command. Out: calls of package scripts, targets, recipes, tasks, scripts and Git's hooks. Nothing
//! is looked up here.

/// Who knows the name that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Package,
    Make,
    Just,
    Task,
    File,
    GitHook,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Is(String),
    /// Whatever starts so.
    Starts(String),
    /// Anything that has a name.
    Any,
    /// What runs where no name is given.
    First,
}

/// A call of something in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub by: By,
    pub name: Name,
    /// The folder that an option names.
    pub folder: Option<String>,
}

/// What may follow the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing: the command is whole.
    Closed,
    /// More words.
    Open,
    /// More letters: the last word is the start of one.
    Glued,
}

/// Options of package managers that choose another package by its name.
const OTHER_PACKAGE: &[&str] = &["-w", "--workspace", "--filter", "-F", "--workspaces", "-r"];
const FOLDER: &[&str] = &[
    "--prefix",
    "-C",
    "--dir",
    "--cwd",
    "--directory",
    "-d",
    "--working-directory",
];
/// Scripts that run when packages are installed.
const AT_INSTALL: &[&str] = &["preinstall", "install", "postinstall", "prepare"];

/// The calls that a command makes.
pub(super) fn calls(words: &[String], end: End) -> Vec<Call> {
    let Some((program, rest)) = words.split_first() else {
        return Vec::new();
    };
    let base = base(program);
    match base {
        "npm" | "pnpm" | "yarn" | "bun" => package(base, rest, end),
        "run-s" | "run-p" | "npm-run-all" | "concurrently" => several(base, rest),
        "make" | "gmake" => named(By::Make, rest, end),
        "just" => named(By::Just, rest, end),
        "task" | "go-task" => named(By::Task, rest, end),
        "git" => hooks(rest),
        "bash" | "sh" | "zsh" | "dash" | "source" | "." => {
            let file = rest.iter().find(|word| !word.starts_with('-'));
            file.map(|file| of_file(file)).into_iter().collect()
        }
        _ if end == End::Glued && rest.is_empty() => Vec::new(),
        _ if program.contains('/') || program.ends_with(".sh") => vec![of_file(program)],
        _ => Vec::new(),
    }
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn of_file(path: &str) -> Call {
    Call {
        by: By::File,
        name: Name::Is(path.to_owned()),
        folder: None,
    }
}

/// The words that are no options, and the folder that an option names.
fn positional(rest: &[String]) -> Option<(Vec<&str>, Option<String>)> {
    let mut names = Vec::new();
    let mut folder = None;
    let mut words = rest.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        if word == "--" {
            break;
        } else if OTHER_PACKAGE.contains(&option) {
            return None;
        } else if FOLDER.contains(&option) {
            let value = match value.is_empty() {
                true => words.next().unwrap_or_default(),
                false => value,
            };
            folder = Some(value.to_owned());
        } else if !word.starts_with('-') && !word.contains('=') {
            names.push(word);
        }
    }
    Some((names, folder))
}

/// The last name of a rule may be the start of one.
fn name_of(word: &str, is_last: bool, end: End) -> Name {
    match is_last && end == End::Glued {
        true => Name::Starts(word.to_owned()),
        false => Name::Is(word.to_owned()),
    }
}

fn package(program: &str, rest: &[String], end: End) -> Vec<Call> {
    let Some((names, folder)) = positional(rest) else {
        return Vec::new();
    };
    let call = |name: Name| Call {
        by: By::Package,
        name,
        folder: folder.clone(),
    };
    let is = |name: &str| call(Name::Is(name.to_owned()));
    let Some(first) = names.first() else {
        return match (end, program) {
            (End::Closed, "yarn") => AT_INSTALL.iter().map(|name| is(name)).collect(),
            (End::Closed, _) => Vec::new(),
            _ => vec![call(Name::Any)],
        };
    };
    match *first {
        "run" | "run-script" => match names.get(1) {
            Some(name) => vec![call(name_of(name, names.len() == 2, end))],
            None if end == End::Closed => Vec::new(),
            None => vec![call(Name::Any)],
        },
        "t" | "tst" => vec![is("test")],
        "install" | "i" | "ci" | "add" => AT_INSTALL.iter().map(|name| is(name)).collect(),
        "publish" => vec![is("prepublishOnly"), is("publish")],
        "test" | "start" | "stop" | "restart" => vec![is(first)],
        "exec" | "dlx" | "x" => Vec::new(),
        name if program != "npm" => vec![call(name_of(name, names.len() == 1, end))],
        _ => Vec::new(),
    }
}

/// `run-s a b`, `concurrently "npm:a"`.
fn several(program: &str, rest: &[String]) -> Vec<Call> {
    let name = |word: &String| match program {
        "concurrently" => word.strip_prefix("npm:").map(str::to_owned),
        _ => (!word.starts_with('-')).then(|| word.clone()),
    };
    let call = |name: String| Call {
        by: By::Package,
        name: match name.split_once('*') {
            Some((start, _)) => Name::Starts(start.to_owned()),
            None => Name::Is(name),
        },
        folder: None,
    };
    rest.iter().filter_map(name).map(call).collect()
}

fn named(by: By, rest: &[String], end: End) -> Vec<Call> {
    let Some((names, folder)) = positional(rest) else {
        return Vec::new();
    };
    let call = |name: Name| Call {
        by,
        name,
        folder: folder.clone(),
    };
    match names.as_slice() {
        [] if end == End::Closed => vec![call(Name::First)],
        [] => vec![call(Name::Any)],
        // What follows the name of a recipe are its arguments.
        [name, ..] if by == By::Just => vec![call(name_of(name, names.len() == 1, end))],
        names => {
            let last = names.len() - 1;
            let each = names.iter().enumerate();
            each.map(|(at, name)| call(name_of(name, at == last, end)))
                .collect()
        }
    }
}

/// What Git runs by itself at a command.
fn hooks(rest: &[String]) -> Vec<Call> {
    let names: &[&str] = match rest.first().map(String::as_str) {
        _ if rest.iter().any(|word| word == "--no-verify") => &[],
        Some("commit") => &[
            "pre-commit",
            "prepare-commit-msg",
            "commit-msg",
            "post-commit",
        ],
        Some("push") => &["pre-push"],
        Some("merge" | "pull") => &["pre-merge-commit", "post-merge"],
        Some("checkout" | "switch") => &["post-checkout"],
        Some("rebase") => &["pre-rebase", "post-rewrite"],
        _ => &[],
    };
    let call = |name: &&str| Call {
        by: By::GitHook,
        name: Name::Is((*name).to_owned()),
        folder: None,
    };
    names.iter().map(call).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, end: End) -> Vec<(By, Name, Option<String>)> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let all = calls(&words, end).into_iter();
        all.map(|call| (call.by, call.name, call.folder)).collect()
    }

    fn is(name: &str) -> Name {
        Name::Is(name.to_owned())
    }

    #[test]
    fn a_command_calls_what_the_repository_names() {
        let folder = |name: &str| Some(name.to_owned());
        for (text, end, by, name, at) in [
            ("npm run nuke", End::Closed, By::Package, is("nuke"), None),
            ("npm run nuke", End::Open, By::Package, is("nuke"), None),
            ("npm run", End::Open, By::Package, Name::Any, None),
            ("npm", End::Open, By::Package, Name::Any, None),
            (
                "npm run db",
                End::Glued,
                By::Package,
                Name::Starts("db".to_owned()),
                None,
            ),
            ("npm t", End::Closed, By::Package, is("test"), None),
            ("pnpm nuke", End::Closed, By::Package, is("nuke"), None),
            (
                "npm --prefix infra run nuke",
                End::Closed,
                By::Package,
                is("nuke"),
                folder("infra"),
            ),
            ("make nuke", End::Open, By::Make, is("nuke"), None),
            ("make", End::Closed, By::Make, Name::First, None),
            ("make", End::Open, By::Make, Name::Any, None),
            (
                "make -C infra X=1 nuke",
                End::Closed,
                By::Make,
                is("nuke"),
                folder("infra"),
            ),
            ("just nuke now", End::Closed, By::Just, is("nuke"), None),
            ("task nuke", End::Closed, By::Task, is("nuke"), None),
            ("bash -x ./a.sh", End::Open, By::File, is("./a.sh"), None),
            ("./a.sh", End::Open, By::File, is("./a.sh"), None),
            ("scripts/a", End::Closed, By::File, is("scripts/a"), None),
            ("git push", End::Open, By::GitHook, is("pre-push"), None),
        ] {
            assert_eq!(of(text, end), [(by, name, at)], "{text}");
        }
        assert_eq!(of("make a b", End::Closed).len(), 2);
        assert_eq!(of("run-s a b:*", End::Closed).len(), 2);
    }

    #[test]
    fn other_commands_call_nothing() {
        for (text, end) in [
            ("npm run", End::Closed),
            ("npm view a", End::Open),
            ("npm run nuke -w infra", End::Closed),
            ("./scripts/", End::Glued),
            ("bash", End::Open),
            ("git push --no-verify", End::Closed),
            ("git status", End::Open),
            ("ls", End::Open),
            ("", End::Open),
        ] {
            assert_eq!(of(text, end), [], "{text}");
        }
    }
}
