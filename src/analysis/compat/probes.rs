//! Accesses that show whether rules of a class allow all of it.

use crate::analysis::access::Access;
use crate::vocab::classes as class;

/// Accesses of a class with names that no rule has by chance; none for a class that nothing asks about.
pub(super) fn of_class(number: u8) -> Vec<Access> {
    const NAME: &str = "org.armorer.Probe7f3a";
    const PATH: &str = "/armorer-probe-7f3a";
    let lines: Vec<Vec<&str>> = match number {
        class::MOUNT => vec![
            vec!["mount", "/dev/armorer7f3a", "/armorer7f3a/", "ext4"],
            vec!["umount", "/armorer7f3a/"],
            vec!["pivot_root", "/armorer7f3a/", "/armorer7f3a/old/"],
        ],
        class::PTRACE => vec![vec!["ptrace", "armorer-probe-7f3a"]],
        class::SIGNAL => vec![vec!["signal", "usr2", "armorer-probe-7f3a"]],
        class::NETWORK_V8 | class::NETWORK_V9 => {
            vec![vec!["network", "inet", "stream"], vec!["network", "netlink", "raw"], vec!["network", "packet", "raw"]]
        }
        class::NETWORK_V7 => return unix(),
        class::POSIX_MQUEUE => vec![vec!["mqueue", PATH]],
        class::SYSV_MQUEUE => vec![vec!["mqueue", "74281"]],
        class::NAMESPACE => vec![vec!["userns"]],
        class::IO_URING => vec![vec!["io_uring", "sqpoll"], vec!["io_uring", "override_creds", "armorer-probe-7f3a"]],
        class::DBUS => ["session", "system", "armorer7f3a"]
            .into_iter()
            .flat_map(|bus| {
                let message = |word| vec!["dbus", word, bus, NAME, PATH, NAME, "Probe7f3a"];
                [message("send"), message("receive"), vec!["dbus", "bind", bus, NAME], vec!["dbus", "eavesdrop", bus]]
            })
            .collect(),
        _ => Vec::new(),
    };
    parsed(lines)
}

/// Accesses of unix sockets.
pub(super) fn unix() -> Vec<Access> {
    let lines = ["stream", "dgram", "seqpacket"].into_iter().flat_map(|kind| {
        [
            vec!["unix", "create", kind],
            vec!["unix", "bind,listen,accept", kind, "@armorer7f3a"],
            vec![
                "unix",
                "connect,send,receive",
                kind,
                "@armorer7f3a",
                "peer=armorer-probe-7f3a",
                "peer-addr=@armorer7f3b",
            ],
        ]
    });
    parsed(lines.collect())
}

fn parsed(lines: Vec<Vec<&str>>) -> Vec<Access> {
    lines.into_iter().filter_map(|words| Access::parse(&words).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probe_is_an_access() {
        let counts = [7, 9, 10, 14, 15, 4, 17, 18, 21, 22, 32].map(|class| of_class(class).len());
        assert_eq!(counts, [3, 1, 1, 3, 3, 9, 1, 1, 1, 2, 12]);
        assert!(of_class(99).is_empty());
    }
}
