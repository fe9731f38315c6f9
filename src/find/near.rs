//! What stands around a value: hosts of the same request, words of a provider, other uses of its variable.
//!
//! In: text and a span. Out: hosts, words with their distance, places. Windows are bounded in lines and bytes.

use super::beside;
use crate::model::Span;
use crate::rules::known_hosts::KnownHosts;

/// How many lines before and behind a value belong to its request.
const LINES: usize = 6;
/// How many bytes before and behind at most.
const BYTES: usize = 1500;
/// The longest host.
pub const LONGEST_HOST: usize = 253;
/// What stands before a host in a `.netrc`.
const MACHINE: &[u8] = b"machine ";
/// How many other uses of a variable are looked at.
const USES: usize = 16;

/// The window around a span, cut at lines.
pub fn window(text: &[u8], span: Span, lines: usize) -> Span {
    let floor = span.start.saturating_sub(BYTES);
    let start = memchr::memrchr_iter(b'\n', &text[floor..span.start.min(text.len())])
        .nth(lines)
        .map_or(floor, |at| floor + at + 1);
    let from = span.end.min(text.len());
    let ceiling = text.len().min(from + BYTES);
    let end = memchr::memchr_iter(b'\n', &text[from..ceiling])
        .nth(lines)
        .map_or(ceiling, |at| from + at);
    Span::new(start, end)
}

/// The part of a text whose hosts belong to a span.
pub fn request_around(text: &[u8], span: Span) -> Span {
    window(text, span, LINES)
}

/// The part of a text that hosts in a part of it may reach into.
pub fn hosts_in(part: Span) -> Span {
    Span::new(
        part.start.saturating_sub(LONGEST_HOST),
        part.end + LONGEST_HOST,
    )
}

/// The hosts named around a span, nearest request first; each once.
pub fn hosts(text: &[u8], span: Span) -> Vec<String> {
    let window = request_around(text, span);
    let part = window.of(text);
    let mut found: Vec<(usize, String)> = Vec::new();
    let is_mark = |at: &usize| part[*at..].starts_with(b"://");
    for at in memchr::memchr_iter(b':', part).filter(is_mark).take(24) {
        if let Some(host) = host_at(&part[at + 3..]) {
            add(&mut found, (window.start + at).abs_diff(span.start), host);
        }
    }
    for at in memchr::memmem::find_iter(part, MACHINE).take(24) {
        if let Some(host) = host_at(&part[at + MACHINE.len()..]) {
            add(&mut found, (window.start + at).abs_diff(span.start), host);
        }
    }
    for (at, word) in quoted_words(part) {
        if is_host(word) {
            let host = String::from_utf8_lossy(word).to_ascii_lowercase();
            add(&mut found, (window.start + at).abs_diff(span.start), host);
        }
    }
    found.sort();
    found.into_iter().map(|(_, host)| host).collect()
}

fn add(found: &mut Vec<(usize, String)>, distance: usize, host: String) {
    match found.iter_mut().find(|(_, known)| *known == host) {
        Some((known, _)) => *known = distance.min(*known),
        None => found.push((distance, host)),
    }
}

/// The host of an authority, lower-cased, without user and port.
pub fn host_at(authority: &[u8]) -> Option<String> {
    let end = authority
        .iter()
        .take(400)
        .position(|byte| byte.is_ascii_whitespace() || b"/\"'`<>?#\\),;{}".contains(byte))
        .unwrap_or(authority.len().min(400));
    let host = &authority[..end];
    let host = host.rsplit(|byte| *byte == b'@').next()?;
    let host = host.split(|byte| *byte == b':').next()?;
    is_host(host).then(|| String::from_utf8_lossy(host).to_ascii_lowercase())
}

