//! Terraform's state: attributes of resources and outputs, under names that say whose they are.
//!
//! In: a search whose file is a state. Out: candidates at the attributes that hold credentials. The state's own keys
//! (`secret`, `value`, `result`) say little; the type of the resource says the rest.

use super::under_name;
use crate::find::candidate::Candidate;
use crate::find::promise::promise;
use crate::find::search::Search;
use crate::find::site::Site;

use crate::model::Span;
use crate::rules::name;
use crate::syntax::{Document, Node, Scalar};

/// The most values that are looked at.
const MOST: usize = 20_000;

/// Attributes whose own name does not say what they hold, with the name that does.
const ATTRIBUTES: [(&str, &str, &str); 16] = [
    ("aws_iam_access_key", "id", "AWS_ACCESS_KEY_ID"),
    ("aws_iam_access_key", "secret", "AWS_SECRET_ACCESS_KEY"),
    (
        "aws_secretsmanager_secret_version",
        "secret_string",
        "SECRET",
    ),
    ("aws_ssm_parameter", "value", "SECRET"),
    (
        "azuread_application_password",
        "value",
        "AZURE_CLIENT_SECRET",
    ),
    (
        "azuread_service_principal_password",
        "value",
        "AZURE_CLIENT_SECRET",
    ),
    ("azurerm_key_vault_secret", "value", "SECRET"),
    ("cloudflare_account_token", "value", "CLOUDFLARE_API_TOKEN"),
    ("cloudflare_api_token", "value", "CLOUDFLARE_API_TOKEN"),
    (
        "digitalocean_spaces_key",
        "secret_key",
        "SPACES_SECRET_ACCESS_KEY",
    ),
    ("gitlab_personal_access_token", "token", "GITLAB_TOKEN"),
    (
        "google_secret_manager_secret_version",
        "secret_data",
        "SECRET",
    ),
    (
        "grafana_cloud_access_policy_token",
        "token",
        "GRAFANA_CLOUD_TOKEN",
    ),
    ("random_password", "result", "PASSWORD"),
    ("vault_token", "client_token", "VAULT_TOKEN"),
    ("vercel_project_environment_variable", "value", "SECRET"),
];
/// Attributes that hold the value of the variable which a neighbour names.
const NAMED_BY: [&str; 4] = ["secret_name", "variable_name", "key", "name"];

/// A value of the state, with the names that it may go by, best first.
struct Wanted {
    names: Vec<String>,
    /// How people may find it: type and attribute.
    shown: String,
    span: Span,
    value: String,
    /// A name that says credential, where the state itself says that it is one.
    secret: Option<String>,
}

/// Searches the resources and outputs of a state.
pub fn state(search: &mut Search<'_>) {
    let is_state = search
        .path
        .is_some_and(|path| memchr::memmem::find(path.file_name(), b".tfstate").is_some());
    if is_state && let Some(wanted) = search.document().map(wanted) {
        for one in wanted {
            look(search, &one);
        }
    }
}

fn look(search: &mut Search<'_>, wanted: &Wanted) {
    let value = wanted.value.as_bytes();
    let found = wanted.names.iter().find_map(|name| {
        let found = under_name(search, name.as_bytes(), value, |search, literal, name| {
            Site::new(search, literal, name, false)
        });
        (!found.is_empty()).then_some(found)
    });
    let generic = || {
        let promise = promise(wanted.secret.as_ref()?)?;
        Candidate::promised(promise, wanted.span, value, true).map(|candidate| vec![candidate])
    };
    for mut candidate in found.or_else(generic).unwrap_or_default() {
        candidate.span = wanted.span;
        candidate.beside.name = Some(wanted.shown.clone());
        search.push(candidate);
    }
}

fn wanted(document: &Document) -> Vec<Wanted> {
    let mut found = Vec::new();
    for output in document
        .get(&["outputs"])
        .iter()
        .flat_map(|node| document.entries(node))
    {
        let is_sensitive = text_of(document, &output.value, "sensitive") == "true";
        if let Some(value) = scalar_of(document, &output.value, "value") {
            let name = name::normalise(output.key.as_bytes());
            let secret = match promise(&name) {
                Some(_) => Some(name.clone()),
                None => is_sensitive.then(|| "SECRET".to_owned()),
            };
            found.push(Wanted {
                names: vec![name],
                shown: format!("output.{}", output.key),
                span: value.span,
                value: value.text.clone(),
                secret,
            });
        }
    }
    for list in document.get(&["resources"]) {
        for resource in list.as_list().unwrap_or_default() {
            of_resource(document, resource, &mut found);
        }
    }
    found
}

fn of_resource(document: &Document, resource: &Node, found: &mut Vec<Wanted>) {
    let kind = text_of(document, resource, "type");
    let provider = kind.split('_').next().unwrap_or_default();
    for instances in nodes_of(document, resource, "instances") {
        for attributes in instances
            .as_list()
            .unwrap_or_default()
            .iter()
            .flat_map(|instance| nodes_of(document, instance, "attributes"))
        {
            for entry in document.entries(attributes) {
                let Some(value) = entry.value.as_scalar().filter(|_| found.len() < MOST) else {
                    continue;
                };
                let says = ATTRIBUTES
                    .iter()
                    .find(|(of, attribute, _)| *of == kind && *attribute == entry.key)
                    .map(|(_, _, name)| (*name).to_owned());
                let neighbour = NAMED_BY
                    .iter()
                    .filter(|key| **key != entry.key && entry.key.ends_with("value"))
                    .map(|key| text_of(document, attributes, key))
                    .find(|name| !name.is_empty())
                    .map(|name| name::normalise(name.as_bytes()));
                let joined =
                    |head: &str| name::normalise(format!("{head}_{}", entry.key).as_bytes());
                let names = says.iter().cloned().chain(neighbour);
                found.push(Wanted {
                    names: names.chain([joined(kind), joined(provider)]).collect(),
                    shown: format!("{kind}.{}", entry.key),
                    span: value.span,
                    value: value.text.clone(),
                    secret: says,
                });
            }
        }
    }
}

fn nodes_of<'d>(document: &'d Document, map: &'d Node, key: &str) -> Vec<&'d Node> {
    let entries = document.entries(map).into_iter();
    let named = entries.filter(|entry| entry.key == key);
    named
        .filter_map(|entry| document.resolve(&entry.value))
        .collect()
}

fn scalar_of<'d>(document: &'d Document, map: &'d Node, key: &str) -> Option<&'d Scalar> {
    nodes_of(document, map, key).first()?.as_scalar()
}

fn text_of<'d>(document: &'d Document, map: &'d Node, key: &str) -> &'d str {
    scalar_of(document, map, key).map_or("", |scalar| scalar.text.as_str())
}
