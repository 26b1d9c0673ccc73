//! Features captured from booted kernels, and those that a file without `abi` rule is taken to be written for.

use super::Features;

/// A kernel, and what it was booted to say.
struct BuiltinKernel {
    name: &'static str,
    text: &'static [u8],
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command shows it"))]
    origin: &'static str,
}

/// Each as read from `/sys/kernel/security/apparmor/features` of the booted kernel, oldest first. The flavours that Debian builds of
/// one version (amd64, cloud, rt), where several were booted, say the same.
const SETS: &[BuiltinKernel] = &[
    set("linux-6.1", include_bytes!("builtin/linux-6.1"), "Debian 6.1.192-2 (bookworm; amd64, cloud, rt), 2026-11-29"),
    set(
        "linux-6.12",
        include_bytes!("builtin/linux-6.12"),
        "Debian 6.12.118-1 (trixie; amd64, cloud, rt) and 6.12.117 (bookworm-backports; cloud), 2026-11-29",
    ),
    set(
        "linux-6.16",
        include_bytes!("builtin/linux-6.16"),
        "Debian 6.16.12-1~bpo13+1 (trixie-backports; cloud), 2026-11-29",
    ),
    set("linux-6.17", LINUX_6_17, "Debian 6.17.13 (trixie-backports; cloud), 2026-11-29"),
    set("linux-6.18", LINUX_6_17, "Debian 6.18.15 (trixie-backports; cloud), 2026-11-29"),
    set("linux-6.19", LINUX_6_17, "Debian 6.19.14 (trixie-backports; cloud), 2026-11-29"),
    set("linux-7.0", LINUX_6_17, "Debian 7.0.13 (trixie-backports; cloud), 2026-11-29"),
    set(
        "linux-7.1",
        include_bytes!("builtin/linux-7.1"),
        "Debian 7.1.13-1~bpo13+1 (trixie-backports; cloud), 2026-11-29",
    ),
    set("linux-7.2", include_bytes!("builtin/linux-7.2"), "Debian 7.2.13-1 (sid; amd64, cloud, rt), 2026-11-29"),
    set(
        "linux-7.3",
        include_bytes!("builtin/linux-7.3"),
        "Debian 7.3.4-1~bpo13+1 (trixie-backports; amd64, cloud, rt) and 7.3~rc7 (experimental; cloud), 2026-11-29",
    ),
];

const LINUX_6_17: &[u8] = include_bytes!("builtin/linux-6.17");

const fn set(name: &'static str, text: &'static [u8], origin: &'static str) -> BuiltinKernel {
    BuiltinKernel { name, text, origin }
}

/// The last byte, a brace that closes nothing, is part of what the id is made of.
const FALLBACK_KERNEL: &[u8] = include_bytes!("builtin/fallback-kernel");

const DEFAULT_POLICY: &[u8] = include_bytes!("builtin/default-policy");

impl Features {
    /// The features of a kernel that armorer knows by name: one of [`Features::builtin_names`].
    ///
    /// ```
    /// # use armorer::features::Features;
    /// let features = Features::builtin("linux-6.12").unwrap();
    /// assert!(features.supports("io_uring/mask/sqpoll"));
    /// assert_eq!(Features::builtin("linux-2.4"), None);
    /// ```
    #[must_use]
    pub fn builtin(name: &str) -> Option<Features> {
        Features::parse(SETS.iter().find(|set| set.name == name)?.text).ok()
    }

