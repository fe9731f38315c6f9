//! Azure connection strings: `Name=value;Name=value`, for storage, messaging, Cosmos, IoT, SQL and others.
//!
//! In: a whole connection string, or one of its keys alone. Out: which service it opens, where its secret stands, and
//! what its policy and its entity say of breadth.

use std::ops::Range;

use super::quote::quoted;
use super::{database_login, sas};
use crate::model::{Claims, Level, Verb, Verbs};

const LONGEST: usize = 8 * 1024;
const MOST_FIELDS: usize = 64;

/// The account of the local storage emulator; its key is published.
const EMULATOR_ACCOUNT: &str = "devstoreaccount1";

/// What stands near the end of keys that name their own service.
const MARKERS: [(&[u8], &str); 10] = [
    (b"+ASt", "a storage account"),
    (b"+ACR", "a container registry"),
    (b"+ASb", "a Service Bus namespace"),
    (b"+AEh", "an Event Hubs namespace"),
    (b"ACDb", "a Cosmos database account"),
    (b"AzFu", "a function"),
    (b"AzSe", "a search service"),
    (b"AzCa", "a cache"),
    (b"APIM", "API management"),
    (b"AZDO", "Azure DevOps"),
];

/// The service that a connection string opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Storage,
    ServiceBus,
    Cosmos,
    Iot,
    Sql,
    AppConfiguration,
    SignalR,
}

/// A connection string, taken apart.
pub struct Connection<'a> {
    pub service: Service,
    /// Where the key, the password or the signature stands in the text.
    pub secret: Range<usize>,
    fields: Vec<(String, &'a str)>,
}

impl Connection<'_> {
    /// The value of a field, by its name in lower case without spaces; empty where there is none.
    fn get(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value)
    }

    /// The variant that recognisers name: `storage-connection-string` and so on.
    pub fn variant(&self) -> &'static str {
        match self.service {
            Service::Storage => "storage-connection-string",
            Service::ServiceBus => "service-bus-connection-string",
            Service::Cosmos => "cosmos-connection-string",
            Service::Iot => "iot-connection-string",
            Service::Sql => "sql-connection-string",
            Service::AppConfiguration => "app-configuration-connection-string",
            Service::SignalR => "signalr-connection-string",
        }
    }
}

/// Takes a connection string apart; `None` where it opens no known service or holds no secret.
pub fn parse(value: &[u8]) -> Option<Connection<'_>> {
    if value.len() > LONGEST {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    let mut fields = Vec::new();
    let mut at = 0;
    let mut secret = None;
    for part in text.split(';').take(MOST_FIELDS) {
        if let Some((name, value)) = part.split_once('=') {
            let name: String = name
                .chars()
                .filter(|c| !c.is_whitespace())
                .flat_map(char::to_lowercase)
                .collect();
            let is_secret = matches!(
                name.as_str(),
                "accountkey"
                    | "sharedaccesskey"
                    | "sharedaccesssignature"
                    | "password"
                    | "pwd"
                    | "secret"
                    | "accesskey"
            );
            if is_secret && !value.is_empty() && secret.is_none() {
                let end = at + part.len();
                secret = Some(end - value.len()..end);
            }
            fields.push((name, value));
        }
        at += part.len() + 1;
    }
    let mut connection = Connection {
        service: Service::Storage,
        secret: secret?,
        fields,
    };
    connection.service = service(&connection)?;
    Some(connection)
}

fn service(connection: &Connection<'_>) -> Option<Service> {
    let endpoint = connection.get("endpoint");
    let has = |name| !connection.get(name).is_empty();
    if endpoint.starts_with("sb://") {
        Some(Service::ServiceBus)
    } else if endpoint.contains(".azconfig.") {
        Some(Service::AppConfiguration)
    } else if endpoint.contains(".signalr.") || endpoint.contains(".webpubsub.") {
        Some(Service::SignalR)
    } else if has("accountendpoint") {
        Some(Service::Cosmos)
    } else if has("accountname") || has("blobendpoint") {
        Some(Service::Storage)
    } else if connection.get("hostname").contains(".azure-devices") {
        Some(Service::Iot)
    } else if has("server") || has("datasource") || has("address") {
        Some(Service::Sql)
    } else {
        None
    }
}

/// Reads a connection string; of a key alone, which service it names.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let Some(connection) = parse(value) else {
        return key_claims(value);
    };
    let mut claims = Claims::default();
    match connection.service {
        Service::Storage => storage(&connection, &mut claims),
        Service::ServiceBus => messaging(&connection, &mut claims),
        Service::Cosmos => {
            whole(&mut claims, "every database of the account".to_owned());
            claims.sample = is_local_url(connection.get("accountendpoint"));
        }
        Service::Iot => messaging(&connection, &mut claims),
        Service::Sql => sql(&connection, &mut claims),
        Service::AppConfiguration => claims.level = Some(Level::Resource),
        Service::SignalR => {
            whole(&mut claims, "every hub of the service".to_owned());
            claims.sample = is_local_url(connection.get("endpoint"));
        }
    }
    Some(claims)
}

fn whole(claims: &mut Claims, reaches: String) {
    claims.level = Some(Level::Resource);
    claims.verbs = Some(Verbs::of(&[Verb::Read, Verb::Write, Verb::Delete]));
    claims.reaches = Some(reaches);
}

