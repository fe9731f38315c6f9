//! placeholder until merge
use crate::model::{Checksum, ChecksumState, Claims, ClaimReader};
/// x
pub fn checksum(_a: Checksum, _v: &[u8]) -> ChecksumState { ChecksumState::None }
/// x
pub fn with_checksum(_a: Checksum, v: Vec<u8>) -> Vec<u8> { v }
/// x
pub fn claims(_r: ClaimReader, _v: &[u8]) -> Option<Claims> { None }
