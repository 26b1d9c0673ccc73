//! `armorer learn` on real kernels: what is suggested, and that what was loaded before is back however the command ends.

use crate::kernel::program;
use crate::kernel::said;
use crate::kernel::vm::{File, Vm};
use crate::support;

const PROFILE: &str = "profile web /srv/busybox {\n  /srv/busybox mr,\n  /a r,\n}\n";

/// A profile loaded from another file, with a child that the tree does not have.
const OLD: &str = "profile web /srv/busybox {\n  /srv/busybox mr,\n  /a r,\n  profile old {\n  }\n}\n";

const SPARE: &str = "profile spare {\n  /srv/busybox mr,\n}\n";

/// The output of the script (`learn.sh`).
const EXPECTED: &[(&str, &str)] = &[
    ("unloaded", "0 1 reads:ab"),
    ("old", "web//old:enforce web:enforce reads:a"),
    ("meanwhile", "complain"),
    ("loaded", "0 web//old:enforce web:enforce reads:a"),
    ("fails", "1 1 web//old:enforce web:enforce"),
    ("none", "2 web//old:enforce web:enforce reads:a"),
    ("killed", "1 1 web//old:enforce web:enforce"),
    ("TERM", "2 web//old:enforce web:enforce reads:a 1 told web (complain)"),
    ("INT", "2 web//old:enforce web:enforce reads:a 1 told web (complain)"),
    ("HUP", "2 web//old:enforce web:enforce reads:a 1 told web (complain)"),
    ("confined", "0 1 web//old:enforce web:enforce"),
    ("fixed", "0 1 reads:a"),
    ("replaced", "reads:ab"),
    ("again", "0 nothing-to-suggest"),
    ("nobody", "2 1"),
];

#[test]
fn learning_on_linux_6_1() {
    learn("6.1");
}

#[test]
fn learning_on_linux_7_2() {
    learn("sid");
}

fn learn(image: &str) {
    let what = format!("learning on {image}");
    let Some(kernels) = support::directory("ARMORER_KERNELS", &what) else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut files = program::armorer(directory.path());
    files.push(File::data("/etc/apparmor.d/web", PROFILE));
    files.push(File::data("/etc/apparmor.d/spare", SPARE));
    files.push(File::data("/etc/old", OLD));
    let run = Vm { kernel: &kernels.join(image), files, script: include_str!("learn.sh").to_owned() }.run();
    said::judge(&run, EXPECTED, &what);
}
