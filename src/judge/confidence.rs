//! How sure we are of a sighting (decisions 1), with the reason for every step down.

use super::PathClass;
use crate::model::{ChecksumState, Confidence, FileKey, How, Recognised, Sighting, TokenKind};
use crate::rules::glob;

/// Judges the confidence and says in `reasons` what lowered it.
pub fn judge_confidence(
    sighting: &Sighting,
    how: How,
    path_class: PathClass,
    reasons: &mut Vec<String>,
) -> Confidence {
    let mut confidence = match sighting.recognised {
        Recognised::Generic if sighting.beside.structured => Confidence::Medium,
        Recognised::Weak | Recognised::Generic | Recognised::Near => Confidence::Low,
        Recognised::Named => Confidence::Medium,
        Recognised::Requested | Recognised::Prefix | Recognised::Pair | Recognised::Decoded => {
            Confidence::High
        }
    };
    if let Some(kind) = sighting.kind
        && sighting.checksum != ChecksumState::Valid
        && kind.shape_confidence < confidence
        && !stands_in_own_file(sighting, kind)
    {
        confidence = kind.shape_confidence;
        reasons.push("the shape of this kind is not published in full".to_owned());
    }
    if sighting.checksum == ChecksumState::Invalid {
        confidence = Confidence::Low;
        reasons.push("the checksum is wrong: a sample or a typing error".to_owned());
    }
    if let Some(kind) = sighting.kind
        && kind.alone
        && !kind.pair.is_empty()
        && sighting.recognised == Recognised::Prefix
    {
        confidence = Confidence::Low;
        reasons.push("it is the public half, and its secret half is not in this file".to_owned());
    }
    let proven = sighting.checksum == ChecksumState::Valid
        || (sighting.recognised == Recognised::Decoded && content_shows_use(sighting));
    if let Some(word) = path_class.word()
        && !proven
        && !how.in_context()
        && confidence > Confidence::Low
    {
        confidence = confidence.lowered();
        reasons.push(format!("the file looks like {word}: one step less sure"));
    }
    confidence
}

/// Whether what decodes says where the credential is of use. A key, a login or a bare JWT decodes wherever it was made:
/// most private keys in public repositories are test fixtures, so for these the path keeps its say (docs/design.md).
fn content_shows_use(sighting: &Sighting) -> bool {
    let code = sighting.kind.map_or("", |kind| kind.code);
    let says_nothing = ["pem/", "url/", "basic/", "jwt/generic", "json/docker-auth"];
    !says_nothing.iter().any(|family| code.starts_with(family))
}

/// Whether the value stands at its own key in the file that its provider's program writes: the place says what it is, and
/// how much of its shape is published no longer counts.
fn stands_in_own_file(sighting: &Sighting, kind: &TokenKind) -> bool {
    let is_of = |file: &FileKey| glob::matches(file.file, sighting.path.as_bytes());
    sighting.recognised == Recognised::Named
        && sighting.beside.structured
        && kind.files.iter().any(is_of)
}
