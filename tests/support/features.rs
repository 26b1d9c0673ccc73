//! Feature sets that no kernel of the main line has: each changes one thing about Linux 7.2's, so that every encoding is compared.

use std::path::{Path, PathBuf};

/// A feature set under a name.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// Its file.
    pub(crate) path: PathBuf,
}

/// The sets that every differential test covers, from the directory of features files.
pub(crate) fn targets(directory: &Path) -> Vec<Target> {
    super::TARGETS.map(|name| Target { name: name.into(), path: directory.join(name) }).into()
}

/// The sets that are built in, written to a directory.
pub(crate) fn builtin(to: &Path) -> Vec<Target> {
    // The others differ from these in what no rule is about, or lie between them: see `builtin.rs`.
    let names = ["linux-6.1", "linux-6.12", "linux-7.2"].into_iter();
    let write = |name: &'static str| {
        let path = to.join(name);
        let features = armorer::Features::builtin(name).expect("built in");
        std::fs::write(&path, features.to_text()).expect("the features are writable");
        Target { name: name.into(), path }
    };
    names.map(write).collect()
}

/// A name, and what to replace in the text of Linux 7.2's features by what.
type Variant = (&'static str, &'static [(&'static str, &'static str)]);

const VARIANTS: &[Variant] = &[
    // Addresses and ports.
    ("inet", &[("network_v8 {", "network_v8 {af_inet {yes\n}\n"), ("network_v9 {", "network_v9 {af_inet {yes\n}\n")]),
    ("inet-v8", &[("network_v8 {", "network_v8 {af_inet {yes\n}\n"), ("network_v9 {", "network_v7_none {")]),
    // Packets, with and without interfaces.
    (
        "packets",
        &[
            ("network_v9 {", "network_v9_skb {iface {receive connect\n}\n}\nnetwork_v9 {"),
            ("network_v8 {", "network_v8 {af_inet {yes\n}\n"),
        ],
    ),
    (
        "packets-plain",
        &[
            ("network_v9 {", "network_v9_skb {rcv_skb {secmark_receive\n}\n}\nnetwork_v9 {"),
            ("network_v8 {", "network_v8 {af_inet {yes\n}\n"),
        ],
    ),
    // Unix sockets as kernels outside of the main line had them, beside each of the other network classes.
    ("unix-v7", &[("af_unix {yes\n}\n", ""), ("network_v9 {", "network {af_unix {yes\n}\n}\nnetwork_v9 {")]),
    (
        "unix-v7-v8",
        &[
            ("af_unix {yes\n}\n", ""),
            ("network_v9 {", "network_none {"),
            ("network_v8 {", "network {af_unix {yes\n}\n}\nnetwork_v8 {"),
        ],
    ),
    ("queues", &[("mount {", "ipc {posix_mqueue {create\n}\nsysv_mqueue {create\n}\n}\nmount {")]),
    ("queues-posix", &[("mount {", "ipc {posix_mqueue {create\n}\n}\nmount {")]),
    // Permission tables.
    ("table-2", &[("permstable32_version {0x000003", "permstable32_version {0x000001 0x000002")]),
    ("table-1", &[("permstable32_version {0x000003", "permstable32_version {0x000001")]),
    ("no-diff", &[("diff-encode {yes\n}\n", "diff_encode {yes\n}\n")]),
    // Formats.
    ("abi-6", &[("v7 {yes\n}\n", "")]),
    ("abi-5", &[("v7 {yes\n}\n", ""), ("v6 {yes\n}\n", ""), ("permstable32 {", "permstable_none {")]),
    // Fields of profiles.
    (
        "flags",
        &[
            ("policy {", "policy {profile {kill.signal {yes\n}\nerror {yes\n}\ninterruptible {yes\n}\n}\n"),
            ("domain {", "domain {disconnected.ipc {yes\n}\nidentity {yes\n}\n"),
        ],
    ),
    // Classes that are missing.
    ("no-stack", &[("stack {yes\n}\n", "")]),
    ("no-outofband", &[("outofband {0x000001\n}\n", "")]),
    ("no-dbus", &[("dbus {", "nodbus {")]),
    ("no-signal", &[("signal {mask", "signal_none {mask")]),
    ("no-ptrace", &[("ptrace {mask", "ptrace_none {mask")]),
    ("no-mount", &[("mount {mask", "mount_none {mask")]),
    ("no-network", &[("network_v8 {", "net8 {"), ("network_v9 {", "net9 {")]),
    ("few-capabilities", &[(" perfmon bpf checkpoint_restore", ""), ("audit_control", "")]),
];

/// Writes the variants of the features of Linux 7.2 to a directory.
pub(crate) fn variants(directory: &Path, to: &Path) -> Vec<Target> {
    let base = std::fs::read_to_string(directory.join("linux-7.2")).expect("the features are readable");
    let write = |&(name, changes): &Variant| {
        let mut text = base.clone();
        for (from, with) in changes {
            assert!(text.contains(from), "{name}: Linux 7.2's features have no {from:?}");
            text = text.replace(from, with);
        }
        let path = to.join(name);
        std::fs::write(&path, text).expect("the features are writable");
        Target { name: name.into(), path }
    };
    VARIANTS.iter().map(write).collect()
}
