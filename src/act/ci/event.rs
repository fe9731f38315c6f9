//! One event of a CI runner, and how GitHub's payload of it is read.
//!
//! In: an event's name and the bytes of its payload. Out: which commits it is about, the branch it goes to, and the texts
//! that a person typed. The payload is a stranger's in part: every id and ref is checked before it goes on, and whatever
//! is cut, missing or malformed is an error, never a clean run.

use serde_json::Value;

use crate::error::{Error, Result};

/// The largest payload that is read; GitHub's own limit is 25 MB.
pub const PAYLOAD_AT_MOST: u64 = 32 << 20;

/// The longest ref that is taken over.
const REF_AT_MOST: usize = 1024;

/// The id of an object, as 40 or 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName(String);

impl ObjectName {
    /// Takes an id; `None` where the text is none, or is all zeros, which means "nothing".
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let named = text.bytes().any(|byte| byte != b'0');
        (hex && named && matches!(text.len(), 40 | 64))
            .then(|| ObjectName(text.to_ascii_lowercase()))
    }

    /// The id in hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is the id that means "nothing": all zeros.
pub fn is_zero(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte == b'0')
}

/// The name of a branch without `refs/heads/`, safe to stand in a refspec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch(String);

impl Branch {
    /// Takes a branch by its short or full name; `None` where Git would refuse the name.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_prefix("refs/heads/").unwrap_or(text);
        is_ref_part(name).then(|| Branch(name.to_owned()))
    }

    /// The short name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether Git allows the text below `refs/heads/`, and no option or refspec can be read into it.
fn is_ref_part(name: &str) -> bool {
    let parts_fit = name
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"));
    let characters_fit = !name.chars().any(|c| {
        c.is_control() || c.is_whitespace() || matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    });
    parts_fit
        && characters_fit
        && name.len() <= REF_AT_MOST
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && name != "@"
}

/// Where a push went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    Branch(Branch),
    Tag,
    /// Neither a branch nor a tag, or not said.
    Other,
}

impl Reference {
    /// Takes a full ref.
    pub fn parse(text: &str) -> Self {
        if text.starts_with("refs/tags/") {
            return Reference::Tag;
        }
        match text.strip_prefix("refs/heads/").and_then(Branch::parse) {
            Some(branch) => Reference::Branch(branch),
            None => Reference::Other,
        }
    }
}

/// A change that somebody asks to merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The number of the pull request, where the runner has one.
    pub number: Option<u64>,
    pub head: ObjectName,
    /// The tip of the base branch when the event was made, where the runner says it.
    pub base: Option<ObjectName>,
    pub base_branch: Branch,
    /// How many commits it has, where the runner says it.
    pub commits: Option<u64>,
    /// Where the change's commits are in this clone.
    pub stands: Stands,
}

/// Where the commits of a proposal stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Checked out, as itself or as its merge with the base branch.
    CheckedOut { merge: Option<ObjectName> },
    /// Not checked out: the run is the base branch's, and the head may be fetched as data only.
    Elsewhere,
}

/// A push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The tip before; `None` where the ref is new or the runner does not say.
    pub before: Option<ObjectName>,
    /// The tip after; `None` where the ref was deleted.
    pub after: Option<ObjectName>,
    pub reference: Reference,
    /// How many commits the payload lists, where it lists them.
    pub commits: Option<u64>,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Proposal(Proposal),
    Push(Push),
    /// A merge queue's group.
    Queue {
        head: ObjectName,
        base: ObjectName,
        base_branch: Option<Branch>,
    },
    /// A whole state, on no particular change; `head` is `None` where the checkout's HEAD is meant.
    State {
        head: Option<ObjectName>,
        why: State,
    },
}

/// Why a whole state is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// On a clock, or by hand: nothing is introduced.
    Routine,
    /// Another workflow ended; what it ran on is a stranger's.
    AfterRun,
    /// An event that is not known here.
    Unknown,
}

/// A text that a person typed into the event.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// The name that findings in it stand under.
    pub name: &'static str,
    pub text: String,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.text.len())
    }
}

/// One event, the same for every runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is called, in our own words or the runner's checked ones.
    pub name: String,
    pub about: About,
    pub default_branch: Option<Branch>,
    pub texts: Vec<Text>,
    /// Whether an agent declared itself the author.
    pub by_agent: bool,
}

/// Logins of agents that open pull requests under their own name, without the `[bot]` behind it.
const AGENT_LOGINS: [&str; 13] = [
    "copilot",
    "copilot-swe-agent",
    "claude",
    "devin-ai-integration",
    "cursor",
    "cursoragent",
    "google-labs-jules",
    "gemini-cli",
    "chatgpt-codex-connector",
    "openhands-agent",
    "sweep-ai",
    "factory-droid",
    "amp-agent",
];

