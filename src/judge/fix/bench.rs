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

    /// A step of a job, with its number in the file.
    pub(super) fn step(&self, job: &Job, step: &Step) -> Result<(usize, &Node), Refused> {
        if step.outer.is_some() || *step.spot.path != self.path {
            return Err("the step stands in a composite action, which other workflows may use");
        }
        let steps = edit::child(&self.job(job)?.value, "steps")?;
        let steps = steps.ok_or("the steps stand elsewhere")?;
        edit::plain(&steps.value)?;
        let items = steps.value.as_list().unwrap_or_default();
        let found = items
            .iter()
            .enumerate()
            .find(|(_, item)| item.span == step.spot.span);
        let (at, node) =
            found.ok_or("the step stands behind an alias, which other places share")?;
        edit::own_entries(node)?;
        Ok((at, node))
    }

    /// Sets an input of a step's action; returns the edit and the route that it changes.
    pub(super) fn set_input(
        &self,
        job: &Job,
        step: &Step,
        name: &str,
        value: &str,
    ) -> Result<(TextEdit, String), Refused> {
        let (at, node) = self.step(job, step)?;
        let route = format!("jobs.{}.steps.{at}.with.{name}", job.id);
        let written = Written::Value(value.to_owned());
        let edit = match edit::child(node, "with")? {
            Some(with) => {
                let mut own = edit::own_entries(&with.value)?.iter();
                match own.find(|entry| entry.key.eq_ignore_ascii_case(name)) {
                    Some(entry) => self.page.set_value(entry, value)?,
                    None => self.page.add(&with.value, None, name, &written)?,
                }
            }
            None => {
                let uses = edit::child(node, "uses")?;
                let with = Written::Map(vec![(name.to_owned(), written)]);
                self.page.add(node, uses, "with", &with)?
            }
        };
        Ok((edit, route))
    }
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

    /// A draft that edits this file alone.
    pub(super) fn draft(
        &self,
        safety: Safety,
        title: impl Into<String>,
        answers: &[usize],
        (edits, touched): (Vec<TextEdit>, Vec<String>),
    ) -> Draft {
        Draft {
            safety,
            title: title.into(),
            breaks: String::new(),
            setup: Vec::new(),
            answers: answers.to_vec(),
            changes: vec![DraftChange {
                path: self.ground.path.clone(),
                edits,
                touched,
            }],
        }
    }
}

/// Turns the reason for no edit into the answer to findings.
pub(super) fn refused<'f>(findings: &'f [usize]) -> impl Fn(Refused) -> Refusal + 'f {
    move |why| Refusal::new(findings, why)
}
