//! The node agent over hostile volumes on real kernels, in the memory of its DaemonSet and in a quarter of that.

use crate::kernel::program;
use crate::kernel::said;
use crate::kernel::vm::Vm;
use crate::support;

/// The output of the script (`volumes.sh`) if nothing harms the agent.
const EXPECTED: &[(&str, &str)] = &[
    ("good-256", "yes yes"),
    ("refused-256", "yes yes yes"),
    ("healthy-256", "ok"),
    ("alive-256", "0 yes"),
    ("leaked-256", "0"),
    ("ended-256", "0 yes"),
    ("idle-256", "yes"),
    ("good-64", "yes yes"),
    ("refused-64", "yes yes yes"),
    ("healthy-64", "ok"),
    ("alive-64", "0 yes"),
    ("leaked-64", "0"),
    ("ended-64", "0 yes"),
    ("idle-64", "yes"),
    ("contested", "yes"),
    ("peace", "yes"),
];

#[test]
fn volumes_on_linux_6_1() {
    attack("6.1");
}

#[test]
fn volumes_on_linux_6_12() {
    attack("6.12");
}

#[test]
fn volumes_on_linux_7_2() {
    attack("sid");
}

fn attack(image: &str) {
    let Some(kernels) = support::directory("ARMORER_KERNELS", &format!("volumes on {image}")) else { return };
    let directory = tempfile::tempdir().unwrap();
    let files = program::armorer(directory.path());
    let run = Vm { kernel: &kernels.join(image), files, script: include_str!("volumes.sh").into() }.run();
    said::judge(&run, EXPECTED, &format!("volumes on {image}"));
}
