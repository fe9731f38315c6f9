//! Kinds that only the surroundings of a value name: variable, key path, header and host, flag, file, provider word.
//!
//! In: a literal and what stands beside it. Out: the candidates whose shape the whole value has.

use super::candidate::Candidate;
use super::promise::Promise;
use super::search::Search;
use super::site::{Site, last_parts};
use super::{beside, filter, generic, keyed, lexer, near, random, scheme, shape, worth};
use crate::model::{Beside, Level, Near, Recognised, Span, TokenKind};
use crate::rules::bounded::Measured;
use crate::rules::{RuleSet, fitting, name};

/// How many lines around a value a provider's word may stand.
const WORD_LINES: usize = 5;

/// In a longer text it takes less time to try all shapes than to look for other uses of a name.
const LONG: usize = 16 * 1024;

/// The candidates for a value, where any kind has its shape and its surroundings.
pub fn candidates(search: &Search<'_>, site: &Site) -> Vec<Candidate> {
    let mut found = Vec::new();
    let value = site.literal.span.of(search.text);
    if !worth::as_shape(search, &site.literal) {
        return found;
    }
    by_name(search, site, &site.name, &mut found);
    if site.flag || search.text.get(site.written.end) == Some(&b' ') {
        by_flag(search, site, &mut found);
    }
    let promised = site
        .promise()
        .is_some_and(|promise| promise != Promise::Key);
    let credential = promised || header_name(&site.name);
    let random = value.len() >= 12 && value.iter().any(u8::is_ascii_digit);
    if found.is_empty() && random {
        keyed::by_place(search, site, &mut found);
        if found.is_empty() && (credential || site.flag) {
            by_request(search, site, &mut found);
        }
        if found.is_empty() && credential {
            by_word(search, site, &mut found);
        }
    } else if credential {
        by_request(search, site, &mut found);
    }
    found
}

fn header_name(name: &str) -> bool {
    name.starts_with("X_") || name == "AUTHORIZATION" || name.ends_with("_AUTHORIZATION")
}

/// The span of the value where one of the kind's shapes fits it whole.
pub fn fits(kind: &TokenKind, text: &[u8], literal: &lexer::Literal) -> Option<Span> {
    let trimmed = trimmed(text, literal.span);
    kind.shapes.iter().find_map(|wanted| {
        let part = if literal.quoted {
            &text[..trimmed.end.min(text.len())]
        } else {
            text
        };
        let end = shape::end_at(wanted, part, trimmed.start)?;
        let whole = end == trimmed.end
            || (!literal.quoted
                && shape::ends_freely(wanted, text, end)
                && text.get(end).is_none_or(|next| !fitting::is_joint(*next)));
        whole.then(|| Span::new(trimmed.start, end))
    })
}

fn trimmed(text: &[u8], span: Span) -> Span {
    let value = span.of(text);
    Span::new(
        span.start + (value.len() - value.trim_ascii_start().len()),
        span.end - (value.len() - value.trim_ascii_end().len()),
    )
}

/// A value as every shape that `fits` must cover it.
pub fn measured(text: &[u8], literal: &lexer::Literal) -> Measured {
    let trimmed = trimmed(text, literal.span);
    match literal.quoted {
        true => Measured::quoted(trimmed.of(text)),
        false => Measured::bare(&text[trimmed.start..], trimmed.len()),
    }
}

/// Adds the kind where its shape fits the value.
pub(super) fn add(
    search: &Search<'_>,
    site: &Site,
    kind: &'static TokenKind,
    recognised: Recognised,
    weight: usize,
    found: &mut Vec<Candidate>,
) {
    if kind.alone && !kind.shapes.is_empty() {
        return;
    }
    let Some(span) = fits(kind, search.text, &site.literal) else {
        return;
    };
    let value = span.of(search.text);
    let mut candidate = Candidate::new(span, value, Some(kind), recognised);
    candidate.weight = weight;
    candidate.dropped = filter::of_named(value).or_else(|| looks_written(kind, value));
    found.push(candidate);
}

