//! The small language of shapes: literal text with `{class:count}` in it.
//!
//! `ghp_{alnum:36}` is four literal bytes and a run of 36. Counts are `n`, `n-m` or `n+` (up to 4096).
//! Classes have names; `{[A-Za-z0-9_=]:20-40}` spells one out. `{uuid}` stands for the five groups of a UUID.

use crate::model::{Class, Segment};

/// The longest run that a shape may ask for, in bytes.
pub const LONGEST_RUN: u16 = 4096;

const fn range(mut bits: u128, from: u8, to: u8) -> u128 {
    let mut byte = from;
    while byte <= to {
        bits |= 1 << byte;
        byte += 1;
    }
    bits
}

const DIGIT: u128 = range(0, b'0', b'9');
const LOWER: u128 = range(0, b'a', b'z');
const UPPER: u128 = range(0, b'A', b'Z');
const ALPHA: u128 = LOWER | UPPER;
const ALNUM: u128 = ALPHA | DIGIT;

/// The classes that have a name.
pub const CLASSES: [(&str, Class); 18] = [
    ("digit", Class(DIGIT)),
    ("lower", Class(LOWER)),
    ("upper", Class(UPPER)),
    ("alpha", Class(ALPHA)),
    ("alnum", Class(ALNUM)),
    ("loweralnum", Class(LOWER | DIGIT)),
    ("upperalnum", Class(UPPER | DIGIT)),
    ("word", Class(ALNUM | 1 << b'_')),
    ("hex", Class(range(DIGIT, b'a', b'f'))),
    ("upperhex", Class(range(DIGIT, b'A', b'F'))),
    ("anyhex", Class(range(range(DIGIT, b'a', b'f'), b'A', b'F'))),
    ("base32", Class(range(UPPER, b'2', b'7'))),
    (
        "base58",
        Class(ALNUM & !(1 << b'0' | 1 << b'O' | 1 << b'I' | 1 << b'l')),
    ),
    ("b64", Class(ALNUM | 1 << b'+' | 1 << b'/')),
    ("b64pad", Class(ALNUM | 1 << b'+' | 1 << b'/' | 1 << b'=')),
    ("b64url", Class(ALNUM | 1 << b'-' | 1 << b'_')),
    ("dotted", Class(ALNUM | 1 << b'-' | 1 << b'_' | 1 << b'.')),
    (
        "visible",
        Class(range(0, b'!', b'~') & !(1 << b'"' | 1 << b'\'' | 1 << b'`' | 1 << b'\\')),
    ),
];

/// Parses a shape. The message of an error says what is wrong, not where the entry stands.
pub fn parse(text: &str) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        match rest.find('{') {
            Some(0) => {
                let close = closing_brace(rest).ok_or("a `{` is not closed")?;
                run(&rest[1..close], &mut segments)?;
                rest = &rest[close + 1..];
            }
            cut => {
                let cut = cut.unwrap_or(rest.len());
                let literal = &rest[..cut];
                if !literal.is_ascii() {
                    return Err("literals are ASCII".to_owned());
                }
                segments.push(Segment::Literal(Box::leak(
                    literal.to_owned().into_boxed_str(),
                )));
                rest = &rest[cut..];
            }
        }
    }
    if segments.is_empty() {
        return Err("the shape is empty".to_owned());
    }
    Ok(segments)
}

/// Finds the `}` that closes the `{` at the start; a bracket class may hold braces.
fn closing_brace(text: &str) -> Option<usize> {
    let after_bracket = if text.starts_with("{[") {
        text.find(']')?
    } else {
        0
    };
    text[after_bracket..].find('}').map(|i| i + after_bracket)
}

fn run(spec: &str, segments: &mut Vec<Segment>) -> Result<(), String> {
    if spec == "uuid" {
        let hex = named("hex")?;
        for (at, count) in [8, 4, 4, 4, 12].into_iter().enumerate() {
            if at > 0 {
                segments.push(Segment::Literal("-"));
            }
            segments.push(Segment::Run {
                class: hex,
                min: count,
                max: count,
            });
        }
        return Ok(());
    }
    let (class, count) = spec
        .rsplit_once(':')
        .ok_or_else(|| format!("`{{{spec}}}` has no count, as in `{{alnum:36}}`"))?;
    let class = match class
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
    {
        Some(inner) => spelled_out(inner)?,
        None => named(class)?,
    };
    let (min, max) = counts(count)?;
    segments.push(Segment::Run { class, min, max });
    Ok(())
}

fn named(name: &str) -> Result<Class, String> {
    CLASSES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, class)| *class)
        .ok_or_else(|| format!("there is no class `{name}`"))
}

fn spelled_out(inner: &str) -> Result<Class, String> {
    let bytes = inner.as_bytes();
    if bytes.is_empty() || !inner.is_ascii() {
        return Err("a bracket class holds ASCII".to_owned());
    }
    let mut bits = 0u128;
    let mut at = 0;
    while at < bytes.len() {
        if at + 2 < bytes.len() && bytes[at + 1] == b'-' {
            if bytes[at] > bytes[at + 2] {
                return Err("a range in a bracket class runs backwards".to_owned());
            }
            bits = range(bits, bytes[at], bytes[at + 2]);
            at += 3;
        } else {
            bits |= 1 << bytes[at];
            at += 1;
        }
    }
    Ok(Class(bits))
}

fn counts(text: &str) -> Result<(u16, u16), String> {
    let number = |part: &str| {
        part.parse::<u16>()
            .ok()
            .filter(|n| *n <= LONGEST_RUN)
            .ok_or_else(|| format!("`{part}` is no count up to {LONGEST_RUN}"))
    };
    let (min, max) = if let Some(min) = text.strip_suffix('+') {
        (number(min)?, LONGEST_RUN)
    } else if let Some((min, max)) = text.split_once('-') {
        (number(min)?, number(max)?)
    } else {
        let count = number(text)?;
        (count, count)
    };
    if min > max || max == 0 {
        return Err(format!("`{text}` is no range of counts"));
    }
    Ok((min, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_runs_follow_each_other() {
        let segments = parse("ghp_{alnum:36}").unwrap();
        assert_eq!(segments.len(), 2);
        assert_eq!(segments[0], Segment::Literal("ghp_"));
        assert!(matches!(
            segments[1],
            Segment::Run {
                min: 36,
                max: 36,
                ..
            }
        ));
    }

    #[test]
    fn a_uuid_is_five_groups() {
        assert_eq!(parse("{uuid}").unwrap().len(), 9);
    }

    #[test]
    fn bracket_classes_hold_ranges_and_single_bytes() {
        let segments = parse("{[A-C=-]:1-2}").unwrap();
        let Segment::Run { class, .. } = segments[0] else {
            panic!("a run");
        };
        assert!(class.has(b'B') && class.has(b'=') && class.has(b'-') && !class.has(b'D'));
    }

    #[test]
    fn mistakes_are_named() {
        for bad in [
            "",
            "{alnum}",
            "{nope:3}",
            "{alnum:3",
            "{alnum:5-3}",
            "{[]:3}",
            "{alnum:9999}",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
