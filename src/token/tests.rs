//! Properties that hold for every reader and every checksum.

use super::*;
use ::base64::Engine;
use ::base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use proptest::prelude::*;

/// What credentials start with, in pieces.
const STARTS: [(&str, &str); 20] = [
    ("", ""),
    ("AK", "IA"),
    ("AB", "SK"),
    ("bedrock-api-", "key-"),
    ("dp.", "st."),
    ("FlyV1 fm", "2_"),
    ("gl", "pat-"),
    ("gl", "c_"),
    ("ops", "_"),
    ("pypi", "-"),
    ("sntrys", "_"),
    ("hvs", "."),
    ("sk", "."),
    ("postgres", "://"),
    ("jdbc:mysql", "://"),
    ("AccountName=x;AccountKey", "="),
    ("sv=1&sr=b&sig", "="),
    ("PuTTY-User-Key-File-", "3: "),
    ("client-certificate-", "data: "),
    ("-----BEGIN OPENSSH ", "PRIVATE KEY-----\n"),
];

fn value(algorithm: Checksum, body: &str) -> Vec<u8> {
    let made = match algorithm {
        Checksum::Crc32Base62 => format!("gh{}{}", "p_", &body[..36]),
        Checksum::GitlabRoutable => format!("gl{}{}.01.{}", "pat-", &body[..40], "0".repeat(9)),
        Checksum::GrafanaServiceAccount => format!("glsa{}{}_{}", "_", &body[..32], "0".repeat(8)),
        Checksum::CratesIo => format!("cio{}{}", "_tp_", &body[..32]),
        Checksum::Confluent => format!("cfl{}{}", "t", &body[..60]),
    };
    with_checksum(algorithm, made.into_bytes())
}

/// Where the part starts that the checksum covers.
fn covered_from(algorithm: Checksum) -> usize {
    match algorithm {
        Checksum::Crc32Base62 => 4,
        Checksum::GitlabRoutable | Checksum::GrafanaServiceAccount | Checksum::Confluent => 0,
        // The exclusive or of a body collides; its own character does not.
        Checksum::CratesIo => 38,
    }
}

proptest! {
    #[test]
    fn no_reader_panics_on_any_bytes(bytes: Vec<u8>) {
        read_everything(&bytes);
    }

    #[test]
    fn no_reader_panics_behind_a_known_start(
        start in prop::sample::select(STARTS.to_vec()),
        bytes: Vec<u8>,
        text in "[ -~]{0,80}",
    ) {
        let start = [start.0, start.1].concat();
        for rest in [
            bytes.clone(),
            text.clone().into_bytes(),
            BASE64_STANDARD.encode(&bytes).into_bytes(),
            BASE64_URL_SAFE_NO_PAD.encode([&[2, 1], &bytes[..]].concat()).into_bytes(),
            BASE64_STANDARD.encode([&[0x94], &bytes[..]].concat()).into_bytes(),
        ] {
            read_everything(&[start.as_bytes(), &rest].concat());
        }
    }

    #[test]
    fn no_reader_panics_on_any_payload(
        key in prop::sample::select(vec!["scope", "aud", "kubernetes.io", "iss", "exp", "k", "type", "roles", "wids", "p", "m"]),
        value in "[ -~]{0,60}",
        number: i64,
    ) {
        let members = serde_json::json!({ key: value, "iat": number, "exp": number.wrapping_add(1), "a": [value, number] });
        let payload = BASE64_URL_SAFE_NO_PAD.encode(members.to_string());
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"x"}"#);
        read_everything(format!("{header}.{payload}.s").as_bytes());
        read_everything(members.to_string().as_bytes());
        for start in ["glc_", "ops_", "sk.", ""] {
            read_everything(format!("{start}{payload}.s").as_bytes());
            read_everything(format!("{start}{payload}").as_bytes());
        }
    }

    #[test]
    fn a_checksum_that_was_put_in_is_valid(
        algorithm in prop::sample::select(CHECKSUMS.to_vec()),
        body in "[A-Za-z0-9]{60}",
    ) {
        prop_assert_eq!(checksum(algorithm, &value(algorithm, &body)), ChecksumState::Valid);
    }

    #[test]
    fn one_other_byte_makes_it_invalid(
        algorithm in prop::sample::select(CHECKSUMS.to_vec()),
        body in "[A-Za-z0-9]{60}",
        place: prop::sample::Index,
        other in 1u8..128,
    ) {
        let mut value = value(algorithm, &body);
        let from = covered_from(algorithm);
        let at = from + place.index(value.len() - from);
        value[at] ^= other;
        prop_assert_eq!(checksum(algorithm, &value), ChecksumState::Invalid);
    }

    #[test]
    fn putting_a_checksum_in_twice_changes_nothing(
        algorithm in prop::sample::select(CHECKSUMS.to_vec()),
        bytes: Vec<u8>,
    ) {
        let once = with_checksum(algorithm, bytes);
        prop_assert_eq!(with_checksum(algorithm, once.clone()), once);
    }
}
