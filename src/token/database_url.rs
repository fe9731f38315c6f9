//! Database and broker URLs, and any URL with a user and a password in it.
//!
//! In: a whole URL, with whatever people put in passwords. Out: where user and password stand, the host, and what
//! login and host say. The password is only ever a range of bytes.

use std::ops::Range;

use super::database_login::{host, is_local, login, superuser};
use super::query;
use crate::model::Claims;

const LONGEST: usize = 8 * 1024;

/// How many `@` of one URL are tried as the end of its password.
const MOST_AT_SIGNS: usize = 16;

/// A URL taken apart; ranges count bytes of the text that was handed in.
pub struct DatabaseUrl<'a> {
    pub scheme: &'a [u8],
    pub user: Range<usize>,
    pub password: Range<usize>,
    /// The first host, without brackets.
    pub host: &'a [u8],
    pub port: Option<u16>,
    pub database: Option<&'a [u8]>,
    hosts: &'a [u8],
}

impl DatabaseUrl<'_> {
    /// The variant that recognisers name: `postgres`, `mysql` and so on; `userinfo` where it is no database.
    pub fn variant(&self) -> &'static str {
        let scheme = String::from_utf8_lossy(self.scheme).to_ascii_lowercase();
        let scheme = scheme.strip_prefix("jdbc:").unwrap_or(&scheme);
        match scheme.split(['+', ':']).next().unwrap_or_default() {
            "postgres" | "postgresql" | "cockroachdb" | "pgx" | "postgis" => "postgres",
            "mysql" | "mysql2" | "mariadb" => "mysql",
            "mongodb" => "mongodb",
            "redis" | "rediss" | "valkey" => "redis",
            "amqp" | "amqps" => "amqp",
            "sqlserver" | "mssql" => "sqlserver",
            "clickhouse" | "clickhouses" => "clickhouse",
            "snowflake" | "nats" | "neo4j" | "neo4js" | "bolt" | "cassandra" | "couchdb"
            | "oracle" | "db2" | "influxdb" | "kafka" | "memcached" | "libsql" | "surrealdb"
            | "elasticsearch" | "tls" | "redshift" | "databricks" | "trino" | "presto"
            | "vertica" | "ldap" | "ldaps" => "other-database",
            _ => "userinfo",
        }
    }

    /// Whether every host it names is local.
    pub fn is_local(&self) -> bool {
        self.hosts
            .split(|b| *b == b',')
            .all(|one| is_local(host_and_port(one).0))
    }
}

/// Takes a URL apart; `None` unless it has a scheme, a password and a host.
pub fn parse(url: &[u8]) -> Option<DatabaseUrl<'_>> {
    if url.len() > LONGEST {
        return None;
    }
    let colon = memchr::memmem::find(url, b"://")?;
    let scheme = &url[..colon];
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"+.-:".contains(b);
    if scheme.is_empty() || !scheme.iter().all(plain) || !scheme[0].is_ascii_alphabetic() {
        return None;
    }
    let start = colon + 3;
    let Some(at) = at_sign(url, start) else {
        return in_query(url, scheme, start);
    };
    let split = start + url[start..at].iter().position(|b| *b == b':')?;
    let (host_start, host_end) = (at + 1, host_end(url, at + 1));
    take(
        url,
        scheme,
        start..split,
        split + 1..at,
        host_start..host_end,
    )
}

fn take<'a>(
    url: &'a [u8],
    scheme: &'a [u8],
    user: Range<usize>,
    password: Range<usize>,
    authority: Range<usize>,
) -> Option<DatabaseUrl<'a>> {
    let hosts = &url[authority.clone()];
    let (host, port) = host_and_port(hosts.split(|b| *b == b',').next()?);
    if password.is_empty() || host.is_empty() {
        return None;
    }
    let database = url[authority.end..]
        .strip_prefix(b"/")
        .and_then(|path| path.split(|b| b"/?#;".contains(b)).next())
        .filter(|name| !name.is_empty());
    Some(DatabaseUrl {
        scheme,
        user,
        password,
        host,
        port,
        database,
        hosts,
    })
}

