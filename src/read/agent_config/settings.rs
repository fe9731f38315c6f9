//! Switches, rules, hooks and the sandbox in an agent's settings.
//!
//! In: a document and its path. Out: what `rules/agents.toml` knows of it. Keys with dots in them and nested keys count
//! alike, because editors write both.

use super::{AgentFile, BoundOn, Decision, Hook, Inert, PermissionRule, SwitchOn, fits, quoted};
use crate::rules::agent_facts::{Bound, Bounding, RulePlace, Switch, agent_facts};
use crate::rules::ci;
use crate::syntax::{Document, Leaf};

/// What editors put in front of a setting's key.
const PREFIXES: &[&str] = &[
    "settings.",
    "customizations.vscode.settings.",
    "containerEnv.",
    "remoteEnv.",
];
/// The most rules of one file.
const MOST: usize = 2000;

/// Reads everything that the file's settings say.
pub(super) fn read(file: &mut AgentFile, document: &Document) {
    let facts = agent_facts();
    let switches: Vec<&'static Switch> = facts
        .switches
        .iter()
        .filter(|switch| fits(&switch.files, &file.path))
        .collect();
    let places: Vec<&'static RulePlace> = facts
        .rules
        .iter()
        .filter(|place| fits(&place.files, &file.path))
        .collect();
    let bounds: Vec<&'static Bound> = facts
        .bounds
        .iter()
        .filter(|bound| fits(&bound.files, &file.path))
        .collect();
    if switches.is_empty() && places.is_empty() && bounds.is_empty() {
        return;
    }
    let leaves: Vec<Leaf<'_>> = document.leaves().collect();
    for bound in bounds {
        read_bound(file, bound, &leaves);
    }
    for switch in switches {
        read_switch(file, switch, &leaves);
    }
    for place in places {
        read_rules(file, place, &leaves);
    }
    if file.path.lossy().contains(".claude/settings") {
        read_claude(file, document, &leaves);
    }
}

fn key_of<'l>(leaf: &'l Leaf<'_>) -> &'l str {
    let path = leaf.key_path.as_str();
    PREFIXES
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))
        .unwrap_or(path)
}

fn holds(leaves: &[Leaf<'_>], condition: &[String]) -> bool {
    let Some((key, values)) = condition.split_first() else {
        return false;
    };
    leaves
        .iter()
        .any(|leaf| ci::fits(key, key_of(leaf)) && values.iter().any(|value| value == leaf.text))
}

fn read_bound(file: &mut AgentFile, bound: &'static Bound, leaves: &[Leaf<'_>]) {
    let is_on =
        |leaf: &&Leaf<'_>| key_of(leaf) == bound.key && bound.values.iter().any(|v| v == leaf.text);
    let Some(leaf) = leaves.iter().find(is_on) else {
        return;
    };
    let is_denied = |leaf: &&Leaf<'_>| {
        let under = |key: &String| {
            key_of(leaf)
                .strip_prefix(key.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        };
        bound.denies.iter().any(under)
    };
    let denied = leaves.iter().filter(is_denied).take(MOST);
    file.bounds.push(BoundOn {
        bound,
        denied: denied.map(|leaf| leaf.text.to_owned()).collect(),
        span: leaf.value_span,
    });
}

fn read_switch(file: &mut AgentFile, switch: &'static Switch, leaves: &[Leaf<'_>]) {
    if (!switch.also.is_empty() && !holds(leaves, &switch.also)) || holds(leaves, &switch.unless) {
        return;
    }
    let on = leaves.iter().filter(|leaf| {
        names_key(switch, leaf) && says_value(switch, leaf) && stands_with(switch, leaf, leaves)
    });
    for leaf in on {
        let item = leaf
            .key_path
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        let shown =
            match switch.names.is_empty() && !item && !switch.key.starts_with("allowed-tools") {
                true => format!("{} = {}", leaf.key, leaf.text),
                false => format!(
                    "{} has {}",
                    switch.key.trim_end_matches('*').trim_end_matches('.'),
                    shown_item(switch, leaf)
                ),
            };
        file.switches.push(SwitchOn {
            switch,
            shown: quoted(&shown),
            span: leaf.value_span,
        });
        if file.switches.len() >= MOST {
            return;
        }
    }
}