/// Words and identifiers have the shape of loose classes too; ids that open nothing are often words.
fn looks_written(kind: &TokenKind, value: &[u8]) -> Option<&'static str> {
    if kind.level == Level::Public && kind.verbs.is_empty() {
        return None;
    }
    let prefixed = kind
        .shapes
        .iter()
        .any(|shape| shape.start().len() >= 2 && value.starts_with(shape.start().as_bytes()));
    let random = value.iter().any(u8::is_ascii_digit) || random::entropy(value) >= 3.8;
    if !prefixed && (!random || generic::is_phrase(value)) {
        return Some("words");
    }
    None
}

/// Adds the kinds that a normalised name tells.
pub(super) fn by_name(
    search: &Search<'_>,
    site: &Site,
    normalised: &str,
    found: &mut Vec<Candidate>,
) {
    for named in search.rules.by_name(normalised) {
        let weight = named.length * 4 + usize::from(named.equal) * 2;
        add(search, site, named.kind, Recognised::Named, weight, found);
    }
}

fn by_flag(search: &Search<'_>, site: &Site, found: &mut Vec<Candidate>) {
    let flag = site.written.of(search.text);
    let before = Span::new(site.written.start.saturating_sub(300), site.written.start);
    search.look_at(before);
    let before = before.of(search.text);
    for (kind, wanted) in search.rules.flags() {
        if !wanted.as_bytes().ends_with(flag) {
            continue;
        }
        let (command, last) = wanted.rsplit_once(' ').unwrap_or(("", wanted));
        let called = || {
            command
                .split(' ')
                .all(|word| memchr::memmem::find(before, word.as_bytes()).is_some())
        };
        if last.as_bytes() == flag && called() {
            let weight = wanted.len() * 4;
            add(search, site, kind, Recognised::Requested, weight, found);
        }
    }
}

fn by_request(search: &Search<'_>, site: &Site, found: &mut Vec<Candidate>) {
    if !search.may_name_host() {
        return;
    }
    let span = site.literal.span;
    let scheme = scheme::scheme_before(search.text, span.start).map(|(scheme, _)| scheme);
    let hosts = known_hosts(search, span);
    let header = site.written.of(search.text).to_ascii_lowercase();
    request(search, site, &header, scheme.as_deref(), &hosts, found);
    if site.flag || header == b"authorization" {
        return;
    }
    if search.text.len() > LONG && !fits_a_request(search, site) {
        return;
    }
    for used in search.uses_in_requests(site.written) {
        let hosts = known_hosts(search, used.span);
        if hosts.is_empty() {
            continue;
        }
        let header = used
            .name
            .map(|name| name.of(search.text).to_ascii_lowercase())
            .unwrap_or_default();
        request(search, site, &header, used.scheme.as_deref(), &hosts, found);
    }
}

/// Whether a value has the shape of a kind that some request tells.
fn fits_a_request(search: &Search<'_>, site: &Site) -> bool {
    let mut requests = search.rules.requests().iter();
    requests.any(|asked| fits(asked.kind, search.text, &site.literal).is_some())
}

/// The hosts around a span, where any of them is one that a request names.
fn known_hosts(search: &Search<'_>, span: Span) -> Vec<String> {
    match search.may_name_host_around(span) {
        true => near::hosts(search.text, span),
        false => Vec::new(),
    }
}

fn request(
    search: &Search<'_>,
    site: &Site,
    header: &[u8],
    scheme: Option<&str>,
    hosts: &[String],
    found: &mut Vec<Candidate>,
) {
    let login = site.name == "PASSWORD"
        && search
            .path
            .is_some_and(|path| path.file_name().ends_with(b"netrc"));
    let bearer = scheme == Some("bearer") || site.name == "AUTHORIZATION" || login;
    let mut kinds = requested(search.rules, header, hosts);
    if bearer && !header.ends_with(b"authorization") {
        kinds.extend(requested(search.rules, b"authorization", hosts));
    }
    for (kind, weight) in kinds {
        add(search, site, kind, Recognised::Requested, weight, found);
    }
}

