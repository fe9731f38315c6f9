//! The catalogue as a data set that other tools can read, and as pages for people.
//!
//! In: token kinds. Out: one JSON document, or Markdown. It holds facts of kinds only, never of a scanned repository.

use serde_json::{Value, json};

use super::page::kind_page;
use crate::model::{Checked, Destroys, Segment, Shape, TokenKind};

/// The version of the document; fields may be added under the same number, never changed.
const VERSION: u32 = 1;

/// Writes kinds as one document.
pub fn document<'k>(kinds: impl Iterator<Item = &'k TokenKind>) -> Value {
    json!({ "version": VERSION, "tokens": kinds.map(entry).collect::<Vec<_>>() })
}

fn entry(kind: &TokenKind) -> Value {
    let verbs: Vec<&str> = kind.verbs.iter().map(|verb| verb.word()).collect();
    let starts: Vec<&str> = kind.shapes.iter().map(Shape::start).collect();
    let hosts: Vec<&&str> = kind.requests.iter().flat_map(|one| one.hosts).collect();
    let starts: Vec<&str> = starts.into_iter().filter(|text| !text.is_empty()).collect();
    let or_null = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    json!({
        "id": kind.id,
        "provider": kind.provider,
        "name": kind.name,
        "breadth": kind.level.word(),
        "verbs": verbs,
        "why": kind.why,
        "worst": or_null(kind.worst),
        "destructive": match kind.destroys {
            Destroys::Yes => "true",
            Destroys::No => "false",
            Destroys::Unknown => "unknown",
        },
        "narrower": kind.narrower,
        "none_because": or_null(kind.none_because),
        "how": kind.how,
        "docs": kind.docs,
        "prefixes": starts,
        "shapes": kind.shapes.iter().map(pattern).collect::<Vec<_>>(),
        "alone": kind.alone,
        "names": kind.names,
        "hosts": hosts,
        "reference": or_null(kind.reference),
        "test_mode": kind.test_mode,
        "shape_confidence": kind.shape_confidence.word(),
        "checked": match kind.checked {
            Checked::Documentation => "documentation",
            Checked::VendorSource => "vendor-source",
            Checked::Shape => "shape",
        },
        "as_of": kind.as_of,
        "source": or_null(kind.source),
        "tags": kind.tags,
    })
}

/// A shape as a regular expression that most engines read.
fn pattern(shape: &Shape) -> String {
    let mut text = String::new();
    for segment in shape.0 {
        match segment {
            Segment::Literal(literal) => text.push_str(&regex::escape(literal)),
            Segment::Run { class, min, max } => {
                text.push('[');
                for byte in (b'!'..=b'~').filter(|byte| class.has(*byte)) {
                    if matches!(byte, b'\\' | b']' | b'^' | b'-' | b'[') {
                        text.push('\\');
                    }
                    text.push(byte as char);
                }
                text.push(']');
                if min == max {
                    text.push_str(&format!("{{{min}}}"));
                } else {
                    text.push_str(&format!("{{{min},{max}}}"));
                }
            }
        }
    }
    text
}

/// One page for a provider: every kind of it, one heading lower.
pub fn provider_page(provider: &str, kinds: &[&TokenKind]) -> String {
    let mut page = format!("# {provider}\n");
    for kind in kinds {
        page.push('\n');
        for line in kind_page(kind).lines() {
            if line.starts_with('#') {
                page.push('#');
            }
            page.push_str(line);
            page.push('\n');
        }
    }
    page
}

/// The file name of a provider's page: lower case, everything else a hyphen.
pub fn page_name(provider: &str) -> String {
    let mut name = String::new();
    for letter in provider.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    format!("{}.md", name.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn every_shape_is_a_pattern_that_compiles() {
        let rules = RuleSet::builtin();
        let document = document(rules.kinds());
        for token in document["tokens"].as_array().unwrap() {
            for shape in token["shapes"].as_array().unwrap() {
                let text = shape.as_str().unwrap();
                let built = regex::bytes::RegexBuilder::new(text)
                    .unicode(false)
                    .size_limit(64 << 20)
                    .build();
                assert!(built.is_ok(), "{}: {text}", token["id"]);
            }
        }
    }

    #[test]
    fn page_names_are_plain() {
        assert_eq!(page_name("Weights & Biases"), "weights-biases.md");
        assert_eq!(page_name("Fly.io"), "fly-io.md");
    }
}
