//! JSON objects inside credentials, bounded, and the few ways in which claims are read from them.
//!
//! In: bytes or a value. Out: an object, a text, a time. `serde_json` bounds the depth; the size is bounded here.

use serde_json::{Map, Value};

/// The most bytes of JSON that a credential may carry.
pub const LONGEST: usize = 32 * 1024;

/// Reads one JSON object; nothing else may stand around it but white space.
pub fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    if bytes.len() > LONGEST {
        return None;
    }
    match serde_json::from_slice(bytes).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// The text under `key`; empty where there is none.
pub fn text<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number under `key`, also where it is written as a fraction or as a text.
pub fn number(object: &Map<String, Value>, key: &str) -> Option<i64> {
    let value = object.get(key)?;
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|n| n as i64))
        .or_else(|| value.as_str()?.parse().ok())
}

/// The texts under `key`, whether it holds one or an array of them.
pub fn texts<'a>(object: &'a Map<String, Value>, key: &str) -> Vec<&'a str> {
    match object.get(key) {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_read() {
        assert!(object(b" {\"a\":1} ").is_some());
        for other in [&b"[1]"[..], b"{", b"\"a\"", b"{} x", b"\xff"] {
            assert!(object(other).is_none());
        }
    }

    #[test]
    fn a_deep_or_long_object_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert!(object(deep.as_bytes()).is_none());
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST));
        assert!(object(long.as_bytes()).is_none());
    }

    #[test]
    fn numbers_come_in_three_spellings() {
        let read = object(b"{\"a\":5,\"b\":5.9,\"c\":\"5\",\"d\":[]}").unwrap();
        assert_eq!(
            ["a", "b", "c", "d"].map(|key| number(&read, key)),
            [Some(5), Some(5), Some(5), None]
        );
    }
}