fn is_host(word: &[u8]) -> bool {
    word.len() >= 4
        && word.len() <= LONGEST_HOST
        && word.first().is_some_and(u8::is_ascii_alphanumeric)
        && word.last().is_some_and(u8::is_ascii_alphabetic)
        && word.contains(&b'.')
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// Words in quotes, with where they start.
fn quoted_words(part: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    memchr::memchr2_iter(b'"', b'\'', part)
        .take(200)
        .filter_map(|open| {
            let rest = &part[open + 1..part.len().min(open + 120)];
            let close = memchr::memchr(part[open], rest)?;
            Some((open + 1, &rest[..close]))
        })
}

/// Whether a known host ends behind one of the points in a part of a text; the whole text is looked at around it.
pub fn may_name_host(text: &[u8], part: Span, known: &KnownHosts) -> bool {
    host_in(text, part, known).is_some()
}

/// Behind which point in a part of a text a known host ends; the whole text is looked at around it.
pub fn host_in(text: &[u8], part: Span, known: &KnownHosts) -> Option<usize> {
    points_of_hosts(text, part, known).next()
}

/// The points in a part of a text behind which a known host ends; the whole text is looked at around it.
fn points_of_hosts<'t>(
    text: &'t [u8],
    part: Span,
    known: &'t KnownHosts,
) -> impl Iterator<Item = usize> + 't {
    let points = memchr::memchr_iter(b'.', part.of(text)).map(move |gap| part.start + gap);
    // A text that links to a host once does so many times.
    let mut unknown: &[u8] = b"";
    points.filter(move |point| {
        let point = *point;
        let Some([first, second, ..]) = text.get(point + 1..) else {
            return false;
        };
        if !known.may_end(*first, *second) {
            return false;
        }
        let in_label = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
        let behind = &text[point + 1..text.len().min(point + LONGEST_HOST)];
        let label = behind.iter().take_while(in_label).count();
        // Where another label follows, its point is asked.
        if behind.get(label) == Some(&b'.') || !known.ends_with(&behind[..label]) {
            return false;
        }
        let end = point + 1 + label;
        let before = &text[point.saturating_sub(LONGEST_HOST)..point];
        let is_host = |byte: &&u8| in_label(byte) || **byte == b'.';
        let start = point - before.iter().rev().take_while(is_host).count();
        let host = &text[start..end];
        let is_known = host != unknown && known.knows(host);
        if !is_known {
            unknown = host;
        }
        is_known
    })
}

/// The parts of a text in which what belongs to a request to a known host stands, in order, none touching another.
pub fn around_hosts(text: &[u8], known: &KnownHosts) -> Vec<Span> {
    // A request reaches that far before and behind a name, which has a length of its own.
    let reach = BYTES * 2;
    let mut parts: Vec<Span> = Vec::new();
    for point in points_of_hosts(text, Span::new(0, text.len()), known) {
        let part = Span::new(point.saturating_sub(reach), text.len().min(point + reach));
        match parts.last_mut().filter(|last| last.end >= part.start) {
            Some(last) => last.end = part.end,
            None => parts.push(part),
        }
    }
    parts
}

/// Whether a host is one of `wanted`, or below it.
pub fn is_below(host: &str, wanted: &str) -> bool {
    host == wanted
        || host
            .strip_suffix(wanted)
            .is_some_and(|before| before.ends_with('.'))
}

/// How many lines away from the span the nearest of `words` stands, within `lines`; the path counts as far away.
pub fn word(text: &[u8], span: Span, words: &[&str], lines: usize, path: &[u8]) -> Option<u32> {
    let window = window(text, span, lines);
    let lower = window.of(text).to_ascii_lowercase();
    let at = span.start.saturating_sub(window.start).min(lower.len());
    let count = |from: usize, to: usize| {
        lower[from.min(to)..from.max(to)]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
    };
    let nearest = words
        .iter()
        .flat_map(|word| {
            memchr::memmem::find_iter(&lower, word.as_bytes())
                .filter(|found| is_word(&lower, *found, word.len()))
                .map(|found| count(found, at))
                .collect::<Vec<_>>()
        })
        .min();
    let in_path = || {
        let path = path.to_ascii_lowercase();
        words.iter().any(|word| {
            memchr::memmem::find(&path, word.as_bytes())
                .is_some_and(|found| is_word(&path, found, word.len()))
        })
    };
    match nearest {
        Some(lines) => Some(lines as u32),
        None => in_path().then_some(lines as u32 + 1),
    }
}

