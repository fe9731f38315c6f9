//! Whether the first bytes of a run decode to text, as base64 or as hexadecimal.
//!
//! In: a run of credential bytes. Out: yes or no. Only sixteen bytes are looked at; the caller decodes the rest.

/// Whether the first bytes of a run decode to text, as base64 or as hexadecimal.
pub fn decodes(run: &[u8]) -> bool {
    let Some(head) = run.strip_prefix(b"0x").unwrap_or(run).get(..16) else {
        return false;
    };
    base64_text(head) || hex_text(head)
}

fn base64_text(head: &[u8]) -> bool {
    head.chunks_exact(4).all(|four| {
        let value = |at: usize| u32::from(BASE64[usize::from(four[at])]);
        let bits = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
        let known = (value(0) | value(1) | value(2) | value(3)) < 64;
        let mut bytes = [bits >> 16, bits >> 8, bits].into_iter();
        known && bytes.all(|byte| is_text(byte as u8))
    })
}

/// The value of each byte in base64, in both alphabets; 64 where it has none.
static BASE64: [u8; 256] = {
    let mut values = [64; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < letters.len() {
        values[letters[value] as usize] = value as u8;
        value += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

fn hex_text(head: &[u8]) -> bool {
    head.chunks_exact(2).all(|two| {
        let digit = |byte: u8| (byte as char).to_digit(16);
        match (digit(two[0]), digit(two[1])) {
            (Some(high), Some(low)) => is_text((high * 16 + low) as u8),
            _ => false,
        }
    })
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}
