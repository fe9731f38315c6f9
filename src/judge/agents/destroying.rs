//! What cannot be undone and is allowed without a question: TL204.

use super::program::{Power, power_of};
use super::{Bench, behind};
use crate::read::agent_config::{AgentFile, Decision, PermissionRule, quoted};
use crate::read::mcp::Server;
use crate::rules::agent_facts::{FinalCommand, agent_facts};

/// Words in front of a command that run it.
const RUNNERS: &[&str] = &[
    "npx", "pnpm", "yarn", "bunx", "sudo", "poetry", "uv", "run", "exec", "dlx", "bundle",
];

pub(super) fn judge(bench: &mut Bench<'_>, file: &AgentFile) {
    judge_server_switches(bench, file);
    if file
        .switches
        .iter()
        .any(|on| on.switch.effect == crate::rules::agent_facts::Effect::Unasked)
    {
        // Every command is allowed: that is said once, by TL201.
        return;
    }
    let gated = gated(file);
    behind::judge(bench, file);
    for rule in file
        .rules
        .iter()
        .filter(|rule| rule.decision == Decision::Allow)
    {
        if rule.shell && !gated {
            judge_rule(bench, file, rule);
        } else if rule.tool.starts_with("mcp__") || rule.tool.starts_with('@') {
            judge_tool(bench, file, rule);
        }
    }
}

/// Whether a hook looks at every command that the agent types.
pub(super) fn gated(file: &AgentFile) -> bool {
    file.hooks.iter().any(|hook| {
        let matcher = hook.matcher.as_str();
        matcher.is_empty() || matcher == "*" || matcher == ".*" || matcher.contains("Bash")
    })
}

fn judge_rule(bench: &mut Bench<'_>, file: &AgentFile, rule: &PermissionRule) {
    let Some(about) = rule.about.as_deref() else {
        return;
    };
    let facts = agent_facts();
    let shown = shown_rule(about);
    let route = format!("rule/{about}");
    let advice = "Move the rule to `ask`, or name the harmless commands one by one.".to_owned();
    let held_back = |words: &[String]| {
        file.rules.iter().any(|other| {
            other.shell
                && other.decision != Decision::Allow
                && other
                    .about
                    .as_deref()
                    .is_none_or(|about| covers_words(about, words))
        })
    };
    let command = facts
        .commands
        .iter()
        .find(|command| covers(about, command) && !held_back(&command.words));
    if let Some(command) = command {
        let message = format!(
            "`{shown}` runs without a question, and `{}` {}.",
            command.words.join(" "),
            command.says
        );
        bench.add("TL204", file, rule.span, route, message, advice);
        return;
    }
    let lower = about.to_ascii_lowercase();
    if let Some(text) = facts
        .texts
        .iter()
        .find(|text| lower.contains(&text.has.to_ascii_lowercase()))
    {
        let message = format!(
            "`{shown}` runs without a question, and `{}` {}.",
            text.has, text.says
        );
        bench.add("TL204", file, rule.span, route, message, advice);
        return;
    }
    judge_sender(bench, file, rule, about);
}

/// A rule that lets anything be sent weighs only where a credential is there to send.
fn judge_sender(bench: &mut Bench<'_>, file: &AgentFile, rule: &PermissionRule, about: &str) {
    let shown = shown_rule(about);
    let route = format!("rule/{about}");
    let advice = "Move the rule to `ask`, or name the harmless commands one by one.".to_owned();
    let sends = matches!(power_of(about), Some(Power::Sends(_)));
    let there = bench
        .known
        .broad
        .iter()
        .find(|there| there.deletes)
        .cloned();
    if let (true, Some(there)) = (sends, there) {
        let message = format!(
            "`{shown}` sends any request without a question, and {}.",
            there.in_words()
        );
        bench
            .add("TL204", file, rule.span, route, message, advice)
            .leads_to(there.spot(), "the credential that one request needs");
    }
}