fn storage(connection: &Connection<'_>, claims: &mut Claims) {
    let signature = connection.get("sharedaccesssignature");
    if !signature.is_empty()
        && let Some(read) = sas::claims(signature.as_bytes())
    {
        *claims = read;
        return;
    }
    claims.sample = connection.get("accountname") == EMULATOR_ACCOUNT
        || is_local_url(connection.get("blobendpoint"));
    let account = match connection.get("accountname") {
        "" => "the whole storage account".to_owned(),
        name => format!("the whole storage account {}", quoted(name)),
    };
    whole(claims, account);
    claims
        .evidence
        .push("it holds the account's key, which cannot be narrowed".to_owned());
}

fn messaging(connection: &Connection<'_>, claims: &mut Claims) {
    let entity = connection.get("entitypath");
    let device = connection.get("deviceid");
    if !device.is_empty() {
        claims.level = Some(Level::Resource);
        claims.verbs = Some(Verbs::of(&[Verb::Write]));
        claims.evidence.push("it speaks for one device".to_owned());
        return;
    }
    sas::policy(connection.get("sharedaccesskeyname"), claims);
    if entity.is_empty() {
        claims.level = Some(Level::Project);
        claims.reaches = Some("the whole namespace".to_owned());
        claims
            .evidence
            .push("it names no entity, so it opens the whole namespace".to_owned());
    } else {
        claims.level = Some(Level::Resource);
        claims.reaches = Some(format!("entity {}", quoted(entity)));
    }
    claims.sample = is_local_url(connection.get("endpoint"));
}

fn sql(connection: &Connection<'_>, claims: &mut Claims) {
    let first = |names: [&str; 4]| {
        names
            .into_iter()
            .map(|name| connection.get(name))
            .find(|value| !value.is_empty())
            .unwrap_or_default()
    };
    let login = first(["userid", "uid", "user", "username"]);
    let server = first(["server", "datasource", "address", "addr"]);
    let server = server.strip_prefix("tcp:").unwrap_or(server);
    let host = server.split([',', '\\', ':']).next().unwrap_or_default();
    database_login::login(login.as_bytes(), claims);
    database_login::host(host.as_bytes(), claims);
    if host == "." || host.eq_ignore_ascii_case("(local)") || host.eq_ignore_ascii_case("(localdb)")
    {
        claims.sample = true;
    }
}

fn is_local_url(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split([':', '/']).next().unwrap_or_default();
    database_login::is_local(host.as_bytes())
}

/// Newer keys carry four letters of their service before the last characters.
fn key_claims(value: &[u8]) -> Option<Claims> {
    if !(32..=128).contains(&value.len()) {
        return None;
    }
    let (_, service) = MARKERS.iter().find(|(marker, _)| {
        value[value.len() - 16..]
            .windows(4)
            .any(|four| four == *marker)
    })?;
    Some(Claims {
        evidence: vec![format!("a mark near its end says it opens {service}")],
        ..Claims::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> String {
        format!("{}==", "k".repeat(86))
    }

    #[test]
    fn each_service_is_told_by_its_fields() {
        for (text, service) in [
            (
                "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=",
                Service::Storage,
            ),
            (
                "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=x;SharedAccessKey=",
                Service::ServiceBus,
            ),
            (
                "AccountEndpoint=https://shop.documents.azure.com:443/;AccountKey=",
                Service::Cosmos,
            ),
            (
                "HostName=shop.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=",
                Service::Iot,
            ),
            (
                "Server=tcp:shop.database.windows.net,1433;User ID=sa;Password=",
                Service::Sql,
            ),
            (
                "Endpoint=https://shop.azconfig.io;Id=x;Secret=",
                Service::AppConfiguration,
            ),
            (
                "Endpoint=https://shop.service.signalr.net;AccessKey=",
                Service::SignalR,
            ),
        ] {
            let text = format!("{text}{}", key());
            let read = parse(text.as_bytes()).unwrap();
            assert_eq!(read.service, service);
            assert_eq!(text[read.secret], key());
        }
        assert!(parse(b"AccountName=shop").is_none());
        assert!(parse(format!("a=b;{}=c", "Password").as_bytes()).is_none());
    }

    #[test]
    fn a_root_policy_manages_unless_an_entity_narrows_it() {
        let start = "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=";
        let root = claims(format!("{start}{}", key()).as_bytes()).unwrap();
        assert_eq!(root.level, Some(Level::Project));
        assert!(root.verbs.unwrap().has(Verb::Admin));
        let narrow = claims(format!("{start}{};EntityPath=orders", key()).as_bytes()).unwrap();
        assert_eq!(narrow.level, Some(Level::Resource));
    }

    #[test]
    fn emulators_are_samples() {
        let emulator = format!("AccountName={EMULATOR_ACCOUNT};AccountKey={}", key());
        assert!(claims(emulator.as_bytes()).unwrap().sample);
        let local = format!(
            "AccountEndpoint=https://localhost:8081/;AccountKey={}",
            key()
        );
        assert!(claims(local.as_bytes()).unwrap().sample);
    }

    #[test]
    fn the_login_of_a_database_says_administrator() {
        let start = "Server=tcp:shop.database.windows.net,1433;User ID=sa";
        let read = claims(format!("{start};{}=hidden", "Password").as_bytes()).unwrap();
        assert!(read.verbs.unwrap().has(Verb::Admin));
        assert!(!read.evidence.concat().contains("hidden"));
        let local = format!("Data Source=(local);uid=x;{}=hidden", "pwd");
        assert!(claims(local.as_bytes()).unwrap().sample);
    }

    #[test]
    fn a_marked_key_names_its_service() {
        let marked = format!("{}+ASt{}==", "k".repeat(76), "k".repeat(6));
        assert!(claims(marked.as_bytes()).unwrap().evidence[0].contains("storage"));
        assert!(claims(key().as_bytes()).is_none());
    }
}
