//! Payloads of every kind, whole and hostile.

use super::*;
use serde_json::json;

fn id(digit: char) -> String {
    digit.to_string().repeat(40)
}

fn pull_request() -> Value {
    json!({
        "number": 7,
        "pull_request": {
            "number": 7, "title": "t", "body": null, "commits": 3,
            "head": { "sha": id('a'), "ref": "topic" },
            "base": { "sha": id('b'), "ref": "main" },
            "user": { "login": "ana", "type": "User" }
        },
        "repository": { "default_branch": "main" }
    })
}

fn read_value(name: &str, payload: &Value) -> Result<Event> {
    let sha = ObjectName::parse(&id('c'));
    read(name, payload.to_string().as_bytes(), sha.as_ref())
}

#[test]
fn a_pull_request_names_its_ends_and_its_texts() {
    let event = read_value("pull_request", &pull_request()).unwrap();
    let About::Proposal(proposal) = event.about else {
        panic!("no proposal");
    };
    assert_eq!(proposal.head.as_str(), id('a'));
    assert_eq!(proposal.base.unwrap().as_str(), id('b'));
    assert_eq!(proposal.number, Some(7));
    assert!(matches!(
        proposal.stands,
        Stands::CheckedOut { merge: Some(_) }
    ));
    assert_eq!(event.texts.len(), 1);
    assert!(!event.by_agent);
    let target = read_value("pull_request_target", &pull_request()).unwrap();
    assert!(matches!(
        target.about,
        About::Proposal(Proposal {
            stands: Stands::Elsewhere,
            ..
        })
    ));
}

#[test]
fn a_push_tells_new_deleted_and_tagged_refs() {
    let push = |before: String, after: String, reference: &str, deleted: bool| {
        let payload = json!({ "ref": reference, "before": before, "after": after,
            "deleted": deleted, "commits": [] });
        match read_value("push", &payload) {
            Ok(Event {
                about: About::Push(push),
                ..
            }) => Ok(push),
            Ok(_) => panic!("no push"),
            Err(error) => Err(error),
        }
    };
    let new = push(id('0'), id('a'), "refs/heads/topic", false).unwrap();
    assert!(new.before.is_none() && new.after.is_some());
    let gone = push(id('a'), id('0'), "refs/heads/topic", true).unwrap();
    assert!(gone.after.is_none());
    let tag = push(id('0'), id('a'), "refs/tags/v1", false).unwrap();
    assert_eq!(tag.reference, Reference::Tag);
    assert!(push(id('a'), id('b'), "refs/heads/topic", true).is_err());
    assert!(push(id('a'), id('0'), "refs/heads/topic", false).is_err());
}

#[test]
fn whatever_is_cut_or_malformed_is_an_error_that_quotes_nothing() {
    let whole = pull_request().to_string();
    for end in [0, 1, whole.len() / 2, whole.len() - 1] {
        let error = read("pull_request", &whole.as_bytes()[..end], None).unwrap_err();
        assert!(error.to_string().contains("not JSON"), "{error}");
    }
    for hostile in [
        "--upload-pack=x",
        "a..b",
        "one two",
        "a:b",
        "x\n::error::y",
        "",
    ] {
        let mut payload = pull_request();
        payload["pull_request"]["base"]["ref"] = json!(hostile);
        let error = read_value("pull_request", &payload).unwrap_err();
        assert!(error.to_string().contains("pull_request.base.ref"));
        assert!(hostile.is_empty() || !error.to_string().contains(hostile));
        let mut payload = pull_request();
        payload["pull_request"]["head"]["sha"] = json!(hostile);
        assert!(read_value("pull_request", &payload).is_err());
    }
    for bytes in ["[]", "null", "\"x\"", "{}"] {
        assert!(read("push", bytes.as_bytes(), None).is_err(), "{bytes}");
        assert!(read("merge_group", bytes.as_bytes(), None).is_err());
    }
    let deep = "[".repeat(100_000);
    assert!(read("push", deep.as_bytes(), None).is_err());
}

#[test]
fn an_unknown_event_is_a_whole_state() {
    let event = read_value("x\n::error::", &json!({})).unwrap();
    assert_eq!(event.name, "xerror");
    assert!(matches!(
        event.about,
        About::State {
            why: State::Unknown,
            ..
        }
    ));
}

#[test]
fn an_agent_that_signs_as_itself_is_known() {
    let mut payload = pull_request();
    payload["pull_request"]["user"]["login"] = json!("Copilot");
    assert!(read_value("pull_request", &payload).unwrap().by_agent);
    payload["pull_request"]["user"]["login"] = json!("dependabot[bot]");
    assert!(!read_value("pull_request", &payload).unwrap().by_agent);
}

proptest::proptest! {
    #[test]
    fn no_payload_and_no_name_ends_in_a_panic(
        name in "\\PC{0,20}",
        known in 0usize..6,
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        cut in 0usize..400,
    ) {
        const KNOWN: [&str; 6] =
            ["pull_request", "pull_request_target", "push", "merge_group", "workflow_run", "schedule"];
        let _ = read(&name, &bytes, None);
        let mut whole = pull_request().to_string().into_bytes();
        whole.truncate(cut);
        whole.extend(&bytes);
        let _ = read(KNOWN[known], &whole, None);
    }
}
