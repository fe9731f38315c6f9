//! Who caused a run, as far as GitHub's payload of its event says it.
//!
//! In: an event's name and the bytes of its payload. Out: whether somebody with access to the repository caused it. The
//! payload's texts are strangers'; only the fields that GitHub itself fills are read, and what is missing is unknown.

use serde_json::Value;

/// Associations that come with write access or with the owner's trust.
const MEMBERS: [&str; 3] = ["OWNER", "MEMBER", "COLLABORATOR"];

/// Who caused a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    Member,
    Outsider,
    Unknown,
}

/// Events that nobody without write access causes.
const BY_MEMBERS: [&str; 5] = [
    "push",
    "workflow_dispatch",
    "schedule",
    "merge_group",
    "repository_dispatch",
];

/// Reads who caused an event.
pub fn starter(event: &str, payload: &[u8]) -> Starter {
    if BY_MEMBERS.contains(&event) {
        return Starter::Member;
    }
    let Ok(payload) = serde_json::from_slice::<Value>(payload) else {
        return Starter::Unknown;
    };
    let action = payload.get("action").and_then(Value::as_str);
    let item = match event {
        "issue_comment" | "discussion_comment" | "pull_request_review_comment" => "comment",
        "pull_request_review" => "review",
        "issues" => "issue",
        "discussion" => "discussion",
        "pull_request" | "pull_request_target" => "pull_request",
        "workflow_run" => return of_run(&payload),
        _ => return Starter::Unknown,
    };
    // A label, an assignment or a deletion is the act of another one than the author.
    let by_author = matches!(
        action,
        Some("created" | "opened" | "submitted" | "synchronize" | "ready_for_review")
    );
    if !by_author || !is_by_author(&payload, item) {
        return Starter::Unknown;
    }
    match association(&payload, item) {
        Some(word) if MEMBERS.contains(&word) => Starter::Member,
        Some(_) => Starter::Outsider,
        None => Starter::Unknown,
    }
}

/// Whether the one who acts wrote the item.
fn is_by_author(payload: &Value, item: &str) -> bool {
    let login = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let sender = login("/sender/login");
    sender.is_some() && sender == login(&format!("/{item}/user/login"))
}

fn association<'p>(payload: &'p Value, item: &str) -> Option<&'p str> {
    let pointer = format!("/{item}/author_association");
    payload.pointer(&pointer).and_then(Value::as_str)
}

/// A run that a run of another repository caused is an outsider's; one of this repository hangs on what started it.
fn of_run(payload: &Value) -> Starter {
    let id = |pointer: &str| payload.pointer(pointer).and_then(Value::as_u64);
    let head = id("/workflow_run/head_repository/id");
    let event = payload
        .pointer("/workflow_run/event")
        .and_then(Value::as_str);
    match (head, id("/repository/id"), event) {
        (Some(head), Some(own), _) if head != own => Starter::Outsider,
        (Some(_), Some(_), Some(event))
            if BY_MEMBERS.contains(&event) || event == "pull_request" =>
        {
            Starter::Member
        }
        _ => Starter::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(association: &str, sender: &str) -> Starter {
        let text = format!(
            r#"{{"action":"created","sender":{{"login":"{sender}"}},
            "comment":{{"user":{{"login":"a"}},"author_association":"{association}","body":"OWNER"}}}}"#
        );
        starter("issue_comment", text.as_bytes())
    }

    #[test]
    fn the_association_of_who_acts_counts() {
        assert_eq!(comment("OWNER", "a"), Starter::Member);
        assert_eq!(comment("COLLABORATOR", "a"), Starter::Member);
        assert_eq!(comment("CONTRIBUTOR", "a"), Starter::Outsider);
        assert_eq!(comment("NONE", "a"), Starter::Outsider);
        assert_eq!(comment("OWNER", "b"), Starter::Unknown);
    }

    #[test]
    fn a_label_is_not_the_authors_act() {
        let text = r#"{"action":"labeled","sender":{"login":"a"},"issue":{"user":{"login":"a"},"author_association":"OWNER"}}"#;
        assert_eq!(starter("issues", text.as_bytes()), Starter::Unknown);
    }

    #[test]
    fn a_run_of_a_fork_is_an_outsiders() {
        let run = |head: u8, event: &str| {
            let text = format!(
                r#"{{"action":"completed","repository":{{"id":1}},"workflow_run":{{"event":"{event}","head_repository":{{"id":{head}}}}}}}"#
            );
            starter("workflow_run", text.as_bytes())
        };
        assert_eq!(run(2, "pull_request"), Starter::Outsider);
        assert_eq!(run(1, "pull_request"), Starter::Member);
        assert_eq!(run(1, "issue_comment"), Starter::Unknown);
    }

    #[test]
    fn what_is_no_payload_says_nothing() {
        assert_eq!(starter("issues", b"{"), Starter::Unknown);
        assert_eq!(starter("push", b""), Starter::Member);
        assert_eq!(
            starter("issues", br#"{"action":"opened"}"#),
            Starter::Unknown
        );
    }
}
