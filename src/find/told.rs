//! Passwords without a name: what a command or a call takes at a place of its own, and files of one login a line.
//!
//! In: a search and where the command or the call starts, or a whole file. Out: sites under the name of a password.

use super::lexer::Literal;
use super::promise::Promise;
use super::search::Search;
use super::site::Site;
use crate::model::Span;

/// How far behind its start a call or a command is read.
const REACH: usize = 300;
/// How many lines of a file of logins are read.
const LINES: usize = 2000;

/// Reads what stands behind one of the literals of `anchor::TOLD`.
pub fn behind(search: &mut Search<'_>, begin: usize) {
    let text = search.text;
    search.look_at(Span::new(begin, begin + REACH));
    let rest = &text[begin..text.len().min(begin + REACH)];
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let starts = |word: &[u8]| line.starts_with(word);
    if starts(b"secret set ") {
        return secret_set(search, begin, line);
    }
    let found = if starts(b"sshpass") || starts(b"docker login") {
        flag_value(line, b"-p")
    } else if starts(b"mysql") {
        glued_value(line, b" -p")
    } else if starts(b"smbclient") {
        behind_percent(line)
    } else if starts(b"IDENTIFIED") || starts(b"identified") || starts(b"Convert") {
        first_string(line)
    } else if starts(b"PASSWORD(") || starts(b"Fernet(") {
        only_string(line)
    } else {
        last_string(line)
    };
    if let Some((span, quoted)) = found {
        take(
            search,
            begin,
            Span::new(begin + span.start, begin + span.end),
            quoted,
        );
    }
}

/// `gh secret set NAME --body v`.
fn secret_set(search: &mut Search<'_>, begin: usize, line: &[u8]) {
    let name = word(line, b"secret set ".len());
    let value = flag_value(line, b"--body").or_else(|| flag_value(line, b" -b"));
    if let (Some((name, _)), Some((value, quoted))) = (name, value) {
        let literal = Literal {
            span: Span::new(begin + value.start, begin + value.end),
            quoted,
            inside: false,
        };
        search.named(literal, Span::new(begin + name.start, begin + name.end));
    }
}

fn take(search: &mut Search<'_>, cue: usize, span: Span, quoted: bool) {
    let literal = Literal {
        span,
        quoted,
        inside: false,
    };
    let site = Site::told(literal, Span::new(cue, cue + 1));
    search.generic(Promise::Password, &site);
}

/// The first string in quotes, with the quotes' inside only.
fn first_string(line: &[u8]) -> Option<(Span, bool)> {
    let open = line.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let length = line[open + 1..]
        .iter()
        .position(|byte| *byte == line[open])?;
    Some((Span::new(open + 1, open + 1 + length), true))
}

/// The string that is the only argument of the call.
fn only_string(line: &[u8]) -> Option<(Span, bool)> {
    let (span, quoted) = first_string(line)?;
    let open = line.iter().position(|byte| *byte == b'(')?;
    let near = span.start <= open + 3;
    let closed = line.get(span.end + 1) == Some(&b')');
    (near && closed).then_some((span, quoted))
}

/// The string that is the last of two or more arguments: `login("user", "v")`.
fn last_string(line: &[u8]) -> Option<(Span, bool)> {
    let open = line.iter().position(|byte| *byte == b'(')?;
    let close = open + line[open..].iter().position(|byte| *byte == b')')?;
    let inside = line[open..close].trim_ascii_end();
    let quote = *inside.last().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let end = open + inside.len() - 1;
    let start = open
        + 1
        + line[open + 1..end]
            .iter()
            .rposition(|byte| *byte == quote)?
        + 1;
    let before = line[open..start - 1].trim_ascii_end();
    before
        .ends_with(b",")
        .then_some((Span::new(start, end), true))
}

