//! URLs with a user and a password in them.
//!
//! In: where `://` stands. Out: the URL, by its scheme; for web addresses, where the password may be a token.

use crate::find::candidate::Candidate;
use crate::find::marks::set_of;
use crate::find::search::Search;
use crate::find::{context, filter, generic, lexer};
use crate::model::{Recognised, Span};
use crate::token::{self, database_url};

/// The longest URL.
const LONGEST: usize = 2048;

/// Passwords that people write where none should stand.
const WRITTEN: [&[u8]; 26] = [
    b"password",
    b"passwd",
    b"pass",
    b"pwd",
    b"secret",
    b"mypassword",
    b"mysecretpassword",
    b"changeme",
    b"example",
    b"pw",
    b"test",
    b"token",
    b"user",
    b"foo",
    b"bar",
    b"x",
    b"xxx",
    b"key",
    b"api_key",
    b"apikey",
    b"credentials",
    b"pswd",
    b"p",
    b"access_token",
    b"dbpassword",
    b"db_password",
];
/// Passwords that only a local or documentation host excuses.
const LOCAL: [&[u8]; 10] = [
    b"postgres",
    b"root",
    b"admin",
    b"guest",
    b"mysql",
    b"redis",
    b"123456",
    b"1234",
    b"postgresql",
    b"mongo",
];

/// A URL whose `://` stands at `colon`.
pub fn url(search: &mut Search<'_>, colon: usize) {
    let text = search.text;
    let end = end_of(text, colon);
    search.look_at(Span::new(colon, end + 1));
    let Some(span) = whole(text, colon, end) else {
        return;
    };
    let value = span.of(text);
    let Some(parsed) = database_url::parse(value) else {
        return;
    };
    let (user, password) = (&value[parsed.user.clone()], &value[parsed.password.clone()]);
    if password.is_empty() {
        return;
    }
    let variant = parsed.variant();
    let inner = Span::new(
        span.start + parsed.password.start,
        span.start + parsed.password.end,
    );
    if variant == "userinfo" && of_host(search, parsed.host, inner) {
        return;
    }
    let (code, secret) = match variant {
        "userinfo" if is_git(parsed.host, user, password) => ("url/git-token", inner),
        "userinfo" => ("url/userinfo", inner),
        _ => (code_of(variant, parsed.scheme), span),
    };
    let Some(kind) = search.rules.by_code(code).or_else(|| {
        search
            .rules
            .by_code("url/other-database")
            .filter(|_| variant != "userinfo")
    }) else {
        return;
    };
    let mut candidate = Candidate::new(secret, secret.of(text), Some(kind), Recognised::Named);
    candidate.weight = 50;
    candidate.claims = kind.claims.and_then(|reader| token::claims(reader, value));
    candidate.dropped = why_not(user, password, parsed.host, parsed.is_local());
    if filter::is_guessed(password) || user == password {
        (candidate.kind, candidate.claims) = (None, None);
        candidate.recognised = Recognised::Generic;
    }
    if variant == "userinfo"
        && candidate.dropped.is_none()
        && (password.len() < 6 || password.len() < 24 && generic::is_written(password))
    {
        candidate.dropped = Some("placeholder");
    }
    search.push(candidate);
}

/// A password that is a token of the host it is sent to: `https://heroku:v@git.heroku.com`.
fn of_host(search: &mut Search<'_>, host: &[u8], password: Span) -> bool {
    let hosts = [String::from_utf8_lossy(host).to_ascii_lowercase()];
    let literal = lexer::Literal {
        span: password,
        quoted: true,
        inside: false,
    };
    let kinds = context::requested(search.rules, b"authorization", &hosts);
    let found = kinds.into_iter().find(|(kind, _)| {
        !kind.alone && context::fits(kind, search.text, &literal) == Some(password)
    });
    let Some((kind, weight)) = found else {
        return false;
    };
    let value = password.of(search.text);
    let mut candidate = Candidate::new(password, value, Some(kind), Recognised::Requested);
    candidate.weight = weight;
    candidate.dropped = filter::of_named(value);
    search.push(candidate);
    true
}

