//! The node agent and the commands that load policy, on real kernels: a volume is switched as the kubelet does it, while processes
//! run under its profiles.

use crate::kernel::program;
use crate::kernel::said;
use crate::kernel::vm::Vm;
use crate::support;

/// The output of the script (`agent.sh`) if all is well.
const EXPECTED: &[(&str, &str)] = &[
    ("loaded", "yes"),
    ("allowed", "yes"),
    ("refused-even-as-root", "0 yes"),
    ("sleeper", "yes"),
    ("status", "1"),
    ("status-line", "yes"),
    ("metrics", "1 ok"),
    ("switched", "yes"),
    ("switched-away", "yes"),
    ("broken-told", "yes"),
    ("broken-kept", "yes"),
    ("same-name-told", "yes"),
    ("same-name-kept", "yes"),
    ("half", "yes"),
    ("whole", "yes"),
    ("clash-told", "yes"),
    ("clash-kept", "yes"),
    ("full-told", "yes"),
    ("full-not-loaded", "yes"),
    ("full-kept", "yes"),
    ("full-later", "yes"),
    ("killed-in-force", "yes"),
    ("killed-sleeper", "yes"),
    ("settled", "yes"),
    ("swaps-in-force", "yes"),
    ("swaps-memory", "flat"),
    ("vanished-kept", "yes yes"),
    ("vanished-removed", "yes"),
    ("ended", "0"),
    ("left", "yes"),
    ("once-loaded", "yes yes yes"),
    ("no-drift", "0"),
    ("drift", "/other: k8s-once differs from the loaded policy"),
    ("load-again", "armorer: /first: cannot load \"k8s-once\" and 1 more: EEXIST"),
    ("guarded", "2 1 yes"),
    ("forced", "0 yes"),
    ("exec-nowhere", "armorer: cannot change to \"nowhere\" at exec: ENOENT: no such profile or hat is loaded"),
    ("removed", "0 yes"),
    ("removed-again", "armorer: somebody: cannot remove \"somebody\": ENOENT: no profile of this name is loaded"),
    ("removed-from", "0 yes"),
    ("confine", "unconfined, worker (enforce), worker//request (enforce), worker (enforce), 0"),
];

#[test]
fn agent_on_linux_6_1() {
    watch("6.1", 25);
}

#[test]
fn agent_on_linux_6_12() {
    watch("6.12", 25);
}

/// The newest kernel sees 500 switches.
#[test]
fn agent_on_linux_7_2() {
    watch("sid", 250);
}

fn watch(image: &str, swaps: u32) {
    let Some(kernels) = support::directory("ARMORER_KERNELS", &format!("agent on {image}")) else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut files = program::armorer(directory.path());
    files.extend(program::example("confine", directory.path()));
    let script = format!("SWAPS={swaps}\n{}", include_str!("agent.sh"));
    let run = Vm { kernel: &kernels.join(image), files, script }.run();
    said::judge(&run, EXPECTED, &format!("agent on {image}"));
}
