//! Fly.io macaroons: whose they are and what their caveats leave.
//!
//! In: one or more tokens, comma-separated, with or without the scheme. Out: claims. A caveat can only narrow, so an
//! unknown one is left out of account: what is said is the most that the token may do.

use super::message_pack::{self, Value};
use super::{base64, lifetime};
use crate::model::{Claims, Level, Verb, Verbs};

const LONGEST: usize = 16 * 1024;
const MOST_TOKENS: usize = 16;
const DEEPEST: usize = 4;

/// The location of a token that gives permissions; others discharge a third party's caveat.
const PERMISSION: &[u8] = b"https://api.fly.io/v1";

const ORGANIZATION: u64 = 0;
const APPS: u64 = 3;
const VALIDITY: u64 = 4;
const IF_PRESENT: u64 = 13;
const MEMBER: u64 = 22;
const ACTION: u64 = 26;
const COMMANDS: u64 = 27;

const MASK_READ: u64 = 1;
const MASK_ALL: u64 = 31;
const MASK_DELETE: u64 = 8;

/// What the caveats of one token leave.
#[derive(Clone, Debug)]
struct Left {
    organization: Option<u64>,
    apps: usize,
    /// What may be done, as far as masks say.
    mask: u64,
    commands: bool,
    member_only: bool,
    not_before: Option<i64>,
    not_after: Option<i64>,
}

/// Reads every permission token in `value`; `None` where there is none.
pub fn claims(value: &[u8]) -> Option<Claims> {
    if value.len() > LONGEST {
        return None;
    }
    let list = value.strip_prefix(b"FlyV1 ").unwrap_or(value);
    let tokens: Vec<Left> = list
        .split(|b| *b == b',')
        .take(MOST_TOKENS)
        .filter_map(permission)
        .collect();
    let first = tokens.first()?;
    let mut claims = Claims {
        issued: tokens.iter().filter_map(|token| token.not_before).min(),
        expires: tokens.iter().filter_map(|token| token.not_after).max(),
        ..Claims::default()
    };
    let owners: std::collections::BTreeSet<_> =
        tokens.iter().map(|token| token.organization).collect();
    if owners.len() > 1 {
        whole_account(
            &mut claims,
            format!("it holds tokens for {} organisations", owners.len()),
        );
    } else if tokens.len() > 1 {
        judge(&widest(&tokens), &mut claims);
    } else {
        judge(first, &mut claims);
    }
    lifetime::note(&mut claims);
    Some(claims)
}

/// Several tokens for one organisation allow what any of them allows.
fn widest(tokens: &[Left]) -> Left {
    let mut all = tokens[0].clone();
    for token in &tokens[1..] {
        all.apps = if all.apps == 0 || token.apps == 0 {
            0
        } else {
            all.apps.saturating_add(token.apps)
        };
        all.mask |= token.mask;
        all.commands &= token.commands;
        all.member_only &= token.member_only;
    }
    all
}

fn whole_account(claims: &mut Claims, evidence: String) {
    claims.kind = Some("fly-user-auth-token");
    claims.level = Some(Level::Account);
    claims.verbs = Some(Verbs::of(&Verb::ALL));
    claims.evidence.push(evidence);
}

fn judge(left: &Left, claims: &mut Claims) {
    let Some(organization) = left.organization else {
        return whole_account(claims, "no caveat binds it to an organisation".to_owned());
    };
    claims
        .evidence
        .push(format!("a caveat binds it to organisation {organization}"));
    let mut verbs = verbs(left.mask);
    if left.apps > 0 {
        claims.kind = Some("fly-app-deploy-token");
        claims.level = Some(Level::Project);
        let apps = match left.apps {
            1 => "one app".to_owned(),
            count => format!("{count} apps"),
        };
        claims
            .evidence
            .push(format!("a caveat narrows it to {apps}"));
        claims.reaches = Some(apps);
    } else {
        claims.level = Some(Level::Org);
        claims.kind = Some("fly-org-token");
        claims.reaches = Some(format!("every app of organisation {organization}"));
    }
    if left.mask & MASK_ALL == MASK_READ {
        if left.apps == 0 {
            claims.kind = Some("fly-readonly-token");
        }
        claims
            .evidence
            .push("its caveats leave only reading".to_owned());
    } else if left.apps == 0 && left.mask & MASK_ALL == MASK_ALL && !left.member_only {
        verbs = verbs.and(Verbs::of(&[Verb::Admin]));
        claims
            .evidence
            .push("no caveat narrows it within the organisation".to_owned());
    }
    if left.commands {
        claims.level = Some(Level::Project);
        claims.reaches = Some("machines by chosen commands".to_owned());
        verbs = Verbs::of(&[Verb::Read, Verb::Write]);
        claims
            .evidence
            .push("a caveat leaves only chosen commands on machines".to_owned());
    }
    claims.verbs = Some(verbs);
}

fn verbs(mask: u64) -> Verbs {
    let mut verbs = Verbs::NONE;
    if mask & MASK_READ != 0 {
        verbs = verbs.and(Verbs::of(&[Verb::Read]));
    }
    if mask & MASK_DELETE != 0 {
        verbs = verbs.and(Verbs::of(&[Verb::Delete]));
    }
    if mask & MASK_ALL & !MASK_READ & !MASK_DELETE != 0 {
        verbs = verbs.and(Verbs::of(&[Verb::Write]));
    }
    verbs
}

