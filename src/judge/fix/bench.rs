//! What every draft works on: the file as a tree, the workflow as it was read, the findings to answer.
//!
//! In: a path and bytes. Out: nodes of jobs and steps where they stand in this file by themselves. It edits nothing.

use super::{Draft, DraftChange, Refusal, Wanted};
use crate::judge::workflow::Site;
use crate::model::{Change, Edit, Job, RepoPath, Safety, Step, Workflow};
use crate::read::Lookup;
use crate::read::lines::Lines;
use crate::syntax::edit::{self, Page, Refused, TextEdit, Written};
use crate::syntax::{self, Document, Entry, Format, Node};

/// How far into a file the words that it is generated are looked for.
const HEAD: usize = 2048;

/// A file that may be edited.
pub(super) struct Ground<'t> {
    pub path: RepoPath,
    pub document: Document,
    pub page: Page<'t>,
    pub text: &'t [u8],
}

impl<'t> Ground<'t> {
    /// Opens a file; one that another tool writes, or that holds several documents, is not edited.
    pub(super) fn open(path: &RepoPath, text: &'t [u8]) -> Result<Self, Refused> {
        let head = String::from_utf8_lossy(&text[..text.len().min(HEAD)]).to_ascii_lowercase();
        let is_generated = path.as_bytes().ends_with(b".lock.yml")
            || head.contains("do not edit")
            || head.contains("@generated");
        if is_generated {
            return Err("the file is generated: edit what it is made from");
        }
        let document = syntax::parse(Format::Yaml, text).map_err(|_| "the file does not parse")?;
        if document.roots.len() != 1 {
            return Err("the file holds several documents");
        }
        Ok(Ground {
            path: path.clone(),
            document,
            page: Page::new(text),
            text,
        })
    }

    /// The top of the file.
    pub(super) fn root(&self) -> Result<&Node, Refused> {
        self.document.roots.first().ok_or("the file is empty")
    }

    /// The entry of a job.
    pub(super) fn job(&self, job: &Job) -> Result<&Entry, Refused> {
        let jobs = edit::child(self.root()?, "jobs")?.ok_or("the job stands elsewhere")?;
        let entry = edit::child(&jobs.value, &job.id)?.ok_or("the job stands elsewhere")?;
        edit::own_entries(&entry.value)?;
        Ok(entry)
    }

    /// A step of a job, or of the composite action that this file is, with the way to it.
    pub(super) fn step(&self, job: &Job, step: &Step) -> Result<(String, &Node), Refused> {
        const ELSEWHERE: Refused = "the steps stand elsewhere";
        if *step.spot.path != self.path {
            return Err("the step stands in a composite action, which other workflows may use");
        }
        let (steps, route) = match step.outer {
            Some(_) => {
                let runs = edit::child(self.root()?, "runs")?.ok_or(ELSEWHERE)?;
                (edit::child(&runs.value, "steps")?, "runs.steps".to_owned())
            }
            None => {
                let steps = edit::child(&self.job(job)?.value, "steps")?;
                (steps, format!("jobs.{}.steps", job.id))
            }
        };
        let steps = steps.ok_or(ELSEWHERE)?;
        edit::plain(&steps.value)?;
        let items = steps.value.as_list().unwrap_or_default();
        let found = items
            .iter()
            .enumerate()
            .find(|(_, item)| item.span == step.spot.span);
        let (at, node) =
            found.ok_or("the step stands behind an alias, which other places share")?;
        edit::own_entries(node)?;
        Ok((format!("{route}.{at}"), node))
    }

    /// Sets inputs of a step's action, or variables of a step.
    pub(super) fn set(
        &self,
        (job, step): (&Job, &Step),
        map: Settings,
        settings: &[(&str, &str)],
    ) -> Result<Places, Refused> {
        let (route, node) = self.step(job, step)?;
        let key = map.key();
        let touched = settings
            .iter()
            .map(|(name, _)| format!("{route}.{key}.{name}"));
        let touched: Vec<String> = touched.collect();
        let Some(own) = edit::child(node, key)? else {
            let behind = edit::child(node, "uses")?.or(edit::child(node, "name")?);
            let written = Written::map(settings.iter().copied());
            let edit = self.page.add(node, behind, key, &written)?;
            return Ok((vec![edit], touched));
        };
        let entries = edit::own_entries(&own.value)?;
        let mut edits: Vec<TextEdit> = Vec::new();
        for (name, value) in settings {
            if let Some(entry) = entries.iter().find(|entry| map.same(&entry.key, name)) {
                edits.push(self.page.set_value(entry, value)?);
                continue;
            }
            let written = Written::Value((*value).to_owned());
            let edit = self.page.add(&own.value, None, name, &written)?;
            // What goes to one place goes there as one text.
            let same = |one: &&mut TextEdit| one.span == edit.span && edit.span.is_empty();
            match edits.iter_mut().find(same) {
                Some(first) => first.insert.push_str(&edit.insert),
                None => edits.push(edit),
            }
        }
        Ok((edits, touched))
    }
}

/// Which map of a step is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settings {
    Inputs,
    Variables,
}

impl Settings {
    fn key(self) -> &'static str {
        match self {
            Settings::Inputs => "with",
            Settings::Variables => "env",
        }
    }

    /// Names of inputs have no case.
    fn same(self, one: &str, other: &str) -> bool {
        match self {
            Settings::Inputs => one.eq_ignore_ascii_case(other),
            Settings::Variables => one == other,
        }
    }
}

