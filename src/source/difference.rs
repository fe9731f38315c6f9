//! Applies differences in Git's own form.
//!
//! In: what a difference rests on, and its bytes. Out: the object and the stretches that both share, or nothing where
//! either does not fit the other.

use std::ops::Range;

use super::families::OBJECT_AT_MOST;
use super::ground::SHORTEST;
use crate::model::Stretch;

/// Applies a difference in Git's own form; `None` where it does not fit its base or itself. `shared` gets the stretches
/// that were copied, in the order of the object, those that touch in both as one; not all of the short ones.
pub(super) fn apply(
    base: &[u8],
    difference: &[u8],
    bytes: &mut Vec<u8>,
    shared: &mut Vec<Stretch>,
) -> Option<()> {
    shared.clear();
    let mut rest = difference;
    let of_base = size(&mut rest)?;
    let length = size(&mut rest)?;
    if of_base != base.len() || length > OBJECT_AT_MOST {
        return None;
    }
    bytes.clear();
    bytes.reserve(length);
    while let Some((command, behind)) = rest.split_first() {
        rest = behind;
        let part = match *command {
            0 => return None,
            command if command & 0x80 != 0 => {
                let from = copied(base, command, &mut rest)?;
                share(shared, bytes.len(), &from);
                &base[from]
            }
            count => {
                let (part, behind) = rest.split_at_checked(usize::from(count))?;
                rest = behind;
                part
            }
        };
        if bytes.len() + part.len() > length {
            return None;
        }
        bytes.extend_from_slice(part);
    }
    (bytes.len() == length).then_some(())
}

/// Adds what is copied to the place `start`, to the last stretch where it goes on; a last one that stayed short is
/// forgotten, so that no difference makes many.
fn share(shared: &mut Vec<Stretch>, start: usize, from: &Range<usize>) {
    let next = Stretch {
        start,
        other: from.start,
        length: from.len(),
    };
    match shared.last_mut() {
        Some(last) if last.end() == start && last.other + last.length == from.start => {
            last.length += from.len();
        }
        Some(last) if last.length < SHORTEST => *last = next,
        _ => shared.push(next),
    }
}

/// The part of the base that a command copies: four bits say which bytes of the place follow, three those of the length.
fn copied(base: &[u8], command: u8, rest: &mut &[u8]) -> Option<Range<usize>> {
    let mut number = |bits: Range<u32>| {
        let mut number = 0;
        for bit in bits.clone().filter(|bit| command >> bit & 1 != 0) {
            let (byte, behind) = rest.split_first()?;
            *rest = behind;
            number |= usize::from(*byte) << (8 * (bit - bits.start));
        }
        Some(number)
    };
    let start = number(0..4)?;
    let length = match number(4..7)? {
        0 => 0x10000,
        length => length,
    };
    let part = start..start.checked_add(length)?;
    (part.end <= base.len()).then_some(part)
}

/// A number in groups of seven bits, the lowest first.
fn size(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0u64;
    for shift in (0..42).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(number).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn applied(base: &[u8], difference: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = b"left over".to_vec();
        let mut shared = Vec::new();
        apply(base, difference, &mut bytes, &mut shared)?;
        for stretch in shared {
            let other = &base[stretch.other..stretch.other + stretch.length];
            assert_eq!(bytes[stretch.start..stretch.end()], *other);
        }
        Some(bytes)
    }

    #[test]
    fn parts_are_copied_and_put_in() {
        let difference = [8, 9, 0x91, 2, 4, 2, b'x', b'y', 0x90, 3];
        assert_eq!(
            applied(b"abcdefgh", &difference).as_deref(),
            Some(&b"cdefxyabc"[..])
        );
    }

    #[test]
    fn long_stretches_are_told_and_few_of_the_short_ones() {
        let base = vec![7; 900];
        let mut difference = vec![0x84, 0x07];
        difference.extend([0x84, 0x07]);
        let copy = |from: u16, length: u16| {
            let ([a, b], [c, d]) = (from.to_le_bytes(), length.to_le_bytes());
            [0x80 | 0x33, a, b, c, d]
        };
        for (from, length) in [(0, 300), (10, 5), (20, 5), (30, 5), (100, 200), (300, 385)] {
            difference.extend(copy(from, length));
        }
        let (mut bytes, mut shared) = (Vec::new(), Vec::new());
        assert_eq!(apply(&base, &difference, &mut bytes, &mut shared), Some(()));
        let stretches: Vec<_> = shared.iter().map(|one| (one.start, one.length)).collect();
        assert_eq!(stretches, [(0, 300), (315, 585)]);
    }

    #[test]
    fn a_length_of_nothing_means_a_whole_block() {
        let base = vec![7; 0x10000];
        let difference = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        assert_eq!(applied(&base, &difference), Some(base));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for wrong in [
            &[7, 1, 1, b'x'][..],
            &[8, 2, 1, b'x'],
            &[8, 1, 2, b'x', b'y'],
            &[8, 1, 0],
            &[8, 1, 0x91, 8, 1],
            &[8, 1, 0x91, 8],
            &[8, 3, 3, b'x'],
            &[8],
            &[],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1],
        ] {
            assert_eq!(applied(b"abcdefgh", wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(base: Vec<u8>, difference: Vec<u8>) {
            let _ = applied(&base, &difference);
        }
    }
}