fn is_word(text: &[u8], at: usize, length: usize) -> bool {
    let free = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphabetic());
    free(at.checked_sub(1).and_then(|before| text.get(before))) && free(text.get(at + length))
}

/// Another place where the variable of a value is used as a header.
pub struct Use {
    pub name: Option<Span>,
    pub scheme: Option<String>,
    pub span: Span,
}

/// Where a word stands by itself in parts of a text; the first few places.
pub fn places_of(text: &[u8], parts: &[Span], word: &[u8]) -> Vec<usize> {
    let free =
        |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    let finder = memchr::memmem::Finder::new(word);
    let found = parts.iter().flat_map(|part| {
        let places = finder.find_iter(part.of(text));
        places.map(|gap| part.start + gap)
    });
    found
        .filter(|at| {
            free(at.checked_sub(1).and_then(|before| text.get(before)))
                && free(text.get(at + word.len()))
        })
        .take(USES)
        .collect()
}

/// Reads the use of a variable that stands at `span`: `-H "Authorization: Bearer $NAME"`.
pub fn use_at(text: &[u8], span: Span) -> Use {
    let mut start = span.start;
    while start > 0
        && matches!(
            text[start - 1],
            b'$' | b'{' | b'(' | b' ' | b'+' | b'"' | b'\'' | b'.' | b'%'
        )
        && span.start - start < 6
    {
        start -= 1;
    }
    let left = beside::left_of(text, with_gap(text, start));
    Use {
        name: left.name,
        scheme: left.scheme,
        span,
    }
}

/// The scheme keeps its space: `Bearer ` before `" + token`.
fn with_gap(text: &[u8], start: usize) -> usize {
    if text.get(start) == Some(&b' ') {
        start + 1
    } else {
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn names_host(text: &str) -> bool {
        let rules = RuleSet::builtin();
        may_name_host(
            text.as_bytes(),
            Span::new(0, text.len()),
            &rules.tables().hosts,
        )
    }

    #[test]
    fn requests_stand_around_every_known_host() {
        let rules = RuleSet::builtin();
        let mut requests = rules.kinds().flat_map(|kind| kind.requests);
        let host = requests.find_map(|request| request.hosts.first()).unwrap();
        let gap = "some.words and ".repeat(400);
        let link = format!("https://{host}/a https://{host}/b ");
        let text = [&gap, &link, &gap, &gap, &link, "end"]
            .concat()
            .into_bytes();
        let parts = around_hosts(&text, &rules.tables().hosts);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].start > 0 && parts[0].end < parts[1].start);
        assert_eq!(parts[1].end, text.len());
        for at in memchr::memmem::find_iter(&text, host.as_bytes()) {
            let request = request_around(&text, Span::new(at, at + host.len()));
            let holds = |part: &Span| part.start <= request.start && request.end <= part.end;
            assert!(parts.iter().any(holds));
        }
        assert_eq!(places_of(&text, &parts, b"https").len(), 4);
        assert!(around_hosts(gap.as_bytes(), &rules.tables().hosts).is_empty());
    }

    #[test]
    fn every_host_is_seen_in_every_spelling() {
        let rules = RuleSet::builtin();
        let requests = rules.kinds().flat_map(|kind| kind.requests);
        for host in requests.flat_map(|request| request.hosts) {
            for text in [
                format!("curl https://{host}/v1"),
                format!("'{}'", host.to_ascii_uppercase()),
                format!("wss://user@eu.{host}:443"),
                (*host).to_owned(),
            ] {
                assert!(names_host(&text), "{text}");
            }
        }
        for text in [
            "list.iter().count()",
            "https://host.invalid/a.com.txt",
            "e.g. x.y",
            "a.",
        ] {
            assert!(!names_host(text), "{text}");
        }
    }
}
