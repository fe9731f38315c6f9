//! Who in a job may use the job's token, or what a checkout left, without saying so.
//!
//! In: the steps of a job. Out: names of what is not known, in words. A program that is not known may do anything.

use crate::judge::workflow::Site;
use crate::model::{Job, Setting, Step, Workflow};
use crate::read::expression;
use crate::rules::ci;

/// Whether a value names the job's own token.
pub(super) fn names_job_token(setting: &Setting) -> bool {
    expression::references(&setting.value)
        .iter()
        .any(|reference| {
            let second = reference.part(1);
            (reference.is_of("github") && second.eq_ignore_ascii_case("token"))
                || (reference.is_of("secrets") && second.eq_ignore_ascii_case("GITHUB_TOKEN"))
        })
}

/// Steps that run a program which is not known while the job's token stands in their environment.
pub(super) fn unseen_token_users(workflow: &Workflow, job: &Job) -> Vec<String> {
    let everywhere = workflow.env.iter().chain(&job.env).any(names_job_token);
    let users = job.steps.iter().filter(|step| {
        let holds = everywhere || step.env.iter().chain(&step.run).any(names_job_token);
        holds && step.run.is_some() && unknown_program(step).is_some()
    });
    users.map(label).collect()
}

/// A program of a step that is not known; `None` where all are, or where the step runs none.
pub(super) fn unknown_program(step: &Step) -> Option<String> {
    step.run.as_ref()?;
    if !step.wholly_read {
        return Some("a script".to_owned());
    }
    let was_read = step.commands.iter().any(|command| command.in_script);
    let unknown = step.commands.iter().find(|command| {
        let name = command.words.first().map_or("", String::as_str);
        let is_read_script = was_read && (name.contains(".sh") || matches!(name, "bash" | "sh"));
        !name.is_empty()
            && !is_read_script
            && !ci::is_plain_command(&command.words)
            && ci::command_needs(&command.words).is_none()
    });
    // Only the program's name, and only where it is one: a word of a command may be anything.
    unknown.map(|command| {
        let name = command.words.first().map_or("", String::as_str);
        let base = name.rsplit('/').next().unwrap_or(name);
        let is_name = base.len() <= 30
            && base
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        if is_name {
            base.to_owned()
        } else {
            "a program".to_owned()
        }
    })
}

/// Who uses the login that a checkout leaves for git.
#[derive(Default)]
pub(super) struct GitUsers {
    /// What surely does, in words.
    pub sure: Option<String>,
    /// What may.
    pub perhaps: Vec<String>,
}

/// Looks at the steps behind a checkout.
pub(super) fn git_users(steps: &[Step], sites: &[&Site<'_>]) -> GitUsers {
    let mut users = GitUsers::default();
    for step in steps {
        let line = step.spot.place.start_line;
        if let Some(uses) = &step.uses {
            if ci::is_pushing_action(&uses.name) {
                users
                    .sure
                    .get_or_insert(format!("{} in line {line} uses the login", uses.name));
            } else if !ci::is_quiet_action(&uses.name) && step.agents.is_empty() {
                users.perhaps.push(uses.name.clone());
            }
        }
        let talks = step.commands.iter().find_map(|command| {
            Some((
                ci::remote_of_git(&command.words)?,
                command.spot.place.start_line,
            ))
        });
        if let Some((word, line)) = talks {
            users
                .sure
                .get_or_insert(format!("`git {word}` in line {line} uses the login"));
        } else if step.agents.is_empty()
            && let Some(program) = unknown_program(step)
        {
            users.perhaps.push(program);
        }
    }
    for site in sites {
        agent(site, &mut users);
    }
    users.perhaps.dedup();
    users
}

fn agent(site: &Site<'_>, users: &mut GitUsers) {
    let uses = site.step.and_then(|(_, step)| step.uses.as_ref());
    if uses.is_some_and(|uses| ci::has_own_login(&uses.name)) {
        users.perhaps.push(site.agent.agent.to_owned());
    } else if site.has_open_shell() || is_allowed_git(site) {
        let line = site.spot().place.start_line;
        users.sure.get_or_insert(format!(
            "{} in line {line} may push with the login; give it a token for that alone first",
            site.agent.agent
        ));
    }
}

/// Whether a list of tools lets the agent talk to the git remote.
fn is_allowed_git(site: &Site<'_>) -> bool {
    let talks = |text: &str| {
        let words = [
            "git push",
            "git fetch",
            "git pull",
            "git:",
            "git *",
            "Bash(git)",
        ];
        words.iter().any(|word| text.contains(word))
    };
    let inputs = site.step.map_or(&[][..], |(_, step)| &step.with);
    site.agent.arguments.iter().any(|word| talks(word))
        || inputs
            .iter()
            .any(|input| !ci::prompt_inputs().contains(&input.name) && talks(&input.value))
}

/// Whether an agent's action answers by itself where it was called, with comments and branches that no list of tools names.
pub(super) fn answers_by_itself(site: &Site<'_>) -> bool {
    let Some((_, step)) = site.step else {
        return false;
    };
    let is_such = step
        .uses
        .as_ref()
        .is_some_and(|uses| ci::has_own_login(&uses.name));
    let is_told = ci::prompt_inputs().iter().any(|input| {
        step.input(input)
            .is_some_and(|setting| !setting.value.trim().is_empty())
    });
    is_such && !is_told
}

/// A step in words.
pub(super) fn label(step: &Step) -> String {
    format!("the step in line {}", step.spot.place.start_line)
}
