//! Hands arbitrary bytes to the target `wiring`.
#![no_main]

#[allow(dead_code, reason = "each program runs one of the targets")]
#[path = "../../tests/support/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::wiring(bytes));
