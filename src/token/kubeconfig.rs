//! The client certificate of a kubeconfig: which user and which groups the cluster takes its holder for.
//!
//! In: `client-certificate-data` (base64), the PEM or the DER of a certificate, or text that holds the first.
//! Out: subject, life and level. It verifies nothing and reads no private key.

use super::quote::quoted;
use super::{base64, der, lifetime};
use crate::model::{Claims, Level, Verb, Verbs};

const LONGEST: usize = 64 * 1024;
const FIELD: &[u8] = b"client-certificate-data:";
const PEM_START: &[u8] = b"-----BEGIN CERTIFICATE-----";
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const MOST_GROUPS: usize = 16;

/// Groups that administer a cluster, with what is to be said of them.
const ADMINISTERING: [(&str, &str); 2] = [
    (
        "system:masters",
        "no role binding can limit group `system:masters`",
    ),
    (
        "kubeadm:cluster-admins",
        "group `kubeadm:cluster-admins` administers the whole cluster",
    ),
];

/// Whom a client certificate stands for, and how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The groups.
    pub organizations: Vec<String>,
    /// The user.
    pub common_name: Option<String>,
    pub not_before: Option<i64>,
    pub not_after: Option<i64>,
}

/// Reads the subject of a DER certificate.
pub fn subject(certificate: &[u8]) -> Option<Subject> {
    let whole = der::expect(&mut &certificate[..], der::SEQUENCE)?;
    let mut fields = der::expect(&mut &whole[..], der::SEQUENCE)?;
    // The version is left out of the oldest certificates; then the serial number comes first.
    if fields.first() == Some(&0xa0) {
        der::next(&mut fields)?;
    }
    let _serial = der::next(&mut fields)?;
    let _algorithm = der::expect(&mut fields, der::SEQUENCE)?;
    let _issuer = der::expect(&mut fields, der::SEQUENCE)?;
    let mut validity = der::expect(&mut fields, der::SEQUENCE)?;
    let mut names = der::expect(&mut fields, der::SEQUENCE)?;
    let mut subject = Subject {
        not_before: der::next(&mut validity).and_then(time),
        not_after: der::next(&mut validity).and_then(time),
        ..Subject::default()
    };
    while let Some(mut set) = der::expect(&mut names, der::SET) {
        while let Some(mut pair) = der::expect(&mut set, der::SEQUENCE) {
            let (Some((6, name)), Some((_, value))) = (der::next(&mut pair), der::next(&mut pair))
            else {
                continue;
            };
            let value = String::from_utf8_lossy(value).into_owned();
            if name == ORGANIZATION && subject.organizations.len() < MOST_GROUPS {
                subject.organizations.push(value);
            } else if name == COMMON_NAME {
                subject.common_name = Some(value);
            }
        }
    }
    Some(subject)
}

/// `YYMMDDhhmmssZ`, or with four digits of the year.
fn time((tag, text): (u8, &[u8])) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (century, rest) = match tag {
        0x17 if text.get(..2)? < "50" => ("20", text),
        0x17 => ("19", text),
        0x18 => (text.get(..2)?, text.get(2..)?),
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2);
    lifetime::unix(&format!(
        "{century}{}-{}-{}T{}:{}:{}Z",
        part(0)?,
        part(2)?,
        part(4)?,
        part(6)?,
        part(8)?,
        part(10)?
    ))
}

/// Reads whom the certificate stands for.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let subject = subject(&certificate(value)?)?;
    let mut claims = Claims {
        issued: subject.not_before,
        expires: subject.not_after,
        ..Claims::default()
    };
    if let Some(name) = &subject.common_name {
        claims
            .evidence
            .push(format!("its certificate names user {}", quoted(name)));
    }
    for group in &subject.organizations {
        claims
            .evidence
            .push(format!("its certificate names group {}", quoted(group)));
        if let Some((_, sentence)) = ADMINISTERING.iter().find(|(known, _)| known == group) {
            claims.level = Some(Level::Org);
            claims.verbs = Some(Verbs::of(&Verb::ALL));
            claims.reaches = Some("the whole cluster".to_owned());
            claims.evidence.push((*sentence).to_owned());
        }
    }
    if claims.evidence.is_empty() {
        return None;
    }
    claims.kind = Some("kubeconfig-client-cert");
    lifetime::note(&mut claims);
    Some(claims)
}

