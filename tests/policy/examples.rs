//! The examples are what the documentation shows; these tests keep them true.

use std::path::{Path, PathBuf};

use armorer::features::Features;

#[allow(dead_code, reason = "the example's `main` is not run")]
#[path = "../../examples/edit_profile.rs"]
mod edit_profile;

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}

#[cfg(feature = "kubernetes")]
#[test]
fn the_config_map_holds_the_profile() {
    use std::fs;

    use armorer::kubernetes::Manifest;
    use armorer::source::SourceMap;

    let sources = SourceMap::new();
    let id = sources.add("configmap", fs::read(example("kubernetes/configmap.yaml")).unwrap()).unwrap();
    let manifest = Manifest::read(&sources.get(id), id);
    let profile = fs::read(example("apparmor.d/k8s-nginx")).unwrap();
    let [embedded] = &manifest.profiles[..] else { panic!("one profile") };
    assert_eq!((embedded.key.value.as_str(), &embedded.text), ("k8s-nginx", &profile));
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

#[test]
fn an_edited_profile_changes_in_few_lines() {
    let expected = r#"line 2
-profile web /usr/sbin/web {
+profile web /usr/sbin/web flags=(complain) {
line 4
+  include <abstractions/nameservice>
line 5
+  capability net_bind_service,
line 9
+  "/srv/web/upload\, /\*\* rwx" rw,
line 13
-  /etc/web.old  r,
"#;
    assert_eq!(edit_profile::report(edit_profile::DEMO.as_bytes(), "web").unwrap(), expected);
}
