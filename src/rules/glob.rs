//! Path globs of surfaces and file keys, matched over bytes without allocation.
//!
//! In: a pattern with `*` (within a part), `**` (over parts), `?`, `{a,b}`; a path. Out: whether the whole path fits.
//! It never takes more than a fixed number of steps: a pattern that asks for more does not match.

/// How many steps one match may take.
const STEPS: u32 = 20_000;

/// What is left of the pattern behind an alternative.
struct Rest<'p> {
    pattern: &'p [u8],
    next: Option<&'p Rest<'p>>,
}

/// Whether `pattern` fits the whole of `path`.
pub fn matches(pattern: &str, path: &[u8]) -> bool {
    let mut steps = STEPS;
    fits(pattern.as_bytes(), None, path, &mut steps)
}

/// How many bytes a pattern fixes, alternatives aside: the more, the more exactly it names its files.
pub fn fixed_bytes(pattern: &str) -> usize {
    let mut depth = 0usize;
    let fixed = pattern.bytes().filter(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'*' | b'?' => {}
            _ => return depth == 0,
        }
        false
    });
    fixed.count()
}

fn fits<'p>(
    mut pattern: &'p [u8],
    mut rest: Option<&'p Rest<'p>>,
    mut path: &[u8],
    steps: &mut u32,
) -> bool {
    loop {
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        match pattern {
            [] => match rest {
                None => return path.is_empty(),
                Some(more) => {
                    pattern = more.pattern;
                    rest = more.next;
                }
            },
            [b'*', b'*', b'/', after @ ..] if rest.is_none() && stays_in_part(after) => {
                let name = path.rsplit(|byte| *byte == b'/').next();
                pattern = after;
                path = name.unwrap_or(path);
            }
            [b'*', b'*', b'/', after @ ..] => {
                return over_parts(path)
                    .any(|left| may_start(after, left) && fits(after, rest, left, steps));
            }
            [b'*', b'*', after @ ..] => {
                return ends_of(path)
                    .any(|left| may_start(after, left) && fits(after, rest, left, steps));
            }
            [b'*', after @ ..] => {
                let part = path
                    .iter()
                    .position(|byte| *byte == b'/')
                    .unwrap_or(path.len());
                return ends_of(path)
                    .take(part + 1)
                    .any(|left| may_start(after, left) && fits(after, rest, left, steps));
            }
            [b'{', inner @ ..] => return alternatives(inner, rest, path, steps),
            [b'?', after @ ..] if path.first().is_some_and(|byte| *byte != b'/') => {
                pattern = after;
                path = &path[1..];
            }
            [byte, after @ ..] if path.first() == Some(byte) => {
                pattern = after;
                path = &path[1..];
            }
            _ => return false,
        }
    }
}

/// What is left of a path, cut at every byte.
fn ends_of(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..=path.len()).map(|skip| &path[skip..])
}

/// Whether the first byte of a pattern is no reason against a path: most places are ruled out by it.
#[inline(always)]
fn may_start(pattern: &[u8], path: &[u8]) -> bool {
    match pattern.first() {
        None | Some(b'*' | b'{' | b'?') => true,
        byte => byte == path.first(),
    }
}

/// Whether what is left of a pattern fits only within one part, so that only the last part of a path can fit.
fn stays_in_part(pattern: &[u8]) -> bool {
    !pattern.contains(&b'/') && !pattern.windows(2).any(|two| two == b"**")
}

/// The path, and the path after each `/`.
fn over_parts(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let cuts = path
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'/')
        .map(|(at, _)| at + 1);
    std::iter::once(0).chain(cuts).map(|cut| &path[cut..])
}

fn alternatives(inner: &[u8], rest: Option<&Rest<'_>>, path: &[u8], steps: &mut u32) -> bool {
    let Some(close) = inner.iter().position(|byte| *byte == b'}') else {
        return false;
    };
    let behind = Rest {
        pattern: &inner[close + 1..],
        next: rest,
    };
    inner[..close]
        .split(|byte| *byte == b',')
        .any(|choice| fits(choice, Some(&behind), path, steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_within_their_part() {
        assert!(matches("*.env", b"a.env"));
        assert!(!matches("*.env", b"x/a.env"));
        assert!(matches("**/.env", b".env"));
        assert!(matches("**/.env", b"a/b/.env"));
        assert!(!matches("**/.env", b"a/b.env"));
        assert!(matches(".claude/**", b".claude/a/b"));
        assert!(matches("**/{a,b}.json", b"x/b.json"));
        assert!(matches("a?c", b"abc"));
        assert!(!matches("a?c", b"a/c"));
        assert!(matches("{.env,.env.*}", b".env.local"));
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let pattern = "{*,**/}".repeat(30) + "x";
        let path = "a/".repeat(200);
        assert!(!matches(&pattern, path.as_bytes()));
    }
}
