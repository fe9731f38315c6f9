//! Which sorts of marks stand in a value, all of them in one walk over its bytes; and sets of bytes, asked by byte.
//!
//! In: a value, or bytes. Out: one bit for each sort, or a set. What a mark means is for the caller to say.

/// No letter, digit or visible mark.
pub const NO_GRAPHIC: u8 = 1;
/// A mark that only templates and expressions have.
pub const TEMPLATE: u8 = 1 << 1;
pub const POINT: u8 = 1 << 2;
pub const COLON: u8 = 1 << 3;
/// `$` or `%`.
pub const SIGN: u8 = 1 << 4;
/// An opening bracket, `*` or `&`.
pub const CALL: u8 = 1 << 5;
pub const SLASH: u8 = 1 << 6;

/// The set of some bytes, to be asked by byte.
pub const fn set_of(bytes: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        set[bytes[at] as usize] = true;
        at += 1;
    }
    set
}

static MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        marks[byte] = match byte as u8 {
            b'{' | b'}' | b'<' | b'>' | b'`' | b'\\' | b'|' => TEMPLATE,
            b'.' => POINT,
            b':' => COLON,
            b'$' | b'%' => SIGN,
            b'(' | b'[' | b'*' | b'&' => CALL,
            b'/' => SLASH,
            b'!'..=b'~' => 0,
            _ => NO_GRAPHIC,
        };
        byte += 1;
    }
    marks
};

/// The marks of a value.
pub fn of(value: &[u8]) -> u8 {
    value
        .iter()
        .fold(0, |marks, byte| marks | MARKS[usize::from(*byte)])
}
