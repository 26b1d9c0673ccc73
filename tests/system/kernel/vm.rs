//! A Linux kernel in an emulated machine, with a file system in memory and a script that runs as its first process.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::kernel::initramfs;

/// A boot takes about four seconds, a script some more; a machine that hangs is stopped after this.
const TIME_LIMIT: Duration = Duration::from_secs(300);

const PARAMETERS: &str =
    "console=ttyS0 quiet apparmor=1 security=apparmor audit_backlog_limit=0 log_buf_len=4M panic=-1";

/// An emulator translates code by its address: where each process has addresses of its own, everything is translated again for each. No
/// test is about them, and all take half of the time.
const SAME_ADDRESSES: &str = "norandmaps nokaslr";

/// The mark before every result, at the start of a line.
const MARK: &str = "RESULT ";

/// The first process: it makes the machine usable, runs the script, and switches the machine off.
const INIT: &str = "#!/bin/busybox sh
export PATH=/applets
/bin/busybox mkdir -p /applets /proc /sys
/bin/busybox --install -s /applets
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t securityfs securityfs /sys/kernel/security
echo BEGIN OF SCRIPT
. /script
echo END OF SCRIPT
poweroff -f
";

/// The line that `INIT` writes when the script came to its end.
const END: &str = "END OF SCRIPT";

/// A file inside the machine. Its directories are made.
pub(crate) struct File {
    /// The path in the machine, with a leading slash.
    pub(crate) path: String,
    /// The permission bits, with those of the kind of file where it is not a regular one.
    pub(crate) mode: u32,
    /// The contents; the target of a symbolic link.
    pub(crate) bytes: Vec<u8>,
}

impl File {
    pub(crate) fn data(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> File {
        File { path: path.into(), mode: 0o644, bytes: bytes.into() }
    }

    pub(crate) fn program(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> File {
        File { path: path.into(), mode: 0o755, bytes: bytes.into() }
    }

    pub(crate) fn link(path: impl Into<String>, target: impl Into<Vec<u8>>) -> File {
        File { path: path.into(), mode: initramfs::SYMBOLIC_LINK | 0o777, bytes: target.into() }
    }
}

/// A machine to boot.
pub(crate) struct Vm<'a> {
    /// The kernel image.
    pub(crate) kernel: &'a Path,
    /// The files in its file system, besides busybox at `/bin/busybox`.
    pub(crate) files: Vec<File>,
    /// A shell script, with all of busybox's programs in its path.
    pub(crate) script: String,
}

/// The output of a machine.
pub(crate) struct Run {
    /// The lines that began with `RESULT`, without that word.
    pub(crate) results: Vec<String>,
    /// Everything, kernel messages included.
    pub(crate) console: String,
}

impl Vm<'_> {
    /// Boots the machine and waits for its end. Software emulation only: the tests need no privilege, and the same machine
    /// everywhere.
    pub(crate) fn run(self) -> Run {
        self.run_with(&[])
    }

    /// As `run`, with more options for qemu.
    pub(crate) fn run_with(self, options: &[&str]) -> Run {
        let directory = tempfile::tempdir().unwrap();
        let initrd = directory.path().join("initrd");
        let mut files = self.files;
        let busybox = find_busybox().expect("the kernel tests need a static busybox: install busybox-static");
        files.push(File::program("/bin/busybox", busybox));
        files.push(File::program("/init", INIT));
        files.push(File::data("/script", self.script));
        let archive = initramfs::archive(&files);
        fs::write(&initrd, &archive).unwrap();
        // The kernel holds the archive and what it unpacks from it; programs need as much again.
        let memory = 512 + 4 * archive.len() / (1 << 20);
        drop((files, archive));

        let mut qemu = Command::new("qemu-system-x86_64")
            .args(["-accel", "tcg", "-cpu", "max", "-nographic", "-no-reboot", "-nic", "none"])
            .args(["-m", &memory.to_string()])
            .args(options)
            .arg("-kernel")
            .arg(self.kernel)
            .arg("-initrd")
            .arg(&initrd)
            .args(["-append", &format!("{PARAMETERS} {SAME_ADDRESSES}")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the kernel tests need qemu-system-x86_64: install qemu-system-x86");
        let mut output = qemu.stdout.take().unwrap();
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            output.read_to_end(&mut bytes).map(|_| bytes)
        });
        let deadline = Instant::now() + TIME_LIMIT;
        while qemu.try_wait().unwrap().is_none() {
            if Instant::now() > deadline {
                qemu.kill().unwrap();
                qemu.wait().unwrap();
            }
            thread::sleep(Duration::from_millis(50));
        }
        let console = reader.join().unwrap().unwrap();
        let console = String::from_utf8_lossy(&console).replace('\r', "");
        assert!(console.lines().any(|line| line == END), "the machine did not come to its end:\n{console}");
        let results = console.lines().filter_map(|line| line.strip_prefix(MARK)).map(str::to_owned).collect();
        Run { results, console }
    }
}

/// The machine has no libraries, so busybox has to be static.
fn find_busybox() -> Option<Vec<u8>> {
    ["/usr/bin/busybox", "/bin/busybox", "/usr/bin/busybox.static", "/bin/busybox.static"]
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .find(|bytes| !bytes.windows(7).any(|window| window == b"/ld-lin"))
}
