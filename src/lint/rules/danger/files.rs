//! Files that nobody confined should get at.

use crate::diagnostic::Severity;
use crate::lint::check::{Access, Check, Probe, ProfileView, Reporter};
use crate::lint::rule::{Confidence, Rule};

pub(in crate::lint::rules) static BROAD_WRITE: Rule = Rule {
    code: "AA0105",
    name: "broad-write",
    aliases: &["too-wide"],
    summary: "every file may be written",
    why: "A program that may write everywhere can replace programs, libraries, policy and start-up files: it is confined in \
          name only. Denies beside such a rule have to think of everything.",
    bad: "profile p /usr/bin/p {\n  /** rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /** r,\n  /var/lib/p/** rw,\n}\n",
    remedy: "Name the directories that are written. `owner` alone does not help a program that runs as root.",
    check: Check::Profile(broad_write),
    ..Rule::BASE
};

pub(in crate::lint::rules) static BROAD_READ: Rule = Rule {
    code: "AA0107",
    name: "broad-read",
    severity: Severity::Note,
    aliases: &["too-wide"],
    summary: "every file may be read",
    why: "Keys, password hashes and the data of all users are among them.",
    bad: "profile p /usr/bin/p {\n  /** r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p/** r,\n  /usr/share/** r,\n}\n",
    remedy: "Name the directories that are read, or deny those with secrets.",
    check: Check::Profile(broad_read),
    ..Rule::BASE
};