/// The word behind a flag: `sshpass -p 'v'`.
fn flag_value(line: &[u8], flag: &[u8]) -> Option<(Span, bool)> {
    let at = memchr::memmem::find(line, flag)? + flag.len();
    let gap = line[at..].iter().take_while(|byte| **byte == b' ').count();
    let start = at + gap;
    if let Some(quote @ (b'"' | b'\'')) = line.get(start) {
        let length = line[start + 1..].iter().position(|byte| byte == quote)?;
        return Some((Span::new(start + 1, start + 1 + length), true));
    }
    word(line, start)
}

/// The value that is glued to a flag: `mysql -pv`.
fn glued_value(line: &[u8], flag: &[u8]) -> Option<(Span, bool)> {
    let start = memchr::memmem::find(line, flag)? + flag.len();
    let first = line.get(start)?;
    match first {
        b'"' | b'\'' => {
            let length = line[start + 1..].iter().position(|byte| byte == first)?;
            Some((Span::new(start + 1, start + 1 + length), true))
        }
        _ => word(line, start),
    }
}

/// `-U user%v`.
fn behind_percent(line: &[u8]) -> Option<(Span, bool)> {
    let user = memchr::memmem::find(line, b"-U")?;
    let percent = user + line[user..].iter().position(|byte| *byte == b'%')?;
    word(line, percent + 1)
}

fn word(line: &[u8], start: usize) -> Option<(Span, bool)> {
    let length = line
        .get(start..)?
        .iter()
        .take_while(|byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b';' | b'|')
        })
        .count();
    (length > 0).then(|| (Span::new(start, start + length), false))
}

/// Reads files of one login a line: `.pgpass`, `.htpasswd`, `shadow`; and a key that is a whole file.
pub fn lines(search: &mut Search<'_>) {
    let Some(path) = search.path.filter(|_| search.depth == 0) else {
        return;
    };
    let name = path.file_name().to_ascii_lowercase();
    let fields: fn(&[u8]) -> Option<Span> = if name.ends_with(b"pgpass") || name == b"pgpass.conf" {
        last_of_five
    } else if [
        &b"htpasswd"[..],
        b"shadow",
        b"shadow.txt",
        b"shadow-",
        b"passwd",
    ]
    .iter()
    .any(|end| name.ends_with(end))
    {
        hash_behind_colon
    } else if name == b"master.key" || path.as_bytes().ends_with(b"credentials/production.key") {
        whole_key
    } else {
        return;
    };
    let text = search.text;
    let mut start = 0;
    for line in text.split(|byte| *byte == b'\n').take(LINES) {
        if let Some(span) = fields(line.trim_ascii_end()) {
            let place = Span::new(start + span.start, start + span.end);
            take(search, start, place, true);
        }
        start += line.len() + 1;
    }
}

/// `host:port:database:user:v`.
fn last_of_five(line: &[u8]) -> Option<Span> {
    let colons: Vec<usize> = memchr::memchr_iter(b':', line).collect();
    let last = *colons.get(3)?;
    (colons.len() == 4 && !line.starts_with(b"#")).then(|| Span::new(last + 1, line.len()))
}

/// `user:$6$salt$hash:…`: a hash that can be guessed offline.
fn hash_behind_colon(line: &[u8]) -> Option<Span> {
    let start = line.iter().position(|byte| *byte == b':')? + 1;
    let length = line[start..]
        .iter()
        .take_while(|byte| **byte != b':')
        .count();
    let hash = &line[start..start + length];
    let body = hash.strip_prefix(b"$")?;
    let scheme = body.iter().position(|byte| *byte == b'$')?;
    let body_start = start + 1 + scheme + 1;
    (length >= 20).then(|| Span::new(body_start, start + length.min(scheme + 60)))
}

/// A file that is one key of hexadecimal digits.
fn whole_key(line: &[u8]) -> Option<Span> {
    (line.len() >= 32 && line.iter().all(u8::is_ascii_hexdigit)).then(|| Span::new(0, line.len()))
}
