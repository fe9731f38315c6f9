//! Kubernetes service-account tokens, of the old kind without an end and of the bound kind.
//!
//! In: the members of a payload. Out: kind, and evidence from names. Roles stand in the cluster, so no level is said.

use serde_json::{Map, Value};

use super::json;
use super::jwt_claims::says;
use crate::model::Claims;

/// Names of service accounts that are usually bound to `cluster-admin`.
const CLUSTER_ADMIN_NAMES: [&str; 6] = [
    "admin-user",
    "cluster-admin",
    "admin",
    "tiller",
    "kubernetes-dashboard",
    "default-admin",
];

/// Reads namespace and name into `claims`.
pub(super) fn read(members: &Map<String, Value>, claims: &mut Claims) {
    let legacy = json::text(members, "iss") == "kubernetes/serviceaccount";
    claims.kind = Some(if legacy {
        "kubernetes-sa-token-legacy"
    } else {
        "kubernetes-sa-token-bound"
    });
    let (namespace, account) = service_account(members);
    if !account.is_empty() {
        claims.evidence.push(says("service account", account));
    }
    if !namespace.is_empty() {
        claims.evidence.push(says("namespace", namespace));
    }
    if CLUSTER_ADMIN_NAMES.contains(&account) {
        claims
            .evidence
            .push("a service account of this name usually administers the cluster".to_owned());
    }
    if namespace == "kube-system" {
        claims
            .evidence
            .push("accounts of `kube-system` usually reach the whole cluster".to_owned());
    }
}

/// Namespace and name, from the bound claim, the old flat claims, or the subject.
fn service_account(members: &Map<String, Value>) -> (&str, &str) {
    if let Some(bound) = members.get("kubernetes.io") {
        let namespace = bound.get("namespace").and_then(Value::as_str);
        let account = bound
            .pointer("/serviceaccount/name")
            .and_then(Value::as_str);
        return (namespace.unwrap_or_default(), account.unwrap_or_default());
    }
    let namespace = json::text(members, "kubernetes.io/serviceaccount/namespace");
    if !namespace.is_empty() {
        let name = "kubernetes.io/serviceaccount/service-account.name";
        return (namespace, json::text(members, name));
    }
    json::text(members, "sub")
        .strip_prefix("system:serviceaccount:")
        .and_then(|rest| rest.split_once(':'))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::jwt::tests::token;
    use crate::token::jwt_claims::claims;

    fn read(payload: &str) -> Claims {
        claims(&token(payload)).unwrap()
    }

    #[test]
    fn kubernetes_names_are_evidence_and_no_level() {
        let old = read(
            r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"kube-system","kubernetes.io/serviceaccount/service-account.name":"admin-user"}"#,
        );
        assert_eq!(old.kind, Some("kubernetes-sa-token-legacy"));
        assert_eq!(old.level, None);
        assert_eq!(old.evidence.len(), 5);
        let bound = read(
            r#"{"exp":5,"kubernetes.io":{"namespace":"shop","serviceaccount":{"name":"web"}}}"#,
        );
        assert_eq!(bound.kind, Some("kubernetes-sa-token-bound"));
        assert_eq!(bound.evidence[0], "its payload says service account `web`");
        assert_eq!(
            service_account(&json::object(br#"{"sub":"system:serviceaccount:a:b"}"#).unwrap()),
            ("a", "b")
        );
    }
}
