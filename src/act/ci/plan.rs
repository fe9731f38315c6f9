//! What is judged because of an event: which commits, by whose policy, and what the exit code follows.
//!
//! In: an event. Out: a plan in terms of commits that may or may not be in this clone. It looks at no repository: what
//! the clone lacks is settled by whoever carries the plan out.

use super::event::{
    About, Branch, Event, ObjectName, Proposal, Push, Reference, Stands, State, Text,
};

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the commits of the change introduce.
    Changes,
    /// What they introduce, and the whole state at the head beside it.
    ChangesAndTree,
    /// The whole state at the head.
    Tree,
    /// Nothing: the ref was deleted.
    Nothing,
}

/// What the exit code follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitFollows {
    /// What the change introduces.
    Introduced,
    /// No finding: a routine look at a state that nobody changed.
    Nothing,
    /// Every finding.
    Everything,
}

/// Which policy may loosen (decision 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyFrom {
    /// The tip of the base branch where it is the default branch or the default branch lists it, else the default
    /// branch's tip.
    BaseBranch(Branch),
    /// The same of a merge queue, whose base may be another change that waits: what has landed counts.
    LandedOn(Branch),
    /// The state before the push.
    Before,
    /// The default branch's tip.
    DefaultBranch,
    /// The judged state's own: it is the default branch.
    Head,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The event's name.
    pub event: String,
    /// What is judged; `None` where the checkout's HEAD is meant.
    pub head: Option<ObjectName>,
    /// The merge of the head with the base branch, to be judged in the head's place where it is in the clone.
    pub merge: Option<ObjectName>,
    /// Where the change starts; `None` where it has no start of its own.
    pub base: Option<ObjectName>,
    /// The branch that the change goes to.
    pub base_branch: Option<Branch>,
    pub default_branch: Option<Branch>,
    /// The number of the pull request, by which its head may be fetched.
    pub number: Option<u64>,
    /// How many commits the change has, where the event says it.
    pub commits: Option<u64>,
    pub policy: PolicyFrom,
    pub scope: Scope,
    pub exit: ExitFollows,
    pub texts: Vec<Text>,
    pub by_agent: bool,
    /// What is judged, in words.
    pub looked_at: String,
}

/// Makes the plan of an event.
pub fn plan(event: Event) -> Plan {
    let mut plan = Plan {
        event: event.name,
        head: None,
        merge: None,
        base: None,
        base_branch: None,
        default_branch: event.default_branch,
        number: None,
        commits: None,
        policy: PolicyFrom::DefaultBranch,
        scope: Scope::Changes,
        exit: ExitFollows::Introduced,
        texts: event.texts,
        by_agent: event.by_agent,
        looked_at: String::new(),
    };
    match event.about {
        About::Proposal(proposal) => plan.propose(proposal),
        About::Push(push) => plan.push(push),
        About::Queue {
            head,
            base,
            base_branch,
        } => {
            plan.head = Some(head);
            plan.base = Some(base);
            if let Some(branch) = &base_branch {
                plan.policy = PolicyFrom::LandedOn(branch.clone());
            }
            plan.base_branch = base_branch;
            plan.looked_at = "the commits of this merge group".to_owned();
        }
        About::State { head, why } => plan.state(head, why),
    }
    plan
}

impl Plan {
    fn propose(&mut self, proposal: Proposal) {
        self.policy = PolicyFrom::BaseBranch(proposal.base_branch.clone());
        self.base_branch = Some(proposal.base_branch);
        self.head = Some(proposal.head);
        self.base = proposal.base;
        self.number = proposal.number;
        self.commits = proposal.commits;
        self.merge = match proposal.stands {
            Stands::CheckedOut { merge } => merge,
            Stands::Elsewhere => None,
        };
        self.looked_at = "the commits of this pull request".to_owned();
    }

    fn push(&mut self, push: Push) {
        self.looked_at = "the commits of this push".to_owned();
        self.commits = push.commits;
        self.base = push.before;
        let Some(after) = push.after else {
            self.scope = Scope::Nothing;
            self.exit = ExitFollows::Nothing;
            self.looked_at = "nothing: this push deletes a ref".to_owned();
            return;
        };
        self.head = Some(after);
        if let Reference::Branch(branch) = push.reference {
            if self.default_branch.as_ref() == Some(&branch) {
                self.policy = PolicyFrom::Before;
                self.scope = Scope::ChangesAndTree;
            }
            self.base_branch = Some(branch);
        }
    }

    fn state(&mut self, head: Option<ObjectName>, why: State) {
        self.head = head;
        self.scope = Scope::Tree;
        (self.exit, self.looked_at) = match why {
            State::Routine => (ExitFollows::Nothing, "the whole tree".to_owned()),
            State::AfterRun => (
                ExitFollows::Everything,
                "the whole tree that the other workflow ran on".to_owned(),
            ),
            State::Unknown => (ExitFollows::Everything, "the whole tree".to_owned()),
        };
        if why == State::Routine && self.default_branch.is_none() {
            // GitHub's schedule names no repository and runs on the default branch only.
            self.policy = PolicyFrom::Head;
        }
    }

    /// Makes every finding count, also those that were there before.
    pub fn fail_on_existing(&mut self) {
        self.exit = ExitFollows::Everything;
        if self.scope == Scope::Changes {
            self.scope = Scope::ChangesAndTree;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(digit: char) -> ObjectName {
        ObjectName::parse(&digit.to_string().repeat(40)).unwrap()
    }

    fn event(about: About) -> Event {
        Event {
            name: "x".to_owned(),
            about,
            default_branch: Branch::parse("main"),
            texts: Vec::new(),
            by_agent: false,
        }
    }

    fn push(branch: &str, after: Option<ObjectName>) -> Plan {
        plan(event(About::Push(Push {
            before: Some(name('a')),
            after,
            reference: Reference::parse(branch),
            commits: Some(1),
        })))
    }

    #[test]
    fn only_the_default_branch_is_judged_by_the_state_before() {
        let main = push("refs/heads/main", Some(name('b')));
        assert_eq!(main.policy, PolicyFrom::Before);
        assert_eq!(main.scope, Scope::ChangesAndTree);
        assert_eq!(main.exit, ExitFollows::Introduced);
        for other in ["refs/heads/topic", "refs/tags/v1", "refs/notes/x"] {
            let plan = push(other, Some(name('b')));
            assert_eq!(plan.policy, PolicyFrom::DefaultBranch, "{other}");
            assert_eq!(plan.scope, Scope::Changes);
        }
    }

    #[test]
    fn a_deleted_ref_is_nothing_to_judge() {
        assert_eq!(push("refs/heads/topic", None).scope, Scope::Nothing);
    }

    #[test]
    fn a_proposal_is_never_judged_by_its_own_policy() {
        let plan = plan(event(About::Proposal(Proposal {
            number: Some(7),
            head: name('a'),
            base: Some(name('b')),
            base_branch: Branch::parse("release").unwrap(),
            commits: None,
            stands: Stands::Elsewhere,
        })));
        assert_eq!(
            plan.policy,
            PolicyFrom::BaseBranch(Branch::parse("release").unwrap())
        );
        assert_eq!(plan.merge, None);
    }

    #[test]
    fn a_schedule_fails_on_nothing_unless_told() {
        let about = About::State {
            head: None,
            why: State::Routine,
        };
        let mut plan = plan(event(about));
        assert_eq!((plan.scope, plan.exit), (Scope::Tree, ExitFollows::Nothing));
        plan.fail_on_existing();
        assert_eq!(plan.exit, ExitFollows::Everything);
    }
}