/// The recogniser's name for a database.
fn code_of(variant: &str, scheme: &[u8]) -> &'static str {
    match variant {
        "postgres" if scheme.starts_with(b"cockroach") => "url/other-database",
        "postgres" => "url/postgres",
        "mysql" => "url/mysql",
        "mongodb" => "url/mongodb",
        "redis" => "url/redis",
        "amqp" => "url/amqp",
        "sqlserver" => "url/sqlserver",
        "clickhouse" => "url/clickhouse",
        _ => "url/other-database",
    }
}

/// Whether the login of a web address is a token of a code host.
fn is_git(host: &[u8], user: &[u8], password: &[u8]) -> bool {
    let hosts: [&[u8]; 3] = [b"github", b"gitlab", b"bitbucket"];
    let users: [&[u8]; 4] = [
        b"oauth2",
        b"x-access-token",
        b"gitlab-ci-token",
        b"x-token-auth",
    ];
    let known = hosts
        .iter()
        .any(|name| memchr::memmem::find(host, name).is_some());
    password.len() >= 16 && (known || users.contains(&user))
}

fn why_not(user: &[u8], password: &[u8], host: &[u8], local: bool) -> Option<&'static str> {
    let lower = password.to_ascii_lowercase();
    let documented = memchr::memmem::find(host, b"example").is_some()
        || !host.contains(&b'.')
        || host == b"host";
    if filter::is_reference(password)
        || password.contains(&b'$') && password.contains(&b'{')
        || password.starts_with(b":")
    {
        return Some("reference");
    }
    if filter::is_placeholder(password) || is_written(&lower) {
        return Some("placeholder");
    }
    if is_pattern(password) {
        return Some("pattern");
    }
    let excused = local || documented;
    let weak = LOCAL.contains(&lower.as_slice())
        || filter::is_guessed(password)
        || lower.eq_ignore_ascii_case(user)
        || lower.len() <= 4
        || WRITTEN
            .iter()
            .any(|word| word.len() > 3 && lower.starts_with(word));
    if excused && weak {
        return Some("placeholder");
    }
    if memchr::memmem::find(password, b"://").is_some() {
        return Some("several-urls");
    }
    if filter::is_placeholder(host) && weak {
        return Some("placeholder");
    }
    filter::of_random(password)
}

/// A password that people write where none should stand, with a number behind it or without.
fn is_written(lower: &[u8]) -> bool {
    let number = lower.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let word = &lower[..lower.len() - number.count().min(4)];
    WRITTEN.contains(&lower) || word.len() > 3 && WRITTEN.contains(&word)
}

/// A password that is a pattern for passwords: `[a-zA-Z0-9._-]+`.
fn is_pattern(password: &[u8]) -> bool {
    let classes: [&[u8]; 4] = [b"[^", b"[a-z", b"[A-Z", b"[0-9"];
    classes
        .iter()
        .any(|class| memchr::memmem::find(password, class).is_some())
}

/// The whole URL around a colon, where it may hold a login.
fn whole(text: &[u8], colon: usize, end: usize) -> Option<Span> {
    let value = &text[colon..end];
    memchr::memchr(b'@', value)?;
    let head = text[colon.saturating_sub(40)..colon]
        .iter()
        .rev()
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-' | b':')
        })
        .count();
    let mut start = colon - head;
    while start < colon && !text[start].is_ascii_alphabetic() {
        start += 1;
    }
    let word = &text[start..colon];
    if let Some(inner) = word.iter().rposition(|byte| *byte == b':')
        && !word.starts_with(b"jdbc:")
    {
        start += inner + 1;
    }
    if start == colon {
        return None;
    }
    let trimmed = value
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b')' | b',' | b';' | b'.' | b']' | b'}'))
        .count();
    Some(Span::new(start, end - trimmed))
}

/// Bytes that end a URL.
static ENDS: [bool; 256] = set_of(b" \t\n\x0c\r\"'`<>\\");

/// Where the URL around a colon ends.
fn end_of(text: &[u8], colon: usize) -> usize {
    let rest = &text[colon..text.len().min(colon + LONGEST)];
    let length = rest.iter().position(|byte| ENDS[usize::from(*byte)]);
    colon + length.unwrap_or(rest.len())
}