    /// The names that [`Features::builtin`] takes, oldest kernel first.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// let names: Vec<&str> = Features::builtin_names().collect();
    /// assert_eq!((names[0], names.len()), ("linux-6.1", 10));
    /// ```
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        SETS.iter().map(|set| set.name)
    }

    /// The kernels that a built-in set was read from, and when. Needs the feature `cli`.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// let origin = Features::builtin_origin("linux-6.16").unwrap();
    /// assert_eq!(origin, "Debian 6.16.12-1~bpo13+1 (trixie-backports; cloud), 2026-11-29");
    /// ```
    #[must_use]
    #[cfg(feature = "cli")]
    pub fn builtin_origin(name: &str) -> Option<&'static str> {
        SETS.iter().find(|set| set.name == name).map(|set| set.origin)
    }

    /// Returns the features that apparmor_parser assumes for a kernel whose features cannot be read: files, capabilities and
    /// resource limits in the format of old (ABI 5), no other class. Its id is that of apparmor_parser.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// assert!(Features::fallback_kernel().supports("file/mask/exec"));
    /// assert!(!Features::fallback_kernel().supports("network"));
    /// ```
    #[must_use]
    pub fn fallback_kernel() -> Features {
        let tree = FALLBACK_KERNEL.strip_suffix(b"}").map(Features::parse);
        let root = tree.and_then(Result::ok).map(|features| features.root).unwrap_or_default();
        Features { text: FALLBACK_KERNEL.into(), root }
    }

    /// Returns the features that a file without an `abi` rule is written for, and that `abi <default>` means: the features of
    /// the days before there were `abi` rules. They have neither `network_v8` nor `domain/stack` nor user namespaces.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// assert!(Features::default_policy().supports("dbus"));
    /// assert!(!Features::default_policy().supports("network_v8"));
    /// ```
    #[must_use]
    pub fn default_policy() -> Features {
        // The text is part of the program and a test reads it; an empty set would be the answer to a malformed one.
        Features::parse(DEFAULT_POLICY).unwrap_or_else(|_| Features::from_tree(Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities() {
        for (name, id, id_of_file) in [
            ("linux-6.1", 0x6b0d_76a2, 0xb1b7_f213),
            ("linux-6.12", 0x979b_3ac6, 0xba19_77fe),
            ("linux-7.2", 0xcb14_55dc, 0xf89a_5403),
        ] {
            let features = Features::builtin(name).unwrap();
            assert_eq!(features.id(), id, "{name}");
            let longer = [features.to_text(), b"\n"].concat();
            assert_eq!(Features::parse(&longer).unwrap().id(), id_of_file, "{name}");
        }
    }

    #[test]
    #[cfg(feature = "cli")]
    fn from_one_kernel_to_the_next() {
        let [old, middle, new] =
            ["linux-6.12", "linux-6.16", "linux-6.17"].map(|name| Features::builtin(name).unwrap());
        assert_eq!(old.missing_in(&middle), ["network_v8/tcp-fast-open", "network_v8/tcp-fast-open/yes"]);
        assert_eq!(middle.missing_in(&old), ["policy/state32", "policy/state32/0x000001"]);
        let more = new.missing_in(&middle);
        for path in ["dbus", "network_v9/af_unix", "domain/kill.signal", "policy/permstable32_version/0x000003"] {
            assert!(more.iter().any(|known| known == path), "{path}: {more:?}");
        }
        for name in ["linux-6.18", "linux-6.19", "linux-7.0"] {
            assert_eq!(Features::builtin(name).unwrap(), new);
        }
        assert!(old.missing_in(&old).is_empty());
    }

    #[test]
    fn written_as_read() {
        for name in Features::builtin_names() {
            let features = Features::builtin(name).unwrap();
            assert_eq!(Features::from_tree(features.root.clone()), features, "{name}");
        }
    }

    #[test]
    fn kernels_differ_where_they_should() {
        let has = |name, path| Features::builtin(name).unwrap().supports(path);
        assert!(has("linux-6.1", "policy/versions/v9"));
        assert!(!has("linux-6.1", "policy/permstable32_version"));
        assert!(has("linux-6.12", "policy/permstable32_version/0x000001"));
        assert!(has("linux-7.2", "policy/permstable32_version/0x000003"));
        assert!(!has("linux-6.12", "network_v9") && has("linux-7.2", "network_v9/af_unix"));
        assert!(
            !has("linux-6.1", "namespaces/mask/userns_create") && has("linux-6.12", "namespaces/mask/userns_create")
        );
        assert!(!has("linux-6.1", "io_uring") && has("linux-6.12", "io_uring"));
    }

    #[test]
    fn fallback_for_unknown_kernels() {
        let features = Features::fallback_kernel();
        assert_eq!((features.id(), features.to_text().len()), (0x7336_92a5, 708));
        for path in ["file/mask/exec", "rlimit/mask/rttime", "capability/0xffffff", "domain/change_hat", "policy/v6"] {
            assert!(features.supports(path), "{path}");
        }
        assert!(!features.supports("policy/versions") && !features.supports("network"));
        assert_eq!(features.words("caps/mask").count(), 38);
    }

    #[test]
    fn default_policy_has_no_youngest_features() {
        let features = Features::default_policy();
        for path in ["dbus", "signal", "ptrace", "mount", "network/af_unix", "file", "rlimit", "domain/version/1.2"] {
            assert!(features.supports(path), "{path}");
        }
        for path in ["network_v8", "network_v9", "domain/stack", "namespaces/mask", "io_uring", "policy", "ipc"] {
            assert!(!features.supports(path), "{path}");
        }
        assert_eq!(features.words("caps/mask").count(), 40);
        assert_eq!(features.words("caps/mask").last(), Some(&b"bpf"[..]));
    }
}