/// The files of the composite actions of this repository that a workflow uses.
pub(super) fn actions_of(workflow: &Workflow, lookup: &Lookup<'_>) -> Vec<(RepoPath, Vec<u8>)> {
    let steps = workflow.jobs.iter().flat_map(|job| &job.steps);
    let mut paths: Vec<RepoPath> = steps
        .filter(|step| step.outer.is_some())
        .map(|step| step.spot.path.as_ref().clone())
        .collect();
    paths.sort();
    paths.dedup();
    let files = paths.into_iter().filter_map(|path| {
        let text = lookup(path.as_bytes())?;
        Some((path, text))
    });
    files.collect()
}

/// The edits of one file with their places.
pub(super) fn change_of(path: &RepoPath, text: &[u8], edits: &[TextEdit]) -> Change {
    let lines = Lines::of(text);
    let mut edits: Vec<Edit> = edits
        .iter()
        .map(|one| Edit {
            span: one.span,
            place: lines.place(one.span),
            insert: one.insert.clone(),
        })
        .collect();
    edits.sort();
    Change {
        path: path.clone(),
        edits,
    }
}

/// One workflow with everything that drafts ask about.
pub(super) struct Bench<'a> {
    pub ground: &'a Ground<'a>,
    /// The composite actions of this repository that its jobs use.
    pub actions: &'a [Ground<'a>],
    pub workflow: &'a Workflow,
    pub sites: &'a [Site<'a>],
    pub wanted: &'a [Wanted],
    pub lookup: &'a Lookup<'a>,
}

impl<'a> Bench<'a> {
    /// The numbers of the wanted findings of a job, by their rules.
    pub(super) fn asked(&self, job: &Job, rules: &[&str]) -> Vec<usize> {
        let route = format!("jobs/{}", job.id);
        let of_job = |one: &Wanted| {
            let rest = one.route.strip_prefix(&route);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let all = self.wanted.iter().enumerate();
        all.filter(|(_, one)| rules.contains(&one.rule) && of_job(one))
            .map(|(at, _)| at)
            .collect()
    }

    /// The agents whose steps stand in a job itself.
    pub(super) fn sites_of(&self, job: &Job) -> Vec<&'a Site<'a>> {
        let sites: &'a [Site<'a>] = self.sites;
        sites
            .iter()
            .filter(|site| std::ptr::eq(site.job, job) && !site.is_called())
            .collect()
    }

    /// The file that a step of a job stands in: this one, or that of a composite action which the job takes from the
    /// same commit.
    fn ground_of(&self, step: &Step) -> Result<&'a Ground<'a>, Refused> {
        if step.outer.is_none() {
            return Ok(self.ground);
        }
        if step.of_other_version {
            return Err("the step stands in an action that the job takes in another version");
        }
        let mut actions = self.actions.iter();
        let found = actions.find(|ground| ground.path == *step.spot.path);
        found.ok_or("the step stands in a composite action whose file is not edited")
    }

    /// Sets inputs or variables of a step, wherever it stands.
    pub(super) fn set(
        &self,
        place: (&Job, &Step),
        map: Settings,
        settings: &[(&str, &str)],
        edits: &mut Edits,
    ) -> Result<(), Refused> {
        if !settings.is_empty() {
            let ground = self.ground_of(place.1)?;
            edits.add(&ground.path, ground.set(place, map, settings)?);
        }
        Ok(())
    }

    /// A draft that edits this file alone.
    pub(super) fn draft(
        &self,
        safety: Safety,
        title: impl Into<String>,
        answers: &[usize],
        edits: Places,
    ) -> Draft {
        let mut all = Edits::default();
        all.add(&self.ground.path, edits);
        self.draft_of(safety, title, answers, all)
    }

    /// A draft that may edit several files; one that other workflows use makes it unsafe.
    pub(super) fn draft_of(
        &self,
        safety: Safety,
        title: impl Into<String>,
        answers: &[usize],
        edits: Edits,
    ) -> Draft {
        let safety = match edits.shared(&self.ground.path) {
            Some(_) => Safety::Unsafe,
            None => safety,
        };
        Draft {
            safety,
            title: title.into(),
            breaks: String::new(),
            setup: Vec::new(),
            answers: answers.to_vec(),
            changes: edits.0,
        }
    }
}

/// Edits of one file, and the routes that they change.
pub(super) type Places = (Vec<TextEdit>, Vec<String>);

/// Edits by file.
#[derive(Default)]
pub(super) struct Edits(Vec<DraftChange>);

impl Edits {
    /// Adds edits of a file.
    pub(super) fn add(&mut self, path: &RepoPath, (edits, touched): Places) {
        match self.0.iter_mut().find(|change| change.path == *path) {
            Some(change) => {
                change.edits.extend(edits);
                change.touched.extend(touched);
            }
            None => self.0.push(DraftChange {
                path: path.clone(),
                edits,
                touched,
            }),
        }
    }

    /// A file other than the workflow's own.
    pub(super) fn shared(&self, own: &RepoPath) -> Option<String> {
        let mut changes = self.0.iter();
        let other = changes.find(|change| change.path != *own)?;
        Some(other.path.lossy().to_string())
    }
}

/// Turns the reason for no edit into the answer to findings.
pub(super) fn refused<'f>(findings: &'f [usize]) -> impl Fn(Refused) -> Refusal + 'f {
    move |why| Refusal::new(findings, why)
}