/// `fm2_`, `fm1r_`: base64 of `[nonce, location, caveats, tail]`.
fn permission(token: &[u8]) -> Option<Left> {
    let token = token.trim_ascii();
    let encoded = ["fm2_", "fm1r_"]
        .iter()
        .find_map(|label| token.strip_prefix(label.as_bytes()))?;
    let whole = message_pack::read(&base64::decode(encoded, LONGEST)?)?;
    let [_nonce, location, caveats, _tail] = whole.items() else {
        return None;
    };
    (location.bytes()? == PERMISSION).then(|| read_caveats(caveats))
}

/// A flat array: type, body, type, body.
fn read_caveats(caveats: &Value) -> Left {
    let mut left = Left {
        organization: None,
        apps: 0,
        mask: MASK_ALL,
        commands: false,
        member_only: false,
        not_before: None,
        not_after: None,
    };
    narrow(caveats, 0, &mut left);
    left
}

fn narrow(caveats: &Value, depth: usize, left: &mut Left) {
    for pair in caveats.items().chunks_exact(2) {
        let (Some(kind), body) = (pair[0].number(), pair[1].items()) else {
            continue;
        };
        match (kind, body) {
            (ORGANIZATION, [id, rest @ ..]) => {
                left.organization = id.number().filter(|id| *id != 0);
                left.mask &= mask(rest.first());
            }
            (APPS, [Value::Map(apps), ..]) => apps_caveat(apps, left),
            (VALIDITY, [from, until, ..]) => {
                left.not_before = from.number().and_then(|time| i64::try_from(time).ok());
                left.not_after = until.number().and_then(|time| i64::try_from(time).ok());
            }
            (IF_PRESENT, [inner, ..]) if depth < DEEPEST => narrow(inner, depth + 1, left),
            (MEMBER, _) => left.member_only = true,
            (ACTION, [mask_value, ..]) => left.mask &= mask(Some(mask_value)),
            (ACTION, []) => left.mask &= mask(Some(&pair[1])),
            (COMMANDS, _) => left.commands = true,
            _ => {}
        }
    }
}

/// An id of zero or an empty one stands for every app.
fn apps_caveat(apps: &[(Value, Value)], left: &mut Left) {
    let every = |id: &Value| id.number() == Some(0) || id.bytes().is_some_and(<[u8]>::is_empty);
    if apps.iter().any(|(id, _)| every(id)) {
        return;
    }
    left.apps = apps.len();
    left.mask &= apps
        .iter()
        .fold(0, |all, (_, allowed)| all | mask(Some(allowed)));
}

/// What is no number narrows nothing that we could name.
fn mask(value: Option<&Value>) -> u64 {
    value.and_then(Value::number).unwrap_or(MASK_ALL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    }

    /// Packs nonce, location, these caveats and a tail.
    fn token(caveats: &[u8]) -> String {
        let mut bytes = vec![
            0x94,
            0x92,
            0xc4,
            1,
            7,
            0xc4,
            1,
            7,
            0xa0 | PERMISSION.len() as u8,
        ];
        bytes.extend(PERMISSION);
        bytes.extend(caveats);
        bytes.extend([0xc4, 1, 9]);
        format!(
            "{}{}",
            "fm2",
            "_".to_owned() + &BASE64_STANDARD.encode(bytes)
        )
    }

    fn read(caveats: &str) -> Claims {
        claims(token(&hex(caveats)).as_bytes()).unwrap()
    }

    #[test]
    fn the_vector_for_an_app_is_an_app() {
        let read = read("940092cd26941f039181cd04d21f");
        assert_eq!(read.level, Some(Level::Project));
        assert_eq!(read.kind, Some("fly-app-deploy-token"));
        assert_eq!(
            read.evidence[..2],
            [
                "a caveat binds it to organisation 9876".to_owned(),
                "a caveat narrows it to one app".to_owned()
            ]
        );
    }

    #[test]
    fn the_vector_for_reading_only_reads() {
        let read = read("920092cd269401");
        assert_eq!(read.kind, Some("fly-readonly-token"));
        assert_eq!(read.verbs, Some(Verbs::of(&[Verb::Read])));
    }

    #[test]
    fn without_a_narrowing_caveat_it_is_the_organisation() {
        let read = read("920092cd26941f");
        assert_eq!(read.level, Some(Level::Org));
        assert!(read.verbs.unwrap().has(Verb::Admin));
    }

    #[test]
    fn without_an_organisation_it_is_everything() {
        for caveats in ["90", "920092001f"] {
            assert_eq!(read(caveats).level, Some(Level::Account));
        }
    }

    #[test]
    fn two_organisations_are_the_account() {
        let both = format!(
            "FlyV1 {},{}",
            token(&hex("920092011f")),
            token(&hex("920092021f"))
        );
        assert_eq!(
            claims(both.as_bytes()).unwrap().kind,
            Some("fly-user-auth-token")
        );
    }

    #[test]
    fn a_window_sets_the_expiry_and_apps_may_be_nested() {
        // Organisation 5, valid from 1 to 0x7fffffff, and apps inside IfPresent.
        let read = read("960092051f049201ce7fffffff0d929203918102081f");
        assert_eq!((read.issued, read.expires), (Some(1), Some(0x7fff_ffff)));
        assert_eq!(read.level, Some(Level::Project));
        assert_eq!(read.verbs, Some(Verbs::of(&[Verb::Delete])));
    }

    #[test]
    fn discharges_and_other_text_say_nothing() {
        for text in ["", "fm2_", "fm2_!!!!", "fo1_abcd", "fm1a_AAAA"] {
            assert!(claims(text.as_bytes()).is_none(), "{text}");
        }
    }
}
