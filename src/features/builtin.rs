//! Features captured from booted kernels, and those that a file without `abi` rule is taken to be written for.

use super::Features;

/// Name and text of each, oldest kernel first.
const SETS: &[(&str, &[u8])] = &[
    ("linux-6.1", include_bytes!("builtin/linux-6.1")),
    ("linux-6.12", include_bytes!("builtin/linux-6.12")),
    ("linux-7.2", include_bytes!("builtin/linux-7.2")),
];

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
        let &(_, text) = SETS.iter().find(|&&(known, _)| known == name)?;
        Features::parse(text).ok()
    }

    /// The names that [`Features::builtin`] takes, oldest kernel first.
    ///
    /// ```
    /// # use armorer::features::Features;
    /// assert!(Features::builtin_names().eq(["linux-6.1", "linux-6.12", "linux-7.2"]));
    /// ```
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        SETS.iter().map(|&(name, _)| name)
    }

    /// What apparmor_parser takes for a kernel whose features cannot be read: files, capabilities and resource limits in the format
    /// of old (ABI 5), no other class. Its id is that of apparmor_parser.
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

    /// What a file without `abi` rule is taken to be written for, and what `abi <default>` means: the features of the days before
    /// there were `abi` rules. They have neither `network_v8` nor `domain/stack` nor user namespaces.
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
