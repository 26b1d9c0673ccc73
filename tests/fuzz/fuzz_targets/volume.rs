#![no_main]

#[path = "../volumes.rs"]
mod volumes;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| volumes::volume(bytes));