fn shown_item(switch: &Switch, leaf: &Leaf<'_>) -> String {
    if switch.names.is_empty() {
        // Only the part that counts: the rest of the value may be anything.
        let part = switch.values.iter().find(|value| {
            leaf.text
                .split(", ")
                .any(|part| part.trim() == value.as_str())
        });
        part.unwrap_or(&switch.key).clone()
    } else {
        format!("{}: {}", leaf.key, leaf.text)
    }
}

fn names_key(switch: &Switch, leaf: &Leaf<'_>) -> bool {
    let key = key_of(leaf);
    if switch.names.is_empty() {
        return ci::fits(&switch.key, key);
    }
    let Some(last) = key
        .strip_prefix(switch.key.as_str())
        .and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    switch
        .names
        .iter()
        .any(|name| name == last || last.strip_suffix(".approve") == Some(name))
}

fn says_value(switch: &Switch, leaf: &Leaf<'_>) -> bool {
    if switch.values.is_empty() {
        return true;
    }
    let is_one = |text: &str| switch.values.iter().any(|value| value == text);
    // Front matter writes lists in one string.
    is_one(leaf.text)
        || (switch.key.starts_with("allowed-tools")
            && leaf.text.split(", ").any(|part| is_one(part.trim())))
}

/// Whether the keys beside the leaf, in the same map, are as the switch wants them.
fn stands_with(switch: &Switch, leaf: &Leaf<'_>, leaves: &[Leaf<'_>]) -> bool {
    let Some((map, _)) = leaf.key_path.rsplit_once('.') else {
        return switch.beside.is_empty();
    };
    let of_map = |other: &Leaf<'_>| {
        let rest = other.key_path.strip_prefix(map)?.strip_prefix('.')?;
        Some((rest.to_owned(), other.text.to_owned()))
    };
    let beside: Vec<_> = match switch.beside.is_empty() && switch.without.is_empty() {
        true => Vec::new(),
        false => leaves.iter().filter_map(of_map).collect(),
    };
    let stands = |key: &str, value: &str| beside.iter().any(|(k, v)| k == key && v == value);
    let wanted = match switch.beside.as_slice() {
        [key, value] => stands(key, value),
        _ => true,
    };
    wanted
        && !beside.iter().any(|(key, _)| {
            switch
                .without
                .iter()
                .any(|without| key.starts_with(without.as_str()))
        })
}

/// A map's entry: the command is the key, the decision the value.
fn mapped(place: &RulePlace, leaf: &Leaf<'_>) -> Option<Decision> {
    let map = key_of(leaf).strip_suffix(leaf.key)?.strip_suffix('.')?;
    if !place.maps.iter().any(|wanted| ci::fits(wanted, map)) {
        return None;
    }
    match leaf.text {
        "allow" | "true" => Some(Decision::Allow),
        "ask" | "false" => Some(Decision::Ask),
        "deny" => Some(Decision::Deny),
        _ => None,
    }
}

/// A rule's command, open at its end where the agent takes it for a start.
fn command_of(place: &RulePlace, text: &str) -> String {
    let is_pattern = text.starts_with('/') && text.ends_with('/');
    match place.prefix && !text.ends_with('*') && !is_pattern {
        true => format!("{text} *"),
        false => text.to_owned(),
    }
}

