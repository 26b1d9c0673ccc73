//! Any text compiles or is refused, without panic, within the limits; what compiles is a blob that reads back.
#![no_main]

use armorer::source::Memory;
use armorer::{Compiler, Features, blob};

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    let features = Features::builtin("linux-7.2").expect("built in");
    let compiler = Compiler::new(features).loader(Memory::new());
    if let Ok(policy) = compiler.compile_text("fuzz", text) {
        let bytes = policy.to_blob().expect("fits the format");
        blob::read(&bytes).expect("reads back");
    }
});