/// The first words of a rule, for people: a later one may be a password.
pub(super) fn shown_rule(about: &str) -> String {
    let plain = |word: &&str| {
        word.len() <= 32
            && !(word.starts_with("-p") && word.len() > 2)
            && word
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._:/*@-".contains(&b))
    };
    let all: Vec<&str> = about.split_whitespace().collect();
    // What is assigned in front of a command may be the credential, quotes and blanks included.
    let assigned = match all.first().is_some_and(|word| word.contains('=')) {
        true => all
            .iter()
            .position(|word| !word.contains(['=', '"', '\'']))
            .unwrap_or(all.len()),
        false => 0,
    };
    let words: Vec<&str> = all[assigned..]
        .iter()
        .copied()
        .take_while(plain)
        .take(4)
        .collect();
    let cut = assigned + words.len() < all.len();
    let before = if assigned > 0 { "… " } else { "" };
    let after = if cut { " …" } else { "" };
    format!("{before}{}{after}", quoted(&words.join(" ")))
}

/// The words of a rule and whether anything may follow them.
pub(super) fn words_of(about: &str) -> (Vec<&str>, bool) {
    let about = about.trim();
    let open = about.ends_with('*');
    let text = about.trim_end_matches('*').trim_end_matches(':').trim_end();
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while words.len() > 1 && RUNNERS.contains(&words[0]) {
        words.remove(0);
    }
    (words, open)
}

/// Whether a rule that allows `about` allows the command.
pub(super) fn covers(about: &str, command: &FinalCommand) -> bool {
    let (words, open) = words_of(about);
    let shared = words.len().min(command.words.len());
    let same = words
        .iter()
        .zip(&command.words)
        .all(|(a, b)| a.rsplit('/').next() == Some(b.as_str()) || a == b);
    if !same || shared == 0 {
        return false;
    }
    if words.len() < command.words.len() {
        return open && words.len() >= command.from;
    }
    let behind = &words[command.words.len()..];
    if command.narrowed
        && behind
            .iter()
            .any(|word| !["/", "~", ".", "/*", "~/"].contains(word))
    {
        return false;
    }
    // `rm -rf` without anything behind deletes nothing.
    if command.narrowed && behind.is_empty() && !open {
        return false;
    }
    command.flags.is_empty()
        || open
        || behind
            .iter()
            .any(|word| command.flags.iter().any(|flag| flag == word))
}

/// Whether a rule of `ask` or `deny` holds a command back.
pub(super) fn covers_words(about: &str, words: &[String]) -> bool {
    let (rule, _) = words_of(about);
    !rule.is_empty() && rule.len() <= words.len() && rule.iter().zip(words).all(|(a, b)| a == b)
}

/// `mcp__server`, `mcp__server__*`, `mcp__server__tool`; `@server`, `@server/*`, `@server/tool`.
fn judge_tool(bench: &mut Bench<'_>, file: &AgentFile, rule: &PermissionRule) {
    let mut parts = match rule.tool.strip_prefix('@') {
        Some(rest) => rest.splitn(2, "/"),
        None => rule
            .tool
            .strip_prefix("mcp__")
            .unwrap_or(&rule.tool)
            .splitn(2, "__"),
    };
    let (name, tool) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or("*"),
    );
    let of_tree = bench
        .files
        .iter()
        .flat_map(|file| &file.servers)
        .find(|server| server.name.replace(['.', ' '], "_") == name);
    let known = match of_tree {
        Some(server) if reads_only(server) => return,
        Some(server) => server.known,
        None => agent_facts().servers.iter().find(|known| known.id == name),
    };
    let Some(known) = known else {
        return;
    };
    let destroys = known
        .destroys
        .iter()
        .find(|one| tool == "*" || *one == tool);
    if let Some(destroys) = destroys {
        let shown = quoted(&rule.tool);
        bench.add(
            "TL204",
            file,
            rule.span,
            format!("rule/{shown}"),
            format!("`{shown}` runs without a question, and its tool `{destroys}` changes or deletes for good."),
            "Allow the tools that only read, by name.".to_owned(),
        );
    }
}

/// Whether the first of a server's own limits, which is reading only, is set.
fn reads_only(server: &Server) -> bool {
    let Some(known) = server.known else {
        return false;
    };
    let first = known.narrows.first().map(|group| group.suggest.as_str());
    first.is_some_and(|first| !server.missing_limits().contains(&first))
}

fn judge_server_switches(bench: &mut Bench<'_>, file: &AgentFile) {
    for server in &file.servers {
        let Some(known) = server.known.filter(|_| !reads_only(server)) else {
            continue;
        };
        for unasked in &server.unasked {
            let destroys = known
                .destroys
                .iter()
                .find(|one| unasked.tools.is_empty() || unasked.tools.contains(one));
            if let Some(destroys) = destroys {
                let shown = quoted(&server.name);
                bench.add(
                    "TL204",
                    file,
                    unasked.span,
                    format!("servers/{shown}/{}/{destroys}", unasked.key),
                    format!(
                        "`{}` of the server `{shown}` runs `{destroys}` without a question.",
                        unasked.key
                    ),
                    "Take the tool out of the list; allow the tools that only read, by name."
                        .to_owned(),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_shown_without_what_is_assigned_in_front_of_it() {
        for (about, shown) in [
            ("node:*", "node:*"),
            ("A=\"b c\" node:*", "… node:*"),
            ("TOKEN=abc npx tsx:*", "… npx tsx:*"),
            ("rm -rf a b c d", "rm -rf a b …"),
            ("A=b", "… "),
        ] {
            assert_eq!(shown_rule(about), shown, "{about}");
        }
    }

    #[test]
    fn a_rule_covers_what_it_allows() {
        let covered = |about: &str| {
            agent_facts()
                .commands
                .iter()
                .find(|command| covers(about, command))
                .map(|c| c.words.join(" "))
        };
        let yes = [
            ("terraform destroy", "terraform destroy"),
            ("terraform:*", "terraform destroy"),
            ("terraform destroy:*", "terraform destroy"),
            ("kubectl *", "kubectl delete"),
            ("kubectl delete:*", "kubectl delete"),
            ("kubectl delete namespace:*", "kubectl delete namespace"),
            ("npx prisma migrate reset:*", "prisma migrate reset"),
            ("rm:*", "rm -rf"),
            ("rm -rf:*", "rm -rf"),
            ("psql:*", "psql"),
            ("gh repo:*", "gh repo delete"),
            ("terraform apply -auto-approve", "terraform apply"),
        ];
        for (about, words) in yes {
            assert_eq!(covered(about).as_deref(), Some(words), "{about}");
        }
        let no = [
            "npm test",
            "npm:*",
            "gh:*",
            "gh pr:*",
            "git push:*",
            "rm -rf node_modules",
            "rm -rf dist:*",
            "terraform plan:*",
            "terraform apply",
            "kubectl get:*",
            "kubectl delete pod x",
            "psql -l",
            "*",
            "",
            "rails:*",
            "npx supabase:*",
            "aws s3 ls:*",
            "docker compose up:*",
            "vercel env pull",
        ];
        for about in no {
            assert_eq!(covered(about), None, "{about}");
        }
    }
}
