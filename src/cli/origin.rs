//! Which commit of which repository a run is about, for the reports that say so.
//!
//! In: the runner's variables, and the remote in the repository's own configuration. Out: an address that may be told: no
//! login, no query, nothing that looks like a credential. Where none is left, nothing is said.

use crate::act::ci::event::Branch;
use crate::engine::without_secrets;
use crate::model::Origin;
use crate::source::Repository;

/// Looks up a variable.
type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The longest address that is told.
const LONGEST: usize = 1024;

/// Where runners name the repository, and the branch.
const ADDRESSES: [&str; 4] = [
    "CI_PROJECT_URL",
    "BITBUCKET_GIT_HTTP_ORIGIN",
    "BUILD_REPOSITORY_URI",
    "CIRCLE_REPOSITORY_URL",
];
const BRANCHES: [&str; 8] = [
    "GITHUB_HEAD_REF",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_BRANCH",
    "BITBUCKET_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    "BUILD_SOURCEBRANCH",
    "CIRCLE_BRANCH",
    "GITHUB_REF",
];

/// What a CI run is about: the runner's word, else the clone's remote.
pub fn of_run(
    repository: &Repository,
    variable: Lookup<'_>,
    revision: Option<&str>,
) -> Option<Origin> {
    let on_github = variable("GITHUB_SERVER_URL")
        .zip(variable("GITHUB_REPOSITORY"))
        .map(|(server, name)| format!("{server}/{name}"));
    let named = on_github.or_else(|| ADDRESSES.iter().find_map(|name| variable(name)));
    let address = named.or_else(|| repository.config_value("remote.origin.url"))?;
    let branch = BRANCHES.iter().find_map(|name| variable(name));
    Some(Origin {
        repository: address_of(&address)?,
        revision: revision.map(str::to_owned),
        branch: branch.and_then(|name| branch_of(&name)),
    })
}

/// What a scan is about: the clone's remote and its HEAD.
pub fn of_clone(repository: &Repository, revision: Option<&str>) -> Option<Origin> {
    let address = repository.config_value("remote.origin.url")?;
    let head = || repository.head().ok().flatten().map(|head| head.hex());
    Some(Origin {
        repository: address_of(&address)?,
        revision: revision.map(str::to_owned).or_else(head),
        branch: repository.head_branch().and_then(|name| branch_of(&name)),
    })
}

fn branch_of(name: &str) -> Option<String> {
    let is_branch = !name.starts_with("refs/") || name.starts_with("refs/heads/");
    let branch = Branch::parse(name).filter(|_| is_branch)?;
    told(branch.as_str())
}

/// The text where nothing in it is a credential.
fn told(text: &str) -> Option<String> {
    (without_secrets(text) == text).then(|| text.to_owned())
}

/// The address of a repository without its login; `None` for a path of this machine and whatever is not understood.
fn address_of(text: &str) -> Option<String> {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme @ ("https" | "http" | "ssh"), rest)) => (scheme, rest.to_owned()),
        Some(("git+ssh" | "ssh+git", rest)) => ("ssh", rest.to_owned()),
        Some(_) => return None,
        // `git@host:owner/repository`, as scp has it.
        None => {
            let (host, path) = text.split_once(':')?;
            ("ssh", format!("{host}/{}", path.trim_start_matches('/')))
        }
    };
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host_fits = host.len() > 1
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    let path_fits = !path.is_empty()
        && path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._~/%+".contains(c));
    let address = format!("{scheme}://{host}/{path}");
    if !host_fits || !path_fits || address.len() > LONGEST {
        return None;
    }
    told(&address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_login() {
        let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
        for (written, told) in [
            (
                "https://github.com/o/r.git",
                Some("https://github.com/o/r.git"),
            ),
            (
                "https://user:pass@host.example:8443/o/r?x=1#y",
                Some("https://host.example:8443/o/r"),
            ),
            ("git@github.com:o/r.git", Some("ssh://github.com/o/r.git")),
            ("ssh://git@host.example/o/r", Some("ssh://host.example/o/r")),
            (
                "https://a@b@host.example/o/r",
                Some("https://host.example/o/r"),
            ),
            ("/home/me/r", None),
            ("file:///home/me/r", None),
            ("../r", None),
            ("C:\\work\\r", None),
            ("https://host.example/", None),
            ("ext::sh -c touch% x", None),
            ("https://host.example/o r", None),
            ("", None),
        ] {
            assert_eq!(address_of(written).as_deref(), told, "{written}");
        }
        let with_login = format!("https://x-access-token:{secret}@github.com/o/r");
        assert_eq!(
            address_of(&with_login).as_deref(),
            Some("https://github.com/o/r")
        );
    }

    #[test]
    fn a_merge_ref_is_no_branch() {
        assert_eq!(branch_of("refs/heads/main").as_deref(), Some("main"));
        assert_eq!(branch_of("topic/a").as_deref(), Some("topic/a"));
        for other in ["refs/pull/7/merge", "refs/tags/v1", "a b", "x\n::error::y"] {
            assert_eq!(branch_of(other), None, "{other}");
        }
    }
}
