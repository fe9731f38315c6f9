//! What a caller hands over, put in the place of `inputs.X` and `secrets.X` in what it calls.
//!
//! In: settings of the called file, values of the caller. Out: the same settings, naming what the caller named, so that
//! a secret handed through two actions is still seen by its own name.

use std::collections::BTreeMap;

use super::file::File;
use crate::model::Setting;
use crate::read::expression;

/// The longest value that is made by putting others in.
const MAX_VALUE: usize = 64 * 1024;

/// The values that stand for a called file's inputs and secrets.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    /// By lower-cased name. `None` while nothing is called.
    inputs: Option<BTreeMap<String, String>>,
    /// By upper-cased name; `None` where the called file sees the secrets by their own names.
    secrets: Option<BTreeMap<String, String>>,
}

impl Values {
    /// The values that a caller's settings give.
    pub(super) fn of(with: &[Setting], secrets: Option<&[Setting]>) -> Self {
        let inputs = with
            .iter()
            .map(|setting| (setting.name.to_ascii_lowercase(), setting.value.clone()));
        let secrets = secrets.map(|settings| {
            settings
                .iter()
                .map(|setting| (setting.name.to_ascii_uppercase(), setting.value.clone()))
                .collect()
        });
        Values {
            inputs: Some(inputs.collect()),
            secrets,
        }
    }

    /// The same with the called file's own defaults for inputs that the caller left out.
    pub(super) fn with_defaults(&self, file: &File<'_>, route: &[&str]) -> Values {
        let Some(given) = &self.inputs else {
            return self.clone();
        };
        let mut inputs = given.clone();
        for node in file.at(route) {
            for entry in file.document.entries(node) {
                let default = file.text_below(&entry.value, "default").unwrap_or_default();
                inputs
                    .entry(entry.key.to_ascii_lowercase())
                    .or_insert(default);
            }
        }
        Values {
            inputs: Some(inputs),
            secrets: self.secrets.clone(),
        }
    }

    /// Puts the values into settings.
    pub(super) fn fill(&self, mut settings: Vec<Setting>) -> Vec<Setting> {
        for setting in &mut settings {
            setting.value = self.text(&setting.value);
        }
        settings
    }

    /// Puts the values into a condition, which is an expression without `${{ }}`.
    pub(super) fn condition(&self, mut setting: Setting) -> Setting {
        setting.value = if setting.value.contains("${{") {
            self.text(&setting.value)
        } else {
            self.inside(&setting.value)
        };
        setting
    }

    /// Puts the values into a text.
    pub(super) fn text(&self, text: &str) -> String {
        if (self.inputs.is_none() && self.secrets.is_none()) || !text.contains("${{") {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for (start, inside) in expression::insides(text) {
            out.push_str(&text[from..start - 3]);
            match self.value_of(inside.trim()) {
                Some(value) => out.push_str(value),
                None => {
                    out.push_str("${{");
                    out.push_str(&self.inside(inside));
                    out.push_str("}}");
                }
            }
            from = start + inside.len() + 2;
            if out.len() > MAX_VALUE {
                return text.to_owned();
            }
        }
        out.push_str(&text[from..]);
        out
    }

    /// The value behind `inputs.x` or `secrets.X`, where the caller hands one over.
    fn value_of(&self, name: &str) -> Option<&str> {
        let (context, name) = name.split_once('.')?;
        // Templates of Azure Pipelines have parameters where called workflows have inputs.
        if context.eq_ignore_ascii_case("inputs") || context == "parameters" {
            let inputs = self.inputs.as_ref()?;
            return inputs.get(&name.to_ascii_lowercase()).map(String::as_str);
        }
        if context.eq_ignore_ascii_case("secrets") && !name.eq_ignore_ascii_case("GITHUB_TOKEN") {
            let secrets = self.secrets.as_ref()?;
            let value = secrets.get(&name.to_ascii_uppercase());
            return Some(value.map_or("", String::as_str));
        }
        None
    }

    /// Puts the values into an expression: another expression as it is, plain text in quotes.
    fn inside(&self, inside: &str) -> String {
        let mut out = String::with_capacity(inside.len());
        let bytes = inside.as_bytes();
        let mut at = 0;
        let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        while at < bytes.len() {
            let begins = bytes[at].is_ascii_alphabetic() && (at == 0 || !is_part(bytes[at - 1]));
            if begins {
                let end = at + bytes[at..].iter().take_while(|&&b| is_part(b)).count();
                let name = &inside[at..end];
                match self.value_of(name) {
                    Some(value) => match expression::sole(value) {
                        Some(inner) => out.push_str(inner),
                        None => {
                            out.push('\'');
                            out.push_str(&value.replace('\'', "''"));
                            out.push('\'');
                        }
                    },
                    None => out.push_str(name),
                }
                at = end;
            } else {
                let length = inside[at..].chars().next().map_or(1, char::len_utf8);
                out.push_str(&inside[at..at + length]);
                at += length;
            }
            if out.len() > MAX_VALUE {
                return inside.to_owned();
            }
        }
        out
    }
}
