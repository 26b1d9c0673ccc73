//! armorer as `apparmor_parser`, called by the scripts that Debian boots with, on the newest kernel.

use std::process::Command;

use armorer::features::Features;

use crate::kernel::program;
use crate::kernel::said;
use crate::kernel::vm::{File, Vm};
use crate::support;

/// The output of the script (`dropin.sh`) if all is well.
const EXPECTED: &[(&str, &str)] = &[
    ("stopped", "0 0"),
    ("started", "0"),
    ("profiles", "many same"),
    ("cached", "many"),
    ("reloaded", "0"),
    ("hashes", "many stable"),
    ("drift", "0 the loaded policy matches the files"),
    ("profile-load", "0"),
    ("docker", "0 1"),
    ("again", "apparmor_parser: Unable to add \"docker-default\".  Profile already exists"),
    ("removed", "0 0"),
];

#[test]
fn boot_scripts_on_linux_7_2() {
    let Some(kernels) = support::directory("ARMORER_KERNELS", "boot scripts") else { return };
    let Some(oracle) = support::directory("ARMORER_ORACLE", "boot scripts") else { return };
    let directory = tempfile::tempdir().unwrap();
    let tree = oracle.join("etc/apparmor.d");
    let mut files = program::armorer(directory.path());
    files.extend(program::tree(&tree, "/etc/apparmor.d"));
    for script in ["apparmor.systemd", "rc.apparmor.functions", "profile-load"] {
        let bytes = std::fs::read(oracle.join("root/usr/lib/apparmor").join(script)).expect("a script of the package");
        files.push(File::program(format!("/lib/apparmor/{script}"), bytes));
    }
    let features = directory.path().join("features");
    std::fs::write(&features, Features::builtin("linux-7.2").unwrap().to_text()).unwrap();
    let mut reference = Command::new(oracle.join("apparmor_parser"));
    let reference =
        reference.args(["-K", "-Q", "-q", "-j0", "-M"]).arg(features).arg("-b").arg(&tree).arg("-S").arg(&tree);
    files.push(File::data("/policies/reference", reference.output().expect("the reference runs").stdout));
    let run = Vm { kernel: &kernels.join("sid"), files, script: include_str!("dropin.sh").to_owned() }.run();
    said::judge(&run, EXPECTED, "boot scripts on 7.2");
}