/// Reads GitHub's payload of an event. `sha` is the commit that the run stands on.
pub fn read(name: &str, payload: &[u8], sha: Option<&ObjectName>) -> Result<Event> {
    let payload: Value = serde_json::from_slice(payload).map_err(|error| {
        Error::source("the event's payload is not JSON, or was cut off").at(format!(
            "GITHUB_EVENT_PATH:{}:{}",
            error.line(),
            error.column()
        ))
    })?;
    if !payload.is_object() {
        return Err(Error::source("the event's payload is no JSON object").at("GITHUB_EVENT_PATH"));
    }
    let payload = Payload { root: &payload };
    let about = match name {
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => {
            About::Proposal(payload.proposal(Stands::CheckedOut {
                merge: sha.cloned(),
            })?)
        }
        "pull_request_target" => About::Proposal(payload.proposal(Stands::Elsewhere)?),
        "push" => About::Push(payload.push()?),
        "merge_group" => payload.queue()?,
        "workflow_run" => About::State {
            head: Some(payload.id("/workflow_run/head_sha")?),
            why: State::AfterRun,
        },
        "workflow_dispatch" | "repository_dispatch" | "schedule" => About::State {
            head: sha.cloned(),
            why: State::Routine,
        },
        _ => About::State {
            head: sha.cloned(),
            why: State::Unknown,
        },
    };
    Ok(Event {
        name: shown(name),
        about,
        default_branch: payload.branch("/repository/default_branch")?,
        texts: payload.texts(),
        by_agent: payload.by_agent(),
    })
}

/// The name of an event in letters that no log, summary or terminal acts on.
pub fn shown(name: &str) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c == '_';
    let name: String = name.chars().filter(|c| fits(*c)).take(40).collect();
    if name.is_empty() {
        "unknown".to_owned()
    } else {
        name
    }
}

struct Payload<'a> {
    root: &'a Value,
}

impl Payload<'_> {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.root.pointer(pointer).and_then(Value::as_str)
    }

    fn id(&self, pointer: &str) -> Result<ObjectName> {
        self.text(pointer)
            .and_then(ObjectName::parse)
            .ok_or_else(|| self.misfit(pointer, "names no commit"))
    }

    /// An id that may be all zeros.
    fn id_or_zero(&self, pointer: &str) -> Result<Option<ObjectName>> {
        match self.text(pointer) {
            Some(text) if is_zero(text) => Ok(None),
            _ => self.id(pointer).map(Some),
        }
    }

    /// A branch that may be left out, but not be malformed.
    fn branch(&self, pointer: &str) -> Result<Option<Branch>> {
        match self.root.pointer(pointer) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_str()
                .and_then(Branch::parse)
                .map(Some)
                .ok_or_else(|| self.misfit(pointer, "is no name of a branch")),
        }
    }

    fn misfit(&self, pointer: &str, what: &str) -> Error {
        let key = pointer.trim_start_matches('/').replace('/', ".");
        Error::source(format!("`{key}` of the event's payload {what}")).at("GITHUB_EVENT_PATH")
    }

    fn proposal(&self, stands: Stands) -> Result<Proposal> {
        let base_branch = self
            .branch("/pull_request/base/ref")?
            .ok_or_else(|| self.misfit("/pull_request/base/ref", "is missing"))?;
        let number = self.root.pointer("/pull_request/number");
        Ok(Proposal {
            number: number
                .or_else(|| self.root.get("number"))
                .and_then(Value::as_u64),
            head: self.id("/pull_request/head/sha")?,
            base: Some(self.id("/pull_request/base/sha")?),
            base_branch,
            commits: self
                .root
                .pointer("/pull_request/commits")
                .and_then(Value::as_u64),
            stands,
        })
    }

    fn push(&self) -> Result<Push> {
        let reference = self
            .text("/ref")
            .ok_or_else(|| self.misfit("/ref", "is missing"))?;
        let deleted = self.root.get("deleted").and_then(Value::as_bool);
        let after = self.id_or_zero("/after")?;
        if deleted.is_some_and(|deleted| deleted != after.is_none()) {
            return Err(self.misfit("/deleted", "contradicts `after`"));
        }
        Ok(Push {
            before: self.id_or_zero("/before")?,
            after,
            reference: Reference::parse(reference),
            commits: self
                .root
                .get("commits")
                .and_then(Value::as_array)
                .map(|commits| commits.len() as u64),
        })
    }

    fn queue(&self) -> Result<About> {
        Ok(About::Queue {
            head: self.id("/merge_group/head_sha")?,
            base: self.id("/merge_group/base_sha")?,
            base_branch: self.branch("/merge_group/base_ref")?,
        })
    }

    /// Titles, bodies and comments: an agent that answers to this event reads them.
    fn texts(&self) -> Vec<Text> {
        const TEXTS: [(&str, &str); 9] = [
            ("PULL_REQUEST_TITLE", "/pull_request/title"),
            ("PULL_REQUEST_BODY", "/pull_request/body"),
            ("REVIEW_BODY", "/review/body"),
            ("COMMENT_BODY", "/comment/body"),
            ("ISSUE_TITLE", "/issue/title"),
            ("ISSUE_BODY", "/issue/body"),
            ("DISCUSSION_TITLE", "/discussion/title"),
            ("DISCUSSION_BODY", "/discussion/body"),
            ("RELEASE_BODY", "/release/body"),
        ];
        let text = |(name, pointer): &(&'static str, &str)| {
            let text = self.text(pointer).filter(|text| !text.is_empty())?;
            Some(Text {
                name,
                text: text.to_owned(),
            })
        };
        TEXTS.iter().filter_map(text).collect()
    }

    fn by_agent(&self) -> bool {
        let login = self.text("/pull_request/user/login");
        let login = login.or_else(|| self.text("/pusher/name"));
        login.is_some_and(is_agent)
    }
}

/// Whether a login is one that an agent works under.
fn is_agent(login: &str) -> bool {
    let login = login.to_ascii_lowercase();
    let name = login.strip_suffix("[bot]").unwrap_or(&login);
    AGENT_LOGINS.contains(&name)
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
