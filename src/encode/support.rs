//! Mediation by the target: the features that the kernel has and the policy is written for.

use crate::features::Features;
use crate::vocab::{Capability, Vocabulary, classes};

/// The form in which the target takes rules about sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SocketSupport {
    /// Nowhere.
    None,
    /// A table of socket types (kernels outside of mainline).
    Legacy,
    /// A class of the policy automaton.
    Class(u8),
}

/// The features supported by the target.
///
/// A class counts as mediated when both the kernel and the policy's features have it. What is about the format alone is up to the
/// kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a feature of its own")]
pub(super) struct Support {
    /// The ABI number of the blob: 5, 6 or 7.
    pub(super) abi: u32,
    /// The version of the permission table (2 or 3), where the kernel takes one.
    pub(super) table: Option<u32>,
    /// Whether states may be encoded as differences. (The name with underscore is that of kernels that match such tables wrongly.)
    pub(super) diff_encode: bool,
    /// Whether tables may have 32-bit cells.
    pub(super) state32: bool,
    pub(super) network: SocketSupport,
    pub(super) network_v8: bool,
    /// Whether conditions on addresses and ports of the inet families are mediated.
    pub(super) inet: bool,
    /// Whether packets are mediated beside sockets.
    pub(super) skb: bool,
    /// Whether a packet's interface is.
    pub(super) skb_interface: bool,
    /// The class of fine-grained unix rules.
    pub(super) unix: Option<u8>,
    pub(super) unix_v9: bool,
    pub(super) unix_v7: bool,
    pub(super) mount: bool,
    pub(super) dbus: bool,
    pub(super) signal: bool,
    pub(super) ptrace: bool,
    pub(super) userns: bool,
    pub(super) posix_mqueue: bool,
    pub(super) sysv_mqueue: bool,
    pub(super) io_uring: bool,
    /// Whether a task may change to a stack of profiles.
    pub(super) stack: bool,
    /// Whether attachments may depend on extended attributes.
    pub(super) xattrs: bool,
    /// Whether profiles may be in the mode `prompt`.
    pub(super) prompt_mode: bool,
    pub(super) interruptible: bool,
    pub(super) kill_signal: bool,
    /// Whether the kernel announces that under the name that the reference compiler looks for.
    pub(super) kill_signal_in_policy: bool,
    pub(super) error: bool,
    pub(super) disconnected_ipc: bool,
    pub(super) identity: bool,
    /// The capabilities that the kernel names, a bit each.
    pub(super) kernel_capabilities: u64,
}

impl Support {
    pub(super) fn new(kernel: &Features, policy: &Features) -> Support {
        let both = |path: &str| kernel.supports(path) && policy.supports(path);
        let (v8, v9) = (both("network_v8"), both("network_v9"));
        let (unix_v7, unix_v9) = (both("network/af_unix"), both("network_v9/af_unix"));
        let network = match (v9, v8, both("network")) {
            (true, ..) => SocketSupport::Class(classes::NETWORK_V9),
            (_, true, _) => SocketSupport::Class(classes::NETWORK_V8),
            (_, _, true) => SocketSupport::Legacy,
            _ => SocketSupport::None,
        };
        let unix = (unix_v7 || unix_v9).then_some(match network {
            SocketSupport::Class(class) => class,
            SocketSupport::Legacy | SocketSupport::None => classes::NETWORK_V7,
        });
        let table = match () {
            () if !kernel.supports("policy/permstable32") => None,
            () if kernel.supports("policy/permstable32_version/0x000003") => Some(3),
            () if kernel.supports("policy/permstable32_version/0x000002") => Some(2),
            () => None,
        };
        Support {
            abi: match () {
                () if kernel.supports("policy/versions/v7") => 7,
                () if kernel.supports("policy/versions/v6") => 6,
                () => 5,
            },
            table,
            diff_encode: kernel.supports("policy/diff-encode"),
            state32: kernel.supports("policy/state32"),
            network,
            network_v8: v8,
            inet: both("network_v8/af_inet") || both("network_v9/af_inet"),
            skb: both("network_v9_skb"),
            skb_interface: both("network_v9_skb/iface"),
            unix,
            unix_v9,
            unix_v7,
            mount: both("mount"),
            dbus: both("dbus"),
            signal: both("signal"),
            ptrace: both("ptrace"),
            userns: both("namespaces/mask/userns_create"),
            posix_mqueue: both("ipc/posix_mqueue"),
            sysv_mqueue: both("ipc/sysv_mqueue"),
            io_uring: both("io_uring"),
            stack: both("domain/stack"),
            xattrs: both("domain/attach_conditions/xattr") && kernel.supports("policy/outofband"),
            // No kernel announces the mode. Linux 6.1 refuses to load it, Linux 6.12 takes it: it came with the prompt column of
            // permission tables.
            prompt_mode: kernel.supports("policy/permstable32"),
            interruptible: both("policy/profile/interruptible"),
            // Linux 7.2 announces the second name.
            kill_signal: both("policy/profile/kill.signal") || both("domain/kill.signal"),
            kill_signal_in_policy: both("policy/profile/kill.signal"),
            error: both("policy/profile/error"),
            disconnected_ipc: both("domain/disconnected.ipc"),
            identity: both("domain/identity"),
            kernel_capabilities: kernel_capabilities(kernel),
        }
    }
}

/// The capabilities of `caps/mask`: by name, and those without a known name by their place.
fn kernel_capabilities(kernel: &Features) -> u64 {
    let numbers = kernel
        .words("caps/mask")
        .zip(0_u8..64)
        .map(|(word, place)| Capability::from_word(word).map_or(place, Capability::number));
    numbers.fold(0, |mask, number| mask | 1_u64.checked_shl(number.into()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn support(name: &str) -> Support {
        let features = Features::builtin(name).unwrap();
        Support::new(&features, &features)
    }

    #[test]
    fn built_in_kernels() {
        let old = support("linux-6.1");
        assert_eq!((old.abi, old.table, old.network, old.unix), (7, None, SocketSupport::Class(14), None));
        assert!(old.mount && old.signal && old.ptrace && old.stack && old.xattrs);
        assert!(!old.dbus && !old.userns && !old.io_uring && !old.diff_encode && !old.state32);
        assert_eq!(old.kernel_capabilities, (1 << 41) - 1);

        let middle = support("linux-6.12");
        assert_eq!((middle.table, middle.network), (None, SocketSupport::Class(14)));
        assert!(middle.userns && middle.io_uring && !middle.dbus && !middle.kill_signal);

        let new = support("linux-7.2");
        assert_eq!((new.abi, new.table, new.network, new.unix), (7, Some(3), SocketSupport::Class(15), Some(15)));
        assert!(new.dbus && new.unix_v9 && !new.unix_v7 && new.network_v8 && new.diff_encode && new.state32);
        assert!(!old.prompt_mode && middle.prompt_mode && new.prompt_mode);
        assert!(new.kill_signal && !new.error && !new.interruptible && !new.disconnected_ipc && !new.identity);
    }

    #[test]
    fn a_policy_for_old_kernels() {
        let kernel = Features::builtin("linux-7.2").unwrap();
        let support = Support::new(&kernel, &Features::default_policy());
        assert_eq!((support.network, support.unix, support.table), (SocketSupport::None, None, Some(3)));
        assert!(support.mount && support.signal && !support.stack && !support.userns && !support.kill_signal);
    }
}
