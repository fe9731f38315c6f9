//! Names of variables and keys in one form: `UPPER_SNAKE`.
//!
//! In: a name as written (`stagingApiKey`, `x-api-key`, `spring.datasource.password`). Out: `STAGING_API_KEY` and so on.

/// The longest name that is looked at, in bytes.
pub const LONGEST_NAME: usize = 120;

/// Words behind a name that say it is not the value itself.
const NOT_THE_VALUE: [&str; 38] = [
    "ID",
    "IDS",
    "NAME",
    "NAMES",
    "URL",
    "URI",
    "HOST",
    "PATH",
    "FILE",
    "FILENAME",
    "DIR",
    "TYPE",
    "EXPIRY",
    "EXPIRES",
    "EXPIRATION",
    "TTL",
    "LENGTH",
    "LEN",
    "SIZE",
    "COUNT",
    "LIMIT",
    "PREFIX",
    "REGEX",
    "PATTERN",
    "FORMAT",
    "ENDPOINT",
    "VERSION",
    "ALGORITHM",
    "ALG",
    "ARN",
    "REF",
    "HINT",
    "LABEL",
    "PLACEHOLDER",
    "FIELD",
    "HEADER",
    "PARAM",
    "ENV",
];

/// Turns a name into `UPPER_SNAKE`.
pub fn normalise(name: &[u8]) -> String {
    let name = &name[..name.len().min(LONGEST_NAME)];
    let mut out = String::with_capacity(name.len() + 8);
    for (at, &byte) in name.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        if byte.is_ascii_uppercase() && at > 0 {
            let before = name[at - 1];
            let after = name.get(at + 1).copied().unwrap_or(0);
            let camel = before.is_ascii_lowercase() || before.is_ascii_digit();
            let acronym_ends = before.is_ascii_uppercase() && after.is_ascii_lowercase();
            if (camel || acronym_ends) && !out.ends_with('_') {
                out.push('_');
            }
        }
        out.push(byte.to_ascii_uppercase() as char);
    }
    while out.ends_with('_') {
        out.pop();
    }
    out
}

/// Whether the last word of a normalised name says that something about the value stands here, not the value.
pub fn is_about(normalised: &str) -> bool {
    let last = normalised.rsplit('_').next().unwrap_or("");
    NOT_THE_VALUE.contains(&last)
}

/// Whether the normalised name is `wanted`, or holds it at an end as whole words.
pub fn holds(normalised: &str, wanted: &str) -> bool {
    match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
        (Some(inner), Some(_)) => {
            let inner = inner.strip_suffix('*').unwrap_or(inner);
            normalised.contains(inner)
        }
        (Some(end), None) => normalised.ends_with(end),
        (None, Some(start)) => normalised.starts_with(start),
        (None, None) => fit(normalised, wanted).is_some(),
    }
}

/// How well the name fits: 2 for equal, 1 where `wanted` stands at an end of it.
pub fn fit(normalised: &str, wanted: &str) -> Option<u8> {
    if normalised == wanted {
        return Some(2);
    }
    if let Some(before) = normalised.strip_suffix(wanted)
        && before.ends_with('_')
    {
        return Some(1);
    }
    if let Some(after) = normalised.strip_prefix(wanted)
        && after.starts_with('_')
        && !is_about(normalised)
    {
        return Some(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_becomes_the_same_name() {
        for spelling in [
            "stagingApiKey",
            "staging-api-key",
            "staging.api.key",
            "STAGING_API_KEY",
            "StagingAPIKey",
        ] {
            assert_eq!(normalise(spelling.as_bytes()), "STAGING_API_KEY");
        }
    }

    #[test]
    fn a_name_fits_at_its_ends_only() {
        assert_eq!(fit("STAGING_RAILWAY_TOKEN", "RAILWAY_TOKEN"), Some(1));
        assert_eq!(fit("RAILWAY_TOKEN", "RAILWAY_TOKEN"), Some(2));
        assert_eq!(fit("RAILWAY_TOKEN_ID", "RAILWAY_TOKEN"), None);
        assert_eq!(fit("MYRAILWAY_TOKEN", "RAILWAY_TOKEN"), None);
        assert!(holds("VITE_FOO_KEY", "*_KEY"));
    }
}
