#![doc = include_str!("container_sockets.md")]

use crate::lint::check::{Check, Probe, ProbedAccess};
use crate::lint::rule::Rule;

pub(in crate::lint::rules) static RULE: Rule = Rule {
    code: "AA0126",
    name: "container-sockets",
    page: page!("AA0126", "container_sockets"),
    check: Check::Probe(Probe {
        access: ProbedAccess::Write,
        files: &[
            "/run/docker.sock",
            "/run/containerd/containerd.sock",
            "/run/crio/crio.sock",
            "/run/podman/podman.sock",
            "/run/libvirt/libvirt-sock",
            "/var/snap/lxd/common/lxd/unix.socket",
        ],
        below: &[],
        what: "which is equivalent to root access",
    }),
    ..Rule::BASE
};
