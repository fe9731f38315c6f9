//! DER, as far as the front of a certificate needs it: tag, length, content.
//!
//! In: bytes. Out: slices of them. It allocates nothing and goes no deeper than its caller does.

/// The tag of a sequence.
pub const SEQUENCE: u8 = 0x30;

/// The tag of a set.
pub const SET: u8 = 0x31;

/// Takes one element off the front: its tag and its content.
pub fn next<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (tag, after) = rest.split_first()?;
    let (first, mut after) = after.split_first()?;
    let length = if *first < 0x80 {
        usize::from(*first)
    } else {
        let count = usize::from(first & 0x7f);
        if !(1..=4).contains(&count) {
            return None;
        }
        let (digits, behind) = after.split_at_checked(count)?;
        after = behind;
        digits
            .iter()
            .fold(0, |all, byte| all << 8 | usize::from(*byte))
    };
    let (content, behind) = after.split_at_checked(length)?;
    *rest = behind;
    Some((*tag, content))
}

/// Takes one element off the front, where it has this tag.
pub fn expect<'a>(rest: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (found, content) = next(rest)?;
    (found == tag).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_lengths_are_read() {
        let mut rest = &[0x30, 2, 1, 2, 0x04, 0x81, 1, 9][..];
        assert_eq!(expect(&mut rest, SEQUENCE), Some(&[1, 2][..]));
        assert_eq!(next(&mut rest), Some((4, &[9][..])));
        assert_eq!(next(&mut rest), None);
    }

    #[test]
    fn lengths_beyond_the_end_give_nothing() {
        for bytes in [
            &[0x30][..],
            &[0x30, 5, 1],
            &[0x30, 0x80],
            &[0x30, 0x84, 255, 255, 255, 255],
            &[0x30, 0x85, 0, 0, 0, 0, 1],
        ] {
            assert_eq!(next(&mut &bytes[..]), None);
        }
    }
}