/// The `@` between password and host. Passwords hold `@`, `/`, `?` and `#` unescaped more often than one thinks.
fn at_sign(url: &[u8], start: usize) -> Option<usize> {
    let end = host_end(url, start);
    if let Some(at) = url[start..end].iter().rposition(|b| *b == b'@') {
        return Some(start + at);
    }
    // No `@` before the first `/`, `?` or `#`: either there is no password, or it holds one of these.
    let authority = &url[start..end];
    let colon = authority.iter().position(|b| *b == b':')?;
    if authority[colon + 1..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let looks_like_host = |b: &u8| b.is_ascii_alphanumeric() || b".-_:,[]".contains(b);
    memchr::memchr_iter(b'@', &url[end..])
        .map(|at| end + at)
        .take(MOST_AT_SIGNS)
        .find(|at| {
            let host = &url[at + 1..host_end(url, at + 1)];
            !host.is_empty() && host.iter().all(looks_like_host)
        })
}

fn host_end(url: &[u8], from: usize) -> usize {
    let end = url[from..].iter().position(|b| b"/?#".contains(b));
    end.map_or(url.len(), |end| from + end)
}

/// JDBC names user and password as parameters, behind `?` and `&` or, for SQL Server, behind `;`.
fn in_query<'a>(url: &'a [u8], scheme: &'a [u8], start: usize) -> Option<DatabaseUrl<'a>> {
    let end = start
        + url[start..]
            .iter()
            .position(|b| b"/?#;".contains(b))
            .unwrap_or(url.len() - start);
    let mut user = start..start;
    let mut password = None;
    let mut at = end;
    for part in url[end..].split(|b| b"?&;".contains(b)) {
        if let Some(equals) = part.iter().position(|b| *b == b'=') {
            let value = at + equals + 1..at + part.len();
            match part[..equals].to_ascii_lowercase().as_slice() {
                b"user" | b"username" | b"uid" => user = value,
                b"password" | b"pwd" if password.is_none() => password = Some(value),
                _ => {}
            }
        }
        at += part.len() + 1;
    }
    take(url, scheme, user, password?, start..end)
}

fn host_and_port(text: &[u8]) -> (&[u8], Option<u16>) {
    if let Some(inner) = text.strip_prefix(b"[")
        && let Some(close) = inner.iter().position(|b| *b == b']')
    {
        return (
            &inner[..close],
            number(inner[close + 1..].strip_prefix(b":")),
        );
    }
    match text.iter().rposition(|b| *b == b':') {
        Some(colon) => (&text[..colon], number(Some(&text[colon + 1..]))),
        None => (text, None),
    }
}

fn number(digits: Option<&[u8]>) -> Option<u16> {
    std::str::from_utf8(digits?).ok()?.parse().ok()
}

/// Reads what login and host say.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let url = parse(value)?;
    let mut claims = Claims::default();
    let user = query::unescape(&value[url.user.clone()]);
    match url.variant() {
        "redis" if user.is_empty() || user == b"default" => {
            superuser(
                "its login is the default one, which may give every command",
                &mut claims,
            );
        }
        "userinfo" => {}
        _ => login(&user, &mut claims),
    }
    host(url.host, &mut claims);
    claims.sample = url.is_local();
    Some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Verb, Verbs};
    use proptest::prelude::*;

    /// Puts a password where `{}` stands: behind a parameter's name, or before the host.
    fn url(template: &str) -> String {
        let template = template.replace("{}=pw", &format!("{}=pw", "password"));
        template.replace("{}", &format!(":pw{}", "@"))
    }

    fn taken(url: &str) -> (String, String, String, Option<u16>, Option<String>) {
        let read = parse(url.as_bytes()).unwrap();
        (
            url[read.user].to_owned(),
            url[read.password].to_owned(),
            String::from_utf8(read.host.to_vec()).unwrap(),
            read.port,
            read.database
                .map(|name| String::from_utf8(name.to_vec()).unwrap()),
        )
    }

    #[test]
    fn odd_passwords_come_out_whole() {
        for password in ["pw", "p@w", "p:w", "p/w", "p?w", "p#w@x", "p%40w", "a/b@c"] {
            let url = format!("postgres://app:{password}@db.example.net:5432/shop?x=1");
            let (user, found, host, port, database) = taken(&url);
            assert_eq!((user.as_str(), port), ("app", Some(5432)), "{password}");
            assert_eq!(
                (found.as_str(), host.as_str()),
                (password, "db.example.net")
            );
            assert_eq!(database.as_deref(), Some("shop"));
        }
    }

    #[test]
    fn the_other_forms_are_read() {
        assert_eq!(taken(&url("redis://{}cache.example.net")).0, "");
        assert_eq!(
            taken(&url("mongodb+srv://u{}a.example.net,b.example.net/x")).2,
            "a.example.net"
        );
        assert_eq!(
            taken(&url("postgres://u{}[2001:db8::1]:5432/x")).2,
            "2001:db8::1"
        );
        let jdbc = taken(&url(
            "jdbc:postgresql://pg.example.net:5432/shop?user=u&{}=pw&x=1",
        ));
        assert_eq!((jdbc.0.as_str(), jdbc.1.as_str()), ("u", "pw"));
        let sql = taken(&url(
            "jdbc:sqlserver://ms.example.net:1433;databaseName=x;user=sa;{}=pw;",
        ));
        assert_eq!(
            (sql.0.as_str(), sql.1.as_str(), sql.3),
            ("sa", "pw", Some(1433))
        );
    }

    #[test]
    fn a_url_without_a_password_is_none() {
        for template in [
            "postgres://db.example.net/x",
            "postgres://u@db.example.net/x",
            "postgres://u:@db.example.net/x",
            "http://example.net:80/a@b",
            "http://example.net/a:b",
            "://u{}h",
            "u{}h",
        ] {
            assert!(parse(url(template).as_bytes()).is_none(), "{template}");
        }
    }

    #[test]
    fn logins_and_hosts_speak() {
        let read = |template: &str| claims(url(template).as_bytes()).unwrap();
        assert!(
            read("postgres://postgres.abc{}x.example.net/d")
                .verbs
                .unwrap()
                .has(Verb::Admin)
        );
        assert!(
            read("redis://default{}x.example.net")
                .verbs
                .unwrap()
                .has(Verb::Admin)
        );
        assert_eq!(
            read("mysql://app_ro{}x.example.net/d").verbs,
            Some(Verbs::of(&[Verb::Read]))
        );
        assert_eq!(read("mysql://app{}x.example.net/d").verbs, None);
        assert_eq!(read("https://admin{}x.example.net/d").verbs, None);
        assert!(read("mysql://app{}prod-1.example.net/d").evidence[0].contains("production"));
    }

    #[test]
    fn local_hosts_are_samples() {
        for host in [
            "localhost",
            "127.0.0.1",
            "[::1]",
            "db:5432",
            "mac.local",
            "HOST.docker.internal",
        ] {
            let url = url(&format!("postgres://postgres{{}}{host}/x"));
            assert!(claims(url.as_bytes()).unwrap().sample, "{host}");
        }
        for host in [
            "db.example.net",
            "127.example.net",
            "localhost,db.example.net",
        ] {
            let url = url(&format!("postgres://postgres{{}}{host}/x"));
            assert!(!claims(url.as_bytes()).unwrap().sample, "{host}");
        }
    }

    proptest! {
        #[test]
        fn the_password_is_never_said(password in "[A-Za-z0-9@:/?#%]{16,40}") {
            let url = format!("postgres://postgres:{password}Zq@prod.example.net/x");
            if let Some(read) = claims(url.as_bytes()) {
                prop_assert!(!read.evidence.concat().contains(&password[..16]));
            }
        }
    }
}
