//! Access tokens of a Microsoft directory: application roles, delegated scopes, directory roles.
//!
//! In: the members of a payload. Out: level and verbs where a role shows them.

use serde_json::{Map, Value};

use super::json;
use super::jwt_claims::{ADMINISTER, CHANGE, generic, says};
use crate::model::{Claims, Level};

/// The role template of the global administrator of a Microsoft directory.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// Reads roles and scopes into `claims`.
pub(super) fn read(members: &Map<String, Value>, claims: &mut Claims) {
    claims.kind = Some("azure-access-token-jwt");
    let audience = json::text(members, "aud");
    if !audience.is_empty() {
        claims.evidence.push(says("audience", audience));
    }
    if json::texts(members, "wids").contains(&GLOBAL_ADMINISTRATOR) {
        claims.level = Some(Level::Org);
        claims.verbs = Some(ADMINISTER);
        claims.reaches = Some("the whole directory".to_owned());
        claims
            .evidence
            .push("its payload says its user is a global administrator".to_owned());
        return;
    }
    let roles = json::texts(members, "roles");
    if let Some(role) = roles
        .iter()
        .find(|role| role.contains("ReadWrite") && role.ends_with(".All"))
    {
        claims.level = Some(Level::Org);
        claims.verbs = Some(CHANGE);
        claims.evidence.push(says("application role", role));
    }
    if let Some(role) = roles.iter().find(|role| {
        role.starts_with("RoleManagement.ReadWrite")
            || role.starts_with("AppRoleAssignment.ReadWrite")
    }) {
        claims.level = Some(Level::Org);
        claims.verbs = Some(ADMINISTER);
        claims.evidence.push(says("application role", role));
    }
    if json::text(members, "scp")
        .split(' ')
        .any(|scope| scope == "user_impersonation")
    {
        claims.level = claims.level.max(Some(Level::Account));
        claims.evidence.push(
            "its payload says scope `user_impersonation`: all that its user may do".to_owned(),
        );
    }
    if claims.level.is_none() {
        generic(members, claims);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::jwt::tests::token;
    use crate::token::jwt_claims::claims;

    fn read_token(payload: &str) -> Claims {
        claims(&token(payload)).unwrap()
    }

    #[test]
    fn a_global_administrator_reaches_the_organisation() {
        let payload =
            format!(r#"{{"iss":"https://sts.windows.net/1/","wids":["{GLOBAL_ADMINISTRATOR}"]}}"#);
        assert_eq!(read_token(&payload).level, Some(Level::Org));
        let role = r#"{"iss":"https://sts.windows.net/1/","roles":["Directory.ReadWrite.All"]}"#;
        assert_eq!(read_token(role).level, Some(Level::Org));
    }
}
