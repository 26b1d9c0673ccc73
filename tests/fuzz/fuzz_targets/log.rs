#![no_main]

#[path = "../logs.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod logs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| logs::log(bytes));
