//! Replays inputs that fuzzing once found, and nasty ones made by hand: `tests/fuzz/regressions/<target>/*`.

#[path = "../fuzz/laws.rs"]
mod laws;
#[path = "../fuzz/logs.rs"]
pub(crate) mod logs;
#[cfg(target_os = "linux")]
#[path = "../fuzz/volumes.rs"]
mod volumes;

fn replay(target: &str, law: fn(&[u8])) {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/regressions").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&directory).expect("the regressions are in the repository") {
        law(&std::fs::read(entry.expect("readable").path()).expect("readable"));
        inputs += 1;
    }
    assert!(inputs > 0, "no inputs for {target}");
}

#[test]
fn parser() {
    replay("parser", laws::parser);
}

#[test]
fn blob() {
    replay("blob", laws::blob);
}

#[test]
fn features() {
    replay("features", laws::features);
}

#[test]
fn compiler() {
    replay("compiler", laws::compiler);
}

#[test]
fn log() {
    replay("log", logs::log);
}

#[cfg(target_os = "linux")]
#[test]
fn volume() {
    replay("volume", volumes::volume);
}

#[cfg(target_os = "linux")]
mod random {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn volumes(steps in proptest::collection::vec(any::<[u8; 4]>(), 0..40)) {
            super::volumes::volume(&steps.concat());
        }
    }
}
