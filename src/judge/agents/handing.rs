//! What tool servers and containers are handed by name: TL110, TL111, TL112, TL207.

use super::{Bench, Declared, names};
use crate::model::TokenKind;
use crate::read::agent_config::{AgentFile, quoted};
use crate::read::mcp::{Giving, Server};
use crate::rules::glob;

pub(super) fn judge(bench: &mut Bench<'_>, file: &AgentFile) {
    for server in &file.servers {
        judge_server(bench, file, server);
    }
    for passed in &file.passed {
        let service = &passed.service;
        let of_agent = service.name.is_empty()
            || service.runs_agent
            || super::guardrails::developed_in(bench, file, &service.name);
        if !of_agent {
            continue;
        }
        let Some(meaning) = names::meaning(&passed.name, bench.known.rules) else {
            continue;
        };
        let name = quoted(&passed.name);
        let route = format!("passed/{name}");
        if declared(bench, file, &passed.name, passed.span, &meaning) {
            continue;
        }
        let (rule, what) = of_meaning(&name, &meaning);
        let message = format!("`{name}` of the host is passed into the container. {what}");
        bench.add(rule, file, passed.span, route, message, less(&meaning));
    }
}

fn judge_server(bench: &mut Bench<'_>, file: &AgentFile, server: &Server) {
    let shown = quoted(&server.name);
    let limits = server.missing_limits().join(" and ");
    let mut said = false;
    for handed in &server.handed {
        if handed.how == Giving::Literal {
            continue;
        }
        let by_slot =
            names::meaning(&handed.slot, bench.known.rules).map(|m| (handed.slot.as_str(), m));
        let found = by_slot.or_else(|| {
            names::meaning(&handed.variable, bench.known.rules)
                .map(|m| (handed.variable.as_str(), m))
        });
        let Some((name, meaning)) = found else {
            continue;
        };
        let route = format!("servers/{shown}/{}", quoted(name));
        if declared(bench, file, name, handed.span, &meaning) {
            continue;
        }
        let (mut rule, what) = of_meaning(name, &meaning);
        let mut message = format!("The server `{shown}` is handed `{}`. {what}", quoted(name));
        let mut advice = less(&meaning);
        if !limits.is_empty() {
            rule = "TL112";
            message.push_str(&format!(" The server is started without {limits}."));
            advice = format!("Add {limits}. {advice}");
        }
        said = true;
        bench.add(rule, file, handed.span, route, message, advice);
    }
    judge_profile(bench, file, server);
    judge_folders(bench, file, server);
    if !said && let (Some(known), false) = (server.known, limits.is_empty()) {
        let message = format!(
            "The {} server `{shown}` may do everything that its login can: it is started without {limits}.",
            known.name
        );
        let route = format!("servers/{shown}/limits");
        bench.add(
            "TL207",
            file,
            server.span,
            route,
            message,
            format!("Add {limits} ({}).", known.docs),
        );
    }
}

/// A server whose tools read a whole home directory or disk.
fn judge_folders(bench: &mut Bench<'_>, file: &AgentFile, server: &Server) {
    if !server.known.is_some_and(|known| known.opens_folders) {
        return;
    }
    let Some(folder) = server.launch.lines().find_map(whole_home) else {
        return;
    };
    let (shown, folder) = (quoted(&server.name), quoted(folder));
    bench.add(
        "TL407",
        file,
        server.span,
        format!("servers/{shown}/{folder}"),
        format!("The server `{shown}` reads `{folder}`: the logins of the person who starts it stand below it (`.aws`, `.ssh`, `.config/gh`)."),
        "Name the folder of this project instead, as `.` or `${workspaceFolder}`.".to_owned(),
    );
}

/// The folder of an argument, where it is a home directory, all of them, or the disk.
fn whole_home(argument: &str) -> Option<&str> {
    let folder = argument
        .split(',')
        .find_map(|part| {
            part.strip_prefix("src=")
                .or_else(|| part.strip_prefix("source="))
        })
        .unwrap_or(argument);
    // `-v /home/a:/projects`; a drive's colon stands second.
    let folder = match folder.char_indices().find(|(at, c)| *c == ':' && *at > 1) {
        Some((at, _)) if folder.starts_with('/') => &folder[..at],
        _ => folder,
    };
    let plain = folder.replace('\\', "/");
    let plain = plain.trim_end_matches('/');
    let homes = [
        "~",
        "$HOME",
        "${HOME}",
        "${env:HOME}",
        "${userHome}",
        "%USERPROFILE%",
        "/root",
        "/home",
        "/Users",
        "C:",
        "C:/Users",
    ];
    let below = |start: &str| {
        plain
            .strip_prefix(start)
            .is_some_and(|name| !name.is_empty() && !name.contains('/'))
    };
    let is_home = homes.contains(&plain)
        || below("/home/")
        || below("/Users/")
        || below("C:/Users/")
        || folder == "/";
    is_home.then_some(folder)
}

