//! Finds every credential in one blob: facts, no judgement.
//!
//! In: bytes with their path, and the rules. Out: sightings, and what a filter dropped. Pure, and never panics.
//! The way: `prefilter` marks places, `search` looks closer by `shape`, `lexer`, `context`, `recognise`, `generic` and
//! `decode`, `candidate` chooses, `pair` joins, and here the chosen become sightings.

mod archive;
mod beside;
mod candidate;
mod context;
mod decode;
mod enclosing;
mod escaped;
mod excerpt;
mod filter;
mod flow;
mod generic;
mod hit;
mod key_words;
mod keyed;
mod lanes;
mod leads;
mod lexer;
mod limit;
mod line_hash;
mod long_run;
mod look;
mod marks;
mod mask;
mod memory;
mod mutate;
mod name_end;
mod near;
mod own_key;
mod pair;
mod patterns;
mod place;
mod places;
mod prefilter;
pub mod profile;
mod promise;
pub mod proof;
mod random;
mod readable;
pub mod recipe;
mod recognise;
mod sample;
mod scheme;
mod search;
mod shape;
mod sibling;
mod site;
mod spaced;
mod stream;
mod told;
mod trace;
mod whole;
mod worth;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use candidate::Candidate;
use place::Places;
use search::Search;

use crate::model::{Beside, Dropped, Encoding, Recognised, RepoPath, Secret, Sighting, Span};
use crate::rules::RuleSet;

pub use limit::Limit;
pub use line_hash::line_hashes;
pub use memory::Memory;
pub use mutate::unnoticed;
pub use sample::sample;
pub use stream::{Streamed, stream};
pub use trace::Lineage;

/// One blob, or a window of one.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a> {
    pub path: &'a RepoPath,
    pub text: &'a [u8],
    /// The line of the first byte, from 1.
    pub first_line: u32,
    /// Where the first byte stands in the file.
    pub offset: usize,
    /// Whether the text is the whole file.
    pub whole: bool,
}

/// What was found in a blob.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub sightings: Vec<Sighting>,
    pub dropped: Vec<Dropped>,
    /// Why not everything in the blob was looked at; each once.
    pub limits: Vec<Limit>,
}

impl Found {
    fn add_limits(&mut self, limits: &[Limit]) {
        for limit in limits {
            if !self.limits.contains(limit) {
                self.limits.push(*limit);
            }
        }
    }

    /// Takes what stands in the members of an archive; a value that the packed bytes show too is kept once.
    fn take_in(&mut self, mut unpacked: Found) {
        self.sightings.retain(|sighting| {
            let same = |inner: &Sighting| inner.secret == sighting.secret;
            !unpacked.sightings.iter().any(same)
        });
        self.sightings.append(&mut unpacked.sightings);
        self.dropped.append(&mut unpacked.dropped);
        self.add_limits(&unpacked.limits);
    }
}

/// Finds every credential in one blob, and in its members where it is an archive.
pub fn find(blob: &Blob<'_>, rules: &RuleSet) -> Found {
    find_version(blob, rules, None, &mut Lineage::default())
}

/// Finds the same as `find`, and searches nothing again that is known from other versions of the text.
pub fn find_version<'a>(
    blob: &Blob<'a>,
    rules: &'a RuleSet,
    memory: Option<&'a Memory>,
    lineage: &mut Lineage<'a>,
) -> Found {
    let mut found = find_in_text(blob, rules, memory, lineage);
    if blob.whole
        && let Some(format) = archive::format_of(blob.text)
    {
        let mut packed = blob.text;
        found.take_in(archive::unpack(blob.path, format, &mut packed, rules));
    }
    found
}

/// Finds every credential in the bytes as they stand.
fn find_in_text<'a>(
    blob: &Blob<'a>,
    rules: &'a RuleSet,
    memory: Option<&'a Memory>,
    lineage: &mut Lineage<'a>,
) -> Found {
    if let Some(readable) = decode::utf16::readable(blob.text) {
        *lineage = Lineage::default();
        let inner = Blob {
            text: &readable.text,
            offset: 0,
            ..*blob
        };
        let mut search = Search::new(inner.text, Some(blob.path), rules, 0);
        search.run();
        let (chosen, limited) = choose(search);
        let mut found = write(&inner, &chosen, Some(Encoding::Utf16));
        found.limits.extend(limited);
        for sighting in &mut found.sightings {
            let place = |at: usize| readable.places.get(at).copied().unwrap_or(blob.text.len());
            sighting.span =
                Span::new(place(sighting.span.start), place(sighting.span.end)).moved(blob.offset);
        }
        return found;
    }
    let mut search = Search::new(blob.text, Some(blob.path), rules, 0);
    search.memory = memory;
    lineage.begin(&mut search);
    search.run();
    lineage.end(&mut search);
    if search.found.is_empty() {
        return Found {
            limits: search.limited.get().into_iter().collect(),
            ..Found::default()
        };
    }
    let (chosen, limited) = choose(search);
    Found {
        limits: limited.into_iter().collect(),
        ..write(blob, &chosen, None)
    }
}

/// Whether anything in the text may be a credential, whatever its path.
pub fn may_hold(text: &[u8], rules: &RuleSet) -> bool {
    let readable = decode::utf16::readable(text);
    let text = readable.as_ref().map_or(text, |readable| &readable.text);
    let mut search = Search::new(text, None, rules, 0);
    search.first_only = true;
    search.run();
    !search.found.is_empty()
}

/// How many places the first pass marks; for measurements.
pub fn count_hits(text: &[u8], rules: &RuleSet) -> usize {
    let mut hits = 0;
    let _ = prefilter::scan(text, rules.tables(), &mut |_| {
        hits += 1;
        ControlFlow::Continue(())
    });
    hits
}

