//! Any bytes are read as features without panic.
#![no_main]

use armorer::Features;

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    if let Ok(features) = Features::parse(text) {
        let _ = features.supports("policy/versions/v7");
        let _ = features.intersect(&features);
    }
});
