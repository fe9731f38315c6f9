//! Azure's connection strings and shared access signatures.
//!
//! In: the mark behind `AccountKey`, `SharedAccessKey`, `Password` or `sig`. Out: the string around it, by its service.

use super::decoded;
use crate::find::candidate::Candidate;
use crate::find::filter;
use crate::find::search::Search;
use crate::model::{Recognised, Span};
use crate::token::azure_connection::Service;
use crate::token::{self, azure_connection, base64, sas};

/// How far a string may reach.
const REACH: usize = 2000;

/// What connection strings start with, lower-cased.
const STARTS: [&[u8]; 9] = [
    b"defaultendpointsprotocol=",
    b"endpoint=",
    b"hostname=",
    b"accountendpoint=",
    b"blobendpoint=",
    b"accountname=",
    b"server=",
    b"data source=",
    b"endpointsuffix=",
];

/// A connection string around the mark of its key.
pub fn connection(search: &mut Search<'_>, mark: usize) {
    let text = search.text;
    if text[mark] != b'=' {
        return;
    }
    if mark < search.read_until {
        search.look_far();
        return;
    }
    let floor = mark.saturating_sub(REACH);
    search.look_at(Span::new(floor, mark));
    let line = text[floor..mark]
        .iter()
        .rposition(|byte| matches!(byte, b'\n' | b'"' | b'\''))
        .map_or(floor, |at| floor + at + 1);
    let lower = text[line..mark].to_ascii_lowercase();
    let Some(start) = STARTS
        .iter()
        .filter_map(|start| memchr::memmem::find(&lower, start))
        .min()
    else {
        return;
    };
    search.look_far();
    let start = line + start;
    let rest = &text[mark..text.len().min(mark + REACH)];
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r' | b'"' | b'\'' | b'<' | b'`'))
        .unwrap_or(rest.len());
    let whole = Span::new(start, mark + length);
    let value = whole.of(text).trim_ascii_end();
    search.read_until = whole.end;
    let Some(found) = azure_connection::parse(value) else {
        return;
    };
    let foreign = found.variant() == "sql-connection-string"
        && memchr::memmem::find(&value.to_ascii_lowercase(), b".windows.net").is_none();
    if foreign {
        return;
    }
    let secret = Span::new(start + found.secret.start, start + found.secret.end);
    let key = secret.of(text);
    let Some(kind) = search.rules.by_code(&format!("azure/{}", found.variant())) else {
        return;
    };
    let mut candidate = Candidate::new(secret, key, Some(kind), Recognised::Decoded);
    candidate.weight = 60;
    candidate.claims = kind.claims.and_then(|reader| token::claims(reader, value));
    candidate.dropped = filter::of_named(key).or_else(|| not_a_key(found.service, key));
    search.push(candidate);
}

/// Azure makes keys of fixed lengths; what has another length was written by a person.
fn not_a_key(service: Service, key: &[u8]) -> Option<&'static str> {
    let lengths = match service {
        Service::Storage | Service::Cosmos => 64..=64,
        Service::ServiceBus => 32..=32,
        Service::Iot => 16..=64,
        Service::AppConfiguration | Service::SignalR => 30..=96,
        Service::Sql => return None,
    };
    let signature = memchr::memmem::find(key, b"sig=").is_some();
    let fits = base64::decode(key, 128).is_some_and(|bytes| lengths.contains(&bytes.len()));
    (!fits && !signature).then_some("wrong-length")
}

/// A shared access signature around the mark of `sig`.
pub fn signature(search: &mut Search<'_>, mark: usize) {
    let text = search.text;
    let free = mark
        .checked_sub(4)
        .is_none_or(|before| !text[before].is_ascii_alphanumeric());
    if !free {
        return;
    }
    search.look_far();
    if mark < search.read_until {
        return;
    }
    let outside = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'(' | b')')
    };
    let floor = mark.saturating_sub(REACH);
    let mut start = text[floor..mark]
        .iter()
        .rposition(outside)
        .map_or(floor, |at| floor + at + 1);
    let rest = &text[mark..text.len().min(mark + REACH)];
    let end = mark + rest.iter().position(outside).unwrap_or(rest.len());
    if let Some(assigned) = bare_name(&text[start..mark]) {
        start += assigned;
    }
    let whole = Span::new(start, end);
    search.read_until = end;
    let Some(found) = sas::parse(whole.of(text)) else {
        return;
    };
    let signature = &text[mark + 1..end];
    let signature = signature
        .split(|byte| *byte == b'&')
        .next()
        .unwrap_or_default();
    if signature.len() < 20 || filter::of_named(signature).is_some() {
        return;
    }
    let code = format!("azure/{}", found.variant());
    decoded(search, &code, whole, whole.of(text), 60);
}

/// `NAME=` before a query without a question mark.
fn bare_name(before: &[u8]) -> Option<usize> {
    let equals = before.iter().position(|byte| *byte == b'=')?;
    let name = &before[..equals];
    (name.len() > 3
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'))
    .then_some(equals + 1)
}