fn read_rules(file: &mut AgentFile, place: &'static RulePlace, leaves: &[Leaf<'_>]) {
    for leaf in leaves {
        let key = key_of(leaf);
        if let Some(decision) = mapped(place, leaf).filter(|_| file.rules.len() < MOST) {
            file.rules.push(PermissionRule {
                agent: &place.agent,
                decision,
                tool: String::new(),
                about: Some(command_of(place, leaf.key)),
                shell: true,
                span: leaf.value_span,
            });
            continue;
        }
        let under = |keys: &[String]| {
            keys.iter().any(|wanted| {
                key.strip_prefix(wanted.as_str())
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
            })
        };
        let decision = if under(&place.allow) {
            Decision::Allow
        } else if under(&place.ask) {
            Decision::Ask
        } else if under(&place.deny) {
            Decision::Deny
        } else {
            continue;
        };
        if file.rules.len() >= MOST {
            return;
        }
        let (tool, about) = match leaf.text.split_once('(') {
            Some((tool, rest)) if rest.ends_with(')') && !place.shell.is_empty() => {
                (tool, Some(rest[..rest.len() - 1].to_owned()))
            }
            _ if place.shell.is_empty() => ("", Some(command_of(place, leaf.text))),
            _ => (leaf.text, None),
        };
        file.rules.push(PermissionRule {
            agent: &place.agent,
            decision,
            tool: tool.to_owned(),
            about,
            shell: tool == place.shell,
            span: leaf.value_span,
        });
    }
}

/// What only Claude Code's settings hold: hooks, the sandbox, rules that do nothing.
fn read_claude(file: &mut AgentFile, document: &Document, leaves: &[Leaf<'_>]) {
    file.sandboxed = file
        .bounds
        .iter()
        .any(|on| on.bound.effect == Bounding::Sandbox);
    for list in document.get(&["hooks", "PreToolUse"]) {
        for item in list.as_list().unwrap_or_default() {
            let matcher = document
                .entries(item)
                .into_iter()
                .find(|entry| entry.key == "matcher")
                .and_then(|entry| entry.value.as_text())
                .unwrap_or_default();
            file.hooks.push(Hook {
                event: "PreToolUse".to_owned(),
                matcher: matcher.to_owned(),
                span: item.span,
            });
        }
    }
    for leaf in leaves {
        if leaf.key_path.starts_with("permissions.read.")
            || leaf.key_path.starts_with("permissions.write.")
        {
            file.inert.push(Inert {
                pattern: leaf.text.to_owned(),
                says: "Claude Code has no key permissions.read or permissions.write; nobody reads this rule".to_owned(),
                instead: "permissions.deny with Read(…)".to_owned(),
                span: leaf.value_span,
            });
        }
    }
    let found: Vec<Inert> = file.rules.iter().filter_map(inert_rule).collect();
    file.inert.extend(found);
}

/// Rules of Claude Code that look right and are never consulted.
fn inert_rule(rule: &PermissionRule) -> Option<Inert> {
    if rule.decision == Decision::Allow {
        return None;
    }
    let about = rule.about.as_deref()?;
    if matches!(rule.tool.as_str(), "Write" | "NotebookEdit" | "MultiEdit") {
        return Some(Inert {
            pattern: about.to_owned(),
            says: format!(
                "{}(path) is accepted and never consulted; paths are only looked up as Read(path) and Edit(path)",
                rule.tool
            ),
            instead: format!("Edit({})", quoted(about)),
            span: rule.span,
        });
    }
    if rule.shell && has_lost_colon(about) {
        let words = about.replace(':', " ");
        return Some(Inert {
            pattern: String::new(),
            says: format!(
                "`{}` is compared with the command as it is typed, and a colon has a meaning only in `:*` at the end",
                quoted(about)
            ),
            instead: format!(
                "{}({}:*)",
                rule.tool,
                quoted(words.trim_end_matches([' ', '*']))
            ),
            span: rule.span,
        });
    }
    let is_path_rule = matches!(rule.tool.as_str(), "Read" | "Edit");
    let homes = [
        "/Users/",
        "/home/",
        "/etc/",
        "/var/",
        "/root/",
        "/opt/",
        "/usr/",
        "/private/",
    ];
    if is_path_rule && homes.iter().any(|home| about.starts_with(home)) {
        return Some(Inert {
            pattern: String::new(),
            says: "a single / at the start means the folder of the settings file, not the root of the disk".to_owned(),
            instead: format!("{}(/{})", rule.tool, quoted(about)),
            span: rule.span,
        });
    }
    None
}

/// Whether a colon stands between a program and what follows it, where a space belongs: `rm:-rf:/`.
fn has_lost_colon(about: &str) -> bool {
    let Some((program, rest)) = about.split_once(':') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !program.is_empty() && program.chars().all(plain) && !matches!(rest, "" | "*" | " *")
}
