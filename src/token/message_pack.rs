//! MessagePack, as far as macaroons use it: whole numbers, texts, bytes, arrays and maps.
//!
//! In: bytes. Out: one value and nothing behind it. Depth, number of values and sizes are bounded.

const DEEPEST: usize = 16;
const MOST_VALUES: usize = 4096;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Nil,
    Boolean(bool),
    Unsigned(u64),
    Signed(i64),
    /// A text or bytes; issuers use both for ids.
    Bytes(Vec<u8>),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
    /// A fraction or an extension, skipped.
    Other,
}

impl Value {
    /// The elements of an array; empty for anything else.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The whole number, where it is one that is not negative.
    pub fn number(&self) -> Option<u64> {
        match self {
            Value::Unsigned(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes of a text or of bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Reads exactly one value.
pub fn read(bytes: &[u8]) -> Option<Value> {
    let mut reader = Reader {
        rest: bytes,
        left: MOST_VALUES,
    };
    let value = reader.value(0)?;
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// A big-endian number of `size` bytes.
    fn number(&mut self, size: usize) -> Option<u64> {
        let bytes = self.take(size)?;
        Some(
            bytes
                .iter()
                .fold(0, |all, byte| all << 8 | u64::from(*byte)),
        )
    }

    fn length(&mut self, size: usize) -> Option<usize> {
        usize::try_from(self.number(size)?).ok()
    }

    fn signed(&mut self, size: usize) -> Option<Value> {
        let bits = 64 - 8 * size as u32;
        let number = (self.number(size)? << bits) as i64 >> bits;
        Some(u64::try_from(number).map_or(Value::Signed(number), Value::Unsigned))
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        if depth > DEEPEST {
            return None;
        }
        let first = *self.take(1)?.first()?;
        match first {
            0x00..=0x7f => Some(Value::Unsigned(first.into())),
            0x80..=0x8f => self.map(usize::from(first & 15), depth),
            0x90..=0x9f => self.array(usize::from(first & 15), depth),
            0xa0..=0xbf => self.bytes(usize::from(first & 31)),
            0xc0 => Some(Value::Nil),
            0xc2 | 0xc3 => Some(Value::Boolean(first == 0xc3)),
            0xc4..=0xc6 => {
                let length = self.length(1 << (first - 0xc4))?;
                self.bytes(length)
            }
            0xc7..=0xc9 => {
                let length = self.length(1 << (first - 0xc7))?;
                self.skip(length.checked_add(1)?)
            }
            0xca => self.skip(4),
            0xcb => self.skip(8),
            0xcc..=0xcf => Some(Value::Unsigned(self.number(1 << (first - 0xcc))?)),
            0xd0..=0xd3 => self.signed(1 << (first - 0xd0)),
            0xd4..=0xd8 => self.skip((1 << (first - 0xd4)) + 1),
            0xd9..=0xdb => {
                let length = self.length(1 << (first - 0xd9))?;
                self.bytes(length)
            }
            0xdc | 0xdd => {
                let length = self.length(2 << (first - 0xdc))?;
                self.array(length, depth)
            }
            0xde | 0xdf => {
                let length = self.length(2 << (first - 0xde))?;
                self.map(length, depth)
            }
            0xe0..=0xff => Some(Value::Signed(i64::from(first as i8))),
            0xc1 => None,
        }
    }

    fn skip(&mut self, count: usize) -> Option<Value> {
        self.take(count).map(|_| Value::Other)
    }

    fn bytes(&mut self, length: usize) -> Option<Value> {
        Some(Value::Bytes(self.take(length)?.to_vec()))
    }

    /// The length comes from the author, so nothing is set aside for it in advance.
    fn array(&mut self, length: usize, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(self.value(depth + 1)?);
        }
        Some(Value::Array(items))
    }

    fn map(&mut self, length: usize, depth: usize) -> Option<Value> {
        let mut members = Vec::new();
        for _ in 0..length {
            members.push((self.value(depth + 1)?, self.value(depth + 1)?));
        }
        Some(Value::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_of_number_is_read() {
        for (bytes, number) in [
            (&[5u8][..], 5),
            (&[0xcc, 200], 200),
            (&[0xcd, 1, 0], 256),
            (&[0xce, 0, 1, 0, 0], 65_536),
            (&[0xcf, 0, 0, 0, 0, 0, 0, 1, 1], 257),
            (&[0xd1, 1, 0], 256),
        ] {
            assert_eq!(read(bytes), Some(Value::Unsigned(number)));
        }
        assert_eq!(read(&[0xff]), Some(Value::Signed(-1)));
        assert_eq!(read(&[0xd0, 0x80]), Some(Value::Signed(-128)));
        assert_eq!(
            read(&[0xd3, 255, 255, 255, 255, 255, 255, 255, 254]),
            Some(Value::Signed(-2))
        );
    }

    #[test]
    fn a_huge_length_costs_nothing() {
        assert_eq!(read(&[0xdd, 255, 255, 255, 255, 1]), None);
        assert_eq!(read(&[0xc6, 255, 255, 255, 255, 1]), None);
    }

    #[test]
    fn depth_and_number_are_bounded() {
        assert_eq!(read(&[0x91; 40]), None);
        let mut wide = vec![0xdc, 0x20, 0];
        wide.extend([1; 0x2000]);
        assert_eq!(read(&wide), None);
    }

    #[test]
    fn nothing_may_stand_behind_the_value() {
        assert_eq!(read(&[1, 2]), None);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0xc1]), None);
    }
}
