//! The script that the machine runs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::kernel::checks::{Group, Load};

/// The name of a profile that is not there: removing it leaves a record that shows where a check begins.
pub(crate) const MARK: &str = "mark.";

/// The definitions before all checks. One write is one policy, so dd must not split it. Files of procfs and sysfs are looked up
/// once, because the first lookup of a name is logged in another way.
const SET_UP: &str = r#"
export PATH=/applets:/bin
POLICY=/sys/kernel/security/apparmor
AUDIT=/sys/module/apparmor/parameters/audit
echo 0 > /proc/sys/kernel/printk_ratelimit
cd $POLICY/features
find . -type f | while read -r file; do echo "RESULT features ${file#./} $(cat $file)"; done
cd /
cat /proc/sys/kernel/hostname /sys/kernel/uevent_seqnum > /dev/null
ifconfig lo 127.0.0.1 up
load() { dd if=/policies/$C/$1 of=$POLICY/.replace bs=16M 2> /errors && echo ok || sed -n 's/^dd: .*: //p' /errors; }
mark() { echo -n "mark.$1" > $POLICY/.remove; } 2> /dev/null
profiles() { echo $(sort $POLICY/profiles); }
unload() {
  for name in $(sed -n '/\/\//d; s/ ([a-z]*)$//p' $POLICY/profiles); do echo -n "$name" > $POLICY/.remove; done
  rmdir $POLICY/policy/namespaces/* 2> /dev/null
}
"#;

/// A script in the making.
pub(crate) struct Script {
    text: String,
    probes: BTreeSet<&'static str>,
}

impl Script {
    pub(crate) fn new() -> Script {
        Script { text: SET_UP.to_owned(), probes: BTreeSet::from(["/bin/probe"]) }
    }

    /// Puts the probe to these paths, too.
    pub(crate) fn probes(&mut self, paths: &[&'static str]) {
        for path in paths {
            if let Some((directory, _)) = path.rsplit_once('/').filter(|_| self.probes.insert(path)) {
                writeln!(self.text, "mkdir -p {directory}; ln /bin/probe {path}").unwrap();
            }
        }
    }

    /// Begins with the policies of a compiler.
    pub(crate) fn begin(&mut self, compiler: &str) {
        writeln!(self.text, "C={compiler}; dmesg -c > /dev/null").unwrap();
    }

    /// Appends the commands that load the group's policies and try each check.
    pub(crate) fn group(&mut self, compiler: &str, group: &Group) {
        let name = group.name;
        writeln!(self.text, "{}", group.around.0).unwrap();
        if group.load == Load::Files {
            for file in group.files {
                writeln!(self.text, "echo \"RESULT {compiler} {name} load {file} $(load {file})\"").unwrap();
            }
            writeln!(self.text, "sort $POLICY/profiles | sed 's/^/RESULT {compiler} {name} profile /'").unwrap();
        }
        for (number, check) in group.checks.iter().enumerate() {
            let command = check.command;
            writeln!(
                self.text,
                "mark {name}.{number}; echo \"RESULT {compiler} {name} {number} $({command} 2> /dev/null < /dev/null)\""
            )
            .unwrap();
        }
        writeln!(self.text, "mark {name}.end; {}\nunload", group.around.1).unwrap();
    }

    /// Shows all that the kernel had to say, when it has said all: records are written after what happens.
    pub(crate) fn end(&mut self, compiler: &str) {
        writeln!(
            self.text,
            "mark all.end; until dmesg | grep -q {MARK}all.end; do sleep 0.1; done
dmesg | grep apparmor= | sed 's/^/RESULT {compiler} audit /'"
        )
        .unwrap();
    }

    pub(crate) fn text(self) -> String {
        self.text
    }
}
