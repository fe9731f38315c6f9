//! What the names of database logins and hosts show.
//!
//! In: a login or a host as it stands in a URL or a connection string. Out: level, verbs and evidence added to claims,
//! and whether a host is local. Names are hints: a login named `reader` is believed to read, not proven.

use super::quote::{quoted, quoted_bytes};
use crate::model::{Claims, Level, Verb, Verbs};

/// Logins that own the whole server.
const SUPERUSERS: [&str; 17] = [
    "postgres",
    "supabase_admin",
    "neondb_owner",
    "doadmin",
    "avnadmin",
    "root",
    "admin",
    "administrator",
    "sa",
    "master",
    "sys",
    "system",
    "rdsadmin",
    "rds_superuser",
    "cloudsqlsuperuser",
    "superuser",
    "dbadmin",
];

/// Parts of a login's name that say it only reads.
const READERS: [&str; 7] = [
    "ro",
    "read",
    "reader",
    "readonly",
    "viewer",
    "readers",
    "reporting",
];

/// Hosts that only this machine, or containers on it, can reach.
const LOCAL: [&str; 12] = [
    "localhost",
    "db",
    "database",
    "postgres",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "mongodb",
    "rabbitmq",
    "host.docker.internal",
    "0.0.0.0",
];

/// Parts of a host's name that say production.
const PRODUCTION: [&str; 5] = ["prod", "production", "live", "prd", "primary"];

/// Notes that a login owns the server.
pub fn superuser(evidence: &str, claims: &mut Claims) {
    claims.level = Some(Level::Resource);
    claims.verbs = Some(Verbs::of(&[
        Verb::Read,
        Verb::Write,
        Verb::Delete,
        Verb::Admin,
    ]));
    claims.reaches = Some("the whole database server".to_owned());
    claims.evidence.push(evidence.to_owned());
}

/// Says what a database login's name shows.
pub fn login(user: &[u8], claims: &mut Claims) {
    let lower = String::from_utf8_lossy(user).to_ascii_lowercase();
    // Poolers write `postgres.<project>`, and older Azure servers `login@server`.
    let name = lower.split(['.', '@']).next().unwrap_or_default();
    if SUPERUSERS.contains(&name) {
        let evidence = format!("its login {} usually owns the whole server", quoted(name));
        superuser(&evidence, claims);
    } else if is_reader(&lower) {
        claims.verbs = Some(Verbs::of(&[Verb::Read]));
        claims.reaches = Some("the tables its role may see".to_owned());
        claims
            .evidence
            .push("its login's name says that it only reads".to_owned());
    }
}

fn is_reader(name: &str) -> bool {
    name.contains("readonly")
        || name.contains("read_only")
        || name.contains("read-only")
        || name
            .split(['_', '-', '.'])
            .any(|part| READERS.contains(&part))
}

/// Says what a host's name shows.
pub fn host(host: &[u8], claims: &mut Claims) {
    if is_local(host) {
        claims.sample = true;
        claims.evidence.push(format!(
            "its host {} is reached from this machine only",
            quoted_bytes(host)
        ));
        return;
    }
    let lower = String::from_utf8_lossy(host).to_ascii_lowercase();
    if lower
        .split(['.', '-', '_'])
        .any(|part| PRODUCTION.contains(&part.trim_end_matches(|c: char| c.is_ascii_digit())))
    {
        claims.evidence.push(format!(
            "its host {} looks like production",
            quoted_bytes(host)
        ));
    }
}

/// Whether only this machine, or containers on it, can reach `host`.
pub fn is_local(host: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(host).to_ascii_lowercase();
    let lower = lower.trim_end_matches('.');
    LOCAL.contains(&lower)
        || lower == "::1"
        || lower.ends_with(".local")
        || lower.ends_with(".localhost")
        // A name that always means this machine.
        || lower == "localtest.me"
        || lower.ends_with(".localtest.me")
        || lower
            .strip_prefix("127.")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_makes_a_reader_and_a_whole_name_an_owner() {
        let verbs = |user: &[u8]| {
            let mut claims = Claims::default();
            login(user, &mut claims);
            claims.verbs
        };
        assert!(verbs(b"sa@server").is_some_and(|verbs| verbs.has(Verb::Admin)));
        assert!(verbs(b"ROOT").is_some_and(|verbs| verbs.has(Verb::Admin)));
        for reader in [&b"shop-ro"[..], b"readonly_user", b"app_reader"] {
            assert_eq!(verbs(reader), Some(Verbs::of(&[Verb::Read])));
        }
        for other in [&b"app"[..], b"hero", b"rooted", b"", b"\xff"] {
            assert_eq!(verbs(other), None);
        }
    }
}
