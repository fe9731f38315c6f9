//! What the name of a value promises: a password, a token, perhaps a key, or nothing.
//!
//! In: a normalised name. Out: a promise. Only words are looked at; what the value itself is worth is `generic`'s say.

/// What a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// People choose it.
    Password,
    /// Machines make it.
    Token,
    /// A key of some sort: only a value that looks made by a machine is one.
    Key,
}

const PASSWORDS: [&str; 13] = [
    "PASSWORD",
    "PASSWD",
    "PWD",
    "PASS",
    "PASSPHRASE",
    "PASSWORT",
    "PW",
    "PASSCODE",
    "USERPASS",
    "DBPASS",
    "BINDPW",
    "REQUIREPASS",
    "PSWD",
];
const TOKENS: [&str; 17] = [
    "TOKEN",
    "SECRET",
    "APIKEY",
    "APITOKEN",
    "AUTHTOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "BEARER",
    "PAT",
    "AUTHORIZATION",
    "ACCESSTOKEN",
    "SECRETKEY",
    "AUTHKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
    "CREDS",
    "SECRETS",
];
/// Words before `KEY` that make it a credential.
const KEYS: [&str; 28] = [
    "API",
    "SECRET",
    "ACCESS",
    "PRIVATE",
    "AUTH",
    "ENCRYPTION",
    "ENCRYPT",
    "SIGNING",
    "MASTER",
    "CLIENT",
    "ADMIN",
    "SERVICE",
    "ACCOUNT",
    "JWT",
    "WEBHOOK",
    "STORAGE",
    "SUBSCRIPTION",
    "APP",
    "APPLICATION",
    "SHARED",
    "ROOT",
    "HMAC",
    "AES",
    "COOKIE",
    "LICENSE",
    "DEPLOY",
    "INTEGRATION",
    "CONSUMER",
];
/// Words before `KEY` that make it the key of a map, a table, a keyboard, or the public one of a pair.
const NO_KEYS: [&str; 63] = [
    "SORT",
    "PARTITION",
    "ROUTING",
    "OBJECT",
    "PRIMARY",
    "FOREIGN",
    "MAP",
    "LOOKUP",
    "GROUP",
    "UNIQUE",
    "DEDUP",
    "INDEX",
    "I18N",
    "TRANSLATION",
    "MESSAGE",
    "EVENT",
    "QUERY",
    "STATE",
    "S3",
    "BUCKET",
    "IMAGE",
    "ITEM",
    "ROW",
    "COLUMN",
    "FIELD",
    "ATTR",
    "PROP",
    "COMPONENT",
    "NODE",
    "PARENT",
    "CHILD",
    "TARGET",
    "SOURCE",
    "PRODUCT",
    "PROJECT",
    "ISSUE",
    "SNAPSHOT",
    "VERSION",
    "CONTENT",
    "BUILD",
    "HOST",
    "PEER",
    "GPG",
    "PGP",
    "APT",
    "VERIFY",
    "VERIFICATION",
    "TRUST",
    "SHORTCUT",
    "HOT",
    "ARROW",
    "DOC",
    "TEMPLATE",
    "FEATURE",
    "METRIC",
    "LABEL",
    "SEO",
    "DICT",
    "ENTRY",
    "FILE",
    "STORE",
    "WEBSOCKET",
    "DATA",
];
/// Words that say the value is no secret.
const HARMLESS: [&str; 24] = [
    "PUBLIC",
    "PUBLISHABLE",
    "HASH",
    "HASHED",
    "CHECKSUM",
    "CHECKSUMS",
    "DIGEST",
    "FINGERPRINT",
    "INTEGRITY",
    "SITE",
    "CACHE",
    "CSRF",
    "XSRF",
    "ID",
    "URL",
    "CONTINUATION",
    "PAGE",
    "NEXT",
    "CANCELLATION",
    "SYNC",
    "IDEMPOTENCY",
    "EOF",
    "SHA",
    "PUB",
];
/// Words behind a name that say which one, not what: `API_KEY_PROD`, `TOKEN_2`.
const WHICH: [&str; 38] = [
    "PROD",
    "PRODUCTION",
    "DEV",
    "DEVELOPMENT",
    "STAGING",
    "STAGE",
    "TEST",
    "LIVE",
    "SANDBOX",
    "LOCAL",
    "QA",
    "UAT",
    "VALUE",
    "STRING",
    "STR",
    "TEXT",
    "HEX",
    "BASE64",
    "B64",
    "BASE",
    "DEFAULT",
    "OLD",
    "NEW",
    "CURRENT",
    "PREVIOUS",
    "PRIMARY",
    "SECONDARY",
    "RAW",
    "PLAIN",
    "CLEARTEXT",
    "MAIN",
    "US",
    "EU",
    "DEMO",
    "BACKUP",
    "MASTER",
    "CI",
    "VAR",
];
/// Ends of words that were written together: `MYSQLPASSWORD`, `clientsecret`.
const GLUED_PASSWORDS: [&str; 4] = ["PASSWORD", "PASSWD", "PASSPHRASE", "USERPWD"];
const GLUED_TOKENS: [&str; 8] = [
    "TOKEN",
    "SECRET",
    "APIKEY",
    "SECRETKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
    "AUTHKEY",
    "MASTERKEY",
];