/// A profile that is called admin or production.
fn judge_profile(bench: &mut Bench<'_>, file: &AgentFile, server: &Server) {
    let profile = server
        .launch
        .lines()
        .find_map(|line| line.strip_prefix("AWS_PROFILE="));
    let Some(profile) = profile else {
        return;
    };
    let lower = profile.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let broad = [
        "admin",
        "administrator",
        "administratoraccess",
        "root",
        "poweruser",
        "poweruseraccess",
    ];
    if !words.iter().any(|word| broad.contains(word)) {
        return;
    }
    let shown = quoted(&server.name);
    bench.add(
        "TL112",
        file,
        server.span,
        format!("servers/{shown}/AWS_PROFILE"),
        format!("The server `{shown}` runs under the AWS profile `{}`: every call has an administrator's rights.", quoted(profile)),
        "Make a role for this server with the few actions that it needs, and name its profile here.".to_owned(),
    );
}

fn of_meaning(name: &str, meaning: &names::Meaning) -> (&'static str, String) {
    let worst = |kind: &TokenKind| match kind.worst {
        "" => String::new(),
        worst => format!(", which can {worst}"),
    };
    match (meaning.only_broad, meaning.kind) {
        (true, Some(kind)) => (
            "TL112",
            format!(
                "This name can mean nothing narrow: it holds {} {}{}.",
                article(kind.name),
                kind.name,
                worst(kind)
            ),
        ),
        (true, None) => (
            "TL112",
            format!("The name `{}` can mean nothing narrow.", quoted(name)),
        ),
        (false, Some(kind)) => (
            "TL110",
            format!(
                "Under this name {} {} is usual{}; the file does not show which one it is.",
                article(kind.name),
                kind.name,
                worst(kind)
            ),
        ),
        (false, None) => (
            "TL110",
            "What stands under this name is often broad.".to_owned(),
        ),
    }
}

fn article(name: &str) -> &'static str {
    match name.bytes().next() {
        Some(b'A' | b'E' | b'I' | b'O' | b'a' | b'e' | b'i' | b'o') => "an",
        _ => "a",
    }
}

fn less(meaning: &names::Meaning) -> String {
    match meaning.kind {
        Some(kind) if !kind.narrower.is_empty() => {
            format!("Use a `{}` instead: {}", kind.narrower[0], kind.how)
        }
        Some(kind) if !kind.how.is_empty() => kind.how.to_owned(),
        _ => "Make a credential for this one task, with the few rights that it needs.".to_owned(),
    }
}

/// Whether a declaration covers the name; a declaration that the catalogue or a literal contradicts is TL111.
fn declared(
    bench: &mut Bench<'_>,
    file: &AgentFile,
    name: &str,
    span: crate::model::Span,
    meaning: &names::Meaning,
) -> bool {
    let found: Option<Declared> = bench
        .known
        .declared
        .iter()
        .find(|one| {
            one.name == name && !one.expired && glob::matches(&one.place, file.path.as_bytes())
        })
        .cloned();
    let Some(found) = found else {
        return false;
    };
    let kind = bench.known.rules.kind(&found.kind);
    let literal = bench
        .known
        .broad
        .iter()
        .find(|there| there.path == file.path)
        .map(super::BroadThere::in_words);
    let against = match (kind, literal) {
        (None, _) => Some("no such kind is known".to_owned()),
        (Some(kind), _) if names::is_broad(kind) => {
            Some(format!("that kind is broad itself: {}", kind.why))
        }
        (Some(_), Some(literal)) => Some(literal),
        (Some(_), None) if meaning.only_broad => {
            Some("nothing narrow can stand under this name".to_owned())
        }
        (Some(_), None) => None,
    };
    if let Some(against) = against {
        let shown = quoted(name);
        bench.add(
            "TL111",
            file,
            span,
            format!("declared/{shown}"),
            format!(
                "`{shown}` is declared to be `{}`; the evidence says otherwise: {}.",
                quoted(&found.kind),
                against.trim_end_matches('.')
            ),
            "Put the credential right, or the declaration.".to_owned(),
        );
    }
    true
}
