//! The lists of weaknesses that rules refer to, by the names that their keepers give.
//!
//! In: a tag such as `cwe/CWE-798`. Out: the taxonomy it belongs to, and its entry there.

use serde_sarif::sarif::{MultiformatMessageString, ReportingDescriptor};

/// A taxonomy: the word before the slash of a tag, its name, its keeper, and what it is.
pub struct Family {
    pub word: &'static str,
    pub name: &'static str,
    pub keeper: &'static str,
    pub about: &'static str,
    pub address: &'static str,
}

/// Every taxonomy that a tag may name.
pub const FAMILIES: [Family; 5] = [
    Family {
        word: "cwe",
        name: "CWE",
        keeper: "MITRE",
        about: "Common Weakness Enumeration",
        address: "https://cwe.mitre.org/",
    },
    Family {
        word: "owasp-nhi",
        name: "OWASP-NHI",
        keeper: "OWASP",
        about: "OWASP Non-Human Identities Top 10, 2025",
        address: "https://owasp.org/www-project-non-human-identities-top-10/",
    },
    Family {
        word: "owasp-asi",
        name: "OWASP-ASI",
        keeper: "OWASP",
        about: "OWASP Top 10 for Agentic Applications, 2026",
        address: "https://genai.owasp.org/",
    },
    Family {
        word: "owasp-cicd",
        name: "OWASP-CICD",
        keeper: "OWASP",
        about: "OWASP Top 10 CI/CD Security Risks",
        address: "https://owasp.org/www-project-top-10-ci-cd-security-risks/",
    },
    Family {
        word: "owasp-mcp",
        name: "OWASP-MCP",
        keeper: "OWASP",
        about: "OWASP MCP Top 10",
        address: "https://owasp.org/www-project-mcp-top-10/",
    },
];

/// The names of the entries in use.
const NAMES: [(&str, &str); 38] = [
    ("ASI01", "Agent Goal Hijack"),
    ("ASI02", "Tool Misuse and Exploitation"),
    ("ASI03", "Identity and Privilege Abuse"),
    ("ASI05", "Unexpected Code Execution"),
    ("ASI09", "Human-Agent Trust Exploitation"),
    ("ASI10", "Rogue Agents"),
    ("CICD-SEC-1", "Insufficient Flow Control Mechanisms"),
    ("CICD-SEC-3", "Dependency Chain Abuse"),
    ("CICD-SEC-4", "Poisoned Pipeline Execution"),
    ("CICD-SEC-5", "Insufficient Pipeline-Based Access Controls"),
    ("CICD-SEC-6", "Insufficient Credential Hygiene"),
    ("CICD-SEC-7", "Insecure System Configuration"),
    (
        "CWE-15",
        "External Control of System or Configuration Setting",
    ),
    (
        "CWE-200",
        "Exposure of Sensitive Information to an Unauthorized Actor",
    ),
    ("CWE-250", "Execution with Unnecessary Privileges"),
    ("CWE-269", "Improper Privilege Management"),
    ("CWE-272", "Least Privilege Violation"),
    ("CWE-312", "Cleartext Storage of Sensitive Information"),
    ("CWE-367", "Time-of-check Time-of-use Race Condition"),
    ("CWE-506", "Embedded Malicious Code"),
    ("CWE-522", "Insufficiently Protected Credentials"),
    (
        "CWE-526",
        "Cleartext Storage of Sensitive Information in an Environment Variable",
    ),
    (
        "CWE-532",
        "Insertion of Sensitive Information into Log File",
    ),
    ("CWE-602", "Client-Side Enforcement of Server-Side Security"),
    ("CWE-653", "Improper Isolation or Compartmentalization"),
    (
        "CWE-654",
        "Reliance on a Single Factor in a Security Decision",
    ),
    ("CWE-668", "Exposure of Resource to Wrong Sphere"),
    ("CWE-693", "Protection Mechanism Failure"),
    ("CWE-798", "Use of Hard-coded Credentials"),
    (
        "CWE-807",
        "Reliance on Untrusted Inputs in a Security Decision",
    ),
    ("CWE-862", "Missing Authorization"),
    (
        "CWE-1188",
        "Initialization of a Resource with an Insecure Default",
    ),
    ("CWE-1220", "Insufficient Granularity of Access Control"),
    ("NHI2:2025", "Secret Leakage"),
    ("NHI4:2025", "Insecure Authentication"),
    ("NHI5:2025", "Overprivileged NHI"),
    ("NHI7:2025", "Long-Lived Secrets"),
    ("NHI8:2025", "Environment Isolation"),
];

/// The taxonomy and the id that a tag names.
pub fn taxon(tag: &'static str) -> Option<(usize, &'static str)> {
    let (word, id) = tag.split_once('/')?;
    let family = FAMILIES.iter().position(|family| family.word == word)?;
    (!id.is_empty()).then_some((family, id))
}

/// The name of an entry, where its keeper's list was read.
fn name(id: &str) -> Option<&'static str> {
    let known = NAMES.iter().find(|(known, _)| *known == id);
    known.map(|(_, name)| *name)
}

/// The entry of an id.
pub fn entry(id: &str) -> ReportingDescriptor {
    let mut entry = ReportingDescriptor::builder().id(id).build();
    if let Some(name) = name(id) {
        entry.name = Some(name.to_owned());
        let text = MultiformatMessageString::builder().text(format!("{name}."));
        entry.short_description = Some(text.build());
    }
    if let Some(number) = id.strip_prefix("CWE-") {
        let address = format!("https://cwe.mitre.org/data/definitions/{number}.html");
        entry.help_uri = Some(address);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::rules::RULES;

    #[test]
    fn every_tag_of_a_rule_names_an_entry() {
        for rule in &RULES {
            for tag in rule.tags {
                let (_, id) = taxon(tag).unwrap_or_else(|| panic!("{}: {tag}", rule.id));
                assert!(name(id).is_some(), "{}: {tag} has no name", rule.id);
            }
        }
    }
}