/// What a normalised name promises, where it promises anything.
pub fn promise(name: &str) -> Option<Promise> {
    if crate::rules::name::is_about(name) {
        return None;
    }
    let mut words: Vec<&str> = name.split('_').collect();
    if words.iter().any(|word| HARMLESS.contains(word)) {
        return None;
    }
    while words.len() > 1 && words.last().is_some_and(|word| says_which(word)) {
        words.pop();
    }
    let last = *words.last()?;
    let before = words.len().checked_sub(2).map(|at| words[at]);
    let glued = |ends: &[&str]| ends.iter().any(|end| last.ends_with(end));
    if PASSWORDS.contains(&last) || glued(&GLUED_PASSWORDS) {
        return Some(Promise::Password);
    }
    // Git's own name for the id of the key that signs commits; programs write theirs as two words.
    if name.ends_with("SIGNINGKEY") {
        return Some(Promise::Key);
    }
    let key = last == "KEY" && before.is_some_and(|word| KEYS.contains(&word));
    let secret_first = words[0] == "SECRET" && words.len() <= 3;
    if TOKENS.contains(&last) || key || secret_first || glued(&GLUED_TOKENS) {
        return Some(Promise::Token);
    }
    if last.ends_with("PUBKEY") || last.ends_with("PUBLICKEY") {
        return None;
    }
    let some_key = last.ends_with("KEY")
        && match before {
            Some(word) if last == "KEY" => !NO_KEYS.contains(&word),
            _ => last.len() > 5,
        };
    let other = matches!(last, "SALT" | "AUTH" | "PEPPER");
    (some_key || other).then_some(Promise::Key)
}

fn says_which(word: &str) -> bool {
    let digits = word.strip_prefix('V').unwrap_or(word);
    WHICH.contains(&word)
        || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_what_their_words_say() {
        for (name, expected) in [
            ("DB_PASSWORD", Some(Promise::Password)),
            ("MYSQLPASSWORD", Some(Promise::Password)),
            ("STRIPE_API_KEY_PROD", Some(Promise::Token)),
            ("ACCESS_TOKEN_2", Some(Promise::Token)),
            ("SECRET_KEY_BASE", Some(Promise::Token)),
            ("FINNHUB_KEY", Some(Promise::Key)),
            ("PUBLIC_KEY", None),
            ("PARTITION_KEY", None),
            ("KEY", None),
            ("USER_SIGNINGKEY", Some(Promise::Key)),
            ("JWT_SIGNING_KEY", Some(Promise::Token)),
            ("TOKEN_TTL", None),
        ] {
            assert_eq!(promise(name), expected, "{name}");
        }
    }
}