pub(in crate::lint::rules) static LIBRARIES: Rule = Rule {
    code: "AA0121",
    name: "writable-programs",
    confidence: Confidence::Medium,
    summary: "programs or libraries that others run may be written",
    why: "Others, root among them, run what is in the directories of `PATH` and of the dynamic loader: what the confined \
          program writes there runs outside of its profile.",
    bad: "profile p /usr/bin/p {\n  /usr/local/bin/* rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /var/lib/p/bin/* rw,\n}\n",
    remedy: "Write to a directory of the program's own. Package managers need this; allow it there with a reason.",
    check: Check::Probe(Probe {
        access: Access::Write,
        files: &[
            "/usr/lib/libq.so.1",
            "/usr/lib/x86_64-linux-gnu/libq.so.1",
            "/usr/lib64/libq.so.1",
            "/usr/local/lib/libq.so.1",
            "/lib/libq.so.1",
            "/lib/x86_64-linux-gnu/libq.so.1",
            "/lib64/libq.so.1",
            "/etc/ld.so.preload",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d/q.conf",
        ],
        below: &["/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/", "/bin/", "/sbin/"],
        what: "which others run",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static POLICY: Rule = Rule {
    code: "AA0120",
    name: "writable-policy",
    summary: "AppArmor's own files may be written",
    why: "Who writes to the interface of the kernel replaces or removes profiles (with `mac_admin`), and who writes to \
          `/etc/apparmor.d` does at the next start.",
    bad: "profile p /usr/bin/p {\n  /sys/kernel/security/apparmor/** rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /sys/kernel/security/apparmor/profiles r,\n}\n",
    remedy: "Leave loading of policy to a program that does nothing else.",
    check: Check::Probe(Probe {
        access: Access::Write,
        files: &[
            "/sys/kernel/security/apparmor/.load",
            "/sys/kernel/security/apparmor/.replace",
            "/sys/kernel/security/apparmor/.remove",
            "/etc/apparmor.d/usr.bin.q",
            "/etc/apparmor.d/local/usr.bin.q",
            "/etc/apparmor.d/abstractions/base",
            "/etc/apparmor/parser.conf",
            "/var/cache/apparmor/q",
        ],
        below: &[],
        what: "which is policy",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static OTHERS_ATTR: Rule = Rule {
    code: "AA0119",
    name: "profile-of-others",
    confidence: Confidence::Medium,
    summary: "the AppArmor attributes of any process may be written",
    why: "`/proc/PID/attr` is how a task changes its profile or hat. Who may write there for whatever process with `owner` \
          missing relies on other checks alone.",
    bad: "profile p /usr/bin/p {\n  /proc/*/attr/{current,exec} rw,\n}\n",
    good: "profile p /usr/bin/p {\n  owner /proc/*/attr/{current,exec} rw,\n}\n",
    remedy: "Write `owner` before the rule.",
    check: Check::Profile(others_attr),
    ..Rule::BASE
};

pub(in crate::lint::rules) static STARTUP: Rule = Rule {
    code: "AA0122",
    name: "writable-startup",
    summary: "files may be written that the system runs, or takes accounts from",
    why: "Units, cron tables, profile scripts and the account database are acted on by root: to write there is to leave the \
          confinement at the next opportunity.",
    bad: "profile p /usr/bin/p {\n  /etc/cron.d/* rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/p.d/* rw,\n}\n",
    remedy: "Write elsewhere, or move that part to a program with a profile of its own.",
    check: Check::Probe(Probe {
        access: Access::Write,
        files: &[
            "/etc/cron.d/q",
            "/etc/crontab",
            "/var/spool/cron/crontabs/root",
            "/etc/systemd/system/q.service",
            "/usr/lib/systemd/system/q.service",
            "/run/systemd/system/q.service",
            "/etc/init.d/q",
            "/etc/profile",
            "/etc/profile.d/q.sh",
            "/etc/environment",
            "/etc/bash.bashrc",
            "/etc/sudoers",
            "/etc/sudoers.d/q",
            "/etc/passwd",
            "/etc/shadow",
            "/etc/group",
            "/etc/pam.d/common-auth",
            "/etc/udev/rules.d/99-q.rules",
        ],
        below: &[],
        what: "which root acts on",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static USER_STARTUP: Rule = Rule {
    code: "AA0123",
    name: "writable-user-startup",
    confidence: Confidence::Medium,
    summary: "files may be written that a user's session runs",
    why: "Shell start-up files, autostart entries, user units and `authorized_keys` run or let in whatever they say, outside \
          of this profile.",
    bad: "profile p /usr/bin/p {\n  owner /home/*/.* rw,\n}\n",
    good: "profile p /usr/bin/p {\n  owner /home/*/.config/p/** rw,\n}\n",
    remedy: "Name the files of the program itself, or deny these.",
    check: Check::Probe(Probe {
        access: Access::Write,
        files: &[
            "/home/q/.bashrc",
            "/home/q/.profile",
            "/home/q/.bash_profile",
            "/home/q/.zshrc",
            "/home/q/.ssh/authorized_keys",
            "/home/q/.ssh/config",
            "/home/q/.config/autostart/q.desktop",
            "/home/q/.config/systemd/user/q.service",
            "/home/q/.config/environment.d/q.conf",
            "/home/q/.local/bin/q",
            "/root/.ssh/authorized_keys",
            "/root/.bashrc",
        ],
        below: &[],
        what: "which the user's session runs",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static RAW_DEVICES: Rule = Rule {
    code: "AA0124",
    name: "raw-devices",
    summary: "memory or disks may be accessed past the file system",
    why: "On a raw disk or in the memory of the kernel there are no paths, and no rule about paths holds.",
    bad: "profile p /usr/bin/p {\n  /dev/sd* rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /dev/disk/by-id/ r,\n}\n",
    remedy: "Leave access to devices to a helper with a profile of its own.",
    check: Check::Probe(Probe {
        access: Access::Write,
        files: &[
            "/dev/mem",
            "/dev/kmem",
            "/dev/port",
            "/dev/sda",
            "/dev/sda1",
            "/dev/nvme0n1",
            "/dev/vda",
            "/dev/dm-0",
            "/dev/mapper/q",
        ],
        below: &[],
        what: "where no path protects anything",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static KERNEL_KNOBS: Rule = Rule {
    code: "AA0125",
    name: "kernel-escape-files",
    summary: "files may be written through which the kernel starts programs or gives up protection",
    why: "The kernel starts what `core_pattern`, `modprobe`, `uevent_helper`, `release_agent` and `binfmt_misc` name, as root \
          and unconfined; `sysrq-trigger` and `kexec` stop the machine.",
    bad: "profile p /usr/bin/p {\n  /proc/sys/kernel/** rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /proc/sys/kernel/** r,\n  /proc/sys/kernel/domainname w,\n}\n",
    remedy: "Name the settings that are written.",
    check: Check::Probe(Probe {
        access: Access::Write,
        files: &[
            "/proc/sys/kernel/core_pattern",
            "/proc/sys/kernel/modprobe",
            "/proc/sys/kernel/hotplug",
            "/proc/sys/fs/binfmt_misc/register",
            "/proc/sysrq-trigger",
            "/sys/kernel/uevent_helper",
            "/sys/fs/cgroup/q/release_agent",
            "/sys/kernel/debug/q",
            "/proc/kcore",
        ],
        below: &[],
        what: "which the kernel acts on",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CONTAINER_SOCKETS: Rule = Rule {
    code: "AA0126",
    name: "container-sockets",
    summary: "the socket of a container runtime may be used",
    why: "Who may talk to the runtime starts a container with the file system of the host in it: that is root.",
    bad: "profile p /usr/bin/p {\n  /run/docker.sock rw,\n}\n",
    good: "profile p /usr/bin/p {\n  /run/p/p.sock rw,\n}\n",
    remedy: "Put a proxy with a list of requests between.",
    check: Check::Probe(Probe {
        access: Access::Write,
        files: &[
            "/run/docker.sock",
            "/run/containerd/containerd.sock",
            "/run/crio/crio.sock",
            "/run/podman/podman.sock",
            "/run/libvirt/libvirt-sock",
            "/var/snap/lxd/common/lxd/unix.socket",
        ],
        below: &[],
        what: "which makes it root",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static SECRETS: Rule = Rule {
    code: "AA0127",
    name: "readable-secrets",
    confidence: Confidence::Medium,
    summary: "password hashes or private keys may be read",
    why: "They let whoever has them in elsewhere.",
    bad: "profile p /usr/bin/p {\n  /etc/shadow r,\n}\n",
    good: "profile p /usr/bin/p {\n  /etc/passwd r,\n}\n",
    remedy: "Leave passwords to PAM's helper, and keys to an agent. Programs that log users in need this; allow it there.",
    check: Check::Probe(Probe {
        access: Access::Read,
        files: &[
            "/etc/shadow",
            "/etc/gshadow",
            "/etc/ssh/ssh_host_ed25519_key",
            "/etc/ssl/private/q.key",
            "/root/.ssh/id_ed25519",
            "/home/q/.ssh/id_ed25519",
            "/home/q/.gnupg/private-keys-v1.d/q.key",
            "/home/q/.aws/credentials",
        ],
        below: &[],
        what: "which is a secret",
    }),
    ..Rule::BASE
};

pub(in crate::lint::rules) static WRITABLE_EXEC: Rule = Rule {
    code: "AA0128",
    name: "exec-from-writable-directory",
    confidence: Confidence::Medium,
    summary: "programs in directories that anybody may write to may be executed",
    why: "Whatever somebody else, or the program itself by another way, leaves in `/tmp`, `/var/tmp` or `/dev/shm` runs.",
    bad: "profile p /usr/bin/p {\n  /tmp/** rix,\n}\n",
    good: "profile p /usr/bin/p {\n  /tmp/** rw,\n  /usr/lib/p/helper rix,\n}\n",
    remedy: "Install what is executed in a directory that only root writes to.",
    check: Check::Probe(Probe {
        access: Access::Exec,
        files: &["/tmp/q", "/var/tmp/q", "/dev/shm/q", "/tmp/q/q", "/var/tmp/q/q"],
        below: &[],
        what: "which anybody may have written",
    }),
    ..Rule::BASE
};

fn broad_write(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    broad(view, Access::Write, reporter);
}

fn broad_read(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    broad(view, Access::Read, reporter);
}

fn broad(view: &ProfileView<'_>, access: Access, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        if access.is_in(file) && view.is_broad(file) && !view.is_file_all(rule) {
            let whose = if rule.prefix.owner.is_some() { " of the program's user" } else { "" };
            let verb = if access == Access::Write { "written" } else { "read" };
            reporter.report(rule.span, format!("every file{whose} may be {verb}"));
        }
    }
}

fn others_attr(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    for (rule, file) in view.allowed_files() {
        if rule.prefix.owner.is_some() || !Access::Write.is_in(file) || view.is_broad(file) {
            continue;
        }
        let Some(pattern) = view.pattern(&file.path.value) else { continue };
        let attributes = ["/proc/12345/attr/current", "/proc/12345/attr/exec", "/proc/12345/attr/apparmor/current"];
        let given = attributes.iter().find(|path| pattern.matches(&crate::lint::paths::symbols(path)));
        if let Some(path) = given.filter(|path| !view.denies(path, Access::Write)) {
            let finding = reporter.finding(rule.span, format!("`{path}` may be written for whatever process"));
            reporter.push(finding.with_help("write `owner` before the rule"));
        }
    }
}
