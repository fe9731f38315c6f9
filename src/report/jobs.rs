//! The agents of jobs, for a terminal: what each holds, who starts it, what it needs, and what cannot be seen.
//!
//! In: an entry of `agent_jobs`. Out: lines that fit a width. It says nothing that the entry does not hold.

use super::sanitize;
use super::wrap::wrap;
use crate::model::{AgentJob, HeldToken, Scopes, SecretReach, TokenFrom, TokenSource};

/// Columns of the words in front.
const LABEL: usize = 16;

/// The lines of one job.
pub(crate) fn lines(job: &AgentJob, width: usize) -> Vec<String> {
    let mut out = vec![sanitize::clean(&format!(
        "{}#{}: {} by {}, line {}",
        job.path,
        job.job,
        job.agent,
        how(job),
        job.line
    ))];
    let view = &job.view;
    let mut part = |label: &str, entries: &[String]| {
        let mut label = label;
        for entry in entries {
            for (at, line) in wrap(&sanitize::clean(entry), width.saturating_sub(LABEL + 2), "")
                .iter()
                .enumerate()
            {
                let gap = if at == 0 { "" } else { "  " };
                out.push(format!("  {label:LABEL$}{gap}{line}"));
                label = "";
            }
        }
    };
    part("started by", &view.starts);
    part("tokens", &tokens(job));
    part("secrets", &secrets(job));
    part("on disk", &view.disk);
    let own = view.has_scopes.then(|| needs(job)).into_iter();
    part(
        "needs",
        &own.chain(view.elsewhere.iter().cloned())
            .collect::<Vec<_>>(),
    );
    if view.has_scopes {
        part("granted", &[granted(job)]);
        part("excess", &[excess(job)]);
    }
    part("cannot be seen", &view.unseen);
    out
}

fn how(job: &AgentJob) -> String {
    let what = match job.how {
        crate::model::Through::Action => "an action",
        crate::model::Through::Cli => "a command",
        crate::model::Through::Composite => "an action of this repository",
        crate::model::Through::Reusable => "a workflow that it calls",
    };
    match job.step.as_str() {
        "" => what.to_owned(),
        step => format!("{what} (step \"{step}\")"),
    }
}

/// Each token once, with every way by which it comes to the agent.
fn tokens(job: &AgentJob) -> Vec<String> {
    let mut lines = Vec::new();
    let mut told: Vec<&HeldToken> = Vec::new();
    for token in &job.holds.tokens {
        let same = |other: &&HeldToken| {
            (other.source, &other.name, &other.permissions)
                == (token.source, &token.name, &token.permissions)
        };
        if told.iter().any(same) {
            continue;
        }
        told.push(token);
        let ways: Vec<String> = job.holds.tokens.iter().filter(same).map(way).collect();
        lines.push(format!("{}{}: {}", make(token), ways.concat(), may(token)));
    }
    if lines.is_empty() {
        lines.push("none".to_owned());
    }
    lines
}

fn make(token: &HeldToken) -> String {
    match token.source {
        TokenSource::GithubToken => "the job's token".to_owned(),
        TokenSource::AppExchanged => {
            "an App token that the action swaps the job's OIDC token for".to_owned()
        }
        TokenSource::AppToken => "an App token".to_owned(),
        TokenSource::Pat => format!("the token in the secret {}", token.name),
        TokenSource::Oidc if !token.name.is_empty() => {
            format!("the identity token {}", token.name)
        }
        TokenSource::Oidc => "the right to ask for OIDC tokens".to_owned(),
        TokenSource::Other if token.name.contains(' ') => format!("the {}", token.name),
        TokenSource::Other if !token.name.is_empty() => {
            format!("the job's token {}", token.name)
        }
        TokenSource::Other => "a token of unknown make".to_owned(),
    }
}

/// How a token comes to the agent.
fn way(token: &HeldToken) -> String {
    let way = match token.from {
        _ if token.source == TokenSource::Oidc && token.name.is_empty() => "in every step",
        TokenFrom::Checkout => "left by the checkout",
        TokenFrom::With => "handed as an input",
        TokenFrom::Env => "in its environment",
        TokenFrom::Output => "from an earlier step",
        TokenFrom::Default => "taken by default",
    };
    format!(", {way} (line {})", token.line)
}

/// What a token may do.
fn may(token: &HeldToken) -> String {
    match &token.permissions {
        Some(_) if token.source == TokenSource::Oidc => "for any audience".to_owned(),
        Some(scopes) => format!("may {}", scope_words(scopes)),
        None if token.source == TokenSource::Oidc => {
            "what trusts it stands at the cloud".to_owned()
        }
        None if token.source == TokenSource::AppToken => {
            "may everything that its installation may".to_owned()
        }
        None => "what it may cannot be seen".to_owned(),
    }
}

/// Scopes by what they let do: `write contents, issues; read checks`.
fn scope_words(scopes: &Scopes) -> String {
    let of = |level: &str| {
        let named: Vec<&str> = scopes
            .iter()
            .filter(|(_, access)| access.word() == level)
            .map(|(scope, _)| scope.as_str())
            .collect();
        (!named.is_empty()).then(|| format!("{level} {}", named.join(", ")))
    };
    let parts: Vec<String> = [of("write"), of("read")].into_iter().flatten().collect();
    match parts.is_empty() {
        true => "nothing".to_owned(),
        false => parts.join("; "),
    }
}

fn secrets(job: &AgentJob) -> Vec<String> {
    let secrets = job.holds.secrets.iter().map(|secret| {
        let name = match secret.name.as_str() {
            "*" => "every secret of the repository and its organisation",
            name => name,
        };
        let mut words = vec![match secret.reached {
            SecretReach::Handed => "handed to its step",
            SecretReach::Inherited => "in the job's environment",
            SecretReach::EarlierStep => "handed to an earlier step",
        }];
        if job.view.own_model.contains(&secret.name) {
            words.push("pays for its model");
        }
        if let Some(kind) = secret.kind {
            words.push(kind);
        }
        if let Some(breadth) = secret.breadth {
            words.push(breadth);
        }
        format!("{name} (line {}): {}", secret.line, words.join(", "))
    });
    let lines: Vec<String> = secrets.collect();
    match lines.is_empty() {
        true => vec!["none".to_owned()],
        false => lines,
    }
}

fn needs(job: &AgentJob) -> String {
    match &job.needs {
        Some(scopes) => scope_words(scopes),
        None if job.view.least.is_empty() => "not known, see below".to_owned(),
        None => format!(
            "at least {}; the rest is not known, see below",
            scope_words(&job.view.least)
        ),
    }
}

fn granted(job: &AgentJob) -> String {
    match (&job.view.granted, job.view.granted_line) {
        (Some(scopes), Some(line)) => format!("{} (line {line})", scope_words(scopes)),
        (Some(scopes), None) => scope_words(scopes),
        (None, _) => "not stated".to_owned(),
    }
}

fn excess(job: &AgentJob) -> String {
    match &job.excess {
        Some(scopes) if scopes.is_empty() => "none".to_owned(),
        Some(scopes) => scope_words(scopes),
        None => "not said while a need or the grant is unknown".to_owned(),
    }
}
