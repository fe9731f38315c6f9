//! Titles and bodies of an event, judged beside the commits: an agent that answers to the event reads them.

use crate::act::ci::event::Text;
use crate::error::Result;
use crate::model::RepoPath;
use crate::source::{Content, Form, Item, Keeping, Snapshot, Source, Visited};

/// A source with the texts of an event behind it.
pub(super) struct WithMessages<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) texts: &'a [Text],
}

/// Numbers of texts count down from the end, where no source's own numbers are.
fn number(at: usize) -> usize {
    usize::MAX - at
}

impl Source for WithMessages<'_> {
    fn visit(&self, threads: usize, look: &(dyn Fn(&Item, Content<'_>) + Sync)) -> Result<Visited> {
        let visited = self.source.visit(threads, look)?;
        for (at, text) in self.texts.iter().enumerate() {
            let item = Item {
                path: RepoPath::from(text.name),
                form: Form::Message,
                keeping: Keeping::Git,
                commit: None,
                commits: 0,
                number: number(at),
            };
            look(&item, Content::Bytes(text.text.as_bytes()));
        }
        Ok(visited)
    }

    fn before(&self, item: &Item) -> Result<Vec<(RepoPath, Vec<u8>)>> {
        if item.number > number(self.texts.len()) {
            return Ok(Vec::new());
        }
        self.source.before(item)
    }

    fn head(&self) -> &dyn Snapshot {
        self.source.head()
    }

    fn base(&self) -> &dyn Snapshot {
        self.source.base()
    }
}
