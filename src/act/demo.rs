//! The PocketOS incident, played in a throwaway repository: the guard must refuse, and must let the fixed version pass.
//!
//! The token is made on the spot and works nowhere. Every line shown is what `git` and the hook really wrote.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::git::Git;
use super::prove::Scratch;
use super::{hooks, install};
use crate::error::{Error, Result};
use crate::find;
use crate::rules::{RuleSet, template};

/// The kind that the incident was about.
const KIND: &str = "railway-account-token";

const SCRIPT: &str = "scripts/domains.sh";

/// The script as an engineer would have written it, with the token in place.
const WITH_TOKEN: &str = r#"#!/bin/sh
# Adds a custom domain to the web service.
RAILWAY_API_TOKEN={value}

curl --silent https://backboard.railway.com/graphql/v2 \
  -H "Authorization: Bearer $RAILWAY_API_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"query":"mutation { customDomainCreate(input: { domain: \"app.example.com\" }) { id } }"}'
"#;

/// The same script with the narrower token, read from the environment.
const WITH_REFERENCE: &str = r#"#!/bin/sh
# Adds a custom domain to the web service.
# RAILWAY_TOKEN is a project token: one environment of one project.
: "${RAILWAY_TOKEN:?set a project token}"

curl --silent https://backboard.railway.com/graphql/v2 \
  -H "Project-Access-Token: ${RAILWAY_TOKEN}" \
  -H "Content-Type: application/json" \
  -d '{"query":"mutation { customDomainCreate(input: { domain: \"app.example.com\" }) { id } }"}'
"#;

const INSTRUCTIONS: &str = "# Notes for agents\n\nFix staging. Never delete anything.\n";

/// What the play showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    pub refused: bool,
    pub passed: bool,
}

/// Plays the incident; `say` shows each line as it comes.
pub fn play(
    binary: &Path,
    rules: &RuleSet,
    say: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Played> {
    let folder = Scratch::new()?;
    let repository = folder.path();
    let kind = rules
        .kind(KIND)
        .ok_or_else(|| Error::config("the built-in kinds are gone"))?;
    let seed = getrandom::u64().map_err(|_| Error::source("the system gives no random numbers"))?;
    prepare(repository, binary)?;
    say(
        "April 2026, PocketOS: a coding agent meets a permissions error in staging, searches the checkout,",
    )?;
    say(
        "finds a Railway token in an unrelated script, and deletes the production volume with its backups.",
    )?;
    say("")?;
    say(
        "The same script, committed where tokenleash is installed (the token is made up on the spot):",
    )?;
    say("")?;
    write(
        repository,
        SCRIPT,
        &template::expand(WITH_TOKEN, kind, &find::sample, seed),
    )?;
    let first = commit(repository, "Add a script for custom domains", say)?;
    let refused = first.status.code() == Some(1) && !has_commit_with(repository, SCRIPT)?;
    say("")?;
    say("Now the fixed version: a project token, read from the environment.")?;
    say("")?;
    write(repository, SCRIPT, WITH_REFERENCE)?;
    let second = commit(repository, "Add a script for custom domains", say)?;
    let passed = second.status.success() && has_commit_with(repository, SCRIPT)?;
    Ok(Played { refused, passed })
}

fn prepare(repository: &Path, binary: &Path) -> Result<()> {
    git(repository, &["init", "--quiet", "--template="]).text()?;
    let folder = repository.join(".git").join("hooks");
    let wanted: Vec<_> = hooks::DEFAULT
        .iter()
        .filter_map(|name| hooks::by_name(name))
        .collect();
    write(repository, "AGENTS.md", INSTRUCTIONS)?;
    write(repository, ".cursor/rules/staging.mdc", INSTRUCTIONS)?;
    git(repository, &["add", "--all"]).text()?;
    git(repository, &["commit", "--quiet", "--message=Begin"]).text()?;
    install::into_folder(&folder, &wanted, binary)?;
    Ok(())
}

fn write(repository: &Path, path: &str, text: &str) -> Result<()> {
    let path = repository.join(path);
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&path, text));
    written.map_err(|_| Error::output("the throwaway repository could not be written"))
}

fn commit(
    repository: &Path,
    message: &str,
    say: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Output> {
    say(&format!("$ git add {SCRIPT} && git commit -m '{message}'"))?;
    git(repository, &["add", "--all"]).text()?;
    let output = git(repository, &["commit", "--message", message]).output()?;
    for text in [&output.stderr, &output.stdout] {
        for line in String::from_utf8_lossy(text).lines() {
            say(line)?;
        }
    }
    Ok(output)
}

fn has_commit_with(repository: &Path, path: &str) -> Result<bool> {
    let found = git(repository, &["cat-file", "-e", &format!("HEAD:{path}")]).output()?;
    Ok(found.status.success())
}

/// A call that neither the user's configuration nor a surrounding hook can change.
fn git(repository: &Path, arguments: &[&str]) -> Git {
    Git::in_folder(repository)
        .without_git_environment()
        .env(
            "GIT_CONFIG_GLOBAL",
            if cfg!(windows) { "NUL" } else { "/dev/null" },
        )
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "A. Developer")
        .env("GIT_AUTHOR_EMAIL", "developer@example.com")
        .env("GIT_COMMITTER_NAME", "A. Developer")
        .env("GIT_COMMITTER_EMAIL", "developer@example.com")
        .args(arguments)
}