/// The kinds that a header of a request to one of `hosts` carries, nearest host first by weight.
pub fn requested(
    rules: &RuleSet,
    header: &[u8],
    hosts: &[String],
) -> Vec<(&'static TokenKind, usize)> {
    let is_known = |(_, host): &(usize, &String)| rules.tables().hosts.knows(host.as_bytes());
    let known: Vec<(usize, &String)> = hosts.iter().enumerate().filter(is_known).collect();
    if known.is_empty() {
        return Vec::new();
    }
    let authorization = header.ends_with(b"authorization");
    let header = name::normalise(last_parts(header));
    let mut kinds = Vec::new();
    for asked in rules.requests() {
        let request = asked.request;
        let named = match request.header {
            "" => true,
            "authorization" => authorization,
            _ => header == asked.header,
        };
        let is_asked = |(_, host): &&(usize, &String)| {
            let mut wanted = request.hosts.iter();
            wanted.any(|wanted| near::is_below(host, wanted))
        };
        if let Some((place, _)) = named.then(|| known.iter().find(is_asked)).flatten() {
            let weight = 400usize.saturating_sub(place * 20) + request.header.len() * 2;
            kinds.push((asked.kind, weight));
        }
    }
    kinds
}

fn by_word(search: &Search<'_>, site: &Site, found: &mut Vec<Candidate>) {
    for kind in search.rules.kinds_by_word() {
        if fits(kind, search.text, &site.literal).is_none() {
            continue;
        }
        let Some(provider) = search
            .rules
            .providers()
            .iter()
            .find(|provider| provider.name == kind.provider)
        else {
            continue;
        };
        let path = search.path.map_or(&b""[..], |path| path.as_bytes());
        if search.is_noting() {
            search.look_at(near::window(search.text, site.literal.span, WORD_LINES));
        }
        let lines = near::word(
            search.text,
            site.literal.span,
            provider.words,
            WORD_LINES,
            path,
        );
        let lines = if search.path.is_none() {
            lines.or(Some(0))
        } else {
            lines
        };
        if let Some(lines) = lines {
            let before = found.len();
            add(
                search,
                site,
                kind,
                Recognised::Near,
                100usize.saturating_sub(lines as usize),
                found,
            );
            for candidate in &mut found[before..] {
                candidate.near = Some(Near {
                    provider: provider.name,
                    lines,
                });
            }
        }
    }
}

/// What stands beside a span, as later stages see it.
pub fn beside(search: &Search<'_>, span: Span) -> Beside {
    let left = beside::left_of(search.text, span.start);
    let written = left
        .name
        .map(|name| String::from_utf8_lossy(name.of(search.text)).into_owned());
    let leaf = search
        .document()
        .and_then(|document| document.leaf_at(span.start));
    let mut beside = Beside {
        key_path: leaf.as_ref().map(|leaf| leaf.key_path.clone()),
        structured: leaf.is_some(),
        hosts: near::hosts(search.text, span),
        ..Beside::default()
    };
    if left.flag {
        beside.flag = written;
        return beside;
    }
    let lower = written
        .as_ref()
        .map(|name| name.to_ascii_lowercase())
        .unwrap_or_default();
    if is_header(&lower) || left.scheme.is_some() && lower.ends_with("authorization") {
        beside.header = Some(match &left.scheme {
            Some(scheme) => format!("{lower}: {scheme}"),
            None => lower,
        });
    } else if let Some(name) = left.name
        && beside.hosts.is_empty()
        && let Some(used) = search
            .uses(name)
            .into_iter()
            .find(|used| used.scheme.is_some())
    {
        beside.hosts = near::hosts(search.text, used.span);
        beside.header = used.name.map(|name| {
            let header = String::from_utf8_lossy(name.of(search.text)).to_ascii_lowercase();
            format!("{header}: {}", used.scheme.unwrap_or_default())
        });
    }
    beside.name = written;
    beside
}

fn is_header(lower: &str) -> bool {
    matches!(
        lower,
        "authorization" | "proxy-authorization" | "private-token" | "api-key" | "apikey" | "cookie"
    ) || lower.starts_with("x-")
        || (lower.contains('-')
            && ["token", "key", "secret", "auth"]
                .iter()
                .any(|end| lower.ends_with(end)))
}
