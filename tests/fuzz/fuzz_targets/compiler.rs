#![no_main]

#[path = "../laws.rs"]
#[allow(dead_code, reason = "each target uses one")]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::compiler(bytes));
