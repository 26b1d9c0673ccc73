//! Properties that hold for any bytes: the bodies of the fuzz targets, which `tests/policy/fuzz.rs` runs on inputs that once failed.

use armorer::source::Memory;
use armorer::{Compiler, Features, Input, analysis, blob};

/// Any bytes parse without panic; what parses prints, and what is printed is canonical already.
pub(crate) fn parser(text: &[u8]) {
    if let Ok(formatted) = armorer::format(text) {
        assert_eq!(armorer::format(&formatted).ok(), Some(formatted));
    }
}

/// Any bytes are read without panic; what is read can be compared with itself and shown, and what is written reads back.
pub(crate) fn blob(bytes: &[u8]) {
    if let Ok(profiles) = blob::read(bytes) {
        let dump = analysis::dump(bytes).expect("what reads can be shown");
        assert_eq!(dump.profiles.len(), profiles.len());
        assert!(dump.to_string().lines().count() >= profiles.len());
        if let Ok(written) = blob::write(&profiles) {
            assert_eq!(blob::read(&written).expect("what was written reads"), profiles);
        }
        if let Ok(diff) = analysis::diff(&profiles, &profiles, &analysis::DiffOptions::default()) {
            assert!(diff.is_empty(), "{diff}");
        }
    }
}

/// Any bytes are read as features without panic.
pub(crate) fn features(text: &[u8]) {
    if let Ok(features) = Features::parse(text) {
        let _ = features.supports("policy/versions/v7");
        let both = features.intersect(&features);
        assert_eq!(both, both.intersect(&both));
    }
}

/// Any text compiles or is refused without panic; what compiles is a blob that the kernel's checks pass.
pub(crate) fn compiler(text: &[u8]) {
    let compiler = Compiler::new(Features::builtin("linux-7.2").expect("built in")).loader(Memory::new());
    if let Ok(policy) = compiler.compile(Input::text("fuzz", text)) {
        let read = blob::read(policy.blob()).expect("reads back");
        for profile in &read {
            blob::verify_profile(profile).expect("the kernel would take it");
        }
    }
}
