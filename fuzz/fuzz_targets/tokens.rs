//! Hands arbitrary bytes to the target `tokens`.
#![no_main]

#[path = "../../tests/support/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::run("tokens", bytes));