/// The best candidate of every place, pairs joined, with what stands beside each.
fn choose(mut search: Search<'_>) -> (Vec<Candidate>, Option<Limit>) {
    tell_twins_apart(&mut search);
    let chosen = candidate::best(search.found.clone());
    let before = search.found.len();
    pair::add_unnamed(&mut search, &chosen);
    let chosen = match search.found.len() > before {
        true => candidate::best(std::mem::take(&mut search.found)),
        false => chosen,
    };
    let mut chosen = pair::join(chosen);
    for candidate in chosen
        .iter_mut()
        .filter(|candidate| candidate.dropped.is_none())
    {
        let inner = candidate.beside.name.take();
        candidate.beside = search.beside(candidate.span);
        if inner.is_some() {
            candidate.beside.name = inner;
        }
        let claimed = candidate.claims.as_ref().and_then(|claims| claims.kind);
        if let Some(kind) = claimed.and_then(|id| search.rules.kind(id))
            && candidate
                .kind
                .is_some_and(|known| known.code == kind.code || known.code == "jwt/generic")
        {
            candidate.kind = Some(kind);
        }
    }
    (chosen, search.limited.get())
}

/// Kinds of one shape: their names, requests and content tell which is meant.
fn tell_twins_apart(search: &mut Search<'_>) {
    let mut groups: BTreeMap<usize, (usize, usize, Span)> = BTreeMap::new();
    for candidate in &search.found {
        let (count, weight, _) =
            groups
                .entry(candidate.span.start)
                .or_insert((0, 0, candidate.span));
        *count += 1;
        if candidate.recognised == Recognised::Prefix {
            *weight = candidate.weight.max(*weight);
        }
    }
    groups.retain(|_, (count, weight, _)| *count > 1 && *weight > 0);
    for (_, weight, span) in groups.into_values() {
        let beside: Beside = search.beside(span);
        let name = beside.name.or(beside.flag).unwrap_or_default();
        let named = search
            .rules
            .by_name(&crate::rules::name::normalise(name.as_bytes()));
        for candidate in search
            .found
            .iter_mut()
            .filter(|found| found.span.start == span.start)
        {
            let Some(kind) = candidate.kind else {
                continue;
            };
            let twin = kind.shapes.iter().any(|shape| {
                shape.start().len() >= 3 && candidate.value.starts_with(shape.start().as_bytes())
            });
            if twin
                && matches!(
                    candidate.recognised,
                    Recognised::Named | Recognised::Requested
                )
            {
                candidate.recognised = Recognised::Prefix;
                candidate.weight += weight;
            }
            if let Some(named) = named.iter().find(|named| named.kind.id == kind.id) {
                candidate.weight += 100 + named.length;
            }
            if candidate
                .claims
                .as_ref()
                .is_some_and(|claims| claims.kind == Some(kind.id))
            {
                candidate.weight += 400;
            }
        }
    }
}

/// Turns candidates into sightings and drops.
fn write(blob: &Blob<'_>, chosen: &[Candidate], outer: Option<Encoding>) -> Found {
    let mut found = Found::default();
    let mut places = Places::new(blob.text, blob.first_line);
    let mut ordinals: BTreeMap<String, u32> = BTreeMap::new();
    for candidate in chosen {
        let place = places.of(candidate.span);
        let mask = mask::mask(&candidate.value, candidate.kind);
        if let Some(filter) = candidate.dropped {
            found.dropped.push(Dropped {
                path: blob.path.clone(),
                place,
                kind: candidate.kind,
                mask,
                filter,
            });
            continue;
        }
        let (_, line_start) = places.line_of(candidate.span.start);
        let before = &blob.text
            [line_start.max(candidate.span.start.saturating_sub(400))..candidate.span.start];
        let beside = &candidate.beside;
        let name = beside.name.as_ref().or(beside.flag.as_ref());
        let key = beside
            .key_path
            .as_ref()
            .or(name)
            .cloned()
            .unwrap_or_default();
        let ordinal = ordinals.entry(key).or_default();
        let halves = candidate.other_halves.iter();
        let other_halves =
            halves.map(|(span, id)| (span.moved(blob.offset), places.of(*span), *id));
        let other_halves = other_halves.collect();
        found.sightings.push(Sighting {
            path: blob.path.clone(),
            kind: candidate.kind,
            secret: Secret::new(&candidate.value),
            span: candidate.span.moved(blob.offset),
            place,
            beside: beside.clone(),
            near: candidate.near,
            recognised: candidate.recognised,
            checksum: candidate.checksum,
            claims: candidate.claims.clone(),
            encodings: outer
                .into_iter()
                .chain(candidate.encodings.iter().copied())
                .collect(),
            excerpt: excerpt::excerpt(before, name.map(String::as_bytes), &mask),
            mask,
            line_hash: String::new(),
            ordinal: *ordinal,
            other_halves,
            member: None,
        });
        *ordinal += 1;
    }
    add_line_hashes(blob, &mut found);
    found
}

fn add_line_hashes(blob: &Blob<'_>, found: &mut Found) {
    if !blob.whole || blob.first_line != 1 {
        return;
    }
    let lines: Vec<u32> = found
        .sightings
        .iter()
        .map(|sighting| sighting.place.start_line)
        .collect();
    let hashes = line_hashes(blob.text, &lines);
    for sighting in &mut found.sightings {
        if let Some(hash) = hashes.get(&sighting.place.start_line) {
            sighting.line_hash.clone_from(hash);
        }
    }
}
