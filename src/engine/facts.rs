//! The first step: the facts of one blob, gathered in parallel and without a judgement.
//!
//! In: an item and its bytes, whole or as a stream. Out: sightings, dropped matches, and what could not be looked at.

use std::collections::BTreeSet;
use std::io::Read;

use super::{Run, recipes, structure};
use crate::find::recipe::RecipeSighting;
use crate::find::{self, Blob, Found, Lineage, Memory};
use crate::judge;
use crate::model::{Dropped, RepoPath, Sighting, Unchecked};
use crate::read::agent_config::{self, AgentFile};
use crate::rules::RuleSet;
use crate::source::{Content, Form, Item, Keeping};
use crate::syntax::{self, Format};

/// What the first step gathers.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) sightings: Vec<(Item, Sighting)>,
    pub(super) recipes: Vec<(Item, RecipeSighting)>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) unchecked: Vec<Unchecked>,
    /// Workflow files that were seen, and files that workflows may call.
    pub(super) wiring: BTreeSet<RepoPath>,
    /// Files that say something of agents.
    pub(super) of_agents: Vec<OfAgents>,
}

/// A file that says something of agents.
pub(super) struct OfAgents {
    pub(super) path: RepoPath,
    pub(super) keeping: Keeping,
    /// What it says, where the source hands over the state that is judged.
    pub(super) file: Option<AgentFile>,
}

impl Facts {
    /// Whether nothing was gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.sightings.is_empty()
            && self.recipes.is_empty()
            && self.dropped.is_empty()
            && self.unchecked.is_empty()
            && self.of_agents.is_empty()
    }
}

/// Gathers the facts of one blob; returns how many bytes were read.
pub(super) fn examine(
    item: &Item,
    content: Content<'_>,
    run: &Run<'_>,
    memory: Option<&Memory>,
    facts: &mut Facts,
) -> u64 {
    let rules = run.rules;
    if is_wiring(item) && counts_as_wiring(item, &content, run) {
        facts.wiring.insert(item.path.clone());
    }
    match content {
        Content::Bytes(text) => {
            examine_bytes(item, text, run, memory, &mut Lineage::default(), facts);
            text.len() as u64
        }
        Content::Version(version) => {
            let mut lineage = Lineage::new(version.kin, version.leaves.is_some());
            examine_bytes(item, version.bytes, run, memory, &mut lineage, facts);
            if let Some(leaves) = version.leaves {
                *leaves = lineage.into_trace(&item.path, version.bytes);
            }
            version.bytes.len() as u64
        }
        Content::Stream(reader) => examine_stream(item, reader, rules, facts),
        Content::Remembered(bytes) => bytes,
    }
}

/// Gathers the facts of bytes that are held as a whole.
fn examine_bytes<'a>(
    item: &'a Item,
    text: &'a [u8],
    run: &Run<'a>,
    memory: Option<&'a Memory>,
    lineage: &mut Lineage<'a>,
    facts: &mut Facts,
) {
    let rules = run.rules;
    let blob = Blob {
        path: &item.path,
        text,
        first_line: 1,
        offset: 0,
        whole: true,
    };
    take(
        item,
        find::find_version(&blob, rules, memory, lineage),
        facts,
    );
    let recipes = recipes::of_item(item, text, rules, lineage);
    facts
        .recipes
        .extend(recipes.into_iter().map(|one| (item.clone(), one)));
    if item.form == Form::File {
        facts.unchecked.extend(unparsable(item, text, rules));
        facts.of_agents.extend(of_agents(item, text, run));
    }
}

/// What a file says of agents: read at once where these bytes are what is judged, and left for later where they are not.
fn of_agents(item: &Item, text: &[u8], run: &Run<'_>) -> Option<OfAgents> {
    if item.keeping == Keeping::Dependency {
        return None;
    }
    let (path, rules) = (&item.path, run.rules);
    let file = match run.source.hands_over_head() {
        true => {
            // What lies outside of the tree belongs to no state of it.
            let is_judged = !path.as_bytes().starts_with(b"/")
                && agent_config::may_say(path, text, rules)
                && !judge::agents::is_passed_by(path);
            let read = || agent_config::read_what_it_says(path, text, rules);
            Some(is_judged.then(read).flatten()?)
        }
        false if agent_config::concerns(path, text, rules) => None,
        false => return None,
    };
    Some(OfAgents {
        path: path.clone(),
        keeping: item.keeping,
        file,
    })
}

/// Whether a file is a workflow, or may be one or be called by one.
fn is_wiring(item: &Item) -> bool {
    item.form == Form::File && item.keeping == Keeping::Git && structure::may_be_wiring(&item.path)
}

/// Whether a file that may be wiring is judged: in a tree only what a system loads, or what reads like a workflow.
fn counts_as_wiring(item: &Item, content: &Content<'_>, run: &Run<'_>) -> bool {
    match content {
        Content::Bytes(text) if run.source.hands_over_head() => {
            structure::may_be_judged(&item.path, text)
        }
        _ => true,
    }
}

fn take(item: &Item, found: Found, facts: &mut Facts) {
    facts.dropped.extend(found.dropped);
    let limits = found.limits.into_iter();
    facts.unchecked.extend(limits.map(|limit| Unchecked {
        path: item.path.clone(),
        why: limit.why().to_owned(),
        undecided: limit.left_text_unread(),
    }));
    let sightings = found.sightings.into_iter();
    facts
        .sightings
        .extend(sightings.map(|sighting| (item.clone(), sighting)));
}

/// Searches a content that is too large to hold.
fn examine_stream(item: &Item, reader: &mut dyn Read, rules: &RuleSet, facts: &mut Facts) -> u64 {
    let streamed = find::stream(&item.path, reader, rules);
    take(item, streamed.found, facts);
    if streamed.failed {
        facts.unchecked.push(Unchecked {
            path: item.path.clone(),
            why: "the bytes could not be read to the end".to_owned(),
            undecided: true,
        });
    }
    streamed.bytes
}

/// A file that an agent really loads must parse, or nobody knows what the agent is handed (decision 6 c).
fn unparsable(item: &Item, text: &[u8], rules: &RuleSet) -> Option<Unchecked> {
    // Agents read front matter leniently: text that is no YAML there is still an instruction to them.
    let format = syntax::format_of(&item.path).filter(|format| *format != Format::FrontMatter)?;
    let loaded = || {
        let mut surfaces = rules
            .surfaces_in_context_at(item.path.as_bytes())
            .into_iter();
        surfaces.any(|surface| !surface.agents.is_empty())
    };
    if text.is_empty() || !loaded() {
        return None;
    }
    let error = syntax::parse(format, text).err()?;
    Some(Unchecked {
        path: item.path.clone(),
        why: format!(
            "an agent loads this file and it does not parse: line {}, column {}; it was searched as bytes (TL902)",
            error.line, error.column
        ),
        undecided: true,
    })
}
