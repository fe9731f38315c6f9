//! Turns entries of `rules.toml` into the model's types, and says what is wrong with one by itself.
//!
//! Compiled twice, like `schema`. In: entries. Out: kinds, places, agents and providers that live as long as the
//! process, or problems.

use super::schema::{
    AgentEntry, CheckedWord, ExampleEntry, Problem, ProviderEntry, SurfaceEntry, TokenEntry,
};
use super::shape;
use crate::model::{
    Agent, Checksum, ClaimReader, Examples, FileKey, Level, Provider, Request, Shape, Surface,
    TokenKind, Verbs,
};

pub(super) fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

pub(super) fn keep_list(texts: &[String]) -> &'static [&'static str] {
    keep_all(texts.iter().map(|text| keep(text)))
}

pub(super) fn keep_all<T>(items: impl Iterator<Item = T>) -> &'static [T] {
    Box::leak(items.collect::<Vec<_>>().into_boxed_slice())
}

pub(super) fn keep_examples(entries: &[ExampleEntry]) -> Examples {
    let each = entries.iter();
    let packed = Examples::pack(each.map(|entry| (entry.file.as_str(), entry.text.as_str())));
    Examples(keep(&packed))
}

impl TokenEntry {
    /// Lowers the entry; says every problem that the entry has by itself.
    pub fn lower(&self) -> Result<TokenKind, Vec<Problem>> {
        let mut messages = Vec::new();
        let mut shapes = Vec::new();
        for text in &self.value {
            match shape::parse(text) {
                Ok(segments) => shapes.push(Shape(keep_all(segments.into_iter()))),
                Err(message) => messages.push(format!("`value` {text:?}: {message}")),
            }
        }
        let starts = !shapes.is_empty() && shapes.iter().all(|shape| shape.start().len() >= 3);
        let alone = self
            .alone
            .unwrap_or(starts || !self.code.is_empty() || !self.pattern.is_empty());
        if alone && !shapes.is_empty() && !starts {
            messages.push(
                "`alone` needs every shape to start with a literal of 3 bytes or more".to_owned(),
            );
        }
        if !alone && !self.has_context() {
            messages.push("a shape that says nothing alone needs `names`, `requests`, `flags`, `files`, `pair` or `by_word`".to_owned());
        }
        self.check_words(&mut messages);
        if messages.is_empty() {
            return Ok(self.kind(shapes, alone));
        }
        let problem = |message| Problem {
            id: self.id.clone(),
            message,
        };
        Err(messages.into_iter().map(problem).collect())
    }

    /// Whether anything around a value can name the kind.
    fn has_context(&self) -> bool {
        !self.names.is_empty()
            || !self.requests.is_empty()
            || !self.flags.is_empty()
            || !self.files.is_empty()
            || !self.pair.is_empty()
            || self.by_word
    }

    /// What is wrong with the fields that are words for people.
    fn check_words(&self, messages: &mut Vec<String>) {
        let mut wrong = |is_wrong: bool, message: &str| {
            if is_wrong {
                messages.push(message.to_owned());
            }
        };
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        wrong(
            self.id.is_empty() || !self.id.bytes().all(plain),
            "`id` is lower-case letters, digits and `-`",
        );
        wrong(
            self.value.is_empty() && self.pattern.is_empty() && self.code.is_empty(),
            "one of `value`, `pattern`, `code` is needed",
        );
        wrong(
            self.narrower.is_empty() == self.none_because.is_empty(),
            "exactly one of `narrower` and `none_because` is needed",
        );
        wrong(
            !self.docs.starts_with("https://"),
            "`docs` is an https link",
        );
        wrong(
            self.as_of.len() != 7 || self.as_of.as_bytes()[4] != b'-',
            "`as_of` is a year and a month, `2026-11`",
        );
        wrong(
            self.checked == CheckedWord::Shape
                && !matches!(self.level, Level::Unknown | Level::Public | Level::Ingest)
                && self.source.is_empty(),
            "a level that was not read in documentation needs a `source`",
        );
        for name in &self.names {
            if name.bytes().any(|b| b.is_ascii_lowercase() || b == b'-') {
                messages.push(format!("`names`: {name:?} is upper case with `_`"));
            }
        }
    }

    fn kind(&self, shapes: Vec<Shape>, alone: bool) -> TokenKind {
        TokenKind {
            id: keep(&self.id),
            provider: keep(&self.provider),
            name: keep(&self.name),
            shapes: keep_all(shapes.into_iter()),
            patterns: keep_list(&self.pattern),
            code: keep(&self.code),
            alone,
            names: keep_list(&self.names),
            requests: keep_all(self.requests.iter().map(|request| Request {
                hosts: keep_list(&request.hosts),
                header: keep(&request.header),
            })),
            flags: keep_list(&self.flags),
            files: keep_all(self.files.iter().map(|entry| FileKey {
                file: keep(&entry.file),
                key: keep(&entry.key),
            })),
            by_word: self.by_word,
            pair: keep(&self.pair),
            checksum: self.checksum.map(Checksum::from),
            claims: self.claims.map(ClaimReader::from),
            level: self.level,
            verbs: Verbs::of(&self.verbs),
            why: keep(&self.why),
            destroys: self.destroys.into(),
            worst: keep(&self.worst),
            narrower: keep_list(&self.narrower),
            none_because: keep(&self.none_because),
            how: keep(&self.how),
            docs: keep(&self.docs),
            reference: keep(&self.reference),
            shape_confidence: self.shape_confidence,
            test_mode: self.test_mode,
            checked: self.checked.into(),
            as_of: keep(&self.as_of),
            source: keep(&self.source),
            tags: keep_list(&self.tags),
            examples: keep_examples(&self.examples),
            neighbours: keep_examples(&self.neighbours),
        }
    }
}

impl SurfaceEntry {
    /// Lowers the entry.
    pub fn lower(&self) -> Surface {
        Surface {
            id: keep(&self.id),
            title: keep(&self.title),
            paths: keep_list(&self.paths),
            keys: keep_list(&self.keys),
            how: self.how,
            agents: keep_list(&self.agents),
            reference: keep(&self.reference),
            why: keep(&self.why),
            docs: keep(&self.docs),
        }
    }
}

impl AgentEntry {
    /// Lowers the entry.
    pub fn lower(&self) -> Agent {
        Agent {
            id: keep(&self.id),
            name: keep(&self.name),
            markers: keep_list(&self.markers),
        }
    }
}

impl ProviderEntry {
    /// Lowers the entry.
    pub fn lower(&self) -> Provider {
        Provider {
            name: keep(&self.name),
            hosts: keep_list(&self.hosts),
            words: keep_list(&self.words),
        }
    }
}
