//! The proof that a guard is on: a token made at run time goes through the hook exactly as Git would call it.
//!
//! Nothing is written into the repository: the planted blob and the index that holds it live in a temporary folder.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::git::Git;
use crate::error::{Error, Result};
use crate::find;
use crate::rules::{RuleSet, template};

/// What came of the planted token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Our hook refused it and named its file.
    Refused(Duration),
    /// The hook let it pass.
    Passed,
    /// Something else stopped the hook before ours could speak.
    StoppedEarlier,
}

/// The file that holds the planted token.
const PLANTED_PATH: &str = "tokenleash-planted-token.sh";

/// The kind that is planted.
const PLANTED_KIND: &str = "github-classic-pat";

/// Plants a token into a copy of a repository's index and runs its pre-commit hook over it.
pub fn pre_commit(repository: &Path, rules: &RuleSet) -> Result<Proof> {
    let folder = Scratch::new()?;
    let objects = Git::in_folder(repository)
        .args([
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "objects",
        ])
        .text()?;
    let index = Git::in_folder(repository)
        .args(["rev-parse", "--path-format=absolute", "--git-path", "index"])
        .text()?;
    let planted_index = folder.path().join("index");
    let planted_objects = folder.path().join("objects");
    fs::create_dir_all(&planted_objects).map_err(|_| Scratch::failed())?;
    if Path::new(&index).exists() {
        fs::copy(&index, &planted_index).map_err(|_| Scratch::failed())?;
    }
    let git = || {
        Git::in_folder(repository)
            .env("GIT_INDEX_FILE", &planted_index)
            .env("GIT_OBJECT_DIRECTORY", &planted_objects)
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects)
    };
    let blob = git()
        .args(["hash-object", "-w", "--stdin"])
        .input(planted_script(rules)?)
        .text()?;
    let entry = format!("100644,{blob},{PLANTED_PATH}");
    git()
        .args(["update-index", "--add", "--cacheinfo", &entry])
        .text()?;
    let start = Instant::now();
    let output = git().args(["hook", "run", "pre-commit"]).output()?;
    let took = start.elapsed();
    let named = [&output.stdout, &output.stderr]
        .iter()
        .any(|text| memchr::memmem::find(text, PLANTED_PATH.as_bytes()).is_some());
    Ok(match (output.status.success(), named) {
        (true, _) => Proof::Passed,
        (false, true) => Proof::Refused(took),
        (false, false) => Proof::StoppedEarlier,
    })
}

fn planted_script(rules: &RuleSet) -> Result<String> {
    let kind = rules
        .kind(PLANTED_KIND)
        .ok_or_else(|| Error::config("the built-in kinds are gone"))?;
    let seed = getrandom::u64().map_err(|_| Error::source("the system gives no random numbers"))?;
    Ok(template::expand(
        "#!/bin/sh\nexport GITHUB_TOKEN={value}\n",
        kind,
        &find::sample,
        seed,
    ))
}

/// A folder that goes away with its owner.
pub struct Scratch(std::path::PathBuf);

impl Scratch {
    /// Makes a folder with a name that nobody can guess, readable by its owner alone.
    pub fn new() -> Result<Self> {
        let number =
            getrandom::u64().map_err(|_| Error::source("the system gives no random numbers"))?;
        let path = std::env::temp_dir().join(format!("tokenleash-{number:016x}"));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(&path).map_err(|_| Scratch::failed())?;
        Ok(Scratch(path))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn failed() -> Error {
        Error::output("the temporary folder could not be written")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that cannot be removed is left to the system's own sweeping.
        let _ = fs::remove_dir_all(&self.0);
    }
}