/// The DER of a certificate, in whichever wrapping.
fn certificate(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() > LONGEST {
        return None;
    }
    if value.first() == Some(&der::SEQUENCE) && value.get(1).is_some_and(|b| b & 0x80 != 0) {
        return Some(value.to_vec());
    }
    if let Some(der) = from_pem(value) {
        return Some(der);
    }
    let encoded = match memchr::memmem::find(value, FIELD) {
        Some(at) => field(&value[at + FIELD.len()..]),
        None => value,
    };
    from_pem(&base64::decode(encoded, LONGEST)?)
}

/// The scalar behind the field's name, up to the end of its line.
fn field(rest: &[u8]) -> &[u8] {
    let rest = rest.trim_ascii_start();
    let end = rest.iter().position(u8::is_ascii_whitespace);
    let line = &rest[..end.unwrap_or(rest.len())];
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    line.strip_suffix(b"\"").unwrap_or(line)
}

fn from_pem(text: &[u8]) -> Option<Vec<u8>> {
    let start = memchr::memmem::find(text, PEM_START)? + PEM_START.len();
    let end = memchr::memmem::find(&text[start..], b"-----END")?;
    base64::decode(&text[start..start + end], LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len() as u16;
        [&[tag, 0x82], &length.to_be_bytes()[..], content].concat()
    }

    fn name(oid: &[u8], value: &str) -> Vec<u8> {
        let pair = [element(6, oid), element(12, value.as_bytes())].concat();
        element(der::SET, &element(der::SEQUENCE, &pair))
    }

    fn certificate_for(groups: &[&str], user: &str) -> Vec<u8> {
        let issuer = [
            name(ORGANIZATION, "system:masters"),
            name(COMMON_NAME, "kubernetes"),
        ]
        .concat();
        let mut subject = Vec::new();
        for group in groups {
            subject.extend(name(ORGANIZATION, group));
        }
        subject.extend(name(COMMON_NAME, user));
        let validity = [
            element(0x17, b"700102000000Z"),
            element(0x18, b"20270101000000Z"),
        ]
        .concat();
        let fields = [
            element(0xa0, &element(2, &[2])),
            element(2, &[1]),
            element(der::SEQUENCE, &[]),
            element(der::SEQUENCE, &issuer),
            element(der::SEQUENCE, &validity),
            element(der::SEQUENCE, &subject),
        ]
        .concat();
        element(der::SEQUENCE, &element(der::SEQUENCE, &fields))
    }

    fn pem(der: &[u8]) -> String {
        let end = "-----END CERTIFICATE-----";
        format!(
            "{}\n{}\n{end}\n",
            String::from_utf8_lossy(PEM_START),
            BASE64_STANDARD.encode(der)
        )
    }

    #[test]
    fn the_subject_is_read_and_not_the_issuer() {
        let read = subject(&certificate_for(&["dev"], "ann")).unwrap();
        assert_eq!(read.organizations, ["dev"]);
        assert_eq!(read.common_name.as_deref(), Some("ann"));
        assert_eq!(read.not_before, Some(86_400));
        assert!(read.not_after.is_some());
    }

    #[test]
    fn masters_administer_in_every_wrapping() {
        let der = certificate_for(&["system:masters"], "kubernetes-admin");
        let data = BASE64_STANDARD.encode(pem(&der));
        let file = format!(
            "users:\n- user:\n    client-certificate-data: {data}\n    client-key-data: x\n"
        );
        for value in [
            der.clone(),
            pem(&der).into_bytes(),
            data.into_bytes(),
            file.into_bytes(),
        ] {
            let read = claims(&value).unwrap();
            assert_eq!(read.level, Some(Level::Org));
            assert!(read.evidence.contains(&ADMINISTERING[0].1.to_owned()));
        }
    }

    #[test]
    fn others_have_no_level() {
        let read = claims(&certificate_for(&["dev"], "ann")).unwrap();
        assert_eq!(read.level, None);
        assert_eq!(
            read.evidence[..2],
            [
                "its certificate names user `ann`",
                "its certificate names group `dev`"
            ]
        );
    }

    #[test]
    fn a_cut_certificate_gives_nothing() {
        let whole = certificate_for(&["dev"], "ann");
        for end in 0..whole.len() {
            assert!(claims(&whole[..end]).is_none());
        }
    }
}
