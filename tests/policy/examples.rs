//! The examples are what the documentation shows; these tests keep them true.

use std::path::{Path, PathBuf};

use armorer::features::Features;

#[allow(dead_code, reason = "the example's `main` is not run")]
#[path = "../../examples/edit_profile.rs"]
mod edit_profile;

#[allow(dead_code, reason = "the example's `main` is not run")]
#[path = "../../examples/walk.rs"]
mod walk;

#[allow(dead_code, reason = "the example's `main` is not run")]
#[path = "../../examples/container_profile.rs"]
mod container_profile;

#[test]
fn a_walk_prints_types() {
    assert_eq!(
        walk::walk(walk::DEMO.as_bytes()).unwrap(),
        "\
granted at byte 42: Chown, number 0
granted at byte 48: Setuid, number 7
denied at byte 97: SysAdmin, number 21
granted at byte 126: FilePermissions(r) of /usr/bin/helper
granted at byte 127: exec of /usr/bin/helper as Profile
at byte 158: `net_bind_servce` is not a capability
"
    );
}

#[test]
fn hostile_volumes_stay_volumes() {
    let report = container_profile::report().unwrap();
    assert_eq!(
        report,
        r#"abi <kernel>,
profile tenant-a.web {
  # made by the container runtime
  include if exists <local/containers>
  /var/lib/containers/7f3a/** mrwlkix,
  deny /proc/sys/kernel/** w,
  signal peer=tenant-a.web,
  ptrace peer=tenant-a.web,
  audit deny mount,
  "/srv/data with blanks/**" rwk,
  "/srv/a\042 r\, /\*\* rwix\, \042/b/**" r,
  capability net_bind_service,
  capability chown,
  network inet,
  network inet6,
}
# reading /srv/data with blanks/x: allowed
# reading /srv/a" r, /** rwix, "/b/x: allowed
# reading /etc/shadow: denied
"#
    );
}

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
