//! What to say of a finding, and what to make instead.
//!
//! In: a judged sighting. Out: one plain sentence, and advice in the file's own syntax. Our own words and facts of the
//! catalogue only: nothing is copied from the scanned file but names that have passed the masking writer.

use super::{Class, Judged, reach::surfaces_of};
use crate::model::{Advice, Breadth, Level, Surface, TokenKind, Verb};
use crate::rules::{RuleSet, glob, key_path};
use crate::source::Form;

/// The sentence that opens a block: what this is and what it can do.
pub fn message(judged: &Judged) -> String {
    let Some(kind) = judged.sighting.kind else {
        let name = judged.sighting.beside.name.as_deref().unwrap_or("this key");
        return format!(
            "A literal stands under `{name}`, a key that says credential; what it can do is not known."
        );
    };
    let Some(breadth) = &judged.breadth else {
        return format!("{}.", kind.name);
    };
    let article = article_for(kind.name);
    if judged.class == Class::Public {
        let why = judged
            .reasons
            .first()
            .map_or("it is made to be public", String::as_str);
        return format!("{article} {}; {why}.", kind.name);
    }
    if judged.class == Class::Ingest {
        return format!("{article} {}; it may only send events.", kind.name);
    }
    if breadth.level == Level::Unknown && breadth.verbs.is_empty() {
        return format!("{article} {}; what it can do is not documented.", kind.name);
    }
    let claims = judged.sighting.claims.as_ref();
    let reaches = claims.and_then(|claims| claims.reaches.as_deref());
    if let Some(worst) = worst(kind, breadth, reaches.is_some()) {
        return format!("{article} {} can{worst}.", kind.name);
    }
    if let Some(reaches) = reaches {
        let can = in_words(breadth, reaches);
        return format!("{article} {} can {can}.", kind.name);
    }
    let what = match breadth.level {
        Level::Public => "what is public",
        Level::Ingest => "its event stream",
        Level::Resource => "one resource",
        Level::Project => "one project",
        Level::Account => "everything in its maker's account",
        Level::Org => "everything in the organisation",
        Level::Scoped => "whatever its maker chose; the text does not show it",
        Level::Unknown => "what its owner may; the text does not show how far that reaches",
    };
    format!("{article} {} can {}.", kind.name, in_words(breadth, what))
}

/// The catalogue's own sentence, where it holds for this breadth; one with a condition only where nothing better is
/// known.
fn worst(kind: &TokenKind, breadth: &Breadth, known_better: bool) -> Option<String> {
    let possible = kind.verbs.without(&[Verb::Admin, Verb::Mint]);
    let same = breadth.level == kind.level && breadth.verbs == kind.verbs;
    let chosen =
        breadth.level == Level::Scoped && kind.level == Level::Scoped && breadth.verbs == possible;
    let starts = ["with ", "if ", "as ", "together "];
    let begins = starts.iter().any(|word| kind.worst.starts_with(word));
    let conditional = begins
        || [" if ", ", with "]
            .iter()
            .any(|word| kind.worst.contains(word));
    if kind.worst.is_empty() || !(same || chosen) || conditional && known_better {
        return None;
    }
    let between = match (begins, same || conditional) {
        (true, _) => ",",
        (false, true) => "",
        (false, false) => ", if its maker allowed it,",
    };
    Some(format!("{between} {}", kind.worst))
}

fn article_for(name: &str) -> &'static str {
    let lower = name.to_ascii_lowercase();
    let sounds_open = [
        "a", "e", "i", "o", "ngrok", "npm", "s3", "mssql", "ssh", "saml", "smtp", "rsa", "hcp",
    ];
    if sounds_open.iter().any(|start| lower.starts_with(start)) {
        "An"
    } else {
        "A"
    }
}

/// Says in words what can be done with `what`, where the catalogue has no sentence of its own.
fn in_words(breadth: &Breadth, what: &str) -> String {
    let verbs: Vec<&str> = breadth
        .verbs
        .iter()
        .map(|verb| match verb {
            Verb::Admin => "administer",
            Verb::Mint => "make further credentials for",
            other => other.word(),
        })
        .collect();
    match verbs.as_slice() {
        [] => format!("use {what}"),
        [one] => format!("{one} {what}"),
        [first @ .., last] => format!("{} and {last} {what}", first.join(", ")),
    }
}

/// Makes the advice of a finding; `None` where no credential is meant or nothing has to be done.
pub fn advice(judged: &Judged, rules: &RuleSet) -> Option<Advice> {
    let kind = judged.sighting.kind;
    if matches!(judged.class, Class::Public) {
        return None;
    }
    let reference = reference_form(judged, rules, reference_name(judged, kind, rules).as_str());
    let Some(kind) = kind else {
        return Some(Advice {
            narrower: Vec::new(),
            none_because: Some("Its kind is not known".to_owned()),
            how:
                "Take the value out of the file; read it from the environment or a secret manager."
                    .to_owned(),
            docs: String::new(),
            reference,
        });
    };
    let none_because = Some(kind.none_because)
        .filter(|reason| !reason.is_empty())
        .map(str::to_owned);
    Some(Advice {
        narrower: kind.narrower.to_vec(),
        none_because,
        how: kind.how.to_owned(),
        docs: kind.docs.to_owned(),
        reference,
    })
}

/// The variable that the reference names: the narrower kind's own where the catalogue has one, else the present name.
fn reference_name(judged: &Judged, kind: Option<&'static TokenKind>, rules: &RuleSet) -> String {
    let of_catalogue = kind.and_then(|kind| {
        let narrower = kind.narrower.first().and_then(|id| rules.kind(id));
        let own = Some(kind.reference).filter(|name| !name.is_empty());
        own.or_else(|| narrower.and_then(|kind| kind.names.first().copied()))
            .or_else(|| kind.names.first().copied())
            .map(|name| name.trim_matches('*').trim_matches('_').to_owned())
    });
    of_catalogue
        .or_else(|| {
            let name = judged.sighting.beside.name.as_deref()?;
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            plain.then(|| name.to_ascii_uppercase())
        })
        .unwrap_or_else(|| "TOKEN".to_owned())
}

/// The reference in the file's own syntax; `None` where the file knows none. Of the surfaces that hold the value the one
/// that names the file most exactly speaks: an agent without references is not helped by those of another.
fn reference_form(judged: &Judged, rules: &RuleSet, name: &str) -> Option<String> {
    if !matches!(judged.item.form, Form::File | Form::Symlink) {
        return None;
    }
    let path = &judged.sighting.path;
    let route = judged.sighting.beside.key_path.as_deref();
    let holds = |surface: &&Surface| {
        let mut keys = surface.keys.iter();
        surface.keys.is_empty()
            || route.is_some_and(|route| keys.any(|pattern| key_path::matches(pattern, route)))
    };
    let fit = |surface: &Surface| {
        let patterns = surface.paths.iter().copied();
        let fitting = patterns.filter(|pattern| glob::matches(pattern, path.as_bytes()));
        let exact = fitting.map(glob::fixed_bytes).max();
        (!surface.keys.is_empty(), exact, surface.how)
    };
    let mut surfaces: Vec<&Surface> = surfaces_of(path, rules).filter(holds).collect();
    surfaces.sort_by(|a, b| fit(b).cmp(&fit(a)).then(a.id.cmp(b.id)));
    let reference = surfaces.first()?.reference;
    (!reference.is_empty()).then(|| reference.replace("NAME", name))
}
