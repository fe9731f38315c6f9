//! Percent-decoding and `name=value&name=value`, as signatures and database URLs use them.
//!
//! In: text with escapes. Out: decoded bytes, or pairs; a bad escape stays as it stands.

/// The most pairs that one query is cut into.
const MOST_PAIRS: usize = 64;

/// Undoes percent-encoding.
pub fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escaped = (text[at] == b'%')
            .then(|| {
                text.get(at + 1)
                    .copied()
                    .and_then(digit)
                    .zip(text.get(at + 2).copied().and_then(digit))
            })
            .flatten();
        if let Some((high, low)) = escaped {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Cuts a query into decoded pairs; `&amp;` of HTML cuts too, and names are lower-cased.
pub fn pairs(query: &[u8]) -> Vec<(String, String)> {
    query
        .split(|b| *b == b'&')
        .take(MOST_PAIRS)
        .filter_map(|pair| {
            let pair = pair.strip_prefix(b"amp;").unwrap_or(pair);
            let equals = pair.iter().position(|b| *b == b'=')?;
            let name = String::from_utf8(pair[..equals].to_ascii_lowercase()).ok()?;
            let value = String::from_utf8_lossy(&unescape(&pair[equals + 1..])).into_owned();
            Some((name, value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_bad_ones_stay() {
        assert_eq!(unescape(b"a%2Fb%2"), b"a/b%2");
        assert_eq!(unescape(b"%zz%"), b"%zz%");
    }

    #[test]
    fn pairs_are_cut_at_both_ampersands() {
        let read = pairs(b"A=1&amp;b=x%3D&c");
        assert_eq!(
            read,
            [
                ("a".to_owned(), "1".to_owned()),
                ("b".to_owned(), "x=".to_owned())
            ]
        );
    }
}
