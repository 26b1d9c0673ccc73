//! `armorer mode` and the names of the utilities on real kernels: what is loaded after each change, and what a program may then do. It shows
//! which rules still deny in complain mode.

use crate::kernel::program;
use crate::kernel::said;
use crate::kernel::vm::{File, Vm};
use crate::support;

const PROFILE: &str = "\
# /c is not mentioned.
profile web /srv/busybox {
  /srv/busybox mr,
  deny /a r,
  audit deny /b r,
}
";

/// The output of the script (`modes.sh`): exit status, mode, and the files that are read.
const EXPECTED: &[(&str, &str)] = &[
    ("enforce", "0 enforce reads:"),
    ("complain", "0 complain reads:bc"),
    ("named", "1"),
    ("audit", "0 complain reads:abc"),
    ("kill", "0 kill reads:"),
    ("unconfined", "0 unconfined reads:abc"),
    ("left-alone", "0 unconfined reads:abc"),
    ("forced", "0 enforce reads:"),
    ("text", "same"),
    ("disable", "0 reads:abc"),
    ("boot-disabled", "0 reads:abc"),
    ("boot-enabled", "0 enforce reads:"),
    ("boot-complain", "0 complain reads:bc"),
    ("aa-enforce", "0 enforce reads:"),
    ("aa-complain", "0 complain reads:bc"),
    ("aa-audit", "0 complain reads:abc"),
    ("aa-disable", "0 reads:abc"),
    ("aa-enabled", "0 enforce reads:"),
    ("text-again", "same"),
];

#[test]
fn modes_on_linux_6_1() {
    set_modes("6.1");
}

#[test]
fn modes_on_linux_7_2() {
    set_modes("sid");
}

fn set_modes(image: &str) {
    let what = format!("modes on {image}");
    let Some(kernels) = support::directory("ARMORER_KERNELS", &what) else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut files = program::armorer(directory.path());
    files.push(File::data("/etc/apparmor.d/web", PROFILE));
    let run = Vm { kernel: &kernels.join(image), files, script: include_str!("modes.sh").to_owned() }.run();
    said::judge(&run, EXPECTED, &what);
}
