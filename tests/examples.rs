//! The examples are what the documentation shows; these tests keep them true.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::fs;
use std::path::{Path, PathBuf};

use armorer::features::Features;

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}

/// The text of a block scalar (`KEY: |`) of the manifest, its indentation taken off.
fn block_scalar(manifest: &str, key: &str) -> String {
    let header = format!("{key}: |");
    let mut lines = manifest.lines().skip_while(|line| line.trim_start() != header);
    let outer = lines.next().map(|line| line.len() - line.trim_start().len()).expect("the key is in the manifest");
    let block: Vec<&str> =
        lines.take_while(|line| line.is_empty() || line.len() - line.trim_start().len() > outer).collect();
    let indent = block.first().map(|line| line.len() - line.trim_start().len()).expect("the block has lines");
    block.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or(""))).collect()
}

#[test]
fn the_config_map_holds_the_profile() {
    let manifest = fs::read_to_string(example("kubernetes/configmap.yaml")).unwrap();
    let profile = fs::read_to_string(example("apparmor.d/k8s-nginx")).unwrap();
    assert_eq!(block_scalar(&manifest, "k8s-nginx"), profile);
}

#[test]
fn the_abi_file_covers_what_kernels_mediate() {
    let abi = Features::from_path(example("apparmor.d/abi/armorer")).unwrap();
    for name in Features::builtin_names() {
        let kernel = Features::builtin(name).unwrap();
        for path in [
            "caps/mask",
            "dbus",
            "domain/stack",
            "file",
            "io_uring",
            "mount",
            "namespaces/mask/userns_create",
            "network_v8",
            "network_v9/af_unix",
            "ptrace",
            "rlimit",
            "signal",
        ] {
            assert!(abi.supports(path), "{path}");
            assert_eq!(abi.intersect(&kernel).supports(path), kernel.supports(path), "{path} of {name}");
        }
        assert!(kernel.words("caps/mask").all(|word| abi.words("caps/mask").any(|known| known == word)), "{name}");
    }
}
