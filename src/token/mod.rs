//! What one credential says of itself: checksums, and claims read offline and unverified.
//!
//! In: the bytes of one value. Out: whether its checksum is right, and what its content says about level, verbs, life
//! and kind. Pure functions; no reader panics on any bytes, and each bounds the size and depth of what it parses.
//! No value and no part of one that could be secret gets into a sentence: names come in through `quote` only.

mod admin_words;
pub mod algolia;
pub mod atlassian;
pub mod aws;
pub mod azure_connection;
pub mod base64;
pub mod basic;
pub mod cloudflare_tunnel;
pub mod confluent;
pub mod crates;
pub mod crc32;
mod database_login;
pub mod database_url;
mod der;
mod directory_token;
pub mod discord;
pub mod doppler;
pub mod gcp;
pub mod gitlab;
pub mod grafana;
pub mod jfrog;
mod json;
pub mod jwt;
mod jwt_claims;
pub mod kubeconfig;
mod lifetime;
pub mod macaroon_fly;
pub mod macaroon_pypi;
pub mod mapbox;
mod message_pack;
pub mod one_password;
pub mod private_key;
mod query;
pub mod quote;
pub mod sas;
pub mod sentry;
mod service_account;
pub mod tinybird;
pub mod vault;

use crate::model::{Checksum, ChecksumState, ClaimReader, Claims};

/// Every checksum.
pub const CHECKSUMS: [Checksum; 5] = [
    Checksum::Crc32Base62,
    Checksum::GitlabRoutable,
    Checksum::GrafanaServiceAccount,
    Checksum::CratesIo,
    Checksum::Confluent,
];

/// Every claim reader.
pub const READERS: [ClaimReader; 24] = [
    ClaimReader::AlgoliaSecured,
    ClaimReader::AtlassianDataCenter,
    ClaimReader::AwsKeyId,
    ClaimReader::AzureConnectionString,
    ClaimReader::AzureSas,
    ClaimReader::BasicAuth,
    ClaimReader::CloudflareTunnel,
    ClaimReader::DatabaseUrl,
    ClaimReader::DiscordBot,
    ClaimReader::Doppler,
    ClaimReader::FlyMacaroon,
    ClaimReader::GcpServiceAccount,
    ClaimReader::GitlabRoutable,
    ClaimReader::GrafanaCloud,
    ClaimReader::JfrogReference,
    ClaimReader::Jwt,
    ClaimReader::KubeconfigCertificate,
    ClaimReader::Mapbox,
    ClaimReader::OnePassword,
    ClaimReader::PrivateKey,
    ClaimReader::PypiMacaroon,
    ClaimReader::SentryOrg,
    ClaimReader::Tinybird,
    ClaimReader::Vault,
];

/// Says whether the checksum inside `value` is right.
pub fn checksum(algorithm: Checksum, value: &[u8]) -> ChecksumState {
    match algorithm {
        Checksum::Crc32Base62 => crc32::check(value),
        Checksum::GitlabRoutable => gitlab::check(value),
        Checksum::GrafanaServiceAccount => grafana::check(value),
        Checksum::CratesIo => crates::check(value),
        Checksum::Confluent => confluent::check(value),
    }
}

/// Puts the right checksum into a made-up value of the right shape; a value of another shape stays as it is.
pub fn with_checksum(algorithm: Checksum, value: Vec<u8>) -> Vec<u8> {
    match algorithm {
        Checksum::Crc32Base62 => crc32::put(value),
        Checksum::GitlabRoutable => gitlab::put(value),
        Checksum::GrafanaServiceAccount => grafana::put(value),
        Checksum::CratesIo => crates::put(value),
        Checksum::Confluent => confluent::put(value),
    }
}

/// Reads what the value says of itself; `None` where it does not decode.
pub fn claims(reader: ClaimReader, value: &[u8]) -> Option<Claims> {
    match reader {
        ClaimReader::AlgoliaSecured => algolia::claims(value),
        ClaimReader::AtlassianDataCenter => atlassian::claims(value),
        ClaimReader::AwsKeyId => aws::claims(value),
        ClaimReader::AzureConnectionString => azure_connection::claims(value),
        ClaimReader::AzureSas => sas::claims(value),
        ClaimReader::BasicAuth => basic::claims(value),
        ClaimReader::CloudflareTunnel => cloudflare_tunnel::claims(value),
        ClaimReader::DatabaseUrl => database_url::claims(value),
        ClaimReader::DiscordBot => discord::claims(value),
        ClaimReader::Doppler => doppler::claims(value),
        ClaimReader::FlyMacaroon => macaroon_fly::claims(value),
        ClaimReader::GcpServiceAccount => gcp::claims(value),
        ClaimReader::GitlabRoutable => gitlab::claims(value),
        ClaimReader::GrafanaCloud => grafana::claims(value),
        ClaimReader::JfrogReference => jfrog::claims(value),
        ClaimReader::Jwt => jwt_claims::claims(value),
        ClaimReader::KubeconfigCertificate => kubeconfig::claims(value),
        ClaimReader::Mapbox => mapbox::claims(value),
        ClaimReader::OnePassword => one_password::claims(value),
        ClaimReader::PrivateKey => private_key::claims(value),
        ClaimReader::PypiMacaroon => macaroon_pypi::claims(value),
        ClaimReader::SentryOrg => sentry::claims(value),
        ClaimReader::Tinybird => tinybird::claims(value),
        ClaimReader::Vault => vault::claims(value),
    }
}

/// Runs every reader over `bytes`: what fuzzing calls.
pub fn read_everything(bytes: &[u8]) {
    use std::hint::black_box;
    for reader in READERS {
        black_box(claims(reader, bytes));
    }
    for algorithm in CHECKSUMS {
        black_box(checksum(algorithm, bytes));
        black_box(with_checksum(algorithm, bytes.to_vec()));
    }
    black_box(jwt::decode(bytes).map(|jwt| jwt::variant(&jwt)));
    black_box(database_url::parse(bytes).map(|url| (url.variant(), url.is_local())));
    black_box(azure_connection::parse(bytes).map(|connection| connection.variant()));
    black_box(sas::parse(bytes).map(|sas| sas.variant()));
    black_box(base64::decode(bytes, 1 << 20).map(|decoded| base64::is_text(&decoded)));
    black_box(kubeconfig::subject(bytes));
    black_box(aws::account(bytes));
    black_box(message_pack::read(bytes));
}

#[cfg(test)]
mod tests;
