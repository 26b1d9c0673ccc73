//! Any bytes are read without panic; what is read can be compared with itself, and written and read back.
#![no_main]

use armorer::{analysis, blob};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(profiles) = blob::read(bytes) {
        if let Ok(written) = blob::write(&profiles) {
            assert_eq!(blob::read(&written).expect("what was written reads"), profiles);
        }
        let _ = analysis::diff(&profiles, &profiles, &analysis::DiffOptions::default());
    }
});
