//! Schemes of headers: the word between a header's name and its credential.
//!
//! In: text and the offset of a value. Out: the scheme right before it.

/// Schemes that may stand before a credential in a header.
pub const SCHEMES: [&[u8]; 11] = [
    b"Bearer",
    b"Basic",
    b"token",
    b"Bot",
    b"ApiKey",
    b"Api-Key",
    b"SSWS",
    b"Key",
    b"sso-key",
    b"GenieKey",
    b"Apikey",
];

/// The scheme that ends right before `at`, lower-cased, and where it starts.
pub fn scheme_before(text: &[u8], at: usize) -> Option<(String, usize)> {
    let mut end = at;
    while end > 0 && text[end - 1] == b' ' && at - end < 3 {
        end -= 1;
    }
    if end == at {
        return None;
    }
    SCHEMES.iter().find_map(|scheme| {
        let start = end.checked_sub(scheme.len())?;
        let free = start == 0
            || !(text[start - 1].is_ascii_alphanumeric() || matches!(text[start - 1], b'-' | b'_'));
        (free && text[start..end].eq_ignore_ascii_case(scheme))
            .then(|| (String::from_utf8_lossy(scheme).to_ascii_lowercase(), start))
    })
}
