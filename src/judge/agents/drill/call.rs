//! The last hop: the call, what it destroys, and who is asked before it.
//!
//! In: a finding and the ground. Out: a node, and one sentence.

use super::{Ground, Node, NodeKind};
use crate::judge::agents::program::power_of;
use crate::model::Finding;
use crate::read::agent_config::Decision;
use crate::rules::agent_facts::Effect;

/// Where a provider's resources are declared.
const DECLARED: &[(&str, &[&str])] = &[
    ("Railway", &["railway.toml", "railway.json"]),
    ("Fly", &["fly.toml"]),
    ("Vercel", &["vercel.json", ".vercel/project.json"]),
    ("Supabase", &["supabase/config.toml"]),
    ("Netlify", &["netlify.toml"]),
    ("Heroku", &["app.json"]),
    ("Render", &["render.yaml"]),
    (
        "Cloudflare",
        &["wrangler.toml", "wrangler.jsonc", "wrangler.json"],
    ),
    ("Amazon", &["main.tf", "template.yaml", "serverless.yml"]),
    ("AWS", &["main.tf", "template.yaml", "serverless.yml"]),
    ("Google", &["main.tf", "app.yaml"]),
    ("DigitalOcean", &[".do/app.yaml", "main.tf"]),
];

pub(super) fn call_node(ground: &Ground<'_>, finding: &Finding) -> Node {
    let kind = finding.kind;
    let provider = kind.map_or("", |kind| kind.provider);
    let of_request = kind.and_then(|kind| {
        kind.requests
            .iter()
            .flat_map(|request| request.hosts)
            .next()
            .copied()
    });
    let of_provider = || {
        let known = ground
            .rules
            .providers()
            .iter()
            .find(|known| known.name == provider);
        known.and_then(|known| known.hosts.first().copied())
    };
    let host = of_request.or_else(of_provider).unwrap_or(provider);
    let worst = kind.map_or("", |kind| kind.worst);
    let worst = if worst.is_empty() {
        "delete what it reaches"
    } else {
        worst
    };
    let mut text = format!("{host}: {worst}");
    let declared = DECLARED
        .iter()
        .filter(|(name, _)| provider.starts_with(name))
        .flat_map(|(_, files)| files.iter())
        .find_map(|path| {
            let bytes = ground.snapshot.read(path.as_bytes()).ok().flatten()?;
            Some((*path, resources(&String::from_utf8_lossy(&bytes))))
        });
    let path = declared.as_ref().map(|(path, _)| (*path).to_owned());
    if let Some((path, names)) = declared {
        let names: Vec<String> = names.iter().map(|name| (ground.mask)(name)).collect();
        match names.is_empty() {
            true => text.push_str(&format!(" (declared in {path})")),
            false => text.push_str(&format!(" ({} in {path})", names.join(", "))),
        }
    }
    Node {
        kind: NodeKind::Call,
        text,
        path,
        line: None,
    }
}

/// Names of resources that a file declares, at most three.
fn resources(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines().take(5000) {
        let line = line.trim();
        let quoted: Vec<&str> = line.split('"').collect();
        let name = if line.starts_with("resource ") {
            match quoted.as_slice() {
                [_, kind, _, name, ..] => Some(format!("{kind}.{name}")),
                _ => None,
            }
        } else {
            let key = line
                .split(['=', ':'])
                .next()
                .unwrap_or_default()
                .trim()
                .trim_matches('"');
            let value = line
                .split(['=', ':'])
                .nth(1)
                .unwrap_or_default()
                .trim()
                .trim_matches([',', '"', '\'', ' ']);
            (["app", "name", "project_id", "service"].contains(&key)
                && !value.is_empty()
                && value.len() <= 64)
                .then(|| value.to_owned())
        };
        names.extend(name);
        if names.len() == 3 {
            break;
        }
    }
    names
}

/// Who is asked before the call is sent.
pub(super) fn asked(ground: &Ground<'_>) -> String {
    for file in ground.files {
        if let Some(on) = file
            .switches
            .iter()
            .find(|on| on.switch.effect == Effect::Unasked)
        {
            let line = file.place(on.span).start_line;
            return format!(
                "Nobody is asked: {} ({}:{line}).",
                (ground.mask)(&on.shown),
                (ground.mask)(&file.path.lossy())
            );
        }
        if let Some(start) = file.starts.first() {
            let line = file.place(start.span).start_line;
            return format!(
                "Nobody is asked: {} in {} ({}:{line}).",
                start.flag,
                start.place,
                (ground.mask)(&file.path.lossy())
            );
        }
        let sends = file.rules.iter().find(|rule| {
            rule.shell
                && rule.decision == Decision::Allow
                && rule
                    .about
                    .as_deref()
                    .is_some_and(|about| power_of(about).is_some())
        });
        if let Some(rule) = sends {
            let line = file.place(rule.span).start_line;
            let shown = crate::judge::agents::destroying::shown_rule(
                rule.about.as_deref().unwrap_or_default(),
            );
            return format!(
                "Nobody is asked: `{shown}` runs without a question ({}:{line}).",
                (ground.mask)(&file.path.lossy())
            );
        }
    }
    match ground.agents.names().first() {
        Some(name) => format!(
            "{name} asks before the call, unless its user has said yes before; nothing in this repository makes it ask."
        ),
        None => "Nothing in this repository makes an agent ask before the call.".to_owned(),
    }
}
