//! The floor's proof: two planted broad tokens, made at run time, that every effective policy must block (decision 8).

use crate::find::{self, Blob};
use crate::judge::{AgentsPresent, judge};
use crate::model::{RepoPath, Verdict};
use crate::rules::{RuleSet, template};
use crate::source::{Form, Item, Keeping};

use super::{Policies, fingerprint};

/// A canary that was not blocked, and what let it pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub path: &'static str,
    pub because: String,
}

/// The two places: a script in the workspace, and a tool server's configuration.
const CANARIES: [(&str, &str); 2] = [
    ("scripts/deploy.sh", "export GITHUB_TOKEN={value}\n"),
    (
        ".mcp.json",
        "{\"mcpServers\":{\"git\":{\"command\":\"git-mcp\",\"env\":{\"GITHUB_TOKEN\":\"{value}\"}}}}\n",
    ),
];

/// The kind that is planted: broad, by prefix and checksum.
const PLANTED: &str = "github-classic-pat";

/// Whether the canaries' outcome is known without a run: that of the built-in policy and kinds, which a test holds.
pub fn is_certain(policies: &Policies, rules: &RuleSet) -> bool {
    policies.change_nothing() && rules.is_builtin()
}

/// Runs the canaries over a policy; `Some` names the first that was not blocked.
pub fn first_that_passes(policies: &Policies, rules: &RuleSet) -> Option<Passed> {
    CANARIES
        .iter()
        .enumerate()
        .find_map(|(seed, (path, text))| {
            let verdict = verdict_on(policies, rules, path, text, seed as u64 + 1);
            match verdict {
                Ok(Verdict::Block) => None,
                Ok(_) => Some(Passed {
                    path,
                    because: "no finding blocks it".to_owned(),
                }),
                Err(because) => Some(Passed { path, because }),
            }
        })
}

fn verdict_on(
    policies: &Policies,
    rules: &RuleSet,
    path: &str,
    text: &str,
    seed: u64,
) -> Result<Verdict, String> {
    let Some(kind) = rules.kind(PLANTED) else {
        return Err("the built-in kinds are gone".to_owned());
    };
    let text = template::expand(text, kind, &find::sample, seed);
    let path = RepoPath::from(path);
    let found = find::find(
        &Blob {
            path: &path,
            text: text.as_bytes(),
            first_line: 1,
            offset: 0,
            whole: true,
        },
        rules,
    );
    let item = Item {
        path,
        form: Form::File,
        keeping: Keeping::Git,
        commit: None,
        commits: 0,
        number: 0,
    };
    let mut worst = Verdict::Silent;
    let mut because = None;
    for sighting in found.sightings {
        let judged = judge(sighting, item.clone(), rules, &AgentsPresent::default(), 0);
        let print = fingerprint::of_sighting(&judged.sighting, policies.salt());
        if let Some(ruling) = policies.rule_on(&judged, &print.text) {
            if ruling.verdict > worst {
                worst = ruling.verdict;
            }
            because = because.or(ruling.reason);
        }
    }
    match (worst, because) {
        (Verdict::Block, _) => Ok(Verdict::Block),
        (_, Some(because)) => Err(because),
        (verdict, None) => Ok(verdict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Level, Policy};

    fn policies(policy: Policy) -> Policies {
        Policies {
            base: policy.clone(),
            also: Some(policy),
            ..Policies::default()
        }
    }

    #[test]
    fn what_is_certain_is_what_a_run_says() {
        let rules = RuleSet::builtin();
        let none = policies(Policy::built_in());
        assert!(is_certain(&none, &rules));
        assert_eq!(first_that_passes(&none, &rules), None);
        let salted = policies(Policy {
            salt: Some("pepper".to_owned()),
            ..Policy::built_in()
        });
        assert!(is_certain(&salted, &rules));
        assert_eq!(first_that_passes(&salted, &rules), None);
    }

    #[test]
    fn whatever_may_change_a_ruling_is_tried() {
        let rules = RuleSet::builtin();
        let level = Level {
            rule: "TL110",
            verdict: Verdict::Silent,
            line: 1,
        };
        let changed = [
            Policy {
                levels: vec![level],
                ..Policy::built_in()
            },
            Policy {
                exclude: vec![("scripts/**".to_owned(), 1)],
                ..Policy::built_in()
            },
        ];
        for policy in changed {
            assert!(!is_certain(&policies(policy.clone()), &rules));
            let only_here = Policies {
                also: Some(policy),
                ..Policies::default()
            };
            assert!(!is_certain(&only_here, &rules));
        }
        let kind = *rules.kind(PLANTED).unwrap();
        assert!(!is_certain(
            &policies(Policy::built_in()),
            &RuleSet::only(kind).unwrap()
        ));
    }
}
