//! Which surfaces a path may belong to, without trying every pattern of every surface.
//!
//! In, at build time: the surfaces. Out: one key for each pattern, the hash of a part that a fitting path must have, or
//! of the ending it must have. In, at run time: a path. Out: the patterns that are worth a try, in no order. It never
//! leaves out a pattern that fits; whether one fits is for `glob` to say.

/// A pattern under the hash of what a path must have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathKey {
    pub hash: u32,
    pub surface: u16,
    /// The number of the pattern among those of the surface.
    pub path: u16,
}

/// All patterns of all surfaces, sorted by hash; `always` are those that name no whole part and no ending.
#[derive(Clone, Copy, Debug)]
pub struct SurfaceIndex {
    pub keys: &'static [PathKey],
    pub always: &'static [PathKey],
}

/// What is hashed: a whole part of a path, or what stands behind the last point of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Part,
    Ending,
}

fn hash(key: Key, bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5 ^ key as u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

impl SurfaceIndex {
    /// Hands over the patterns that a path may fit; the same one possibly twice.
    pub fn candidates(&self, path: &[u8], mut take: impl FnMut(PathKey)) {
        self.always.iter().for_each(|key| take(*key));
        let mut look_up = |hash: u32| {
            let from = self.keys.partition_point(|key| key.hash < hash);
            let same = self.keys[from..].iter().take_while(|key| key.hash == hash);
            same.for_each(|key| take(*key));
        };
        for part in path.split(|byte| *byte == b'/') {
            look_up(hash(Key::Part, part));
        }
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        if let Some(point) = name.iter().rposition(|byte| *byte == b'.') {
            look_up(hash(Key::Ending, &name[point + 1..]));
        }
    }
}

/// Builds the index of the patterns of each surface.
pub fn build(surfaces: &[&[&str]]) -> (Vec<PathKey>, Vec<PathKey>) {
    let (mut keys, mut always) = (Vec::new(), Vec::new());
    for (surface, patterns) in surfaces.iter().enumerate() {
        for (path, pattern) in patterns.iter().enumerate() {
            let key = |hash: u32| PathKey {
                hash,
                surface: surface as u16,
                path: path as u16,
            };
            match hashes(pattern) {
                Some(hashes) => keys.extend(hashes.into_iter().map(key)),
                None => always.push(key(0)),
            }
        }
    }
    keys.sort_unstable();
    keys.dedup();
    (keys, always)
}

/// The hashes of which a fitting path has at least one; `None` where the pattern promises nothing.
fn hashes(pattern: &str) -> Option<Vec<u32>> {
    let parts = parts(pattern);
    let literal = |part: &&String| alternatives(part).iter().all(|text| is_literal(text));
    if let Some(part) = parts.iter().rev().find(literal) {
        let texts = alternatives(part);
        return Some(
            texts
                .iter()
                .map(|text| hash(Key::Part, text.as_bytes()))
                .collect(),
        );
    }
    alternatives(parts.last()?)
        .iter()
        .map(|text| {
            let tail = text.rsplit(['*', '?', '{', '}']).next()?;
            let ending = tail.rsplit_once('.')?.1;
            (!ending.contains('/')).then(|| hash(Key::Ending, ending.as_bytes()))
        })
        .collect()
}

fn is_literal(text: &str) -> bool {
    !text.is_empty() && !text.contains(['*', '?', '{', '}', '/'])
}

/// The pattern cut at its slashes, those in braces left alone.
fn parts(pattern: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut in_braces = false;
    for letter in pattern.chars() {
        match letter {
            '{' => in_braces = true,
            '}' => in_braces = false,
            _ => {}
        }
        if letter == '/' && !in_braces {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

/// A part with each choice of its braces.
fn alternatives(part: &str) -> Vec<String> {
    let braces = part
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (inner, after))) = braces else {
        return vec![part.to_owned()];
    };
    let ends = alternatives(after);
    let choices = inner.split(',');
    choices
        .flat_map(|choice| ends.iter().map(move |end| format!("{before}{choice}{end}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{RuleSet, glob};

    /// A path that fits a pattern: each star filled, the `choice`th of each brace.
    fn filled(pattern: &str, choice: usize) -> Vec<String> {
        let parts = parts(pattern);
        let choices = parts.iter().map(|part| {
            let all = alternatives(part);
            all[choice % all.len()].clone()
        });
        let path = choices.collect::<Vec<_>>().join("/");
        ["", "a/", "a/.b/"]
            .iter()
            .map(|folder| {
                let path = path.replace("**/", folder);
                path.replace("**", "x/y.z")
                    .replace('*', "w")
                    .replace('?', "q")
            })
            .collect()
    }

    #[test]
    fn no_surface_is_lost() {
        let rules = RuleSet::builtin();
        let patterns = rules.surfaces().iter().flat_map(|surface| surface.paths);
        let mut fitting = 0;
        for pattern in patterns {
            for path in (0..2).flat_map(|choice| filled(pattern, choice)) {
                let path = path.as_bytes();
                fitting += usize::from(glob::matches(pattern, path));
                let one_by_one: Vec<&str> = rules
                    .surfaces()
                    .iter()
                    .filter(|surface| surface.paths.iter().any(|other| glob::matches(other, path)))
                    .map(|surface| surface.id)
                    .collect();
                let indexed: Vec<&str> = rules
                    .surfaces_at(path)
                    .iter()
                    .map(|surface| surface.id)
                    .collect();
                assert_eq!(indexed, one_by_one, "{}", String::from_utf8_lossy(path));
            }
        }
        assert!(fitting > 2500, "{fitting} paths fit");
    }
}
