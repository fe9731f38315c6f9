//! Parameters of jobs and commands: `<< parameters.name >>`.
//!
//! In: a text, and what a caller hands over. Out: the text with values put in, or with marks of the same length where it is
//! read as shell, so that places stay exact.

use std::collections::BTreeMap;

use super::Config;
use crate::model::Setting;
use crate::read::workflow::script::MARK;
use crate::syntax::Node;

/// What names stand for while one job or command is read.
#[derive(Clone, Default)]
pub(super) struct Frame<'f> {
    texts: BTreeMap<String, Setting>,
    steps: BTreeMap<String, &'f Node>,
}

impl<'f> Frame<'f> {
    /// The caller's values, else the defaults of what is called.
    pub(super) fn of(
        config: &Config<'f, '_>,
        given: Option<&'f Node>,
        called: &'f Node,
        outer: &Frame<'f>,
    ) -> Self {
        let mut frame = Frame::default();
        for declared in config.below(called, "parameters").into_iter() {
            for entry in config.file.document.entries(declared) {
                if let Some(default) = config.below(&entry.value, "default") {
                    frame.put(config, &entry.key, default, outer);
                }
            }
        }
        if let Some(given) = given {
            for entry in config.file.document.entries(given) {
                frame.put(config, &entry.key, &entry.value, outer);
            }
        }
        frame
    }

    fn put(&mut self, config: &Config<'f, '_>, name: &str, node: &'f Node, outer: &Frame<'f>) {
        let file = config.file;
        if let Some(setting) = file.setting(name, node.span, node) {
            let passed = outer.whole(&setting.value).cloned();
            let passed_steps = sole(&setting.value).and_then(|inner| outer.steps.get(inner));
            if let Some(steps) = passed_steps {
                self.steps.insert(name.to_owned(), steps);
            }
            self.texts
                .insert(name.to_owned(), passed.unwrap_or(setting));
        } else if file
            .document
            .resolve(node)
            .is_some_and(|node| node.as_list().is_some())
        {
            self.steps.insert(name.to_owned(), node);
        }
    }

    /// The value of a text that is one parameter and nothing else.
    pub(super) fn whole(&self, text: &str) -> Option<&Setting> {
        self.texts.get(sole(text)?)
    }

    /// The steps of a text that is one parameter and nothing else.
    pub(super) fn steps(&self, text: &str) -> Option<&'f Node> {
        self.steps.get(sole(text)?).copied()
    }

    /// A text with values put in.
    pub(super) fn text(&self, text: &str) -> String {
        let mut out = String::new();
        let mut from = 0;
        for (start, end) in insides(text) {
            let name = text[start + 2..end - 2].trim();
            let value = name
                .strip_prefix("parameters.")
                .and_then(|name| self.texts.get(name));
            out.push_str(&text[from..start]);
            out.push_str(value.map_or(&text[start..end], |setting| setting.value.as_str()));
            from = end;
            if out.len() > 64 * 1024 {
                return text.to_owned();
            }
        }
        out.push_str(&text[from..]);
        out
    }

    /// A setting whose value is a parameter's, or has values put in.
    pub(super) fn filled(&self, setting: Setting) -> Setting {
        match self.whole(&setting.value) {
            Some(value) => value.clone(),
            None => Setting {
                value: marked(&setting.value),
                ..setting
            },
        }
    }
}

/// The parameter that a text names and nothing besides.
fn sole(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("<<")?.strip_suffix(">>")?;
    let name = inside.trim().strip_prefix("parameters.")?;
    (!name.contains(['<', '>', ' '])).then_some(name)
}

/// Where each `<< … >>` stands; a here-document has no `>>` on its line.
fn insides(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("<<") {
        let start = from + at;
        let rest = &text[start + 2..];
        let line = rest.find('\n').unwrap_or(rest.len());
        match rest[..line].find(">>") {
            Some(end) => {
                let inside = rest[..end].trim();
                let is_name = inside.starts_with("parameters.")
                    || inside.starts_with("pipeline.")
                    || inside.starts_with("matrix.");
                from = start + 4 + end;
                if is_name {
                    found.push((start, from));
                }
            }
            None => from = start + 2,
        }
    }
    found
}

/// A text in which every parameter is a word of marks, as long as it is written.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in insides(text) {
        out.push_str(&text[from..start]);
        out.extend(std::iter::repeat_n(MARK as char, end - start));
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_marked_at_their_length_and_documents_are_left() {
        let text = "a << parameters.x >> b <<EOF\nc >> d\nEOF\n";
        let out = marked(text);
        assert_eq!(out.len(), text.len());
        assert_eq!(out.matches(MARK as char).count(), 18);
        assert!(out.contains("<<EOF"));
        assert_eq!(sole(" << parameters.x >> "), Some("x"));
        assert_eq!(sole("<< pipeline.id >>"), None);
    }
}
