//! UTF-16 files, turned readable first.
//!
//! In: a whole blob. Out: the same as UTF-8 with the place of every byte, or nothing where it is no UTF-16.

/// How many bytes decide where no byte order mark stands.
const HEAD: usize = 512;

/// A text, and where each of its bytes came from.
pub struct Readable {
    pub text: Vec<u8>,
    /// The offset in the blob of each byte, and of the end.
    pub places: Vec<usize>,
}

/// Reads a blob as UTF-16, by its mark or by its zero bytes.
pub fn readable(blob: &[u8]) -> Option<Readable> {
    let little = match blob {
        [0xff, 0xfe, ..] => true,
        [0xfe, 0xff, ..] => false,
        _ => by_zeros(blob)?,
    };
    let unit = |pair: &[u8]| {
        let two = [pair[0], pair[1]];
        if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        }
    };
    let mut text = Vec::with_capacity(blob.len() / 2);
    let mut places = Vec::with_capacity(blob.len() / 2 + 1);
    let mut at = 0;
    for letter in char::decode_utf16(blob.chunks_exact(2).map(unit)) {
        let letter = letter.unwrap_or('\u{fffd}');
        let mut buffer = [0; 4];
        for byte in letter.encode_utf8(&mut buffer).bytes() {
            text.push(byte);
            places.push(at.min(blob.len()));
        }
        at += letter.len_utf16() * 2;
    }
    places.push(blob.len());
    Some(Readable { text, places })
}

/// Whether every other byte is zero, and which.
fn by_zeros(blob: &[u8]) -> Option<bool> {
    let head = &blob[..blob.len().min(HEAD) & !1];
    if head.len() < 16 {
        return None;
    }
    let zeros = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let most = head.len() / 2 * 9 / 10;
    match (zeros(0), zeros(1)) {
        (0, high) if high >= most => Some(true),
        (low, 0) if low >= most => Some(false),
        _ => None,
    }
}
