//! Writing waivers and salts into `.tokenleash.toml`, keeping every comment and line that is there.

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::error::{Error, Result};
use crate::model::How;
use crate::policy::config::CONFIG_NAME;

/// A waiver as a person asks for it.
pub struct Wanted<'a> {
    pub fingerprint: &'a str,
    pub path: &'a str,
    pub reach: How,
    pub owner: &'a str,
    pub reason: &'a str,
    pub added: Date,
    pub expires: Date,
}

/// Adds a waiver to the configuration at a repository's root.
pub fn add(root: &Path, wanted: &Wanted<'_>) -> Result<()> {
    edit(root, |document| {
        let tables = document
            .entry("waiver")
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()))
            .as_array_of_tables_mut()
            .ok_or_else(|| Error::config("`waiver` is no list of tables").at(CONFIG_NAME))?;
        let mut table = Table::new();
        table.insert("fingerprint", value(wanted.fingerprint));
        table.insert("path", value(escape_pattern(wanted.path)));
        table.insert("reach", value(wanted.reach.word()));
        table.insert("owner", value(wanted.owner));
        table.insert("reason", value(wanted.reason));
        table.insert("added", date_item(wanted.added)?);
        table.insert("expires", date_item(wanted.expires)?);
        tables.push(table);
        Ok(())
    })
}

/// Makes sure that the repository has a salt of its own; says whether one was made.
pub fn ensure_salt(root: &Path) -> Result<bool> {
    let mut made = false;
    edit(root, |document| {
        if document.get("salt").is_none() {
            let mut bytes = [0u8; 16];
            getrandom::fill(&mut bytes)
                .map_err(|_| Error::source("the system gives no random numbers"))?;
            let salt: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            document.insert("salt", value(salt));
            made = true;
        }
        Ok(())
    })?;
    Ok(made)
}

fn edit(root: &Path, change: impl FnOnce(&mut DocumentMut) -> Result<()>) -> Result<()> {
    let path = root.join(CONFIG_NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(_) => return Err(Error::config("the file could not be read").at(CONFIG_NAME)),
    };
    crate::policy::config::read(&text, CONFIG_NAME)?;
    let mut document: DocumentMut = text
        .parse()
        .map_err(|_| Error::config("this is not TOML").at(CONFIG_NAME))?;
    change(&mut document)?;
    let changed = document.to_string();
    if changed == text {
        return Ok(());
    }
    let fresh = root.join(format!("{CONFIG_NAME}.new"));
    fs::write(&fresh, changed)
        .and_then(|()| fs::rename(&fresh, &path))
        .map_err(|_| Error::output(format!("{CONFIG_NAME} could not be written")))
}

fn date_item(date: Date) -> Result<Item> {
    date.to_string()
        .parse::<toml_edit::Datetime>()
        .map(value)
        .map_err(|_| Error::config("the date is out of range"))
}

/// A path as a pattern that matches nothing but itself.
fn escape_pattern(path: &str) -> String {
    path.replace(['*', '?', '{', '}', ',', '['], "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_stay_and_the_waiver_is_read_again() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(CONFIG_NAME), "# ours\nwaiver_days = 60\n").unwrap();
        let fingerprint = format!("v1:{}", "ab".repeat(16));
        add(
            root.path(),
            &Wanted {
                fingerprint: &fingerprint,
                path: "a/b.sh",
                reach: How::Workspace,
                owner: "ana",
                reason: "a \"fake\" one",
                added: Date::constant(2026, 11, 23),
                expires: Date::constant(2026, 12, 1),
            },
        )
        .unwrap();
        assert!(ensure_salt(root.path()).unwrap());
        assert!(!ensure_salt(root.path()).unwrap());
        let text = fs::read_to_string(root.path().join(CONFIG_NAME)).unwrap();
        assert!(text.starts_with("# ours\n"), "{text}");
        let policy = crate::policy::config::read(&text, CONFIG_NAME).unwrap();
        assert_eq!(policy.waivers[0].fingerprint, fingerprint);
        assert_eq!(policy.waivers[0].reason, "a \"fake\" one");
    }
}
